// The point that is chosen: its label and the evidence for it, its exponents, and pictures of its orbit.

function element(name, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

function fillTable(table, head, rows) {
  const cell = (name, content, numeric) => element(name, { className: numeric ? "number" : "" }, [content]);
  const heads = head.map(([text, numeric]) => cell("th", text, numeric));
  heads.forEach((one) => (one.scope = "col"));
  const lines = rows.map(({ cells, className = "" }) =>
    element(
      "tr",
      { className },
      cells.map((content, i) => cell("td", content, head[i][1])),
    ),
  );
  const parts = [element("tbody", {}, lines)];
  if (head.some(([text]) => text)) parts.unshift(element("thead", {}, [element("tr", {}, heads)]));
  table.replaceChildren(...parts);
}

function chip(colour) {
  const made = element("span", { className: "chip" });
  made.style.background = colour;
  return made;
}

// A command or a piece of text with a button that copies it; or selects it, where pages from files may not copy.
function copyable(text) {
  const shown = element("pre", { textContent: text });
  const button = element("button", { type: "button", textContent: "copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(shown);
      button.textContent = "selected";
    }
  });
  return element("div", { className: "command" }, [shown, button]);
}

function showPoint(sweep, at, state) {
  const point = sweep.number(at);
  const { label, labels, failures } = sweep;
  byId("point-title").replaceChildren(chip(labels[label[point]].colour), `${sweep.named(at)}: ${sweep.kind(point)}`);
  const missing =
    labels[label[point]].name === "missing" ? "This point has not been run yet, or its shard is damaged." : "";
  byId("reason").textContent = failures[point]
    ? `It could not be computed: ${failures[point]}`
    : missing || sweep.reasons?.[point] || "";
  showExponents(sweep, point);
  showFacts(sweep, at, point);
  showOrbit(sweep, at, state);
}

function showExponents(sweep, point) {
  byId("exponents-part").hidden = sweep.nExponents === 0;
  const rows = Array.from({ length: sweep.nExponents }, (_, i) => {
    const { value, error, resolved } = sweep.exponent(point, i);
    const noted = resolved || Number.isNaN(value) ? "" : "not resolved";
    return { cells: [`λ${subscript(i + 1)}`, withError(value, error), noted], className: noted ? "unresolved" : "" };
  });
  fillTable(
    byId("exponents"),
    [
      ["", false],
      ["nats per step ± standard error", true],
      ["", false],
    ],
    rows,
  );
}

function showFacts(sweep, at, point) {
  const { point: kept } = sweep;
  const rows = [];
  const say = (name, text) => rows.push({ cells: [name, text] });
  const percent = (x) => `${(100 * x).toFixed(1)} %`;
  if (kept.confidence && !Number.isNaN(kept.confidence[point])) say("confidence", kept.confidence[point].toFixed(3));
  const dimension = kept.kaplan_yorke_dimension?.[point];
  if (dimension !== undefined && !Number.isNaN(dimension))
    say("Kaplan–Yorke dimension", plainNumber(dimension.toPrecision(5)));
  if (kept.attractor && kept.attractor[point] >= 0) {
    const [share, low, high] = ["", "_low", "_high"].map((end) => percent(kept[`attractor_share${end}`][point]));
    say("attractor", `number ${kept.attractor[point] + 1}, reached by ${share} of the starts (95 %: ${low} to ${high})`);
  }
  if (sweep.raster.hits) say(`steps with ${sweep.observables.slab}`, sweep.raster.hits[point].toLocaleString("en"));
  for (const name of Object.keys(sweep.model)) {
    say(sweep.symbols[name] ?? name, plainNumber(sweep.parameter(name, at)));
  }
  fillTable(
    byId("facts"),
    [
      ["", false],
      ["", false],
    ],
    rows,
  );
  const again = byId("again");
  again.replaceChildren();
  if (sweep.run.alone) {
    const sets = Object.entries(sweep.run.keys).map(([name, key]) => ` --set ${key}=${sweep.parameter(name, at)}`);
    again.append(
      element("h3", { textContent: "Run this point again" }),
      copyable(`dmfsa classify ${sweep.run.yaml}${sets.join("")}`),
    );
  }
}

function showOrbit(sweep, at, state) {
  const orbit = orbitAt(sweep, at);
  byId("panels").hidden = byId("component-label").hidden = !orbit;
  byId("orbit-note").textContent = orbit ? "" : orbitMissing(sweep);
  if (!orbit) return;
  const { M, n, network } = orbit;
  const colour = sweep.labels[sweep.label[sweep.number(at)]].colour;
  byId("orbit-note").textContent =
    `The pictures show the ${n.toLocaleString("en")} steps after the run: this page has just computed them, ` +
    "from the window that the run ended with. Chaos amplifies rounding, so another browser may show other steps of the same attractor.";
  const names = Array.from({ length: M }, (_, a) => `mᵒ${subscript(a + 1)}`);
  const chosen = chooseComponent(names, state, () => showOrbit(sweep, at, state));
  const kind = sweep.kind(sweep.number(at));
  drawSeries(byId("series"), orbit, names, sweep.point.period?.[sweep.number(at)] ?? 0);
  drawPlanes(orbit, names, colour, kind);
  const x = component(orbit, chosen);
  drawSpectrum(byId("spectrum"), x, names[chosen], network.L);
  drawAutocorrelation(byId("autocorrelation"), x, names[chosen], network.L);
}

function orbitMissing(sweep) {
  if (!sweep.iterates) return "This page cannot iterate the map of this sweep: dmfsa trajectory draws an orbit.";
  if (sweep.orbits.networks) return "Without a window at its end there is no orbit to show.";
  return "This sweep is too large for its orbits to be in the page: dmfsa trajectory draws one.";
}

// Spectrum and autocorrelation are those of one component.
function chooseComponent(names, state, redraw) {
  const select = byId("component");
  byId("component-label").hidden = names.length < 2;
  if (select.options.length !== names.length) {
    select.replaceChildren(...names.map((text, value) => element("option", { textContent: text, value })));
  }
  state.component = Math.min(state.component ?? 0, names.length - 1);
  select.value = state.component;
  select.onchange = () => {
    state.component = Number(select.value);
    redraw();
  };
  return state.component;
}
