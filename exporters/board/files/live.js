// The two subscriptions of the board: alerts with resume, wearers by what changed.
import { Feed } from "./events.js";
import { moment } from "./format.js";
import { banner, showLive, speak } from "./header.js";
import { get, query } from "./session.js";
import { store } from "./store.js";
import { say, sentence } from "./words.js";

const PAGE = 500;
const MOST_ALERTS = 1000;
// The gravest first: were there too many, those would not be the ones left out.
const PRIORITIES = ["high", "medium", "low", "info"];

// Alerts that came by the stream while all of them are loaded anew, so many times.
let meanwhile = [];
let loading = 0;

/** Load everything, then listen. Gives `{stop}`. */
export function openFeeds({ onRefused, onOpen }) {
  const states = { alerts: null, wearers: null };
  let feeds = [];
  let stopped = false;
  const told = (name) => (state) => {
    if (stopped) return;
    states[name] = state;
    if (state.reason === "refused" && name === "alerts") onRefused();
    showLive(worst(states));
  };

  async function begin() {
    const since = await loadAlerts();
    if (stopped) return;
    feeds.push(
      new Feed("/alerts/stream", {
        lastId: since,
        onEvent: heardAlert,
        onState: told("alerts"),
        onOpen,
      }).start(),
    );
  }

  async function beginRows() {
    const since = await loadRows();
    if (stopped) return;
    feeds.push(
      new Feed("/wearers/stream", {
        lastId: since,
        onEvent: (name, rows) => name === "wearers" && store.putRows(rows),
        onState: told("wearers"),
      }).start(),
    );
  }

  begin();
  beginRows();
  return {
    stop() {
      stopped = true;
      feeds.forEach((feed) => feed.stop());
      feeds = [];
      banner(null);
    },
  };
}

function worst(states) {
  const known = Object.values(states).filter(Boolean);
  return known.find((state) => !state.live) ?? known[0] ?? null;
}

function heardAlert(name, body) {
  if (name === "gap") {
    banner("gap", say("gap", gapTime(body.from), gapTime(body.to)));
    loadAgain();
    return;
  }
  if (name !== "alert") return;
  const known = store.alerts.get(body.id);
  const rises = body.status !== "resolved" && body.priority === "high" && known?.priority !== "high";
  if (loading) meanwhile.push(body);
  store.putAlerts([body]);
  if (rises) speak(say("high_arrived", sentence(body.title), body.wearer));
}

/** What the stream tells while the lists come is newer than they are, and an end is not told twice. */
async function loadAgain() {
  loading += 1;
  await loadAlerts();
  loading -= 1;
  store.putAlerts(meanwhile);
  if (!loading) meanwhile = [];
}

/** A stream's id begins with its wall time in ms. */
function gapTime(id) {
  const ms = Number(String(id).split("-")[0]);
  return Number.isFinite(ms) && ms > 0 ? moment(ms) : String(id);
}

/** Load what is open; gives the id to listen from. Tries until it works. */
async function loadAlerts() {
  return again("alerts", async () => {
    const found = [];
    let newest = null;
    store.cut = false;
    for (const priority of PRIORITIES) {
      let before = "";
      do {
        const part = await get(query("/alerts", { state: "open", priority, limit: PAGE, before }));
        newest ??= part.newest;
        found.push(...part.alerts.map((entry) => entry.alert));
        before = part.next;
      } while (before && found.length < MOST_ALERTS);
      store.cut ||= Boolean(before);
    }
    store.putAlerts(found, true);
    return newest;
  });
}

async function loadRows() {
  return again("rows", async () => {
    const rows = [];
    let total = 0;
    let version = null;
    do {
      // By name: an order that changes between two pages would leave somebody out.
      const part = await get(query("/wearers", { sort: "name", offset: rows.length, limit: PAGE }));
      if (part.newest) store.seen(part.newest);
      version ??= part.version ?? null;
      rows.push(...part.wearers);
      total = part.wearers.length ? part.total : rows.length;
    } while (rows.length < total);
    store.putRows(rows, true);
    return version;
  });
}

async function again(name, load) {
  for (let wait = 500; ; wait = Math.min(15_000, wait * 2)) {
    try {
      const found = await load();
      store.failed[name] = null;
      return found;
    } catch (error) {
      store.failed[name] = error;
      store.tell(name, { changed: new Set(), whole: true });
      if (error.status && error.status < 500 && error.status !== 429) return null;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
