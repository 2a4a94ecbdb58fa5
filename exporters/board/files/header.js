// The bar above every page: where to go, whether it is live, language, colours, who looks.
import { h, refill, setAttr, setText } from "./dom.js";
import { time } from "./format.js";
import { session } from "./session.js";
import { signInDialog } from "./signin.js";
import { store } from "./store.js";
import { language, say, setLanguage, word } from "./words.js";

const THEME = "vitalstream.theme";
const THEMES = ["auto", "light", "dark"];
const SIGNS = { auto: "◐", light: "○", dark: "●" };
let parts = null;
let state = null;
let notes = {};

export function header(top, { onLanguage, onSignOut }) {
  parts = { dot: h("span", { class: "dot", "aria-hidden": "true" }), live: h("span"), badge: h("span", { class: "badge" }) };
  refill(
    top,
    h("a", { class: "brand", href: "#/wearers" }, h("img", { src: "/board/icon.svg", alt: "", width: 22, height: 22 }), h("span", {}, "vitalstream")),
    h(
      "nav",
      { "aria-label": word("menu") },
      h("a", { href: "#/wearers", "data-page": "wearers" }, word("wearers")),
      h("a", { href: "#/inbox", "data-page": "inbox" }, word("inbox"), " ", parts.badge),
    ),
    h("span", { class: "live" }, parts.dot, parts.live),
    h("span", { class: "tools" }, languages(onLanguage), themes(), who(onLanguage, onSignOut)),
  );
  count();
}

function languages(onLanguage) {
  const other = language() === "en" ? "zh" : "en";
  const said = other === "zh" ? "中文" : "English";
  const swap = () => {
    setLanguage(other);
    onLanguage();
    document.getElementById("language")?.focus();
  };
  return h("button", { type: "button", id: "language", class: "plain", lang: other, onclick: swap }, said);
}

function themes() {
  const sign = h("span", { "aria-hidden": "true" });
  const label = h("span", { class: "wordy" });
  const turn = () => {
    dress(THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length]);
    tell();
  };
  const button = h("button", { type: "button", id: "theme", class: "plain", onclick: turn }, sign, " ", label);
  function tell() {
    setText(sign, SIGNS[chosen()]);
    setText(label, word(`theme_${chosen()}`));
    setAttr(button, "aria-label", say("colours_are", word(`theme_${chosen()}`)));
  }
  tell();
  return button;
}

function chosen() {
  return localStorage.getItem(THEME) ?? "auto";
}

function dress(name) {
  localStorage.setItem(THEME, name);
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  store.tell("theme");
}

function who(onSignedIn, onSignOut) {
  const me = store.me;
  if (!me) return null;
  if (me.anonymous) {
    const open = () => signInDialog(() => location.reload());
    return h("button", { type: "button", class: "plain", onclick: open }, word("sign_in"));
  }
  return h(
    "span",
    { class: "who" },
    h("span", { class: "name", title: me.role }, me.name),
    session.token && h("button", { type: "button", class: "plain", onclick: onSignOut }, word("sign_out")),
  );
}

/** How many alerts wait, beside the inbox; high ones are told apart by word, too. */
function count() {
  if (!parts) return;
  const open = store.open();
  const high = open.filter((alert) => alert.priority === "high").length;
  setText(parts.badge, open.length ? String(open.length) : "");
  setAttr(parts.badge, "hidden", open.length ? null : "");
  setAttr(parts.badge, "data-high", high ? "yes" : null);
  setAttr(parts.badge, "title", high ? `${word("high", "priority")}: ${high}` : null);
}

store.on("alerts", count);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => store.tell("theme"));

/** Show whether what is seen is live; silence is told, never taken for "well". */
export function showLive(changed = state) {
  state = changed;
  if (!parts) return;
  const live = Boolean(state?.live);
  setAttr(parts.dot, "data-live", live ? "yes" : "no");
  setText(parts.live, !state ? word("connecting") : live ? word("live") : say("not_live", time(state.since, true)));
  const lost = state && !live && state.reason !== "connecting";
  banner("live", lost ? `${say("not_live", time(state.since, true))}: ${word(state.reason)}. ${word("stands")}` : null);
}

/** A line above the page until it is taken back (`text` null); `name` null takes all back. */
export function banner(name, text = null) {
  if (name === null) notes = {};
  else if (text === null) delete notes[name];
  else notes[name] = text;
  const place = document.getElementById("banner");
  const lines = Object.entries(notes);
  const shown = lines.map(([key, said]) => `${key}:${said}`).join("\n");
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  refill(
    place,
    lines.map(([key, said]) =>
      h("p", { class: `note about-${key}` }, h("span", {}, said),
        key !== "live" && h("button", { type: "button", class: "plain", onclick: () => banner(key) }, word("close")))),
  );
}

/** Say it to a screen reader, after what it is saying. */
export function speak(text) {
  setText(document.getElementById("spoken"), text);
}
