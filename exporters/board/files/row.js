// One wearer in the list: what is unusual now, beside the own usual. Written only where it changed.
import { h, setAttr, setText } from "./dom.js";
import { ago, measured, number, percent, digitsOf } from "./format.js";
import { levelWord, say, word } from "./words.js";

const SIGNS = 3;
const REACH = 6;

/** The level as it may be told: without fresh data nobody is known to be calm. */
export function standing(row) {
  return row.stale && row.level === "none" ? null : row.level;
}

export function level(name) {
  return h("span", { class: "level", "data-level": name, title: levelWord(name, true) }, levelWord(name));
}

/** Where a value stands: the middle is the own usual, the band two spreads either way, the ends six. */
export function track() {
  return h("span", { class: "track", "aria-hidden": "true" }, h("i"));
}

export function dressTrack(node, spreads) {
  const at = Math.max(-REACH, Math.min(REACH, spreads ?? 0));
  const place = `${(50 + (at / REACH) * 50).toFixed(1)}%`;
  const dot = node.firstChild;
  if (dot.style.insetInlineStart !== place) dot.style.insetInlineStart = place;
  setAttr(node, "data-out", Math.abs(at) >= 2 ? "yes" : null);
}

/** `↑ 5.2 spreads`: an arrow, since a sign alone is easily missed. */
export function farness(spreads) {
  if (spreads === null || spreads === undefined) return "";
  const arrow = spreads > 0 ? "↑" : spreads < 0 ? "↓" : "→";
  return `${arrow} ${say("spreads", number(Math.abs(spreads), 1))}`;
}

export function blankRow() {
  const cell = (name, ...inside) => h("span", { role: "gridcell", class: `c-${name}` }, ...inside);
  const link = h("a", { href: "#/", tabindex: "-1" });
  const parts = {
    level: h("span", { class: "level" }),
    signs: Array.from({ length: SIGNS }, blankSign),
    calm: h("span", { class: "quiet" }),
    doing: cell("doing"),
    unusual: h("span", { class: "num" }),
    meter: h("span", { class: "meter", "aria-hidden": "true" }, h("i")),
    quality: cell("quality"),
    seen: h("span"),
    alerts: cell("alerts"),
  };
  const node = h(
    "div",
    { class: "row", role: "row" },
    cell("level", parts.level),
    cell("wearer", link),
    cell("unusual_now", parts.signs.map((sign) => sign.node), parts.calm),
    parts.doing,
    cell("how_unusual", parts.meter, parts.unusual),
    parts.quality,
    cell("seen", parts.seen),
    parts.alerts,
  );
  node.addEventListener("click", (event) => {
    if (event.target !== link && !getSelection().toString()) link.click();
  });
  return Object.assign(node, { link, parts });
}

function blankSign() {
  const [name, value, usual, far] = [h("span", { class: "n" }), h("b"), h("span", { class: "u" }), h("span")];
  const line = track();
  const node = h("span", { class: "sign" }, h("span", { class: "a" }, name, " ", value), h("span", { class: "b" }, line, usual, far));
  return { node, name, value, usual, far, line };
}

export function dressRow(node, row) {
  const { parts } = node;
  const grade = standing(row);
  setText(parts.level, levelWord(grade));
  setAttr(parts.level, "data-level", grade);
  setAttr(node, "data-level", grade);
  setAttr(node, "data-stale", row.stale ? "yes" : null);
  setText(node.link, row.wearer);
  setAttr(node.link, "href", `#/wearers/${encodeURIComponent(row.wearer)}`);
  const strange = row.strange ?? [];
  // A row without a context tells level and age alone: nothing is known of the rest, which never means normal.
  const told = Boolean(row.context);
  const known = row.unusual !== null && row.unusual !== undefined;
  parts.signs.forEach((sign, index) => dressSign(sign, strange[index]));
  setText(parts.calm, strange.length ? "" : word(known ? "as_usual" : "unknown"));
  setText(parts.doing, word(row.context, "context"));
  setText(parts.unusual, known ? percent(row.unusual) : "–");
  const wide = `${Math.round((row.unusual ?? 0) * 100)}%`;
  if (parts.meter.firstChild.style.width !== wide) parts.meter.firstChild.style.width = wide;
  setText(parts.quality, told ? quality(row) : "–");
  setAttr(parts.quality, "data-bad", Object.keys(row.unusable ?? {}).length ? "yes" : null);
  setText(parts.seen, (row.stale ? `⚠ ${word("stale")}, ` : "") + ago(row.time));
  setText(parts.alerts, told ? counted(row.alerts) : "–");
}

function dressSign(sign, strange) {
  sign.node.hidden = !strange;
  if (!strange) return;
  setText(sign.name, word(strange.signal, "signal"));
  setText(sign.value, measured(strange.value, strange.unit));
  const known = strange.usual !== null && strange.usual !== undefined;
  setText(sign.usual, known ? `${say("usual_short", number(strange.usual, digitsOf(strange.unit)))} · ` : "");
  setText(sign.far, farness(strange.spreads));
  dressTrack(sign.line, strange.spreads);
  setAttr(sign.node, "data-out", Math.abs(strange.spreads ?? 0) >= 2 ? "yes" : null);
}

export function quality(row) {
  const bad = Object.entries(row.unusable ?? {});
  if (!bad.length) return word("all_usable");
  const said = bad.slice(0, 2).map(([signal, cause]) => `${word(signal, "signal")}: ${word(cause || "unusable", cause ? "cause" : null)}`);
  return said.join(", ") + (bad.length > 2 ? `, ${say("more", bad.length - 2)}` : "");
}

function counted(alerts) {
  const some = Object.entries(alerts ?? {}).filter(([, count]) => count);
  return some.map(([name, count]) => `${count} ${levelWord(name)}`).join(", ") || word("none");
}
