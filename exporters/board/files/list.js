// A long list of which only what is in view is in the document; one row of it is in the tab order.
import { h, refill } from "./dom.js";

const BEYOND = 4;
const KEYS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Rows by key. `make()` gives a row's element with `.link`, `dress(element, item, index)` writes it,
 * `item(key)` gives what is to be written now.
 */
export class VirtualList {
  #keys = [];
  #at = new Map();
  #shown = new Map();
  #spare = [];
  #focus = null;
  #frame = null;

  constructor({ make, dress, item, label }) {
    Object.assign(this, { make, dress, item });
    this.space = h("div", { class: "space", role: "rowgroup" });
    this.node = h("div", { class: "scroll", role: "presentation" }, this.space);
    this.grid = h("div", { class: "grid", role: "grid", "aria-label": label });
    this.node.addEventListener("scroll", () => this.#later(), { passive: true });
    this.space.addEventListener("keydown", (event) => this.#key(event));
    this.space.addEventListener("focusin", (event) => this.#focused(event));
    this.sized = new ResizeObserver(() => this.#later());
    this.sized.observe(this.node);
  }

  wrap(head) {
    return refill(this.grid, h("div", { role: "rowgroup", class: "heads" }, head), this.node);
  }

  show(keys) {
    this.#keys = keys;
    this.#at = new Map(keys.map((key, index) => [key, index]));
    if (!this.#at.has(this.#focus)) this.#focus = keys[0] ?? null;
    this.grid.setAttribute("aria-rowcount", String(keys.length + 1));
    this.#draw();
  }

  /** Write again what is in view: ages grow without news. */
  redress() {
    for (const element of this.#shown.values()) element.written = null;
    this.#draw();
  }

  hasFocus() {
    return this.space.contains(document.activeElement);
  }

  leave() {
    this.sized.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  #later() {
    this.#frame ??= requestAnimationFrame(() => ((this.#frame = null), this.#draw()));
  }

  #height() {
    return parseFloat(getComputedStyle(this.space).getPropertyValue("--row")) || 60;
  }

  #draw() {
    const high = this.#height();
    const first = Math.max(0, Math.floor(this.node.scrollTop / high) - BEYOND);
    const last = Math.min(this.#keys.length, Math.ceil((this.node.scrollTop + this.node.clientHeight) / high) + BEYOND);
    const tall = `${this.#keys.length * high}px`;
    if (this.space.style.height !== tall) this.space.style.height = tall;
    const wanted = new Set(this.#keys.slice(first, last));
    if (this.#focus !== null) wanted.add(this.#focus);
    for (const [key, element] of this.#shown) if (!wanted.has(key)) this.#put(key, element);
    for (const key of wanted) this.#write(key, high);
  }

  #put(key, element) {
    this.#shown.delete(key);
    element.hidden = true;
    this.#spare.push(element);
  }

  #write(key, high) {
    const item = this.item(key);
    if (!item) return;
    const index = this.#at.get(key);
    let element = this.#shown.get(key);
    if (!element) {
      element = this.#spare.pop() ?? this.make();
      if (!element.isConnected) this.space.append(element);
      element.hidden = false;
      this.#shown.set(key, element);
    }
    const place = `translateY(${index * high}px)`;
    if (element.style.transform !== place) element.style.transform = place;
    if (element.rowIndex !== index) element.setAttribute("aria-rowindex", String(index + 2));
    element.rowIndex = index;
    const tab = key === this.#focus ? 0 : -1;
    if (element.link.tabIndex !== tab) element.link.tabIndex = tab;
    if (element.written === item) return;
    element.written = item;
    this.dress(element, item);
  }

  #focused(event) {
    for (const [key, element] of this.#shown) if (element.contains(event.target)) this.#focus = key;
    for (const [key, element] of this.#shown) element.link.tabIndex = key === this.#focus ? 0 : -1;
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.#height()) - 1);
    const ends = { Home: -Infinity, End: Infinity, PageDown: page, PageUp: -page };
    const step = KEYS[event.key] ?? ends[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const now = this.#at.get(this.#focus) ?? 0;
    this.#go(Math.max(0, Math.min(this.#keys.length - 1, now + step)));
  }

  #go(index) {
    const high = this.#height();
    this.#focus = this.#keys[index];
    const top = index * high;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    const over = top + high - this.node.clientHeight;
    if (over > this.node.scrollTop) this.node.scrollTop = over;
    this.#draw();
    this.#shown.get(this.#focus)?.link.focus({ preventScroll: true });
  }
}
