// Numbers and times in the viewer's locale.
import { language, word } from "./words.js";
import { store } from "./store.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DIGITS = { Cel: 1, "mmol/L": 1, "m[g]": 0, "1": 1, "ln ms": 2, "": 2, "%/wk": 1 };
const made = new Map();

/** The viewer's own locale where it speaks the chosen language, else that language's. */
export function locale() {
  const own = (navigator.languages ?? [navigator.language]).find((tag) => tag.startsWith(language()));
  return own ?? (language() === "zh" ? "zh-CN" : "en-GB");
}

function formatter(Kind, options) {
  const key = `${Kind.name}${locale()}${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Kind(locale(), options));
  return made.get(key);
}

export function digitsOf(unit) {
  return DIGITS[unit] ?? 0;
}

export function number(value, digits = 0, signed = false) {
  if (value === null || value === undefined) return "–";
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  if (signed) options.signDisplay = "exceptZero";
  return formatter(Intl.NumberFormat, options).format(value).replace("-", "−");
}

export function percent(share) {
  if (share === null || share === undefined) return word("unknown");
  const said = (value) => formatter(Intl.NumberFormat, { style: "percent", maximumFractionDigits: 0 }).format(value);
  // A small risk is not none, and almost sure is not sure.
  if (share > 0 && share < 0.005) return `<${said(0.01)}`;
  return share >= 0.995 && share < 1 ? `>${said(0.99)}` : said(share);
}

export function unitOf(unit) {
  return word(unit, "unit");
}

/** A value with its unit, as `118 /min`. */
export function measured(value, unit, signed = false) {
  if (value === null || value === undefined) return "–";
  // A logarithm is shown as what it is of, a change of one as a share.
  if (unit === "ln ms") {
    return signed ? measured(100 * Math.expm1(value), "%", true) : measured(Math.exp(value), "ms");
  }
  const said = unitOf(unit);
  const gap = said === "" || said === "%" || (language() === "zh" && said === "°C") ? "" : " ";
  return `${number(value, digitsOf(unit), signed)}${gap}${said}`;
}

export function time(ms, seconds = false) {
  const options = { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) };
  return formatter(Intl.DateTimeFormat, options).format(ms);
}

/** A time with its day where that is not today's, in the viewer's zone. */
export function moment(ms) {
  const now = store.now();
  if (new Date(ms).toDateString() === new Date(now).toDateString()) return time(ms);
  const year = new Date(ms).getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" };
  const options = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", ...year };
  return formatter(Intl.DateTimeFormat, options).format(ms);
}

/** The same moment where the wearer is, `offset` minutes east of UTC. */
export function wearerTime(ms, offset) {
  const options = { hour: "2-digit", minute: "2-digit", weekday: "short", timeZone: "UTC" };
  return formatter(Intl.DateTimeFormat, options).format(ms + offset * MINUTE);
}

export function zone(offset) {
  const hours = Math.trunc(Math.abs(offset) / 60);
  const minutes = Math.abs(offset) % 60;
  return `UTC${offset < 0 ? "−" : "+"}${hours}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}`;
}

/** A stretch of time in its largest fitting unit. */
export function span(ms) {
  const [value, unit] =
    ms >= 2 * DAY ? [ms / DAY, "day"] : ms >= 2 * HOUR ? [ms / HOUR, "hour"] : [ms / MINUTE, "minute"];
  const options = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 };
  return formatter(Intl.NumberFormat, options).format(Math.max(0, Math.floor(value)));
}

export function ago(ms) {
  const past = store.now() - ms;
  return past < MINUTE ? word("just_now") : word("ago").replace("{}", span(past));
}

/** A `time` element: the viewer's time, with the machine's form beside it. */
export function stamp(ms) {
  const node = document.createElement("time");
  node.dateTime = new Date(ms).toISOString();
  node.textContent = moment(ms);
  return node;
}

export const span_ms = { MINUTE, HOUR, DAY };
