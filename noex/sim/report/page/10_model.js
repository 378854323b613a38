// The run as data: fields by name, what happened before what, who believed what at a moment.
// Reads the data block once and never changes it; knows nothing of the screen.

const run = JSON.parse(document.getElementById("run").textContent);

const nodeName = (node) => `node${node + 1}`;

const messages = run.messages.map((row, index) => {
  const [from, to, group, bytes, written, ...rest] = row;
  const moment = (since) => since < 0 ? -1 : written + since;
  const [sent, arrived, read, handled, lost] = rest.slice(0, 5).map(moment);
  const [held, text, sender, receivers, connection] = row.slice(10);
  return {index, type: "message", from, to, group: run.groups[group], bytes, written, sent, arrived,
    read, handled, lost, held: held === 1, text: run.texts[text], sender, receivers, connection,
    at: written, node: from};
});
const processes = run.processes.map(([node, began, ended, role, why, id], index) =>
  ({index, node, began, ended, role, why, id}));
const lives = run.lives.map(([node, began, ended, end]) => ({node, began, ended, end}));
const steps = run.steps.map(
  ([id, at, kind, node, side, touched, lasts, text, fault, done, stops, cutsOff]) =>
    ({type: "step", id, at, kind, node, side, touched, lasts, text, fault: fault === 1,
      done: done === 1, stops: stops === 1, cutsOff: cutsOff === 1}));
const lines = run.lines.map(([at, node, user, typed, text]) =>
  ({type: "line", at, node, user, typed: typed === 1, text}));
const events = run.events.map(([at, node, kind, text]) => ({type: "event", at, node, kind, text}));
const sights = run.sights.map(([at, node, peer, up, why]) => ({at, node, peer, up: up === 1, why}));
const names = run.names.map(([at, node, text, holder, process]) =>
  ({at, node, name: run.texts[text], holder, process}));
const violations = run.violations.map(([code, at, text, rule, nodes]) =>
  ({type: "violation", code, at, text, rule, nodes, node: nodes[0]}));
const explanation = run.explanation.map(([nodes, needed, runs, minimal]) =>
  ({nodes, steps: new Set(needed), runs, minimal: minimal === 1}))[0] || null;
const nodeCount = run.nodes;
const endOfRun = Math.max(run.end, 1);

// A process as people know it.
const processName = (index) => {
  if (index < 0) return "";
  const {node, role, id} = processes[index];
  return `${role || `process ${id}`} on ${nodeName(node)}`;
};

// When it is over for the receiver: read, arrived, lost, or still on its way.
const endOf = (message) => message.read >= 0 ? message.read
  : message.arrived >= 0 ? message.arrived
  : message.lost >= 0 ? message.lost : endOfRun;

// The name that each user has at a moment: what he last typed. "user 1" before that.
const namings = lines.filter((line) => line.typed && line.text.startsWith("/name "));
const userName = (node, user, at = endOfRun) => {
  const last = namings.findLast((line) => line.node === node && line.user === user &&
    line.at <= at);
  return last?.text.slice(6).trim() || `user ${user + 1}`;
};

// --- What happened before what ---

const livesOf = Array.from({length: nodeCount}, () => []);
lives.forEach((life, index) => livesOf[life.node].push(index));

// The start of that node that ran then; -1: none. An end belongs to the life that ends.
const lifeAt = (node, at) => {
  for (const index of livesOf[node]) {
    const {began, ended} = lives[index];
    if (began <= at && (ended < 0 || at <= ended)) return index;
  }
  return -1;
};

const byRead = messages.filter((message) => message.read >= 0).sort((a, b) => b.read - a.read);
const byWritten = byRead.slice().sort((a, b) => a.written - b.written);

// The causal past of a moment of some nodes: of each life everything until a moment (`reach`), and
// the messages that carry it. Earlier in one life, or sent before received; a restart forgets.
// One pass: what raises a bound later lies before everything judged by then.
const pastOf = (nodes, at, counts) => {
  const reach = new Map();
  const carried = new Set();
  for (const node of nodes) {
    const life = lifeAt(node, at);
    if (life >= 0) reach.set(life, at);
  }
  for (const message of byRead) {
    if (!counts(message)) continue;
    const life = lifeAt(message.to, message.read);
    if (!(message.read <= reach.get(life))) continue;
    carried.add(message.index);
    const sender = lifeAt(message.from, message.written);
    reach.set(sender, Math.max(reach.get(sender) ?? -1, message.written));
  }
  return {reach, carried, forward: false};
};

const futureOf = (nodes, at, counts) => {
  const reach = new Map();
  const carried = new Set();
  for (const node of nodes) {
    const life = lifeAt(node, at);
    if (life >= 0) reach.set(life, at);
  }
  for (const message of byWritten) {
    if (!counts(message)) continue;
    const life = lifeAt(message.from, message.written);
    if (!(message.written >= reach.get(life))) continue;
    carried.add(message.index);
    const receiver = lifeAt(message.to, message.read);
    reach.set(receiver, Math.min(reach.get(receiver) ?? Infinity, message.read));
  }
  return {reach, carried, forward: true};
};

// --- Who believed what ---

// Of one node at a moment: null if it does not run, else the peers that are up and name -> holder.
const beliefAt = (node, at) => {
  let life = -1;
  for (const index of livesOf[node]) {
    const {began, ended} = lives[index];
    if (began <= at && (ended < 0 || at < ended)) life = index;
  }
  if (life < 0) return null;
  const {began} = lives[life];
  const up = new Set();
  for (const sight of sights) {
    if (sight.at > at) break;
    if (sight.node !== node || sight.at < began) continue;
    if (sight.up) up.add(sight.peer); else up.delete(sight.peer);
  }
  const held = new Map();
  for (const change of names) {
    if (change.at > at) break;
    if (change.node !== node || change.at < began) continue;
    if (change.holder < 0) held.delete(change.name); else held.set(change.name, change);
  }
  return {up, held};
};

// What lies below a lane: {row, from, to, colour: the node that it is about}, cut at lives' ends.
const stripsOf = (node, rows, changes, aboutOf) => {
  const strips = [];
  const open = new Map();
  const close = (row, to) => {
    const begun = open.get(row);
    if (begun) strips.push({row, from: begun.at, to, about: begun.about});
    open.delete(row);
  };
  for (const index of livesOf[node]) {
    const {began, ended} = lives[index];
    const end = ended < 0 ? endOfRun : ended;
    for (const change of changes) {
      if (change.node !== node || change.at < began || change.at > end) continue;
      const row = rows(change);
      close(row, change.at);
      const about = aboutOf(change);
      if (about >= 0) open.set(row, {at: change.at, about});
    }
    for (const row of [...open.keys()]) close(row, end);
  }
  return strips;
};

const allNames = [...new Set(names.map((change) => change.name))].sort();
const nameRow = new Map(allNames.map((name, row) => [name, row]));
const strips = {
  up: Array.from({length: nodeCount}, (_, node) => stripsOf(node, (sight) => sight.peer, sights,
    (sight) => sight.up ? sight.peer : -1)),
  names: Array.from({length: nodeCount}, (_, node) => stripsOf(node,
    (change) => nameRow.get(change.name), names, (change) => change.holder)),
  none: Array.from({length: nodeCount}, () => []),
};

// Everything with a moment, in order; what search and the list go through. What users type is there
// as lines.
const isTyped = (step) => ["command", "paste"].includes(step.kind);
const everything = [...messages, ...steps.filter((step) => !isTyped(step) && step.done),
  ...lines, ...events, ...violations].sort((a, b) => a.at - b.at);
everything.forEach((item, place) => { item.place = place; });
