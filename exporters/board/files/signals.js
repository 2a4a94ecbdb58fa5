// Signals of a wearer over a range of time: charts that share one time axis, or a table of the same.
import { SignalChart } from "./chart.js";
import { h, refill, setAttr, setText } from "./dom.js";
import { digitsOf, moment, number, span_ms } from "./format.js";
import { alertLane, contextLane } from "./lanes.js";
import { get, query } from "./session.js";
import { language, word } from "./words.js";

const { MINUTE, HOUR, DAY } = span_ms;
const RANGES = [["1h", HOUR], ["6h", 6 * HOUR], ["24h", DAY], ["7d", 7 * DAY]];
const LEAST_MS = 30 * MINUTE;
const MOST_MS = 7 * DAY;
const POINTS = 600;
const ROWS = 48;
const FIRST = ["hr", "spo2", "rr", "temp", "sbp", "dbp", "glucose", "hrv"];
const kept = { span: 6 * HOUR, table: false };

export function signalsPanel(wearer, signal) {
  let newest = 0;
  let to = null;
  let data = null;
  let asked = 0;
  const charts = new Map();
  const lanes = h("div", { class: "lanes" });
  const body = h("div", { class: "charts" });
  const buttons = new Map();
  const tools = h("div", { class: "bar" });
  const rest = h("p", { class: "quiet" });
  const node = h("div", {}, tools, lanes, body, rest);

  function build() {
    const button = (name, label, press, pressed = null) => {
      const made = h("button", { type: "button", "aria-pressed": pressed, onclick: press }, label);
      buttons.set(name, made);
      return made;
    };
    const unit = (name) => new Intl.NumberFormat(language(), { style: "unit", unit: name.endsWith("h") ? "hour" : "day", unitDisplay: "narrow" }).format(parseInt(name, 10));
    refill(
      tools,
      h("div", { class: "group", role: "group", "aria-label": word("range") }, RANGES.map(([name, span]) => button(name, unit(name), () => go({ span }), "false"))),
      h("div", { class: "group", role: "group", "aria-label": word("signals") },
        button("earlier", `‹ ${word("earlier")}`, () => go({ to: end() - kept.span / 2 })),
        button("later", `${word("later")} ›`, () => go({ to: end() + kept.span / 2 })),
        button("newest", word("newest"), () => go({ to: null }))),
      h("div", { class: "group", role: "group", "aria-label": word("view") },
        button("zoom_in", word("zoom_in"), () => zoom(0.5)),
        button("zoom_out", word("zoom_out"), () => zoom(2)),
        button("table", word("as_table"), () => ((kept.table = !kept.table), draw()), "false")),
    );
  }

  function end() {
    return to ?? newest;
  }

  function go(change) {
    if (change.span) kept.span = Math.max(LEAST_MS, Math.min(MOST_MS, change.span));
    if ("to" in change) to = change.to === null || change.to >= newest ? null : change.to;
    load();
  }

  function zoom(by) {
    const middle = end() - kept.span / 2;
    const span = Math.max(LEAST_MS, Math.min(MOST_MS, kept.span * by));
    go({ span, to: middle + span / 2 });
  }

  async function load() {
    const mine = ++asked;
    const until = Math.round(end());
    marks();
    try {
      const path = query(`/wearers/${encodeURIComponent(wearer)}/signals`, { from: Math.round(until - kept.span), to: until, points: POINTS });
      const found = await get(path, signal);
      if (mine !== asked || signal.aborted) return;
      data = { ...found, from: until - kept.span, to: until };
      draw();
    } catch (error) {
      if (!signal.aborted && mine === asked) refill(body, h("p", { class: "wrong" }, word("failed").replace("{}", error.message)));
    }
  }

  function marks() {
    for (const [name, span] of RANGES) setAttr(buttons.get(name), "aria-pressed", String(kept.span === span));
    setAttr(buttons.get("table"), "aria-pressed", String(kept.table));
    buttons.get("later").disabled = to === null;
    buttons.get("newest").disabled = to === null;
    buttons.get("zoom_in").disabled = kept.span <= LEAST_MS;
    buttons.get("zoom_out").disabled = kept.span >= MOST_MS;
  }

  function draw() {
    if (!data) return;
    marks();
    refill(lanes, contextLane(data), alertLane(data));
    const known = (name) => data.signals[name].value.some((value) => value != null);
    const all = order(Object.keys(data.signals));
    const names = all.filter(known);
    const without = all.filter((name) => !known(name)).map((name) => word(name, "signal"));
    setText(rest, without.length ? `${word("without")}: ${without.join(", ")}` : "");
    const empty = !names.length || !data.time.length;
    if (kept.table || empty) {
      drop();
      refill(body, empty ? h("p", { class: "empty" }, word("no_signals")) : table(data, names));
      return;
    }
    if (names.join() !== [...charts.keys()].join()) {
      drop();
      refill(body);
      for (const name of names) charts.set(name, new SignalChart(body, name, (from, until) => go({ span: until - from, to: until })));
    }
    for (const [name, chart] of charts) chart.show(data, name);
  }

  function drop() {
    for (const chart of charts.values()) chart.leave();
    charts.clear();
  }

  build();
  return {
    node,
    /** New data have come: move along, unless somebody looks at the past. */
    follow(time, first) {
      if (!first && time - newest < MINUTE) return;
      newest = time;
      if (to === null) load();
    },
    redraw() {
      drop();
      draw();
    },
    leave: drop,
  };
}

function order(names) {
  const place = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

function table(data, names) {
  const step = Math.max(1, Math.ceil(data.time.length / ROWS));
  const heads = [h("th", { scope: "col" }, word("time")), h("th", { scope: "col" }, word("doing")), ...names.map((name) => h("th", { scope: "col" }, word(name, "signal"), h("small", {}, ` ${word(data.signals[name].unit, "unit")} (${word("own_usual")})`)))];
  const rows = [];
  for (let at = data.time.length - 1; at >= 0; at -= step) {
    rows.push(h("tr", {}, h("th", { scope: "row" }, moment(data.time[at])), h("td", {}, word(data.context[at], "context")), names.map((name) => cell(data.signals[name], at))));
  }
  return h("div", { class: "wide tall", tabindex: "0", role: "region", "aria-label": word("as_table") },
    h("table", { class: "values" }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)));
}

function cell(found, at) {
  const digits = digitsOf(found.unit);
  const [value, low, high] = [found.value[at], found.low[at], found.high[at]];
  if (value == null) return h("td", { class: "num quiet" }, word(found.cause?.[at] || "missing", "cause"));
  const arrow = low != null && value < low ? " ↓" : high != null && value > high ? " ↑" : "";
  const usual = found.usual[at] == null ? "" : ` (${number(found.usual[at], digits)})`;
  return h("td", { class: "num" }, h("b", {}, `${number(value, digits)}${arrow}`), h("span", { class: "quiet" }, usual));
}
