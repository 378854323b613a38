// Draws what happens in the lanes: messages as arrows, lines of the chat, events, violations.

const onScreen = (message) => messageShown(message) && message.written <= state.to &&
  (message.read < 0 && message.arrived < 0 ? message.written : endOf(message)) >= state.from;

const arrowHead = (context, x, y, fromX, fromY) => {
  const angle = Math.atan2(y - fromY, x - fromX);
  context.moveTo(x, y);
  context.lineTo(x - 7 * Math.cos(angle - 0.4), y - 7 * Math.sin(angle - 0.4));
  context.moveTo(x, y);
  context.lineTo(x - 7 * Math.cos(angle + 0.4), y - 7 * Math.sin(angle + 0.4));
};

// From where it was written to where it was read; a lost one ends on the way, and soon: when a
// system gives up is not when it was lost.
const segmentOf = (message) => {
  const x1 = xOf(message.written);
  const y1 = laneY(message.from);
  const x2 = xOf(endOf(message));
  const y2 = laneY(message.to);
  const whole = message.read >= 0 || message.arrived >= 0;
  return whole ? {x1, y1, x2, y2, whole}
    : {x1, y1, x2: x1 + Math.min((x2 - x1) * 0.6, 14), y2: y1 + (y2 - y1) * 0.4, whole};
};

const strokeMessages = (context, list, heads) => {
  const byKind = Map.groupBy ? Map.groupBy(list, (message) => message.group)
    : list.reduce((map, message) => map.set(message.group,
      [...(map.get(message.group) || []), message]), new Map());
  for (const [kind, some] of byKind) {
    context.strokeStyle = kindColour(kind);
    for (const whole of [true, false]) {
      context.setLineDash(whole ? [] : [4, 3]);
      context.beginPath();
      for (const message of some) {
        const segment = segmentOf(message);
        if (segment.whole !== whole) continue;
        context.moveTo(segment.x1, segment.y1);
        context.lineTo(segment.x2, segment.y2);
        if (heads && whole) arrowHead(context, segment.x2, segment.y2, segment.x1, segment.y1);
      }
      context.stroke();
    }
    context.setLineDash([]);
  }
  for (const message of list) {
    const segment = segmentOf(message);
    if (segment.whole || !heads) continue;
    context.fillStyle = theme.bad;
    context.fillText("\u00d7", segment.x2 - 4, segment.y2 + 4);
  }
};

const drawMessages = (context) => {
  const shown = messages.filter(onScreen);
  const hits = found();
  const strong = (message) => (state.cone === null || state.cone.carried.has(message.index)) &&
    (hits === null || hits.has(message.place));
  const faint = shown.filter((message) => !strong(message));
  const bold = shown.filter(strong);
  const heads = bold.length < 600;
  context.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  context.globalAlpha = 0.13;
  strokeMessages(context, faint, false);
  const density = bold.length / (view.width - view.gutter);
  context.globalAlpha = density > 1.5 ? 0.3 : density > 0.4 ? 0.6 : 0.9;
  context.lineWidth = bold.length < 100 ? 1.6 : 1;
  strokeMessages(context, bold, heads);
  context.globalAlpha = 1;
  context.lineWidth = 1;
  if (bold.length < 40) labelMessages(context, bold);
  return shown.length;
};

// Words on the arrows, once there is room for them.
const labelMessages = (context, list) => {
  context.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  const taken = [];
  for (const message of list) {
    const {x1, y1, x2, y2} = segmentOf(message);
    const x = Math.max(x1 + (x2 - x1) * 0.3, view.gutter) + 5;
    const y = y1 + (y2 - y1) * 0.3;
    const covers = (other) => Math.abs(other.y - y) < 13 && x < other.end && x > other.x - 150;
    if (taken.some(covers)) continue;
    const text = clipped(context, message.text, Math.min(220, view.width - x));
    taken.push({x, y, end: x + context.measureText(text).width + 8});
    context.fillStyle = theme.text;
    context.fillText(text, x, y + 3);
  }
};

// Typed lines stand on a lane, shown ones hang below it, other events are dots.
const drawTicks = (context) => {
  const hits = found();
  const ticks = (list, colour, from, to) => {
    context.strokeStyle = colour;
    context.beginPath();
    for (const item of list) {
      if (item.at < state.from || item.at > state.to || !state.nodes.has(item.node)) continue;
      if (hits !== null && !hits.has(item.place)) continue;
      const x = xOf(item.at);
      context.moveTo(x, laneY(item.node) + from);
      context.lineTo(x, laneY(item.node) + to);
    }
    context.stroke();
  };
  ticks(lines.filter((line) => !line.typed), theme["quiet-text"], 2, 7);
  ticks(lines.filter((line) => line.typed), theme.accent, -10, -2);
  ticks(events.filter((event) => event.kind !== "log"), theme.fault, -4, 4);
};

// Rings around what the violation needs.
const drawNeeded = (context) => {
  if (explanation === null) return;
  context.strokeStyle = theme.bad;
  context.lineWidth = 2;
  for (const needed of steps) {
    if (!explanation.steps.has(needed.id) || needed.side.length > 0) continue;
    if (!state.nodes.has(needed.node) || needed.at < state.from || needed.at > state.to) continue;
    context.beginPath();
    context.arc(xOf(needed.at), laneY(needed.node), 7, 0, 7);
    context.stroke();
  }
  context.lineWidth = 1;
};

const drawMoments = (context) => {
  if (state.cursor >= 0) {
    context.strokeStyle = theme.select;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(xOf(state.cursor), 16);
    context.lineTo(xOf(state.cursor), view.height);
    context.stroke();
    context.setLineDash([]);
  }
  view.labels = [];
  for (const violation of violations) {
    const x = xOf(violation.at);
    if (x < view.gutter || x > view.width) continue;
    context.strokeStyle = theme.bad;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, view.height);
    context.stroke();
    context.lineWidth = 1;
    context.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
    const label = ` ${violation.code} violated `;
    const width = context.measureText(label).width;
    const left = Math.min(x, view.width - width);
    context.fillStyle = theme.bad;
    context.fillRect(left, 0, width, 16);
    view.labels.push({violation, from: left, to: left + width});
    context.fillStyle = theme.ground;
    context.fillText(label, left, 12);
    for (const node of violation.nodes) {
      if (!state.nodes.has(node)) continue;
      context.fillStyle = theme.bad;
      context.beginPath();
      context.arc(x, laneY(node), 5, 0, 7);
      context.fill();
    }
  }
};

const drawSelected = (context) => {
  const item = state.selected;
  if (item === null || item.type === "violation") return;
  context.strokeStyle = theme.select;
  context.fillStyle = theme.select;
  context.lineWidth = 3;
  context.beginPath();
  if (item.type === "message" && state.nodes.has(item.from) && state.nodes.has(item.to)) {
    const {x1, y1, x2, y2} = segmentOf(item);
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    arrowHead(context, x2, y2, x1, y1);
    context.stroke();
  } else if (state.nodes.has(item.node)) {
    context.arc(xOf(item.at), laneY(item.node), 6, 0, 7);
    context.stroke();
  }
  context.lineWidth = 1;
};

const draw = () => {
  layOut();
  const {context, width} = fitCanvas(lanesCanvas, view.height);
  view.width = width;
  drawAxis(context);
  drawQuiet(context);
  drawFaultBands(context);
  drawStrips(context);
  drawLives(context);
  context.save();
  context.beginPath();
  context.rect(view.gutter, 0, view.width - view.gutter, view.height);
  context.clip();
  const shown = drawMessages(context);
  drawTicks(context);
  drawNeeded(context);
  drawSelected(context);
  drawFaultRows(context);
  drawMoments(context);
  context.restore();
  drawGutter(context);
  drawOverview();
  const empty = document.getElementById("empty");
  empty.hidden = shown > 0;
  empty.textContent = state.nodes.size === 0 ? "No node is chosen."
    : messages.length === 0 ? "No message was sent in this run."
    : "No message of these kinds, nodes and process in this part of the run.";
};

// --- What is at a point ---

const distance = (px, py, {x1, y1, x2, y2}) => {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const part = length === 0 ? 0
    : Math.min(Math.max(((px - x1) * (x2 - x1) + (py - y1) * (y2 - y1)) / length, 0), 1);
  return Math.hypot(px - x1 - part * (x2 - x1), py - y1 - part * (y2 - y1));
};

const hitAt = (x, y) => {
  for (const {violation, from, to} of view.labels) {
    if (y < 17 ? x >= from && x <= to : Math.abs(x - xOf(violation.at)) < 5) return violation;
  }
  if (y >= view.faultTop && y < view.faultTop + faultRows.rows * faultRowHeight) {
    const row = Math.floor((y - view.faultTop) / faultRowHeight);
    const placed = faultRows.placed.findLast((each) =>
      each.row === row && xOf(each.step.at) <= x + 3);
    return placed ? placed.step : null;
  }
  let best = null;
  let nearest = 7;
  const offer = (item, far) => { if (far < nearest) { nearest = far; best = item; } };
  for (const list of [lines, events]) {
    for (const item of list) {
      if (!state.nodes.has(item.node) || item.at < state.from || item.at > state.to) continue;
      const low = laneY(item.node) + (item.typed ? -10 : -3);
      const high = laneY(item.node) + (item.typed === false ? 8 : 3);
      if (y >= low - 1 && y <= high + 1) offer(item, Math.abs(x - xOf(item.at)) + 1);
    }
  }
  for (const message of messages) {
    if (onScreen(message)) offer(message, distance(x, y, segmentOf(message)));
  }
  return best;
};
