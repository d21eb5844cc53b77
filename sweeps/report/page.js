// The parts together: what is chosen, and what has to be drawn again when it changes.

// Where the page opens: the largest exponent of the first line, or the first point that has been run.
function opening(sweep) {
  const at = sweep.axes.map(() => 0);
  const n = sweep.axes[0]?.n ?? 1;
  let best = [-Infinity, -1];
  for (let i = 0; i < n; i++) {
    if (sweep.axes.length) at[0] = i;
    const point = sweep.number(at);
    if (!sweep.ran(point)) continue;
    const value = sweep.nExponents ? sweep.exponent(point, 0).value : NaN;
    if (best[1] < 0 || value > best[0]) best = [Number.isNaN(value) ? -Infinity : value, i];
  }
  if (sweep.axes.length) at[0] = Math.max(best[1], 0);
  return at;
}

function fillSelect(select, texts) {
  const made = Object.entries(texts).map(([value, textContent]) => element("option", { value, textContent }));
  select.replaceChildren(...made);
}

// Draw the diagram with the next picture: events come faster than these.
function draw(page) {
  if (!page.diagram || page.asked) return;
  page.asked = true;
  requestAnimationFrame(() => {
    page.asked = false;
    const { diagram, state } = page;
    diagram.draw(state.at);
    [byId("from").value, byId("to").value] = diagram.ends();
    byId("whole").disabled = !diagram.zoomed && !diagram.height;
  });
}

// Choose the point at places on the axes.
function choose(page, at) {
  const { sweep, state, diagram } = page;
  const another = sweep.line(at) !== sweep.line(state.at) || !byId("regimes").childElementCount;
  state.at = at;
  if (diagram) {
    byId("marks").setAttribute("aria-valuenow", at[0]);
    byId("marks").setAttribute("aria-valuetext", described(sweep, at));
    sweep.axes.slice(1).forEach((axis, i) => (byId(`line-${i}`).value = at[i + 1]));
    diagram.reveal(at[0]);
  }
  if (another) showRegimes(page);
  draw(page);
  showPoint(sweep, at, state);
}

// Show a regime, from the first of its values to the last.
function zoomTo(page, first, last) {
  const { axis } = page.diagram;
  const [low, high] = [axis.place(first), axis.place(last)];
  const cell = axis.cell((low + high) / 2);
  const room = Math.max(0.1 * (high - low), axis.edges[cell + 1] - axis.edges[cell]);
  page.diagram.show(low - room, high + room);
  choose(page, [cell, ...page.state.at.slice(1)]);
  byId("found-title").scrollIntoView();
}

function start(sweep) {
  const state = { at: opening(sweep), short: false, component: 0 };
  document.querySelector("main").hidden = false;
  showState(sweep);
  showRun(sweep);
  const [axis] = sweep.axes;
  byId("across").hidden = !axis;
  for (const id of ["previous", "next", "go-label"]) byId(id).hidden = !axis;
  const page = { sweep, state, diagram: axis ? new Diagram(sweep, byId("diagram"), byId("marks")) : null };
  if (axis) wire(page);
  byId("short").addEventListener("change", (event) => {
    state.short = event.target.checked;
    showRegimes(page);
  });
  let width = document.body.clientWidth;
  new ResizeObserver(() => {
    if (document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    draw(page);
    showPoint(sweep, state.at, state);
  }).observe(document.body);
  choose(page, state.at);
  return { ...page, choose: (at) => choose(page, at) };
}

// Buttons and fields around the diagram.
function wire(page) {
  const { sweep, state, diagram } = page;
  const { axis, down } = diagram;
  new Gestures(
    diagram,
    byId("tip"),
    () => draw(page),
    (at) => choose(page, at),
  );
  const marks = byId("marks");
  const keys = "choose a point with the arrow keys, zoom with plus, minus and 0";
  marks.setAttribute("aria-label", `orbit diagram, exponents and labels over ${axis.about}: ${keys}`);
  marks.setAttribute("aria-valuemin", 0);
  marks.setAttribute("aria-valuemax", axis.n - 1);
  byId("range-name").textContent = byId("go-name").textContent = axis.symbol;
  byId("hint").textContent =
    "Wheel or two fingers zoom, dragging a band zooms to it, a double click shows the whole range. " +
    "A click chooses a point; the arrow keys go to the next one." +
    (down ? ` A click on the map of labels chooses ${down.symbol}, too.` : "");
  const press = (id, act) =>
    byId(id).addEventListener("click", () => {
      act();
      draw(page);
    });
  press("zoom-in", () => diagram.zoom(0.5, axis.places[state.at[0]]));
  press("zoom-out", () => diagram.zoom(2));
  press("earlier", () => diagram.move(-0.4));
  press("later", () => diagram.move(0.4));
  press("whole", () => diagram.reset());
  const typed = (id) => Number(byId(id).value.replaceAll("−", "-").trim() || NaN);
  for (const id of ["from", "to"]) {
    byId(id).addEventListener("change", () => {
      const [low, high] = [typed("from"), typed("to")].map((x) => axis.place(x));
      if (low < high) diagram.show(low, high);
      draw(page);
    });
  }
  const go = (i) => choose(page, [Math.min(Math.max(i, 0), axis.n - 1), ...state.at.slice(1)]);
  byId("go").addEventListener("change", () => Number.isFinite(typed("go")) && go(axis.nearest(typed("go"))));
  byId("previous").addEventListener("click", () => go(state.at[0] - 1));
  byId("next").addEventListener("click", () => go(state.at[0] + 1));
  wireSelections(page);
}

function wireSelections(page) {
  const { sweep, state, diagram } = page;
  const onChange = (select, act) =>
    select.addEventListener("change", () => {
      act(select.value);
      draw(page);
    });
  if (sweep.raster.section) {
    const steps = `all ${sweep.raster.steps.toLocaleString("en")} steps`;
    byId("mode-label").hidden = false;
    fillSelect(byId("mode"), { density: steps, section: `section ${sweep.observables.slab}` });
    onChange(byId("mode"), (mode) => (diagram.mode = mode));
  }
  if (sweep.nExponents > 2) {
    byId("exponents-label").hidden = false;
    fillSelect(byId("n-exponents"), { 2: "λ₁, λ₂", [sweep.nExponents]: `all ${sweep.nExponents}` });
    onChange(byId("n-exponents"), (n) => (diagram.nDrawn = Number(n)));
  }
  sweep.axes.slice(1).forEach((other, i) => {
    const select = element("select", { id: `line-${i}` });
    fillSelect(select, Object.fromEntries(Array.from(other.values, (_, j) => [j, other.text(j)])));
    onChange(select, (j) => choose(page, state.at.with(i + 1, Number(j))));
    byId("lines").append(element("label", {}, [`${other.symbol} `, select]));
  });
  byId("lines").addEventListener("submit", (event) => event.preventDefault());
}

const opened = unpacked(JSON.parse(byId("contents").textContent)).then((contents) => start(new Sweep(contents)));
opened.catch((error) => {
  byId("state").hidden = false;
  byId("state").textContent =
    `This page cannot be shown by this browser (${error.message}). ` +
    "Chromium 110, Firefox 115, Safari 16.4 and later can.";
  throw error;
});
