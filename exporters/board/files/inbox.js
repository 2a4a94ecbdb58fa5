// The inbox: open alerts, the gravest first, and one of them in full.
import { alertCard } from "./card.js";
import { h, refill, roving, setAttr, setText } from "./dom.js";
import { ago, stamp } from "./format.js";
import { level } from "./row.js";
import { get } from "./session.js";
import { store } from "./store.js";
import { levelWord, say, sentence, word } from "./words.js";

const FIRST = 50;
const AGES_MS = 15_000;

export function inboxPage(main, chosen) {
  let card = null;
  let most = FIRST;
  let timer = null;
  const entries = new Map();
  const list = h("ul", { class: "alerts" });
  const more = h("button", { type: "button", class: "plain", onclick: () => ((most += FIRST), draw()) });
  const cut = h("p", { class: "quiet warn" }, word("cut"));
  const empty = h("p", { class: "empty" });
  const detail = h("section", { class: "detail", "aria-label": word("alerts") });
  const silences = h("details", { class: "silences" }, h("summary", {}, word("silences")), h("div"));
  silences.addEventListener("toggle", () => silences.open && loadSilences());
  roving(list, "a");
  main.className = "inbox";
  refill(
    main,
    h("section", { class: "master", "aria-labelledby": "inbox-title" },
      h("h1", { id: "inbox-title" }, word("open_alerts"), " ", h("span", { class: "badge", id: "open-count" })),
      list, more, cut, empty, silences),
    detail,
  );

  function draw() {
    const open = store.open();
    const shown = open.slice(0, most);
    const failed = store.failed.alerts && !store.loaded.alerts;
    setText(empty, failed ? say("failed", store.failed.alerts.message) : !store.loaded.alerts ? word("loading") : open.length ? "" : word("no_alerts"));
    empty.hidden = !empty.textContent;
    setText(document.getElementById("open-count"), String(open.length));
    cut.hidden = !store.cut;
    more.hidden = open.length <= most;
    setText(more, say("whole_list", open.length - most));
    place(shown);
  }

  /** Keep the elements of alerts that stay, so that focus and reading place do. */
  function place(shown) {
    const wanted = new Set(shown.map((alert) => alert.id));
    for (const [id, entry] of entries) if (!wanted.has(id)) (entry.node.remove(), entries.delete(id));
    let after = null;
    for (const alert of shown) {
      const entry = entries.get(alert.id) ?? blankEntry();
      entries.set(alert.id, entry);
      dressEntry(entry, alert, alert.id === chosen);
      const next = after ? after.nextSibling : list.firstChild;
      if (entry.node !== next) list.insertBefore(entry.node, next);
      after = entry.node;
    }
    const tabbed = list.querySelector('a[tabindex="0"]') ?? list.querySelector("a");
    for (const { link } of entries.values()) link.tabIndex = link === tabbed ? 0 : -1;
  }

  function pick(id) {
    chosen = id;
    card?.leave();
    card = null;
    main.dataset.detail = id ? "yes" : "no";
    if (id) card = alertCard(detail, id);
    else refill(detail, h("p", { class: "empty" }, word("pick")));
    draw();
  }

  async function loadSilences() {
    const place = silences.lastChild;
    refill(place, h("p", { class: "quiet" }, word("loading")));
    try {
      refill(place, silenceTable((await get("/silences")).silences));
    } catch (error) {
      refill(place, h("p", { class: "wrong" }, say("failed", error.message)));
    }
  }

  function heard() {
    timer ??= setTimeout(() => ((timer = null), draw()), 100);
  }

  const offs = [store.on("alerts", heard), store.on("sent", heard)];
  const ages = setInterval(draw, AGES_MS);
  pick(chosen);
  return {
    take(name, item) {
      if (name !== "inbox") return false;
      pick(item);
      return true;
    },
    leave() {
      offs.forEach((off) => off());
      clearInterval(ages);
      clearTimeout(timer);
      card?.leave();
      delete main.dataset.detail;
    },
  };
}

function blankEntry() {
  const parts = { title: h("b"), level: level("none"), facts: h("span", { class: "quiet" }), state: h("span", { class: "state" }) };
  const link = h("a", { href: "#/inbox" }, h("span", { class: "first" }, parts.level, parts.title), h("span", { class: "second" }, parts.facts, parts.state));
  return { node: h("li", {}, link), link, parts };
}

function dressEntry({ link, parts }, alert, chosen) {
  setAttr(link, "href", `#/inbox/${encodeURIComponent(alert.id)}`);
  setAttr(link, "aria-current", chosen ? "true" : null);
  setAttr(link, "data-level", alert.priority);
  setAttr(parts.level, "data-level", alert.priority);
  setText(parts.level, levelWord(alert.priority));
  setText(parts.title, sentence(alert.title) || word(alert.condition, "condition"));
  setText(parts.facts, `${alert.wearer || word("no_health")} · ${ago(alert.onset)}`);
  setText(parts.state, store.sent.has(alert.id) ? "…" : stateOf(alert));
}

/** What people did with it, in a word. */
export function stateOf(alert) {
  return word(alert.status, "status");
}

function silenceTable(silences) {
  if (!silences.length) return h("p", { class: "quiet" }, word("no_silences"));
  const heads = ["wearer", "condition", "side", "until", "author"].map((name) => h("th", { scope: "col" }, word(name)));
  const rows = silences.map((silence) =>
    h("tr", {},
      h("td", {}, h("a", { href: `#/inbox/${encodeURIComponent(silence.alert)}` }, silence.wearer)),
      h("td", {}, word(silence.condition, "condition")),
      h("td", {}, silence.side ? word(silence.side, "direction") : "–"),
      h("td", {}, stamp(silence.until), silence.expired ? ` (${word("expired")})` : ""),
      h("td", {}, silence.author || word("somebody"))),
  );
  return h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": word("silences") },
    h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)));
}
