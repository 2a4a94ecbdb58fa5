// Wearers by risk: a list that holds a thousand and draws what is in view.
import { h, refill, roving, setAttr, setText } from "./dom.js";
import { VirtualList } from "./list.js";
import { blankRow, dressRow, standing } from "./row.js";
import { rank, store } from "./store.js";
import { levelWord, say, word } from "./words.js";

const LEVELS = ["high", "medium", "low", "info", "none"];
const HELD_MS = 4000;
// Not for ever: who left the desk must find the gravest on top.
const KEYS_HELD_MS = 30_000;
const DRAW_MS = 250;
const AGES_MS = 15_000;
const asked = { level: "all", search: "", sort: "risk" };

export function wearersPage(main) {
  let order = [];
  let pointer = 0;
  let keyed = 0;
  let timer = null;
  const chips = new Map();
  const note = h("p", { class: "quiet", role: "status" });
  const held = h("p", { class: "quiet held" });
  const empty = h("p", { class: "empty", hidden: true });
  const list = new VirtualList({ make: blankRow, dress: dressRow, item: (name) => store.rows.get(name), label: word("wearers") });
  const head = h("div", { class: "row head", role: "row", "aria-rowindex": 1 }, heads());

  const search = h("input", {
    type: "search", id: "search", placeholder: word("search"), "aria-label": word("search"), value: asked.search, autocomplete: "off",
    oninput: () => ((asked.search = search.value), arrange(true)),
  });
  const sort = h(
    "select",
    { id: "sort", "aria-label": word("sort"), onchange: () => ((asked.sort = sort.value), arrange(true)) },
    ["risk", "name"].map((name) => h("option", { value: name, selected: asked.sort === name }, word(`by_${name}`))),
  );
  const filters = h("div", { class: "chips", role: "group", "aria-label": word("filter") }, ["all", ...LEVELS, "stale"].map(chip));
  roving(filters, "button");

  function chip(name) {
    const count = h("b");
    const label = name === "all" || name === "stale" ? word(name) : levelWord(name);
    const button = h(
      "button",
      { type: "button", class: `chip ${name}`, "data-level": name, "aria-pressed": String(asked.level === name), tabindex: asked.level === name ? "0" : "-1", onclick: () => pick(name) },
      count, " ", label,
    );
    chips.set(name, { button, count });
    return button;
  }

  function pick(name) {
    asked.level = name;
    for (const [key, { button }] of chips) {
      setAttr(button, "aria-pressed", String(key === name));
      setAttr(button, "tabindex", key === name ? "0" : "-1");
    }
    arrange(true);
  }

  /** Put wearers in order; not while somebody points into the list, unless asked to. */
  function arrange(now = false) {
    const busy = Date.now() - pointer < HELD_MS || (list.hasFocus() && Date.now() - keyed < KEYS_HELD_MS);
    setText(held, busy && !now ? word("held") : "");
    if (now || !busy) order = sorted();
    tally();
    list.show(order);
    const missing = store.rows.size === 0 ? (store.loaded.rows ? "no_wearers" : "loading") : order.length ? null : "no_match";
    const failed = store.failed.rows && !store.loaded.rows;
    empty.hidden = !failed && missing === null;
    if (failed) setText(empty, say("failed", store.failed.rows.message));
    else if (missing) setText(empty, word(missing));
    setText(note, store.rows.size ? say("shown", order.length, store.rows.size) : "");
  }

  function tally() {
    const counts = { all: store.rows.size, stale: 0, high: 0, medium: 0, low: 0, info: 0, none: 0 };
    for (const row of store.rows.values()) {
      const level = standing(row);
      if (level) counts[level] += 1;
      if (row.stale) counts.stale += 1;
    }
    for (const [name, { count, button }] of chips) {
      setText(count, String(counts[name]));
      setAttr(button, "data-empty", counts[name] ? null : "yes");
    }
  }

  function heard({ whole }) {
    if (timer !== null) return;
    timer = setTimeout(() => ((timer = null), arrange(whole)), whole ? 0 : DRAW_MS);
  }

  const offs = [store.on("rows", heard)];
  const ages = setInterval(() => list.redress(), AGES_MS);
  list.node.addEventListener("pointermove", () => (pointer = Date.now()), { passive: true });
  list.node.addEventListener("pointerleave", () => ((pointer = 0), arrange()));
  list.node.addEventListener("keydown", () => (keyed = Date.now()));
  main.className = "fixed";
  refill(
    main,
    h("h1", { class: "unseen" }, word("wearers")),
    h("div", { class: "bar" }, filters, h("span", { class: "grow" }), search, sort),
    list.wrap(head),
    empty,
    h("div", { class: "foot" }, note, held),
  );
  arrange(true);

  return {
    leave() {
      offs.forEach((off) => off());
      clearInterval(ages);
      clearTimeout(timer);
      list.leave();
    },
  };
}

function heads() {
  const names = ["level", "wearer", "unusual_now", "doing", "how_unusual", "quality", "seen", "alerts"];
  return names.map((name) => h("span", { role: "columnheader", class: `c-${name}` }, word(name)));
}

function sorted() {
  const text = asked.search.trim().toLowerCase();
  const fits = (row) =>
    (asked.level === "all" || (asked.level === "stale" ? row.stale : standing(row) === asked.level)) &&
    (!text || row.wearer.toLowerCase().includes(text));
  const rows = [...store.rows.values()].filter(fits);
  const byName = (a, b) => a.wearer.localeCompare(b.wearer, undefined, { numeric: true });
  rows.sort(asked.sort === "name" ? byName : (a, b) => byRisk(a, b) || byName(a, b));
  return rows.map((row) => row.wearer);
}

function byRisk(a, b) {
  const high = (row) => row.alerts?.high ?? 0;
  return rank(b.level) - rank(a.level) || high(b) - high(a) || (b.unusual ?? -1) - (a.unusual ?? -1) || farthest(b) - farthest(a);
}

function farthest(row) {
  return Math.abs(row.strange?.[0]?.spreads ?? 0);
}
