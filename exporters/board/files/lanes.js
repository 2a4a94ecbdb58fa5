// Strips above the charts, on the same time axis: what the wearer was doing, and alerts as spans.
import { h } from "./dom.js";
import { moment, time } from "./format.js";
import { levelWord, sentence, word } from "./words.js";

const LEAST_SHARE = 0.004;
const ROWS = 5;

/** Stretches of one context, from moments. */
export function stretches(times, contexts, until) {
  const found = [];
  times.forEach((from, at) => {
    const last = found.at(-1);
    const to = times[at + 1] ?? until;
    if (last && last.context === contexts[at]) last.to = to;
    else found.push({ context: contexts[at], from, to });
  });
  return found;
}

function put(node, data, from, to) {
  const wide = data.to - data.from;
  const start = Math.max(0, (from - data.from) / wide);
  const end = Math.min(1, (to - data.from) / wide);
  node.style.insetInlineStart = `${(start * 100).toFixed(2)}%`;
  node.style.width = `${(Math.max(LEAST_SHARE, end - start) * 100).toFixed(2)}%`;
  return node;
}

export function contextLane(data) {
  const found = stretches(data.time, data.context, data.to);
  const said = found.slice(-12).map((one) => `${word(one.context, "context")} ${time(one.from)}–${time(one.to)}`).join("; ");
  const pieces = found.map((one) => {
    const name = word(one.context, "context");
    return put(h("span", { "data-context": one.context, title: `${name} ${time(one.from)}–${time(one.to)}` }, (one.to - one.from) / (data.to - data.from) > 0.07 ? name : ""), data, one.from, one.to);
  });
  return h("div", { class: "lane contexts", role: "img", "aria-label": `${word("context_strip")}: ${said}` }, pieces);
}

export function alertLane(data) {
  const inside = data.alerts.filter((alert) => (alert.end ?? data.to) >= data.from && alert.onset <= data.to).sort((a, b) => a.onset - b.onset);
  if (!inside.length) return h("p", { class: "quiet lane none" }, word("no_alert_range"));
  const ends = [];
  const pieces = inside.map((alert) => {
    const end = alert.end ?? data.to;
    let row = ends.findIndex((until) => until <= alert.onset);
    if (row < 0) row = Math.min(ends.length, ROWS - 1);
    ends[row] = end;
    const said = `${sentence(alert.title)}, ${moment(alert.onset)}–${alert.end ? moment(alert.end) : ""}`;
    const link = h("a", { href: `#/inbox/${encodeURIComponent(alert.id)}`, "data-level": alert.priority, "data-row": row, title: said },
      `${levelWord(alert.priority)} · ${word(alert.condition, "condition")}`, h("span", { class: "unseen" }, `: ${said}`));
    return put(link, data, alert.onset, end);
  });
  return h("div", { class: "lane spans", role: "group", "aria-label": word("alert_strip"), "data-rows": ends.length }, pieces);
}
