// The board's start: who looks, what is live, which page is shown.
import { h, refill, setText } from "./dom.js";
import { header, showLive } from "./header.js";
import { inboxPage } from "./inbox.js";
import { openFeeds } from "./live.js";
import { get, session } from "./session.js";
import { signInPage } from "./signin.js";
import { store } from "./store.js";
import { language, word } from "./words.js";
import { wearerPage } from "./wearer.js";
import { wearersPage } from "./wearers.js";

const main = document.getElementById("main");
const AGAIN_MS = 1000;
let page = null;
let feeds = null;

/** The page that an address names: `#/wearers`, `#/wearers/w1`, `#/inbox`, `#/inbox/ID`. */
function route() {
  const [, name, item] = location.hash.split("/").map(plain);
  return { name: name === "inbox" ? "inbox" : "wearers", item: item || null };
}

/** A part of an address as it was meant; as it is where it was written wrongly. */
function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function show() {
  if (!store.me) return;
  const { name, item } = route();
  if (page?.take?.(name, item)) {
    mark(name);
    return;
  }
  page?.leave?.();
  main.className = "";
  page = name === "inbox" ? inboxPage(main, item) : item ? wearerPage(main, item) : wearersPage(main);
  mark(name);
}

function mark(name) {
  for (const link of document.querySelectorAll("nav [data-page]")) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function dress() {
  document.documentElement.lang = language() === "zh" ? "zh-Hans" : "en";
  setText(document.getElementById("skip"), word("skip"));
  header(document.getElementById("top"), { onLanguage: relabel, onSignOut: signOut });
  showLive();
  title();
}

function title() {
  const high = store.open().filter((alert) => alert.priority === "high").length;
  document.title = high ? `(${high}) ${word("title")}` : word("title");
}

function relabel() {
  page?.leave?.();
  page = null;
  dress();
  if (store.me) show();
  else start();
}

function signOut() {
  session.signOut();
  begin();
}

/** Forget all that was seen, and start. */
function begin() {
  feeds?.stop();
  feeds = null;
  store.me = null;
  store.putRows([], true);
  store.putAlerts([], true);
  store.sent.clear();
  store.loaded = { rows: false, alerts: false };
  page?.leave?.();
  page = null;
  showLive(null);
  start();
}

/** A stream is ended when its reader's wearers change, so each begins with who reads: who is not theirs any more is not to stand here. */
async function lookAgain() {
  const before = sight(store.me);
  while (store.me && sight(store.me) === before) {
    try {
      const me = await get("/me");
      if (store.me && sight(store.me) === before && sight(me) !== before) begin();
      return;
    } catch (error) {
      if (error.status === 401 || error.status === 403) return; // the next attempt to listen finds out
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

function sight(me) {
  return JSON.stringify(me && [me.name, me.role, me.may, me.wearers, (me.break_glass ?? []).map((one) => one.wearer)]);
}

async function start(refused = false) {
  dress();
  refill(main, h("p", { class: "quiet pad" }, word("loading")));
  try {
    store.me = await get("/me");
  } catch (error) {
    if (error.status === 401) signInPage(main, { refused: refused || Boolean(session.token), onToken: () => start(true) });
    else trouble(error);
    return;
  }
  dress();
  show();
  feeds = openFeeds({ onRefused: signOut, onOpen: lookAgain });
}

function trouble(error) {
  refill(
    main,
    h("div", { class: "empty" }, h("p", {}, word("failed").replace("{}", error.message)),
      h("button", { type: "button", onclick: () => start() }, word("retry"))),
  );
  setTimeout(() => store.me === null && main.querySelector(".empty") && start(), 5000);
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener("hashchange", () => {
  show();
  main.focus({ preventScroll: true });
});
store.on("alerts", title);
start();
