// Where labels change, and what was run.

const SHORTEST = 3; // points of a regime that the table shows at first

function showRegimes(page) {
  const { sweep, state } = page;
  byId("regimes-part").hidden = !sweep.regimes;
  if (!sweep.regimes) return;
  const line = sweep.axes.slice(1).map((axis, i) => `${axis.symbol} = ${axis.text(state.at[i + 1])}`);
  byId("regimes-title").textContent = line.length ? `Regimes at ${line.join(", ")}` : "Regimes";
  const all = sweep.regimes[sweep.line(state.at)];
  const shown = state.short ? all : all.filter(([, , , points]) => points >= SHORTEST);
  const few = all.length - all.filter(([, , , points]) => points >= SHORTEST).length;
  byId("short").parentElement.hidden = few === 0;
  byId("short-label").textContent = `also the ${few} of fewer than ${SHORTEST} points`;
  const { symbol } = sweep.axes[0];
  const known = (x) => {
    if (typeof x === "string") return x.replace("-inf", "−∞");
    return withMinus(Math.abs(x) < 1e-3 ? String(Number(x.toPrecision(1))) : x.toFixed(4));
  };
  const rows = shown.map(([label, first, last, points, periods, low, high]) => {
    const { name, colour } = sweep.labels[label];
    const button = element("button", { type: "button", title: "zoom to this regime" }, [chip(colour), name]);
    button.addEventListener("click", () => zoomTo(page, first, last));
    const some = periods.slice(0, 8).join(" ") + (periods.length > 8 ? " …" : "");
    const leading = low === null ? "" : `${known(low)} … ${known(high)}`;
    return { cells: [button, plainNumber(first), plainNumber(last), String(points), some, leading] };
  });
  const head = [
    ["label", false],
    [`${symbol} from`, true],
    ["to", true],
    ["points", true],
    ["periods", false],
    ["λ₁", true],
  ];
  fillTable(byId("regimes"), head, rows);
}

function showRun(sweep) {
  const { run, state } = sweep;
  byId("words").textContent = state.words;
  byId("config").textContent = run.config;
  const rows = Object.entries(run.attributes).map(([name, text]) => ({ cells: [name.replaceAll("_", " "), text] }));
  for (const [host, versions, commit, count] of run.shards) {
    rows.push({ cells: [`${count} shards`, `on ${host}, by ${versions}, commit ${commit}`] });
  }
  fillTable(
    byId("provenance"),
    [
      ["", false],
      ["", false],
    ],
    rows,
  );
  const reasons = new Map();
  for (const text of Object.values(sweep.failures)) reasons.set(text, (reasons.get(text) ?? 0) + 1);
  byId("failures").hidden = reasons.size === 0;
  byId("failures").lastElementChild.replaceChildren(
    ...[...reasons].map(([text, count]) => element("li", { textContent: `${count} × ${text}` })),
  );
  const steps = [];
  if (state.status === "failed") steps.push(["Try again what failed:", `dmfsa sweep resume ${run.folder} --failed`]);
  if (["running", "interrupted"].includes(state.status))
    steps.push(["Go on with what is missing:", `dmfsa sweep resume ${run.folder}`]);
  if (state.status === "collectable") steps.push(["Make one dataset of it:", `dmfsa sweep collect ${run.folder}`]);
  steps.push([`All of it, with the config above as ${run.file}:`, `dmfsa sweep run ${run.file}`]);
  steps.push(["This page:", `dmfsa report ${run.folder}`]);
  steps.push([
    "The numbers, in Python:",
    `from sweeps import open_sweep\n\ndataset = open_sweep(${JSON.stringify(run.path)})`,
  ]);
  byId("commands").replaceChildren(
    ...steps.flatMap(([text, command]) => [element("p", { textContent: text }), copyable(command)]),
  );
}

function showState(sweep) {
  const { state, run } = sweep;
  const total = state.n_points.toLocaleString("en");
  const steps = `${run.n_transient.toLocaleString("en")} steps discarded, ${run.n_steps.toLocaleString("en")} kept`;
  byId("about").textContent =
    `${total} points over ${sweep.axes.map(({ about }) => about).join("; ") || "nothing"}. At each point ${steps}.`;
  const shown = byId("state");
  shown.hidden = state.status === "finished";
  const some = (n, one, many) => (n ? `, ${n.toLocaleString("en")} ${n === 1 ? one : many}` : "");
  shown.textContent =
    `When this page was made, ${state.n_done.toLocaleString("en")} of ${total} points were done` +
    some(state.n_failed, "of them failed", "of them failed") +
    some(state.n_missing + state.n_running, "was missing", "were missing") +
    some(state.n_shards_damaged, "shard was damaged", "shards were damaged") +
    some(state.n_shards_other, "shard was of another config", "shards were of another config") +
    `. ${state.message}`;
  const counts = Object.entries(sweep.counts).sort(([, a], [, b]) => b - a);
  byId("counts").replaceChildren(
    ...counts.map(([label, count]) => {
      const { name, colour } = sweep.labels[label];
      return element("li", {}, [chip(colour), `${name} ${count.toLocaleString("en")}`]);
    }),
  );
  byId("colophon").textContent =
    `Made by dmfsa (${run.attributes.versions ?? ""}). This file holds all it shows and fetches nothing.`;
}
