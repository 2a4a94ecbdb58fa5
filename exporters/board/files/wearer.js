// One wearer: what counts now, signals over hours and days, risk, advice, alerts and answers, quality.
import { adviceList, answered, contributionTable, voice } from "./card.js";
import { h, refill } from "./dom.js";
import { ago, digitsOf, measured, moment, number, percent, stamp, wearerTime, zone } from "./format.js";
import { breakGlass } from "./glass.js";
import { riskPanel } from "./risk.js";
import { dressTrack, farness, level, standing, track } from "./row.js";
import { get, query } from "./session.js";
import { signalsPanel } from "./signals.js";
import { rank, store } from "./store.js";
import { language, say, sentence, word } from "./words.js";

const RELOAD_MS = 2000;
const AGES_MS = 15_000;
const KEPT = 50;
const CONTRIBUTING = 3;

export function wearerPage(main, wearer) {
  const at = `/wearers/${encodeURIComponent(wearer)}`;
  const gone = new AbortController();
  const place = Object.fromEntries(["head", "now", "alerts", "risk", "advice", "answers", "quality"].map((name) => [name, h("div")]));
  const panel = (name, title, ...inside) => h("section", { class: `panel ${name}`, "aria-labelledby": `t-${name}` }, h("h2", { id: `t-${name}` }, title), ...inside);
  const signals = signalsPanel(wearer, gone.signal);
  let found = null;
  let timer = null;

  main.className = "one";
  refill(main, h("p", { class: "quiet pad" }, word("loading")));

  function frame() {
    refill(
      main,
      h("a", { class: "back", href: "#/wearers" }, "← ", word("wearers")),
      h("header", { class: "person" }, h("h1", {}, say("to_wearer", wearer)), place.head),
      h("div", { class: "columns" },
        h("div", { class: "side" },
          panel("now", word("counts_now"), place.now, place.alerts),
          panel("advice", word("advice"), place.advice)),
        h("div", { class: "middle" },
          panel("signals", word("signals"), signals.node)),
        h("div", { class: "side" },
          panel("risk", word("scores"), place.risk),
          panel("quality", word("data_quality"), place.quality),
          panel("answers", word("answers"), place.answers)),
      ),
    );
  }

  async function load() {
    try {
      const first = !found;
      found = await get(at, gone.signal);
      if (gone.signal.aborted) return;
      store.seen(found.row.time);
      if (first) frame();
      draw();
      signals.follow(found.row?.time ?? store.newest, first);
      loadAnswers();
    } catch (error) {
      if (gone.signal.aborted) return;
      if (error.status === 404 || error.status === 403) refuse(error.status === 404 ? "foreign_wearer" : "no_health");
      else if (!found) refill(main, h("p", { class: "empty" }, say("failed", error.message)), h("button", { type: "button", class: "centre", onclick: load }, word("retry")));
    }
  }

  function refuse(why) {
    const open = () => breakGlass(wearer, load);
    refill(
      main,
      h("a", { class: "back", href: "#/wearers" }, "← ", word("wearers")),
      h("div", { class: "empty" }, h("h1", {}, say("to_wearer", wearer)), h("p", {}, word(why)),
        store.may("break_glass") && h("button", { type: "button", onclick: open }, word("break_glass"))),
    );
  }

  function draw() {
    const { row, risk, trace } = found;
    const alerts = openHere();
    refill(place.head, personLine(row, trace));
    refill(place.now, row.strange?.length ? strangeList(row.strange) : h("p", { class: "quiet" }, word(nothingStrange(row, trace))),
      row.unusual != null && h("p", { class: "quiet" }, say("unusual_of", percent(row.unusual))));
    refill(place.alerts, alerts.slice(0, CONTRIBUTING).map(shortAlert),
      alerts.length > CONTRIBUTING && h("p", {}, h("a", { href: "#/inbox" }, say("more", alerts.length - CONTRIBUTING))));
    refill(place.risk, riskPanel(risk));
    advise(alerts);
    refill(place.quality, qualityOf(row, trace, risk));
  }

  /** Open alerts of this wearer: what is live where it is known, else what was loaded. */
  function openHere() {
    const live = store.open().filter((alert) => alert.wearer === wearer);
    return store.loaded.alerts ? live : [...(found.alerts ?? [])].sort((a, b) => rank(b.priority) - rank(a.priority));
  }

  /** In English the alert brings its advice; other languages have it by the card. */
  async function advise(alerts) {
    if (language() === "en") {
      refill(place.advice, adviceOf(alerts.flatMap((alert) => alert.advice ?? []).filter((line) => line.voice === voice())));
      return;
    }
    const cards = alerts.slice(0, CONTRIBUTING).map((alert) => get(query(`/alerts/${encodeURIComponent(alert.id)}`, { voice: voice(), language: language() }), gone.signal));
    const said = (await Promise.allSettled(cards)).flatMap(({ value }) => value?.card.advice ?? []);
    if (!gone.signal.aborted) refill(place.advice, adviceOf(said));
  }

  async function loadAnswers() {
    try {
      const { alerts } = await get(query("/alerts", { state: "all", wearer, limit: KEPT }), gone.signal);
      const newest = new Map();
      for (const { alert } of alerts) if (!newest.has(alert.id) || newest.get(alert.id).revision < alert.revision) newest.set(alert.id, alert);
      refill(place.answers, alertTable([...newest.values()].sort((a, b) => b.onset - a.onset)));
    } catch (error) {
      if (!gone.signal.aborted) refill(place.answers, h("p", { class: "quiet" }, say("failed", error.message)));
    }
  }

  function soon() {
    timer ??= setTimeout(() => ((timer = null), load()), RELOAD_MS);
  }

  const offs = [
    store.on("rows", ({ changed, whole }) => found && (whole || changed.has(wearer)) && store.rows.get(wearer)?.time !== found.row?.time && soon()),
    store.on("alerts", ({ changed }) => found && [...changed].some((id) => store.alerts.get(id)?.wearer === wearer) && (draw(), soon())),
    store.on("theme", () => signals.redraw()),
  ];
  const ages = setInterval(() => found && refill(place.head, personLine(found.row, found.trace)), AGES_MS);
  load();
  return {
    leave() {
      gone.abort();
      offs.forEach((off) => off());
      clearInterval(ages);
      clearTimeout(timer);
      signals.leave();
    },
  };
}

/** Why no vital is listed: an own usual that nobody has learnt yet is no normal one. */
function nothingStrange(row, trace) {
  if (!row.context || row.stale) return "unknown";
  return Object.values(trace?.signals ?? {}).some((reading) => reading.usual != null) ? "nothing_unusual" : "usual_unknown";
}

function personLine(row, trace) {
  const offset = trace?.utc_offset ?? row.utc_offset;
  return h("p", { class: "facts" },
    level(standing(row)),
    h("span", {}, word(row.context, "context")),
    h("span", { class: row.stale ? "warn" : "" }, `${row.stale ? `⚠ ${word("stale")}, ` : ""}${word("seen")}: ${moment(row.time)} (${ago(row.time)})`),
    offset != null && h("span", { class: "quiet" }, say("here_there", wearerTime(row.time, offset), zone(offset))));
}

function strangeList(strange) {
  return h("ul", { class: "strange" }, strange.map((sign) => {
    const line = track();
    dressTrack(line, sign.spreads);
    const usual = sign.usual == null ? word("unknown") : number(sign.usual, digitsOf(sign.unit));
    const band = sign.low == null ? "" : ` (${number(sign.low, digitsOf(sign.unit))}–${number(sign.high, digitsOf(sign.unit))})`;
    return h("li", { "data-out": Math.abs(sign.spreads ?? 0) >= 2 },
      h("span", { class: "n" }, word(sign.signal, "signal")),
      h("span", { class: "num" }, h("b", {}, measured(sign.value, sign.unit)), h("span", { class: "far" }, farness(sign.spreads))),
      line, h("span", { class: "f" }, `${word("own_usual")} ${usual}${band}`));
  }));
}

function shortAlert(alert) {
  const link = h("a", { href: `#/inbox/${encodeURIComponent(alert.id)}` }, sentence(alert.title) || word(alert.condition, "condition"));
  const rows = [...(alert.contributions ?? [])].sort((a, b) => (b.share ?? 0) - (a.share ?? 0)).slice(0, CONTRIBUTING);
  return h("article", { class: "short", "data-level": alert.priority },
    h("p", { class: "first" }, level(alert.priority), h("span", { class: "quiet" }, word(alert.status, "status"), " · ", stamp(alert.onset))),
    h("h3", {}, link),
    rows.length > 0 && h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": word("contribution") }, contributionTable(rows, true)));
}

function adviceOf(lines) {
  const once = new Map(lines.map((line) => [`${line.kind}${line.text}`, line]));
  return once.size ? adviceList([...once.values()]) : h("p", { class: "quiet" }, word("no_advice"));
}

function qualityOf(row, trace, risk) {
  const bad = Object.entries({ ...risk?.unusable, ...row.unusable });
  const signals = Object.entries(trace?.signals ?? {}).filter(([, reading]) => reading.quality != null);
  return [
    bad.length
      ? h("ul", { class: "plainlist" }, bad.map(([signal, cause]) => h("li", {}, "⚠ ", h("b", {}, word(signal, "signal")), `: ${word(cause || "unknown", "cause")}`)))
      : h("p", { class: "quiet" }, word(row.stale ? "stale" : "nothing_unusable")),
    signals.length > 0 && h("dl", { class: "shares" }, signals.map(([name, reading]) => [h("dt", {}, word(name, "signal")), h("dd", {}, percent(reading.quality))])),
  ];
}

function alertTable(alerts) {
  if (!alerts.length) return h("p", { class: "quiet" }, word("no_answers"));
  return h("ul", { class: "past" }, alerts.map((alert) => {
    const people = [
      alert.acknowledged_by != null && say("acknowledged_by", alert.acknowledged_by || word("somebody")),
      alert.answer && say("answered_by", alert.answer.author || word("somebody"), answered(alert.answer)),
    ].filter(Boolean);
    return h("li", {},
      h("p", { class: "first" }, level(alert.priority), h("a", { href: `#/inbox/${encodeURIComponent(alert.id)}` }, sentence(alert.title) || word(alert.condition, "condition"))),
      h("p", { class: "quiet" }, stamp(alert.onset), ` · ${word(alert.status, "status")}`, people.length ? ` · ${people.join(" · ")}` : ""));
  }));
}
