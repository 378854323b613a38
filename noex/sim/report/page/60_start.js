// Starts the page: titles, filters, the first drawing.

const drawHeader = () => {
  const what = run.file === "" ? `Seed ${run.seed}` : `${run.file}, seed ${run.seed}`;
  byId("title").textContent = `${what}, ${nodeCount} nodes, ${seconds(endOfRun, 0)}`;
  const verdict = byId("verdict");
  if (violations.length === 0) {
    verdict.replaceChildren(make("span", {class: "good"}, "All properties held."));
  } else {
    verdict.replaceChildren(...violations.map((violation, place) =>
      make("button", {id: `violation-${place}`, onclick: () => selectViolation(violation)},
        `${violation.code} violated at ${seconds(violation.at)}`)));
  }
  byId("facts").textContent = `${messages.length} messages between nodes; ${run.summary}`;
};

// Only processes that messages tell of: what others do is nobody's message.
const drawProcesses = () => {
  const told = new Set(messages.flatMap((message) => [message.sender, ...message.receivers]));
  const list = processes.filter((process) => told.has(process.index) && process.role !== "");
  byId("process").append(...list.map((process) =>
    make("option", {value: String(process.index)},
      `${processName(process.index)}, from ${seconds(process.began, 1)}`)));
};

const drawFound = () => {
  byId("found").textContent = state.search.trim() === "" ? "" : `${matches().length} found`;
};

listeners.push(draw, drawPanel, drawFound);
readTheme();
drawHeader();
drawProcesses();
drawChips();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  readTheme();
  drawChips();
  changed();
});
new ResizeObserver(changed).observe(byId("diagram"));
if (violations.length > 0) selectViolation(violations[0]);
changed();
