// Elements made by script: the page's policy of content allows no markup from strings.

/** An element with attributes, listeners (`onclick`) and children; null children are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
  }
  fill(node, children);
  return node;
}

/** Replace what a node holds. */
export function refill(node, ...children) {
  node.replaceChildren();
  fill(node, children);
  return node;
}

function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

/** Write only what differs: an untouched node costs no layout. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttr(node, name, value) {
  if (value === null || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  fill(node, children);
  return node;
}

/** Arrow keys, Home and End walk over a group of which one member is in the tab order. */
export function roving(group, selector) {
  group.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined && event.key !== "Home" && event.key !== "End") return;
    const members = [...group.querySelectorAll(selector)];
    const at = members.indexOf(document.activeElement);
    if (at < 0) return;
    const next = event.key === "Home" ? 0 : event.key === "End" ? members.length - 1 : at + step;
    const target = members[Math.max(0, Math.min(members.length - 1, next))];
    event.preventDefault();
    members.forEach((member) => member.setAttribute("tabindex", member === target ? "0" : "-1"));
    target.focus();
  });
}
