// What the viewer has chosen: the part of time, filters, what is selected; and what follows.
// Everything that changes it ends with changed(), which draws anew once a frame.

const state = {
  from: 0, to: endOfRun,          // the time on the screen
  cursor: -1,                     // the moment that views are shown for; -1: the end
  nodes: new Set(Array.from({length: nodeCount}, (_, node) => node)),
  kinds: new Set(run.groups.filter((group) => group !== "heartbeat" && group !== "ping")),
  process: -1,
  search: "",
  strip: "up",
  selected: null,
  cone: null,                     // what is causally before (or after) the selected
  coneAll: false,                 // by hidden kinds of messages, too
  chatSeat: -1,
  tab: "selected",
};

const spanMin = 20e3;  // 20 us: below it nothing is left to tell apart

const listeners = [];
let pending = false;
const changed = () => {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    for (const listener of listeners) listener();
  });
};

const cursorTime = () => state.cursor < 0 ? endOfRun : state.cursor;

// --- Time ---

const showTime = (from, to) => {
  const span = Math.min(Math.max(to - from, spanMin), endOfRun * 1.02);
  const center = (from + to) / 2;
  const low = -endOfRun * 0.01;
  const high = endOfRun * 1.01;
  state.from = Math.min(Math.max(center - span / 2, low), high - span);
  state.to = state.from + span;
  changed();
};
// What is looked at stays where it is, if it is on the screen.
const middle = () => state.cursor > state.from && state.cursor < state.to ? state.cursor
  : (state.from + state.to) / 2;
const zoom = (factor, around = middle()) =>
  showTime(around - (around - state.from) * factor, around + (state.to - around) * factor);
const pan = (part) => {
  const by = (state.to - state.from) * part;
  showTime(state.from + by, state.to + by);
};
// So that the moment is on the screen; the span stays unless it is absurd for it.
const reveal = (at, span = state.to - state.from) => {
  const inside = at > state.from + span * 0.05 && at < state.to - span * 0.05;
  if (!inside || span !== state.to - state.from) showTime(at - span / 2, at + span / 2);
};

// --- Filters ---

const messageShown = (message) => state.kinds.has(message.group) &&
  (state.nodes.has(message.from) && state.nodes.has(message.to)) &&
  (state.process < 0 || message.sender === state.process ||
    message.receivers.includes(state.process));
const itemShown = (item) => item.type === "message" ? messageShown(item)
  : item.type === "violation" || item.side?.length > 0 || state.nodes.has(item.node);

const textOf = (item) => item.type === "message" ? `${item.group} ${item.text}`
  : item.type === "line" ? `${userName(item.node, item.user, item.at)} ${item.text}`
  : item.type === "violation" ? `${item.code} ${item.text}`
  : `${item.kind} ${item.text}`;
let lastSearch = {words: "", found: null};
const found = () => {
  const words = state.search.trim().toLowerCase();
  if (words === "") return null;
  if (lastSearch.words !== words) {
    lastSearch = {words, found: new Set(everything.filter(
      (item) => textOf(item).toLowerCase().includes(words)).map((item) => item.place))};
  }
  return lastSearch.found;
};
const matches = () => {
  const hits = found();
  return everything.filter((item) => itemShown(item) && (hits === null || hits.has(item.place)));
};

// --- Selection ---

const coneCounts = (message) => state.coneAll || state.kinds.has(message.group);
const updateCone = (forward = state.cone?.forward ?? false) => {
  const item = state.selected;
  if (item === null) { state.cone = null; return; }
  const sides = item.type === "step" && item.side.length > 0;
  const nodes = item.nodes || (sides ? item.side : [item.node]);
  state.cone = (forward ? futureOf : pastOf)(nodes, item.at, coneCounts);
};
const select = (item, {withCone = false, span} = {}) => {
  state.selected = item;
  state.cone = null;
  if (item !== null) {
    state.cursor = item.at;
    state.tab = "selected";
    if (withCone) updateCone(false);
    reveal(item.at, span);
  }
  changed();
};
const selectViolation = (violation) =>
  select(violation, {withCone: true, span: Math.min(4e9, endOfRun)});

// The next one after the selected, or after the cursor; direction 1 or -1.
const step = (direction) => {
  const list = matches();
  if (list.length === 0) return;
  const place = state.selected?.place ??
    (state.cursor < 0 ? (direction > 0 ? -1 : everything.length)
      : everything.findLastIndex((item) => item.at <= state.cursor));
  const next = direction > 0 ? list.find((item) => item.place > place)
    : list.findLast((item) => item.place < place);
  select(next ?? list[direction > 0 ? 0 : list.length - 1]);
};

// --- Numbers for people ---

const seconds = (at, digits = 3) => `${(at / 1e9).toFixed(digits)} s`;
const after = (duration) => duration >= 1e9 ? `${(duration / 1e9).toFixed(3)} s`
  : duration >= 1e6 ? `${(duration / 1e6).toFixed(3)} ms`
  : duration >= 1e3 ? `${(duration / 1e3).toFixed(1)} us` : `${duration} ns`;
