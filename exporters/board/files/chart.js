// One signal over time: the line of what was measured on the band of the own usual, with a summary in words.
import { h, setText } from "./dom.js";
import { digitsOf, measured, moment, number, percent, time } from "./format.js";
import { say, word } from "./words.js";

const HIGH = 130;
const AXIS = 46;
const RIGHT = 8;
const SYNC = "wearer";
const FEW = 40;
const DAY_S = 86_400;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["accent", "band", "soft", "line", "high", "medium", "low", "info", "ink"].map((name) => [name, of(name)]));
}

export class SignalChart {
  #plot = null;
  #data = null;
  #found = null;

  constructor(place, name, onZoom) {
    this.name = name;
    this.onZoom = onZoom;
    this.colours = colours();
    this.reading = h("span", { class: "quiet" });
    this.summary = h("span", { class: "unseen" });
    this.now = h("b");
    this.canvas = h("div", { class: "plot", "aria-hidden": "true" });
    this.node = h("figure", { class: "chart" }, h("figcaption", {}, h("span", { class: "n" }, word(name, "signal")), " ", this.now, " ", this.reading, this.summary), this.canvas);
    place.append(this.node);
    this.sized = new ResizeObserver(() => this.#size());
    this.sized.observe(this.canvas);
  }

  show(data, name) {
    this.#data = data;
    this.#found = data.signals[name];
    this.#words();
    const { value, usual, low, high } = this.#found;
    const columns = [data.time.map((ms) => ms / 1000), high, low, usual, value];
    if (this.#plot) {
      this.#plot.setData(columns, false);
      this.#plot.setScale("x", { min: data.from / 1000, max: data.to / 1000 });
      return;
    }
    this.#plot = new uPlot(this.#options(), columns, this.canvas);
  }

  leave() {
    this.sized.disconnect();
    this.#plot?.destroy();
    this.node.remove();
  }

  #size() {
    const width = this.canvas.clientWidth;
    if (this.#plot && width && width !== this.#plot.width) this.#plot.setSize({ width, height: HIGH });
  }

  #options() {
    const { accent, band, soft, line, ink } = this.colours;
    const none = { stroke: "transparent", width: 0, points: { show: false } };
    const few = (plot) => plot.data[0].length <= FEW;
    const font = '11px system-ui, "Noto Sans SC", sans-serif';
    const grid = { stroke: line, width: 1 };
    return {
      width: this.canvas.clientWidth || 600,
      height: HIGH,
      padding: [6, RIGHT, 0, 0],
      legend: { show: false },
      scales: { x: { time: true, range: () => [this.#data.from / 1000, this.#data.to / 1000] }, y: { range: (plot, min, max) => room(min, max) } },
      series: [
        {}, none, none,
        { stroke: soft, width: 1, dash: [4, 4], points: { show: false } },
        { stroke: accent, width: 1.75, points: { show: few, size: 4, fill: accent, stroke: accent } },
      ],
      bands: [{ series: [1, 2], fill: band }],
      axes: [
        { stroke: soft, font, size: 22, gap: 2, space: 64, grid, ticks: { show: false }, values: (plot, splits) => splits.map((at) => this.#tick(at)) },
        { stroke: soft, font, size: AXIS, gap: 4, space: 28, grid, ticks: { show: false }, values: (plot, splits) => splits.map((at) => number(at, splits.length > 1 && splits[1] - splits[0] < 1 ? 1 : 0)) },
      ],
      cursor: { sync: { key: SYNC }, y: false, drag: { x: true, y: false, setScale: false }, points: { size: 6, fill: ink } },
      select: { show: true },
      hooks: { drawClear: [(plot) => this.#spans(plot)], setCursor: [(plot) => this.#point(plot)], setSelect: [(plot) => this.#zoom(plot)] },
    };
  }

  #tick(seconds) {
    const wide = (this.#data.to - this.#data.from) / 1000;
    const date = new Date(seconds * 1000);
    if (wide > 2 * DAY_S || (date.getHours() === 0 && date.getMinutes() === 0)) return new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short" }).format(date);
    return time(seconds * 1000);
  }

  /** Alerts as spans behind the line: a tint and an edge; their words stand in the strip above. */
  #spans(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const alert of this.#data.alerts) {
      const from = Math.max(alert.onset, this.#data.from) / 1000;
      const to = Math.min(alert.end ?? this.#data.to, this.#data.to) / 1000;
      if (to < from) continue;
      const [left, right] = [plot.valToPos(from, "x", true), plot.valToPos(to, "x", true)];
      ctx.fillStyle = this.colours[alert.priority] ?? this.colours.soft;
      ctx.globalAlpha = 0.09;
      ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
      ctx.globalAlpha = 0.8;
      ctx.fillRect(left, bbox.top, 2 * devicePixelRatio, bbox.height);
    }
    ctx.restore();
  }

  #point(plot) {
    const at = plot.cursor.idx;
    const found = this.#found;
    if (at == null || plot.cursor.left < 0 || !found) {
      this.#latest();
      return;
    }
    const value = found.value[at];
    const said = value == null ? word(found.cause?.[at] || "missing", "cause") : measured(value, found.unit);
    const usual = found.usual[at] == null ? "" : `, ${say("usual_short", number(found.usual[at], digitsOf(found.unit)))}`;
    setText(this.now, said);
    setText(this.reading, `${moment(this.#data.time[at])}${usual}`);
  }

  #zoom(plot) {
    const { left, width } = plot.select;
    if (width < 8) return;
    const [from, to] = [plot.posToVal(left, "x") * 1000, plot.posToVal(left + width, "x") * 1000];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.onZoom(from, to);
  }

  #latest() {
    const found = this.#found;
    const at = found.value.findLastIndex((value) => value != null);
    setText(this.now, at < 0 ? "–" : measured(found.value[at], found.unit));
    const usual = at < 0 || found.usual[at] == null ? "" : say("usual_short", `${number(found.usual[at], digitsOf(found.unit))} (${number(found.low[at], digitsOf(found.unit))}–${number(found.high[at], digitsOf(found.unit))})`);
    setText(this.reading, usual);
  }

  #words() {
    this.#latest();
    setText(this.summary, `. ${summary(word(this.name, "signal"), this.#found)}`);
  }
}

/** A little air above and below, and never a flat nothing. */
function room(min, max) {
  if (min == null) return [0, 1];
  const air = Math.max((max - min) * 0.08, 0.5);
  return [min - air, max + air];
}

/** What a chart shows, in words. */
export function summary(name, found) {
  const at = found.value.findLastIndex((value) => value != null);
  if (at < 0) return say("summary_empty", { name });
  const known = found.value.filter((value) => value != null);
  const out = found.value.filter((value, index) => value != null && found.low[index] != null && (value < found.low[index] || value > found.high[index]));
  const digits = digitsOf(found.unit);
  return say(found.usual[at] == null ? "summary_new" : "summary", {
    name, value: measured(found.value[at], found.unit),
    usual: number(found.usual[at], digits), low: number(found.low[at], digits), high: number(found.high[at], digits),
    min: number(Math.min(...known), digits), max: measured(Math.max(...known), found.unit),
    out: percent(out.length / known.length), missing: percent(1 - known.length / found.value.length),
  });
}
