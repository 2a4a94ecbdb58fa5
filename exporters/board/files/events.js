// Server-sent events over fetch: EventSource can't carry a token. Resumes, backs off, and notices silence.
import { ApiError, session } from "./session.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const HEARTBEAT_MS = 15_000;
const MISSED = 2;
const LOST_AFTER = 2;

/** Frames of text/event-stream from pieces of text. */
export class Frames {
  #rest = "";

  push(piece) {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#line(line);
    const whole = this.#whole;
    this.#whole = [];
    return whole;
  }

  #whole = [];
  #now = { event: "message", data: [], id: null };

  #line(line) {
    if (line === "") {
      if (this.#now.data.length) this.#whole.push({ ...this.#now, data: this.#now.data.join("\n") });
      this.#now = { event: "message", data: [], id: null };
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#now.data.push(value);
    else if (name === "event" || name === "id") this.#now[name] = value;
  }
}

/**
 * One subscription. `onEvent(name, data, id)` hears all but heartbeats; `onState(state)` hears
 * `{live, since, reason, source}`; `onOpen()` that it listens, each time.
 */
export class Feed {
  #stopped = false;
  #lastId;
  #heard = 0;
  #asked = 0;
  #failures = 0;
  #abort = null;
  #timer = null;
  #everMs = HEARTBEAT_MS;
  #state = { live: false, since: Date.now(), reason: "connecting", source: "up" };

  constructor(path, { lastId = null, onEvent, onState, onOpen }) {
    Object.assign(this, { path, onEvent, onState, onOpen });
    this.#lastId = lastId;
  }

  start() {
    this.#run();
    this.#timer = setInterval(() => this.#watch(), 1000);
    return this;
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#abort?.abort();
  }

  async #run() {
    while (!this.#stopped) {
      try {
        await this.#listen();
        this.#failures += 1;
      } catch (error) {
        this.#failures += 1;
        if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
          this.#tell({ live: false, reason: "refused" });
          return;
        }
      }
      if (this.#stopped) return;
      if (this.#failures >= LOST_AFTER) this.#tell({ live: false, reason: "lost" });
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#failures - 1));
      await new Promise((done) => setTimeout(done, longest * (0.5 + Math.random() / 2)));
    }
  }

  async #listen() {
    this.#abort = new AbortController();
    this.#asked = Date.now();
    const headers = session.headers({ Accept: "text/event-stream" });
    if (this.#lastId) headers["Last-Event-ID"] = this.#lastId;
    const response = await fetch(this.path, { headers, signal: this.#abort.signal, cache: "no-store" });
    if (!response.ok) throw new ApiError(response.status, response.statusText);
    this.onOpen?.();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const frames = new Frames();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      for (const frame of frames.push(value)) this.#take(frame);
    }
  }

  #take({ event, data, id }) {
    this.#heard = Date.now();
    this.#failures = 0;
    if (id) this.#lastId = id;
    const body = JSON.parse(data);
    if (event !== "heartbeat") {
      this.#tell({ live: true });
      this.onEvent(event, body, id);
      return;
    }
    if (body.every_ms) this.#everMs = body.every_ms;
    const away = body.source === "away";
    this.#tell({ live: !away, reason: away ? "away" : "", source: body.source ?? "up" });
  }

  /** Silence is not "well": two heartbeats that did not come end it. A new attempt has as long as that. */
  #watch() {
    const silent = (since) => Date.now() - since >= MISSED * this.#everMs;
    if (this.#heard && silent(this.#heard) && this.#state.live) this.#tell({ live: false, reason: "silent" });
    if (silent(Math.max(this.#heard, this.#asked))) this.#abort?.abort();
  }

  #tell(change) {
    const before = this.#state;
    const live = change.live;
    const since = live === before.live ? before.since : live ? Date.now() : this.#heard || Date.now();
    this.#state = { ...before, ...change, since, heard: this.#heard };
    const same = live === before.live && this.#state.reason === before.reason;
    if (!same || live) this.onState(this.#state);
  }
}
