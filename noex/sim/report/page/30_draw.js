// Draws the diagram: the overview, faults, lanes, what nodes believe, messages.
// Reads the state, changes nothing; whoever asks what is at a point asks hitAt() here, since only
// the drawing knows where things are.

const lanesCanvas = document.getElementById("lanes");
const overviewCanvas = document.getElementById("overview");

const hues = [212, 28, 140, 282, 350, 178, 52, 246, 96, 316];
const isDark = () => matchMedia("(prefers-color-scheme: dark)").matches;
const nodeColour = (node) => `hsl(${hues[node % hues.length]} 65% ${isDark() ? 62 : 42}%)`;
const kindColours = {
  handshake: [260, 55], heartbeat: [0, 0], table: [190, 60], ping: [60, 40], leave: [20, 60],
  registry: [32, 85], cast: [90, 55], multicast: [145, 60], call: [212, 75], reply: [195, 55],
  monitor: [330, 60], spawn: [285, 65], exit: [5, 70], other: [0, 0],
};
const kindColour = (group) => {
  const [hue, strength] = kindColours[group] || [0, 0];
  return `hsl(${hue} ${strength}% ${isDark() ? 65 : 42}%)`;
};
const theme = {};
const readTheme = () => {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ground", "panel", "line", "text", "quiet-text", "accent", "bad", "good",
    "fault", "band", "dead", "select"]) {
    theme[name] = style.getPropertyValue(`--${name}`).trim();
  }
};

// --- Where things are ---

const view = {width: 0, height: 0, gutter: 62, faultTop: 22, laneTop: 0, laneHeight: 0, lanes: [],
  labels: []};

// Faults that last and faults of a moment, in rows in which none covers another.
const faultRows = (() => {
  const ends = [];
  const placed = steps.filter((step) => step.done && (step.fault || step.kind === "start" ||
    step.kind === "leave") && !(step.kind === "start" && step.at === 0))
    .map((step) => {
      const until = step.at + Math.max(step.lasts, endOfRun / 9);
      let row = ends.findIndex((end) => end <= step.at);
      if (row < 0) row = ends.length < 4 ? ends.push(0) - 1
        : ends.indexOf(Math.min(...ends));
      ends[row] = until;
      return {step, row};
    });
  return {placed, rows: ends.length};
})();
const faultRowHeight = 17;

const stripRows = () => state.strip === "up" ? nodeCount
  : state.strip === "names" ? allNames.length : 0;
const xOf = (at) => view.gutter + (at - state.from) / (state.to - state.from) *
  (view.width - view.gutter);
const timeAt = (x) => state.from + (x - view.gutter) / (view.width - view.gutter) *
  (state.to - state.from);
const laneY = (node) => view.lanes[node];

const fitCanvas = (canvas, height) => {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return {context, width};
};

const layOut = () => {
  const shown = [...state.nodes].sort((a, b) => a - b);
  const top = view.faultTop + faultRows.rows * faultRowHeight + 8;
  const strip = Math.min(stripRows() * 5, 60);
  const room = Math.max(window.innerHeight - 330, 300);
  view.laneTop = top;
  view.laneHeight = Math.max(46 + strip, Math.min(130, room / Math.max(shown.length, 1)));
  view.height = top + Math.max(shown.length, 1) * view.laneHeight + 6;
  view.lanes = [];
  shown.forEach((node, place) => { view.lanes[node] = top + place * view.laneHeight + 24; });
  view.gutter = lanesCanvas.clientWidth < 500 ? 52 : 62;
};

// --- The overview: the whole run, how much is said, faults, the part that is shown ---

const drawOverview = () => {
  const {context, width} = fitCanvas(overviewCanvas, 44);
  const x = (at) => at / endOfRun * width;
  const bins = new Uint32Array(Math.max(Math.floor(width / 2), 1));
  for (const message of messages) {
    if (messageShown(message)) {
      ++bins[Math.min(bins.length - 1, Math.floor(message.written / endOfRun * bins.length))];
    }
  }
  const most = Math.max(...bins, 1);
  context.fillStyle = theme.band;
  context.globalAlpha = 0.5;
  for (const {step} of faultRows.placed) {
    if (step.fault) context.fillRect(x(step.at), 0, Math.max(x(step.lasts), 2), 7);
  }
  context.globalAlpha = 1;
  context.fillStyle = theme["quiet-text"];
  bins.forEach((count, bin) => {
    const height = Math.ceil(Math.sqrt(count / most) * 30);
    if (count > 0) context.fillRect(bin * 2, 42 - height, 1.5, height);
  });
  context.fillStyle = theme.bad;
  for (const violation of violations) context.fillRect(x(violation.at) - 1, 0, 2.5, 44);
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.16;
  const from = x(state.from);
  const to = Math.max(x(state.to), from + 3);
  context.fillRect(from, 0, to - from, 44);
  context.globalAlpha = 1;
  context.strokeStyle = theme.accent;
  context.strokeRect(from + 0.5, 0.5, to - from - 1, 43);
};

// --- The lanes ---

const niceStep = (span, room) => {
  const wanted = span / Math.max(room / 95, 1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= wanted);
};
const axisLabel = (at, unit) => unit >= 1e9 ? `${Math.round(at / 1e9)} s`
  : unit >= 1e6 ? `${(at / 1e9).toFixed(unit >= 1e8 ? 1 : unit >= 1e7 ? 2 : 3)} s`
  : `${(at / 1e6).toFixed(unit >= 1e5 ? 1 : unit >= 1e4 ? 2 : 3)} ms`;

const drawAxis = (context) => {
  const unit = niceStep(state.to - state.from, view.width - view.gutter);
  context.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  context.textAlign = "center";
  const first = Math.ceil(Math.max(state.from, 0) / unit) * unit;
  const last = Math.min(state.to, endOfRun);
  for (let at = first; at <= last; at += unit) {
    const x = xOf(at);
    context.strokeStyle = theme.line;
    context.globalAlpha = 0.6;
    context.beginPath();
    context.moveTo(x, 16);
    context.lineTo(x, view.height);
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = theme["quiet-text"];
    if (x > view.gutter + 12 && x < view.width - 14) context.fillText(axisLabel(at, unit), x, 12);
  }
  context.textAlign = "left";
};

const drawQuiet = (context) => {
  if (run.quiet >= state.to || run.quiet >= endOfRun) return;
  const x = Math.max(xOf(run.quiet), view.gutter);
  const end = Math.min(xOf(endOfRun), view.width);
  context.fillStyle = theme.good;
  context.globalAlpha = 0.07;
  context.fillRect(x, 16, end - x, view.height - 16);
  context.globalAlpha = 1;
  context.fillStyle = theme["quiet-text"];
  if (end - x > 90) context.fillText("quiet phase", x + 4, view.height - 4);
};

const hatch = (context, x, y, width, height, colour) => {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.globalAlpha = 0.5;
  context.beginPath();
  for (let at = x - height - (x % 6); at < x + width; at += 6) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
};

const endOfFault = (step) => Math.min(step.at + step.lasts, run.quiet, endOfRun);

const drawFaultBands = (context) => {
  for (const {step} of faultRows.placed) {
    if (step.lasts <= 0 || step.at > state.to || step.at + step.lasts < state.from) continue;
    const x = Math.max(xOf(step.at), view.gutter);
    const width = Math.min(xOf(endOfFault(step)), view.width) - x;
    if (width <= 0) continue;
    for (const node of step.touched) {
      if (!state.nodes.has(node)) continue;
      const y = laneY(node) - 20;
      if (step.stops) {
        hatch(context, x, y, width, view.laneHeight - 6, theme.fault);
      } else {
        context.fillStyle = theme.band;
        context.globalAlpha = step.cutsOff ? 0.16 : 0.09;
        context.fillRect(x, y, width, view.laneHeight - 6);
        context.globalAlpha = 1;
      }
    }
  }
};

const clipped = (context, text, width) => {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 0 && context.measureText(`${text.slice(0, end)}\u2026`).width > width) --end;
  return end < 4 ? "" : `${text.slice(0, end)}\u2026`;
};

const drawFaultRows = (context) => {
  context.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  const early = state.from - (state.to - state.from);  // its label may still be on the screen
  const shown = faultRows.placed.filter(({step}) =>
    step.at <= state.to && step.at + Math.max(step.lasts, 0) >= early);
  shown.forEach(({step, row}, place) => {
    const y = view.faultTop + row * faultRowHeight;
    const x = xOf(step.at);
    const width = Math.max(xOf(endOfFault(step)) - x, 3);
    const next = shown.slice(place + 1).find((other) => other.row === row);
    const left = Math.max(x, view.gutter);
    const room = Math.min(next ? xOf(next.step.at) : view.width, view.width) - left;
    if (room < 2 || x + Math.max(width, room) < view.gutter) return;
    const needed = explanation !== null && explanation.steps.has(step.id);
    context.fillStyle = step.fault ? theme.band : theme.good;
    context.globalAlpha = step === state.selected ? 1 : 0.55;
    context.fillRect(left, y, Math.max(x + width - left, 2), faultRowHeight - 3);
    context.globalAlpha = 1;
    if (needed || step === state.selected) {
      context.strokeStyle = needed ? theme.bad : theme.select;
      context.lineWidth = 2;
      context.strokeRect(left, y, Math.max(x + width - left, 3), faultRowHeight - 3);
      context.lineWidth = 1;
    }
    const label = clipped(context, `${needed ? "! " : ""}${step.text}`, room - 8);
    context.fillStyle = theme.text;
    context.fillText(label, left + (step.lasts > 0 ? 4 : 5), y + 11);
  });
};

const drawLives = (context) => {
  context.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
  for (const node of state.nodes) {
    const y = laneY(node);
    context.strokeStyle = theme.line;
    context.beginPath();
    context.moveTo(view.gutter, y - 24.5);
    context.lineTo(view.width, y - 24.5);
    context.stroke();
    context.setLineDash([2, 5]);
    context.strokeStyle = theme.dead;
    context.beginPath();
    context.moveTo(view.gutter, y);
    context.lineTo(Math.min(xOf(endOfRun), view.width), y);
    context.stroke();
    context.setLineDash([]);
  }
  for (const [index, life] of lives.entries()) {
    if (!state.nodes.has(life.node)) continue;
    const y = laneY(life.node);
    const from = Math.max(xOf(life.began), view.gutter);
    const to = Math.min(xOf(life.ended < 0 ? endOfRun : life.ended), view.width);
    if (to < view.gutter || from > view.width) continue;
    context.strokeStyle = nodeColour(life.node);
    context.lineWidth = 2;
    context.globalAlpha = state.cone === null ? 1 : 0.35;
    context.beginPath();
    context.moveTo(from, y);
    context.lineTo(to, y);
    context.stroke();
    drawReach(context, index, life, y);
    context.globalAlpha = 1;
    context.lineWidth = 1;
    if (life.ended >= 0 && xOf(life.ended) >= view.gutter && to < view.width) {
      context.fillStyle = theme.bad;
      context.fillText("\u00d7", to - 3, y + 4);
    }
  }
};

// The part of a life that the selected depends on, or that depends on it.
const drawReach = (context, index, life, y) => {
  if (state.cone === null || !state.cone.reach.has(index)) return;
  const bound = state.cone.reach.get(index);
  const from = state.cone.forward ? bound : life.began;
  const to = state.cone.forward ? (life.ended < 0 ? endOfRun : life.ended) : bound;
  const left = Math.max(xOf(from), view.gutter);
  const right = Math.min(xOf(to), view.width);
  if (right <= left) return;
  context.globalAlpha = 1;
  context.lineWidth = 5;
  context.strokeStyle = nodeColour(life.node);
  context.beginPath();
  context.moveTo(left, y);
  context.lineTo(right, y);
  context.stroke();
};

const stripHeight = () => Math.min(5, (view.laneHeight - 36) / Math.max(stripRows(), 1));

// What a node believes at that point, in words; empty: nothing is drawn there.
const stripAt = (x, y) => {
  const at = timeAt(x);
  for (const node of state.nodes) {
    const place = Math.floor((y - laneY(node) - 9) / stripHeight());
    const strip = strips[state.strip][node].find((each) => each.row === place && each.from <= at &&
      at <= each.to);
    if (strip === undefined) continue;
    return state.strip === "up" ? `${nodeName(node)} has ${nodeName(strip.about)} up`
      : `For ${nodeName(node)}, ${allNames[strip.row]} is on ${nodeName(strip.about)}`;
  }
  return "";
};

const drawStrips = (context) => {
  if (stripRows() === 0) return;
  const height = stripHeight();
  for (const node of state.nodes) {
    const top = laneY(node) + 9;
    for (const strip of strips[state.strip][node]) {
      if (strip.from > state.to || strip.to < state.from) continue;
      const x = Math.max(xOf(strip.from), view.gutter);
      const width = Math.min(xOf(strip.to), view.width) - x;
      context.fillStyle = nodeColour(strip.about);
      context.globalAlpha = 0.6;
      context.fillRect(x, top + strip.row * height, Math.max(width, 0.5),
        Math.max(height - 1.2, 0.8));
    }
    context.globalAlpha = 1;
  }
};

const drawGutter = (context) => {
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, view.gutter, view.height);
  context.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
  for (const node of state.nodes) {
    context.fillStyle = nodeColour(node);
    context.fillText(nodeName(node), 6, laneY(node) + 4);
  }
  context.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  context.fillStyle = theme["quiet-text"];
  context.fillText("time", 6, 12);
  if (faultRows.rows > 0) context.fillText("faults", 6, view.faultTop + 11);
};
