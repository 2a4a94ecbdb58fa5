// One alert in full: why, since when, how sure, what to do, what ends it, and what people said.
import { answers } from "./answers.js";
import { h, refill } from "./dom.js";
import { ago, digitsOf, measured, moment, number, percent, stamp, unitOf } from "./format.js";
import { level } from "./row.js";
import { get, query } from "./session.js";
import { rank, store } from "./store.js";
import { language, say, sentence, word } from "./words.js";

/** The voice in which advice is said to who looks. */
export function voice() {
  return store.me?.role === "wearer" ? "wearer" : "clinician";
}

/** Draw an alert into a place and keep it true. Gives `{leave}`. */
export function alertCard(place, id) {
  const what = h("div", { class: "what" });
  const more = h("div", { class: "more" });
  const form = answers(id);
  const history = h("div", { class: "history" });
  let revision = 0;
  let gone = false;

  async function load(alert) {
    if (alert) drawn(alert, null);
    try {
      const found = await get(query(`/alerts/${encodeURIComponent(id)}`, { voice: voice(), language: language() }));
      if (gone || found.alert.revision < revision) return;
      drawn(found.alert, found.card);
      const events = (await get(`/alerts/${encodeURIComponent(id)}/history`)).events;
      if (!gone) refill(history, lifeOf(events.map((event) => event.alert)));
    } catch (error) {
      if (!gone && !alert) refill(what, h("p", { class: "empty" }, error.status === 404 ? word("foreign") : say("failed", error.message)));
    }
  }

  function drawn(alert, card) {
    revision = alert.revision;
    store.seen(alert.updated);
    refill(what, head(alert, card), reasons(alert), said(alert));
    refill(more, sureness(alert), todo(alert, card), ends(alert, card));
    form.show(alert);
  }

  function heard({ changed, whole }) {
    const alert = store.alerts.get(id);
    if ((changed.has(id) || whole) && alert && alert.revision > revision) load(alert);
    else form.refresh();
  }

  const offs = [store.on("alerts", heard), store.on("sent", () => form.refresh())];
  refill(place, h("a", { class: "back", href: "#/inbox" }, "← ", word("back")), h("article", { class: "card" }, h("div", { class: "left" }, what, more), h("div", { class: "aside" }, form.node, history)));
  refill(what, h("p", { class: "quiet" }, word("loading")));
  load(store.alerts.get(id));
  return {
    leave() {
      gone = true;
      offs.forEach((off) => off());
      form.leave();
    },
  };
}

function head(alert, card) {
  const wearer = alert.wearer && h("a", { href: `#/wearers/${encodeURIComponent(alert.wearer)}` }, alert.wearer);
  const also = (alert.also ?? []).map((name) => word(name, "condition"));
  const cause = card?.cause ?? alert.cause;
  return h(
    "header",
    {},
    h("p", { class: "first" }, level(alert.priority), h("span", { class: "state" }, word(alert.status, "status")), alert.historic && h("span", { class: "state" }, word("historic"))),
    h("h2", { lang: card?.title_language }, card?.title || sentence(alert.title) || word(alert.condition, "condition")),
    h("p", { class: "quiet" }, wearer, wearer && " · ", word("since"), " ", stamp(alert.onset), ` (${ago(alert.onset)}) · `, word("updated"), " ", stamp(alert.updated),
      alert.context ? ` · ${word(alert.context, "context")}` : ""),
    also.length > 0 && h("p", { class: "quiet" }, `${word("also")}: ${also.join(", ")}`),
    cause && h("p", {}, `${word("cause")}: `, h("span", { lang: card?.cause_language }, cause)),
  );
}

function reasons(alert) {
  const found = [...(alert.contributions ?? [])].sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  if (!found.length) return null;
  return h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": word("contribution") }, contributionTable(found));
}

/** Value, own usual and change of each vital; the bar is its share of the reason. `brief` is for narrow places. */
export function contributionTable(found, brief = false) {
  const columns = brief ? ["vital", "beside", "share"] : ["vital", "value", "own_usual", "change", "share"];
  const heads = columns.map((name) => h("th", { scope: "col" }, word(name)));
  const row = (vital) => {
    const change = vital.change ?? (vital.usual == null ? null : vital.value - vital.usual);
    const digits = digitsOf(vital.unit);
    const arrow = change === null || !Number(change.toFixed(digits)) ? "" : change > 0 ? "↑ " : "↓ ";
    const cells = {
      vital: h("th", { scope: "row" }, word(vital.signal, "signal")),
      beside: h("td", { class: "num" }, h("b", {}, vitalValue(vital)), vital.usual == null ? "" : ` (${number(vital.usual, digits)})`),
      value: h("td", { class: "num strong" }, vitalValue(vital)),
      own_usual: h("td", { class: "num" }, vital.usual == null ? word("unknown") : number(vital.usual, digits)),
      change: h("td", { class: "num" }, change === null ? "–" : arrow + number(change, digits, true)),
      share: h("td", { class: "num" }, vital.share == null ? "–" : [bar(vital.share), percent(vital.share)]),
    };
    return h("tr", {}, columns.map((name) => cells[name]));
  };
  return h("table", { class: "reasons" }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, found.map(row)));
}

function vitalValue({ signal, value, unit }) {
  if (signal === "male" && (value === 0 || value === 1)) return word(value ? "male" : "female");
  if (signal === "local_hour") return `${number(Math.floor(value))}:00`;
  return signal === "age" || unitOf(unit) === "" ? number(value, digitsOf(unit)) : measured(value, unit);
}

export function bar(share) {
  const fill = h("i");
  fill.style.width = `${Math.round(share * 100)}%`;
  return h("span", { class: "meter", "aria-hidden": "true" }, fill);
}

function sureness(alert) {
  const versions = Object.entries(alert.models ?? {}).map(([name, version]) => `${name} ${version}`);
  const facts = [
    ["probability", alert.probability == null ? null : percent(alert.probability)],
    ["confidence", alert.confidence == null ? null : percent(alert.confidence)],
    ["usable", alert.quality == null ? null : percent(alert.quality)],
    ["models", versions.join(", ") || word("rules_only")],
  ].filter(([, value]) => value !== null);
  return h("section", {}, h("h3", {}, word("sure")), h("dl", { class: "inline" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, word(name)), h("dd", {}, value)))));
}

function todo(alert, card) {
  const own = (alert.advice ?? []).filter((advice) => advice.voice === voice());
  const advice = card?.advice ?? (own.length ? own : (alert.advice ?? []));
  return advice.length > 0 && h("section", {}, h("h3", {}, word("to_do")), adviceList(advice));
}

/** Advice by kind: now, watch, seek help; each with who says so. */
export function adviceList(advice) {
  return h("ul", { class: "advice" }, advice.map((line) =>
    h("li", { "data-kind": line.kind },
      h("b", {}, word(line.kind, "kind")), " ", line.text,
      h("small", {}, ` ${word("source_of")}: ${line.source}${line.generated ? ` (${word("generated")})` : ""}`))));
}

function ends(alert, card) {
  const clears = card?.clears ?? sentence(alert.clears);
  return clears && h("section", {}, h("h3", {}, word("clears")), h("p", { lang: card?.clears_language }, clears));
}

function said(alert) {
  const lines = saidLines(alert);
  return lines.length > 0 && h("ul", { class: "said" }, lines.map((line) => h("li", {}, line)));
}

function saidLines(alert) {
  const by = (name) => name || word("somebody");
  const lines = [];
  if (alert.acknowledged_by !== null && alert.acknowledged_by !== undefined) lines.push(say("acknowledged_by", by(alert.acknowledged_by)));
  if (alert.snooze) lines.push(say("snoozed_until", moment(alert.snooze.until), by(alert.snooze.author)));
  if (alert.answer) lines.push(say("answered_by", by(alert.answer.author), answered(alert.answer)));
  return lines;
}

export function answered(answer) {
  const parts = [];
  if (typeof answer.useful === "boolean") parts.push(word(answer.useful ? "useful" : "not_useful"));
  if (typeof answer.true_alarm === "boolean") parts.push(word(answer.true_alarm ? "true_alarm" : "false_alarm"));
  return parts.join(", ") || word("no_comment");
}

/** Reminders in a row become one line, with how many there were. */
function folded(revisions) {
  const lines = [];
  for (const alert of revisions) {
    const last = lines.at(-1);
    if (last && alert.status === "reminded" && last[0].status === "reminded" && last[0].priority === alert.priority) last[1] += 1;
    else lines.push([alert, 1]);
  }
  return lines;
}

/** The life of an alert, newest first. */
function lifeOf(revisions) {
  const before = new Map(revisions.map((alert) => [alert.revision + 1, alert.priority]));
  const lines = folded([...revisions].sort((a, b) => b.revision - a.revision)).map(([alert, times]) => {
    const fell = alert.status === "reminded" && times === 1 && rank(alert.priority) < rank(before.get(alert.revision) ?? alert.priority);
    const who = { acknowledged: alert.acknowledged_by, snoozed: alert.snooze?.author, answered: alert.answer?.author }[alert.status];
    const more = alert.status === "answered" && alert.answer ? `: ${answered(alert.answer)}` : "";
    const often = times > 1 ? ` × ${number(times)}` : "";
    return h("li", {}, stamp(alert.updated), " ", h("b", {}, fell ? word("milder") : word(alert.status, "status")), often, more, who ? ` · ${who}` : "", " ", level(alert.priority));
  });
  return h("section", {}, h("h3", {}, word("history")), h("ol", { class: "life", reversed: true }, lines));
}
