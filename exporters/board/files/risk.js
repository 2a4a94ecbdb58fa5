// Scores, findings and estimates of a wearer, with how sure they are.
import { h } from "./dom.js";
import { measured, moment, number, percent } from "./format.js";
import { say, word } from "./words.js";

export function riskPanel(risk) {
  if (!risk) return h("p", { class: "quiet" }, word("no_risk"));
  const told = [
    Object.keys(risk.not_run ?? {}).length && say("not_run", Object.keys(risk.not_run).map((name) => word(name, "network")).join(", ")),
    risk.learning?.length && say("learning", risk.learning.join(", ")),
  ].filter(Boolean);
  return [
    estimates(Object.entries(risk.estimates ?? {})),
    scores(risk.scores ?? []),
    findings(risk.findings ?? []),
    changes(risk.changes ?? []),
    responses(risk.responses ?? []),
    told.map((line) => h("p", { class: "quiet" }, line)),
    h("p", { class: "quiet" }, say("updated_at", moment(risk.time))),
  ];
}

/** A probability as a dot on its 90 % interval. */
function interval(estimate) {
  const [range, dot] = [h("i", { class: "between" }), h("i", { class: "at" })];
  range.style.insetInlineStart = `${estimate.low * 100}%`;
  range.style.width = `${Math.max(1, (estimate.high - estimate.low) * 100)}%`;
  dot.style.insetInlineStart = `${estimate.probability * 100}%`;
  return h("span", { class: "interval", "aria-hidden": "true" }, range, dot);
}

function estimates(found) {
  if (!found.length) return null;
  found.sort(([, a], [, b]) => b.probability - a.probability);
  return h("ul", { class: "estimates" }, found.map(([name, estimate]) => {
    const more = [
      estimate.source,
      estimate.lowers?.length && say("lowers", estimate.lowers.join("; ")),
      estimate.missing?.length && say("missing", estimate.missing.join(", ")),
    ].filter(Boolean);
    return h("li", {},
      h("span", { class: "n" }, word(name, "estimate")), h("b", {}, percent(estimate.probability)),
      interval(estimate), h("span", { class: "f" }, say("interval", percent(estimate.low), percent(estimate.high))),
      more.length > 0 && h("details", { class: "f whole" }, h("summary", {}, word("basis")), more.map((line) => h("p", {}, line))));
  }));
}

function scores(found) {
  if (!found.length) return null;
  return h("ul", { class: "scores" }, found.map((score) => {
    const total = score.low === score.high ? number(score.low) : say("between", number(score.low), number(score.high));
    const parts = score.parts.map((part) => `${word(part.signal, "signal")} ${number(part.value, part.signal === "temp" ? 1 : 0)} (${part.points})`).join(", ");
    const missing = score.missing.map((name) => word(word(name, "signal"), "part")).join(", ");
    return h("li", {},
      h("span", { class: "n" }, score.name), h("b", {}, say("points", total)),
      h("details", { class: "f whole" }, h("summary", {}, word("basis")), parts && h("p", {}, say("measured_parts", parts)), missing && h("p", {}, say("missing", missing)), h("p", {}, score.source)));
  }));
}

function findings(found) {
  if (!found.length) return null;
  return [h("h3", {}, word("findings")), h("ul", { class: "findings" }, found.map((finding) =>
    h("li", { "data-grade": finding.grade ?? 0, title: finding.source },
      h("span", { class: "n" }, word(finding.name, "finding")), h("b", {}, measured(finding.value, finding.unit)),
      h("span", { class: "f" }, `${finding.grade >= 2 ? "⚠ " : ""}${word(finding.band, "band")}`))))];
}

function changes(found) {
  if (!found.length) return null;
  return [h("h3", {}, word("drifted")), h("ul", { class: "plainlist" }, found.map((drift) =>
    h("li", {}, h("b", {}, word(drift.signal, "signal")), " ", say("moved", {
      before: number(drift.before, 1), after: number(drift.after, 1), since: moment(drift.since), kind: word(drift.kind) }))))];
}

function responses(found) {
  if (!found.length) return null;
  return [h("h3", {}, word("responses")), h("ul", { class: "plainlist" }, found.map((response) =>
    h("li", {}, h("b", {}, response.code), ` · ${word(response.signal, "signal")}: ${word(`response_${response.verdict}`)}`,
      response.effect == null ? "" : ` (${number(response.effect, 1, true)}; ${say("between", number(response.low, 1, true), number(response.high, 1, true))})`)))];
}
