// The panels: the selected, the views of all nodes at a moment, the chat, the list of everything.
// Everything that users wrote reaches the page as text, never as markup.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
};
const row = (head, ...cells) =>
  make("tr", {}, make("th", {}, head), ...cells.map((cell) => make("td", {}, cell)));

const titleOf = (item) => item.type === "message" ? `${item.group}: ${item.text}`
  : item.type === "line"
    ? `${userName(item.node, item.user, item.at)} ${item.typed ? "types" : "sees"}: ${item.text}`
  : item.type === "violation" ? `${item.code} violated`
  : item.type === "step" ? item.text : `${item.kind}: ${item.text}`;
const whereOf = (item) => item.type === "message"
  ? `${nodeName(item.from)} \u2192 ${nodeName(item.to)}`
  : item.type === "violation" ? item.nodes.map(nodeName).join(" ")
  : item.type === "step" ? "" : nodeName(item.node);
const summaryOf = (item) => `${seconds(item.at, 6)}  ${whereOf(item)}  ${titleOf(item)}`;

const listOf = (items, className = () => "") => make("ul", {class: "rows"}, ...items.map((item) =>
  make("li", {}, make("button", {class: className(item), onclick: () => select(item)},
    make("span", {class: "time"}, seconds(item.at)),
    make("span", {}, `${whereOf(item)}  ${titleOf(item)}`)))));

// --- Selected ---

const wayOf = (message) => {
  const since = (at) => at < 0 ? "" : ` (after ${after(at - message.written)})`;
  const stage = (name, at, else_) => row(name, at < 0 ? else_ : `${seconds(at, 9)}${since(at)}`);
  const never = message.lost >= 0 ? "never" : "not by the end of the run";
  return make("table", {},
    stage("Handed over", message.written, ""),
    stage("Left the machine", message.sent, never),
    stage("Delivered", message.arrived, never),
    stage("Read", message.read, never),
    message.handled >= 0 ? stage("Handler began", message.handled, "") : null,
    message.lost >= 0 && message.read < 0 ? stage("Lost", message.lost, "") : null,
    row("Size", `${message.bytes} bytes on the wire`),
    row("Connection", `number ${message.connection}`),
    message.held ? row("Held up", "it met a cut on its way, and was sent again") : null,
    message.sender >= 0 ? row("From", processName(message.sender)) : null,
    message.receivers.length > 0 ? row("To", message.receivers.map(processName).join(", ")) : null);
};

const violationParts = (violation) => {
  const parts = [];
  if (explanation !== null && violation === violations[0] && explanation.runs > 0) {
    const needed = steps.filter((each) => explanation.steps.has(each.id));
    parts.push(make("h3", {}, explanation.minimal
      ? "It happens with these steps alone, and not without any one of them"
      : "It happens with these steps alone; fewer may do"),
    listOf(needed), make("p", {class: "quiet"},
      `${needed.length} of ${steps.length} steps, found in ${explanation.runs} runs`));
  }
  for (const node of violation.nodes.slice(0, 4)) {
    const last = everything.filter((item) => item.at <= violation.at &&
      item.type !== "violation" && item.group !== "heartbeat" &&
      (item.node === node || item.to === node)).slice(-8);
    parts.push(make("h3", {}, `The last of ${nodeName(node)}`), listOf(last));
  }
  parts.push(make("h3", {}, "What each believed at that moment"), ...viewsAt(violation.at));
  parts.push(make("h3", {}, "See it again"), make("p", {}, make("code", {}, run.reproduce)));
  return parts;
};

const coneTools = () => {
  const item = state.selected;
  const toggle = (forward) => () => {
    const on = state.cone !== null && state.cone.forward === forward;
    if (on) state.cone = null; else { state.cone = null; updateCone(forward); }
    changed();
  };
  const pressed = (forward) => String(state.cone !== null && state.cone.forward === forward);
  const all = make("input", {type: "checkbox", id: "cone-all"});
  all.checked = state.coneAll;
  all.addEventListener("change", () => {
    state.coneAll = all.checked;
    if (state.cone !== null) updateCone(state.cone.forward);
    changed();
  });
  return [make("div", {class: "actions"},
    make("button", {"aria-pressed": pressed(false), id: "cone-past", onclick: toggle(false)},
      pressed(false) === "true" ? "Hide what led to it" : "What led to it"),
    make("button", {"aria-pressed": pressed(true), onclick: toggle(true)},
      pressed(true) === "true" ? "Hide what follows" : "What follows from it"),
    make("button", {onclick: () => {
      const span = item.type === "message" ? Math.max((endOf(item) - item.at) * 4, 1e6) : 20e6;
      showTime(item.at - span / 3, item.at + span);
    }}, "Zoom to it")),
  make("label", {}, all, " by heartbeats and other hidden kinds, too"),
  state.cone === null ? null : make("p", {class: "quiet", id: "cone-size"},
    `${state.cone.carried.size} messages ${state.cone.forward ? "carry it on" : "led to it"}`)];
};

const panelSelected = () => {
  const item = state.selected;
  if (item === null) {
    return [make("p", {class: "quiet"}, violations.length > 0
      ? "Click the violation, a message, a fault or a mark on a lane."
      : "Click a message, a fault or a mark on a lane. All properties held in this run."),
    make("table", {}, row("Faults that hit", run.hits), row("Counts", run.summary),
      row("Fingerprint", run.fingerprint)),
    make("h3", {}, "See it again"), make("p", {}, make("code", {}, run.reproduce))];
  }
  const parts = [make("h2", {class: item.type === "violation" ? "bad" : ""}, titleOf(item)),
    make("p", {class: "quiet"}, `${seconds(item.at, 9)}  ${whereOf(item)}`)];
  if (item.type === "message") parts.push(wayOf(item));
  if (item.type === "step") {
    parts.push(make("p", {class: "quiet"}, `Step #${item.id} of the scenario`));
    if (explanation?.steps.has(item.id)) {
      parts.push(make("p", {class: "bad"}, "The violation needs this step."));
    }
  }
  if (item.type === "violation") {
    parts.push(make("p", {class: "text"}, item.text),
      make("p", {class: "quiet"}, `${item.code}: ${item.rule}`), ...coneTools(),
      ...violationParts(item));
  } else {
    parts.push(...coneTools());
  }
  return parts;
};

// --- Views ---

const viewsAt = (at) => {
  const beliefs = Array.from({length: nodeCount}, (_, node) => beliefAt(node, at));
  const truth = beliefs.map((belief) => belief !== null);
  const all = beliefs.map((_, node) => node);
  const head = (first) => make("tr", {}, make("th", {}, first),
    ...all.map((node) => make("th", {}, String(node + 1))));
  const upCell = (belief, node, peer) => {
    if (node === peer) return make("td", {}, "\u00b7");
    if (belief === null) return make("td", {class: "quiet"}, "");
    const up = belief.up.has(peer);
    return make("td", {class: up === truth[peer] ? "" : "differs",
      title: `${nodeName(node)} ${up ? "has" : "does not have"} ${nodeName(peer)} up`},
    up ? "\u2713" : "\u2013");
  };
  const upTable = make("table", {class: "matrix"}, head("sees up"),
    ...beliefs.map((belief, node) => make("tr", {},
      make("th", {}, `${nodeName(node)}${belief === null ? " (down)" : ""}`),
      ...all.map((peer) => upCell(belief, node, peer)))));
  const parts = [make("div", {class: "scroll"}, upTable)];
  const namesOf = (belief) => belief === null ? [] : [...belief.held.keys()];
  const held = [...new Set(beliefs.flatMap(namesOf))].sort();
  if (held.length === 0) return [...parts, make("p", {class: "quiet"}, "Nobody holds a name.")];
  const nameRowOf = (name) => {
    const holders = beliefs.map((belief) => belief?.held.get(name)?.holder ?? -1);
    const running = holders.filter((_, node) => beliefs[node] !== null);
    const differs = new Set(running).size > 1;
    return make("tr", {}, make("th", {}, name), ...holders.map((holder, node) =>
      make("td", {class: differs && beliefs[node] !== null ? "differs" : ""},
        beliefs[node] === null ? "" : holder < 0 ? "\u2013" : String(holder + 1))));
  };
  return [...parts, make("h3", {}, "Holder of each name, for each node"),
    make("div", {class: "scroll"}, make("table", {class: "matrix"}, head("name"),
      ...held.map(nameRowOf)))];
};

const panelViews = () => [
  make("h2", {}, `What each node believes at ${seconds(cursorTime(), 6)}`),
  make("p", {class: "quiet"}, "A click in the diagram moves the moment. Marked is what differs " +
    "from the truth, or from node to node."),
  ...viewsAt(cursorTime())];

// --- Chat ---

const seats = (() => {
  const list = [];
  for (let node = 0; node < nodeCount; ++node) {
    for (let user = 0; user < run.users; ++user) list.push({node, user});
  }
  return list;
})();

const panelChat = () => {
  if (state.chatSeat < 0) {
    const counts = seats.map(({node, user}) => lines.filter((line) =>
      line.node === node && line.user === user && line.text.startsWith("[")).length);
    state.chatSeat = counts.indexOf(Math.max(...counts));
  }
  const {node, user} = seats[state.chatSeat];
  const chooser = make("select", {id: "chat-user"}, ...seats.map((seat, place) =>
    make("option", {value: String(place)},
      `${userName(seat.node, seat.user)} (${nodeName(seat.node)}, user ${seat.user + 1})`)));
  chooser.value = String(state.chatSeat);
  chooser.addEventListener("change", () => {
    state.chatSeat = Number(chooser.value);
    changed();
    requestAnimationFrame(() => document.getElementById("chat-user")?.focus());
  });
  const seen = lines.filter((line) => line.node === node && line.user === user);
  const label = make("label", {}, "The chat as seen by ", chooser);
  if (seen.length === 0) {
    return [label, make("p", {class: "quiet"}, "This user typed and saw nothing.")];
  }
  const now = cursorTime();
  const latest = state.cursor < 0 ? null : seen.findLast((line) => line.at <= now);
  const when = (line) => line === latest ? "now" : line.at > now ? "later" : "";
  return [label, make("ul", {class: "rows", id: "chat-lines"}, ...seen.map((line) =>
    make("li", {}, make("button", {
      class: `${line.typed ? "typed " : ""}${when(line)}`,
      onclick: () => { select(line); state.tab = "chat"; }},
    make("span", {class: "time"}, seconds(line.at)),
    make("span", {}, line.typed ? `> ${line.text}` : line.text)))))];
};

// --- All events ---

const listMax = 400;

const panelList = () => {
  const list = matches().filter((item) => state.search !== "" ||
    (item.at >= state.from && item.at <= state.to));
  const what = state.search !== "" ? "found" : "in the time on the screen";
  if (list.length === 0) return [make("p", {class: "quiet"}, `Nothing ${what}.`)];
  const shown = list.slice(0, listMax);
  return [make("p", {class: "quiet"}, list.length > listMax
    ? `The first ${listMax} of ${list.length} ${what}` : `${list.length} ${what}`),
  listOf(shown, (item) => item === state.selected ? "now" : "")];
};

const panels = {selected: panelSelected, views: panelViews, chat: panelChat, list: panelList};

// Rebuilding a list loses the keyboard's place in it, so only what has changed is rebuilt.
let panelKey = "";
const drawPanel = () => {
  const key = [state.tab, state.selected?.place, state.cursor, state.cone?.forward,
    state.cone?.carried.size, state.coneAll, state.chatSeat, state.tab === "list" &&
    [state.from, state.to, state.search, [...state.kinds], [...state.nodes], state.process]].join();
  if (key === panelKey) return;
  const tabChanged = !panelKey.startsWith(`${state.tab},`);
  panelKey = key;
  for (const [name, panel] of Object.entries(panels)) {
    const open = name === state.tab;
    const element = document.getElementById(`panel-${name}`);
    const tab = document.getElementById(`tab-${name}`);
    element.classList.toggle("open", open);
    tab.setAttribute("aria-selected", String(open));
    tab.tabIndex = open ? 0 : -1;
    if (!open) continue;
    const place = element.scrollTop;
    element.replaceChildren(...panel().filter((part) => part !== null));
    element.scrollTop = tabChanged || name === "selected" ? 0 : place;
    if (name === "chat") element.querySelector(".now")?.scrollIntoView({block: "nearest"});
  }
};
