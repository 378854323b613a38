// Hands and keys: pointer, wheel, pinch, keyboard, buttons, filters.

const byId = (id) => document.getElementById(id);

// --- The pointer in the diagram ---

const pointers = new Map();
let dragged = false;

const placeOf = (event) => {
  const box = lanesCanvas.getBoundingClientRect();
  return {x: event.clientX - box.left, y: event.clientY - box.top};
};

lanesCanvas.addEventListener("pointerdown", (event) => {
  pointers.set(event.pointerId, placeOf(event));
  lanesCanvas.setPointerCapture(event.pointerId);
  dragged = false;
});
lanesCanvas.addEventListener("pointermove", (event) => {
  const now = placeOf(event);
  const before = pointers.get(event.pointerId);
  if (before === undefined) return showTip(now);
  hideTip();
  const width = view.width - view.gutter;
  if (pointers.size === 1) {
    if (Math.abs(now.x - before.x) < 3 && !dragged) return;
    dragged = true;
    pan((before.x - now.x) / width);
  } else {
    dragged = true;
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const apart = (from) => Math.max(Math.abs(from.x - other.x), 10);
    zoom(apart(before) / apart(now), timeAt((now.x + other.x) / 2));
  }
  pointers.set(event.pointerId, now);
});
const letGo = (event) => { pointers.delete(event.pointerId); };
lanesCanvas.addEventListener("pointercancel", letGo);
lanesCanvas.addEventListener("pointerup", letGo);
lanesCanvas.addEventListener("click", (event) => {
  if (dragged) return;
  const {x, y} = placeOf(event);
  const hit = hitAt(x, y);
  if (hit !== null) return hit.type === "violation" ? selectViolation(hit) : select(hit);
  state.selected = null;
  state.cone = null;
  state.cursor = Math.min(Math.max(timeAt(x), 0), endOfRun);
  changed();
});
lanesCanvas.addEventListener("dblclick", (event) => zoom(0.4, timeAt(placeOf(event).x)));
lanesCanvas.addEventListener("pointerleave", () => hideTip());
lanesCanvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    pan((event.deltaX || event.deltaY) / view.width);
  } else {
    zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 250))), timeAt(placeOf(event).x));
  }
}, {passive: false});

const tip = byId("tip");
const showTip = ({x, y}) => {
  const hit = hitAt(x, y);
  const words = hit !== null ? summaryOf(hit) : x > view.gutter ? stripAt(x, y) : "";
  tip.hidden = words === "";
  tip.textContent = words;
  tip.style.left = `${Math.min(x + 12, Math.max(view.width - 330, 0))}px`;
  tip.style.top = `${y + lanesCanvas.offsetTop + 16}px`;
};
const hideTip = () => { tip.hidden = true; };

const toOverview = (event) => {
  if (event.type === "pointermove" && event.buttons === 0) return;
  const box = overviewCanvas.getBoundingClientRect();
  const at = (event.clientX - box.left) / box.width * endOfRun;
  const span = state.to - state.from;
  showTime(at - span / 2, at + span / 2);
};
overviewCanvas.addEventListener("pointerdown", toOverview);
overviewCanvas.addEventListener("pointermove", toOverview);

// --- Keys ---

const keys = {
  ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2),
  "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6),
  0: () => showTime(0, endOfRun),
  Home: () => reveal(0), End: () => reveal(endOfRun),
  n: () => step(1), p: () => step(-1),
  v: () => { if (violations.length > 0) selectViolation(violations[0]); },
  "/": () => byId("search").focus(),
  Escape: () => {
    state.selected = null;
    state.cone = null;
    state.cursor = -1;
    changed();
  },
};
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || field) return;
  const inPanel = event.target.closest?.("aside, #filters") != null;
  if (inPanel && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
  const act = keys[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});

// --- Buttons and filters ---

const bind = (id, act) => byId(id).addEventListener("click", act);
bind("earlier", () => pan(-0.4));
bind("later", () => pan(0.4));
bind("zoom-in", () => zoom(0.5));
bind("zoom-out", () => zoom(2));
bind("fit", () => showTime(0, endOfRun));
bind("next", () => step(1));
bind("previous", () => step(-1));

const searchField = byId("search");
searchField.addEventListener("input", () => {
  state.search = searchField.value;
  if (state.search !== "") state.tab = "list";
  changed();
});
searchField.addEventListener("keydown", (event) => {
  if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") {
    searchField.value = state.search = "";
    lanesCanvas.focus();
    changed();
  }
});
byId("strip").addEventListener("change", (event) => {
  state.strip = event.target.value;
  changed();
});
byId("process").addEventListener("change", (event) => {
  state.process = Number(event.target.value);
  changed();
});

const chip = (set, key, label, colour, count) => {
  const button = make("button", {"aria-pressed": String(set.has(key)), onclick: () => {
    if (set.has(key)) set.delete(key); else set.add(key);
    button.setAttribute("aria-pressed", String(set.has(key)));
    if (state.cone !== null) updateCone();
    changed();
  }}, make("i", {style: `background:${colour}`}), label,
  count === undefined ? null : make("small", {}, String(count)));
  return button;
};
const drawChips = () => {
  byId("nodes").replaceChildren(...Array.from({length: nodeCount}, (_, node) =>
    chip(state.nodes, node, nodeName(node), nodeColour(node))));
  const counts = new Map();
  for (const message of messages) counts.set(message.group, (counts.get(message.group) || 0) + 1);
  byId("kinds").replaceChildren(...run.groups.filter((group) => counts.has(group)).map((group) =>
    chip(state.kinds, group, group, kindColour(group), counts.get(group))));
};

const tabs = [...document.querySelectorAll('[role="tab"]')];
for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => { state.tab = tab.id.slice(4); changed(); });
  tab.addEventListener("keydown", (event) => {
    const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (by === undefined) return;
    const next = tabs[(place + by + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });
}
