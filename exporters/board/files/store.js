// What the board knows: who looks, wearers, alerts, and whether it is live. Views listen to it.

const ENDED = 200;
const RANK = { high: 4, medium: 3, low: 2, info: 1, none: 0 };

class Store extends EventTarget {
  me = null;
  /** wearer -> row */
  rows = new Map();
  /** alert id -> newest revision */
  alerts = new Map();
  /** alert id -> what was sent and waits for the worker */
  sent = new Map();
  /** newest event time of any wearer, ms */
  newest = 0;
  newestStream = "0";
  /** whether more alerts are open than were loaded */
  cut = false;
  loaded = { rows: false, alerts: false };
  failed = { rows: null, alerts: null };

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  on(name, heard) {
    const listener = (event) => heard(event.detail);
    this.addEventListener(name, listener);
    return () => this.removeEventListener(name, listener);
  }

  /** Data of this event time (ms) have been seen. */
  seen(time) {
    if (time > this.newest) this.newest = time;
  }

  putRows(rows, whole = false) {
    if (whole) this.rows.clear();
    const changed = new Set();
    for (const row of rows) {
      this.rows.set(row.wearer, row);
      changed.add(row.wearer);
      this.seen(row.time);
    }
    if (whole) this.loaded.rows = true;
    this.tell("rows", { changed, whole });
  }

  putAlerts(alerts, whole = false) {
    if (whole) this.alerts.clear();
    const changed = new Set();
    for (const alert of alerts) {
      const known = this.alerts.get(alert.id);
      if (known && known.revision >= alert.revision) continue;
      this.alerts.set(alert.id, alert);
      this.seen(alert.updated);
      changed.add(alert.id);
      const sent = this.sent.get(alert.id);
      if (sent && alert.revision > sent.revision) this.sent.delete(alert.id);
    }
    this.#forget();
    if (whole) this.loaded.alerts = true;
    this.tell("alerts", { changed, whole });
  }

  /** A page that is open for weeks keeps no more of the past than this. */
  #forget() {
    const ended = [...this.alerts.values()].filter((alert) => alert.status === "resolved");
    for (const alert of ended.slice(0, Math.max(0, ended.length - ENDED))) this.alerts.delete(alert.id);
  }

  /** Open alerts, the gravest first; of equals those that wait for an answer, then the newest. */
  open() {
    const waits = (alert) => (alert.acknowledged_by || alert.snooze ? 0 : 1);
    return [...this.alerts.values()]
      .filter((alert) => alert.status !== "resolved")
      .sort((a, b) => rank(b.priority) - rank(a.priority) || waits(b) - waits(a) || b.onset - a.onset);
  }

  may(action) {
    return Boolean(this.me && this.me.may.includes(action));
  }

  /** The moment that data are looked at from: the clock, or the data's own newest time when they are replayed. */
  now() {
    const wall = Date.now();
    return this.newest && Math.abs(wall - this.newest) > 3_600_000 ? this.newest : wall;
  }
}

export function rank(level) {
  return RANK[level] ?? 0;
}

export const store = new Store();
