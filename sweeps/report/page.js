// The parts together: what is chosen, and what has to be drawn again when it changes.

// Where the page opens: the largest exponent of the first line, or the first point that has been run.
function opening(sweep) {
  const at = sweep.axes.map(() => 0);
  const n = sweep.axes[0]?.n ?? 1;
  let best = [-Infinity, -1];
  for (let i = 0; i < n; i++) {
    if (sweep.axes.length) at[0] = i;
    const point = sweep.number(at);
    if (sweep.label[point] < 2) continue;
    const value = sweep.nExponents ? sweep.exponent(point, 0).value : NaN;
    if (best[1] < 0 || value > best[0]) best = [Number.isNaN(value) ? -Infinity : value, i];
  }
  if (sweep.axes.length) at[0] = Math.max(best[1], 0);
  return at;
}

function options(select, entries) {
  select.replaceChildren(...entries.map(([value, text]) => element("option", { value, textContent: text })));
}

function start(sweep) {
  const state = { at: opening(sweep), short: false };
  document.querySelector("main").hidden = false;
  showState(sweep);
  showRun(sweep);
  const [axis] = sweep.axes;
  byId("across").hidden = !axis;
  for (const id of ["previous", "next", "go-label"]) byId(id).hidden = !axis;
  const diagram = axis ? new Diagram(sweep, byId("diagram"), byId("marks")) : null;

  let asked = false; // events come faster than pictures
  const draw = () => {
    if (!diagram || asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      diagram.draw(state.at);
      [byId("from").value, byId("to").value] = diagram.ends();
      byId("whole").disabled = !diagram.zoomed && !diagram.height;
    });
  };
  const choose = (at) => {
    const line = sweep.line(at) !== sweep.line(state.at) || !byId("regimes").childElementCount;
    state.at = at;
    if (axis) {
      const marks = byId("marks");
      marks.setAttribute("aria-valuenow", at[0]);
      marks.setAttribute("aria-valuetext", described(sweep, at));
      const place = axis.places[at[0]];
      if (place < diagram.view.low || place > diagram.view.high) {
        const half = (diagram.view.high - diagram.view.low) / 2;
        diagram.show(place - half, place + half);
      }
      sweep.axes.slice(1).forEach((other, i) => (byId(`line-${i}`).value = at[i + 1]));
    }
    if (line) showRegimes(sweep, at, state, zoomTo);
    draw();
    showPoint(sweep, at, state);
  };
  const zoomTo = (first, last) => {
    const [low, high] = [axis.place(first), axis.place(last)];
    const cell = axis.cell((low + high) / 2);
    const room = Math.max(0.1 * (high - low), axis.edges[cell + 1] - axis.edges[cell]);
    diagram.show(low - room, high + room);
    choose([cell, ...state.at.slice(1)]);
    byId("found-title").scrollIntoView({ behavior: "auto" });
  };
  if (axis) wire(sweep, state, diagram, draw, choose);
  byId("short").addEventListener("change", (event) => {
    state.short = event.target.checked;
    showRegimes(sweep, state.at, state, zoomTo);
  });
  let width = 0;
  new ResizeObserver(() => {
    if (document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    draw();
    showPoint(sweep, state.at, state);
  }).observe(document.body);
  choose(state.at);
  return { sweep, state, diagram, choose };
}

// Buttons and fields around the diagram.
function wire(sweep, state, diagram, draw, choose) {
  const { axis } = diagram;
  const gestures = new Gestures(diagram, byId("tip"), draw, choose);
  const marks = byId("marks");
  marks.setAttribute("aria-label", `orbit diagram, exponents and labels over ${axis.about}: choose a point with the arrow keys, zoom with plus, minus and 0`);
  marks.setAttribute("aria-valuemin", 0);
  marks.setAttribute("aria-valuemax", axis.n - 1);
  byId("range-name").textContent = byId("go-name").textContent = axis.symbol;
  byId("hint").textContent =
    "Wheel or two fingers zoom, dragging a band zooms to it, a double click shows the whole range. A click chooses a point; " +
    `the arrow keys go to the next one.${diagram.down ? ` A click on the map of labels chooses ${diagram.down.symbol}, too.` : ""}`;
  const press = (id, act) => byId(id).addEventListener("click", () => (act(), draw()));
  press("zoom-in", () => diagram.zoom(0.5, axis.places[state.at[0]]));
  press("zoom-out", () => diagram.zoom(2));
  press("earlier", () => diagram.move(-0.4));
  press("later", () => diagram.move(0.4));
  press("whole", () => diagram.reset());
  const typed = (id) => Number(byId(id).value.replaceAll("−", "-").trim() || NaN);
  const range = () => {
    const [low, high] = [typed("from"), typed("to")].map((x) => axis.place(x));
    if (low < high) diagram.show(low, high);
    draw();
  };
  for (const id of ["from", "to"]) byId(id).addEventListener("change", range);
  byId("go").addEventListener("change", () => {
    const x = typed("go");
    if (Number.isFinite(x)) choose([axis.nearest(x), ...state.at.slice(1)]);
  });
  const by = (step) => choose([Math.min(Math.max(state.at[0] + step, 0), axis.n - 1), ...state.at.slice(1)]);
  byId("previous").addEventListener("click", () => by(-1));
  byId("next").addEventListener("click", () => by(1));
  if (sweep.raster.section) {
    byId("mode-label").hidden = false;
    options(byId("mode"), [["density", `all ${sweep.raster.steps.toLocaleString("en")} steps`], ["section", "section |mᵒ₂| < 0.001"]]);
    byId("mode").addEventListener("change", (event) => ((diagram.mode = event.target.value), draw()));
  }
  if (sweep.nExponents > 2) {
    byId("exponents-label").hidden = false;
    options(byId("n-exponents"), [["2", "λ₁, λ₂"], [String(sweep.nExponents), `all ${sweep.nExponents}`]]);
    byId("n-exponents").addEventListener("change", (event) => ((diagram.nDrawn = Number(event.target.value)), draw()));
  }
  sweep.axes.slice(1).forEach((other, i) => {
    const select = element("select", { id: `line-${i}` });
    options(select, other.values.map((_, j) => [j, other.text(j)]));
    select.addEventListener("change", () => choose(state.at.with(i + 1, Number(select.value))));
    byId("lines").append(element("label", {}, [`${other.symbol} `, select]));
  });
  byId("lines").addEventListener("submit", (event) => event.preventDefault());
  return gestures;
}

const opened = unpacked(JSON.parse(byId("contents").textContent)).then((contents) => start(new Sweep(contents)));
opened.catch((error) => {
  byId("state").hidden = false;
  byId("state").textContent = `This page cannot be shown by this browser (${error.message}). Chromium 110, Firefox 115, Safari 16.4 and later can.`;
  throw error;
});
