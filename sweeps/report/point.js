// The point that is chosen: its label and the evidence for it, its exponents, and pictures of its orbit.

const LAGS = 200;

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
    element("tr", { className }, cells.map((content, i) => cell("td", content, head[i][1]))),
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

// A command or a piece of text with a button that copies it.
function copyable(text) {
  const button = element("button", { type: "button", textContent: "copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      button.textContent = "select it by hand";
    }
  });
  return element("div", { className: "command" }, [element("pre", { textContent: text }), button]);
}

function showPoint(sweep, at, state) {
  const point = sweep.number(at);
  const { label, labels, failures } = sweep;
  byId("point-title").replaceChildren(chip(labels[label[point]].colour), `${sweep.named(at)}: ${sweep.kind(point)}`);
  const missing = labels[label[point]].name === "missing" ? "This point has not been run yet, or its shard is damaged." : "";
  byId("reason").textContent = failures[point] ? `It could not be computed: ${failures[point]}` : missing || sweep.reasons?.[point] || "";
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
  fillTable(byId("exponents"), [["", false], ["nats per step ± standard error", true], ["", false]], rows);
}

function showFacts(sweep, at, point) {
  const { point: kept } = sweep;
  const rows = [];
  const say = (name, text) => rows.push({ cells: [name, text] });
  const percent = (x) => `${(100 * x).toFixed(1)} %`;
  if (kept.confidence && !Number.isNaN(kept.confidence[point])) say("confidence", kept.confidence[point].toFixed(3));
  const dimension = kept.kaplan_yorke_dimension?.[point];
  if (dimension !== undefined && !Number.isNaN(dimension)) say("Kaplan–Yorke dimension", plainNumber(dimension.toPrecision(5)));
  if (kept.attractor && kept.attractor[point] >= 0) {
    const range = `${percent(kept.attractor_share_low[point])} to ${percent(kept.attractor_share_high[point])}`;
    say("attractor", `number ${kept.attractor[point] + 1}, reached by ${percent(kept.attractor_share[point])} of the starts (95 %: ${range})`);
  }
  if (sweep.raster.hits) say("steps with |mᵒ₂| < 0.001", sweep.raster.hits[point].toLocaleString("en"));
  for (const name of ["beta", "gamma", "epsilon"]) say(sweep.symbols[name], plainNumber(sweep.parameter(name, at)));
  fillTable(byId("facts"), [["", false], ["", false]], rows);
  const again = byId("again");
  again.replaceChildren();
  if (sweep.run.alone) {
    const swept = [...sweep.axes.map((axis) => axis.name), ...Object.keys(sweep.zipped)].filter((name) => name in PLACES);
    const sets = swept.map((name) => ` --set ${PLACES[name]}=${sweep.parameter(name, at)}`).join("");
    again.append(element("h3", { textContent: "Run this point again" }), copyable(`dmfsa classify ${sweep.run.yaml}${sets}`));
  }
}

// Where swept parameters stand in a config.
const PLACES = {
  beta: "model.beta",
  gamma: "model.gamma",
  epsilon: "model.epsilon",
  context: "model.context",
  positional_bits: "model.positional_bits",
  n_patterns: "model.features.n_patterns",
  n_columns: "model.features.n_columns",
  n_segments: "model.features.n_segments",
  scale: "model.features.scale",
  seed: "model.features.seed",
};

function showOrbit(sweep, at, state) {
  const orbit = orbitAt(sweep, at);
  byId("panels").hidden = byId("component-label").hidden = !orbit;
  byId("orbit-note").textContent = orbit ? "" : orbitMissing(sweep);
  if (!orbit) return;
  const { M, n, network } = orbit;
  state.orbit = orbit;
  const colour = sweep.labels[sweep.label[sweep.number(at)]].colour;
  byId("orbit-note").textContent =
    `The pictures show the ${n.toLocaleString("en")} steps after the run: this page has just computed them, from the window that ` +
    "the run ended with. Chaos amplifies rounding, so another browser may show other steps of the same attractor.";
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

function drawSeries(canvas, orbit, names, period) {
  const { context, width, height } = cleared(canvas);
  const n = Math.min(orbit.n, Math.max(width < 500 ? 60 : 120, Math.min(2 * period, 400)));
  const drawn = names.slice(0, COMPONENTS.length);
  let [low, high] = [Infinity, -Infinity];
  for (let t = 0; t < n; t++) {
    for (let a = 0; a < drawn.length; a++) {
      low = Math.min(low, orbit.series[t * orbit.M + a]);
      high = Math.max(high, orbit.series[t * orbit.M + a]);
    }
  }
  const box = { x: 72, y: 22, w: width - 84, h: height - 66 };
  const { x, y } = frame(context, box, [0, n - 1], spread(low, high), { xLabel: "steps after the run" });
  drawn.forEach((name, a) => {
    context.strokeStyle = context.fillStyle = COMPONENTS[a];
    context.beginPath();
    for (let t = 0; t < n; t++) context.lineTo(x(t), y(orbit.series[t * orbit.M + a]));
    context.stroke();
    if (n <= 130) for (let t = 0; t < n; t++) context.fillRect(x(t) - 1.25, y(orbit.series[t * orbit.M + a]) - 1.25, 2.5, 2.5);
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(name, box.x + 8 + 36 * a, 2);
  });
  canvas.setAttribute("aria-label", `series of ${drawn.join(", ")} over ${n} steps, between ${low.toFixed(3)} and ${high.toFixed(3)}`);
}

// Two planes and a section; of fewer than three components, each value over the one before.
function drawPlanes(orbit, names, colour, kind) {
  const { M, n } = orbit;
  const every = Array.from({ length: n }, (_, t) => t);
  const later = every.slice(1);
  const panels = [
    M > 1 ? ["Plane", 0, 1, every, 0] : ["Return", 0, 0, later, 1],
    M > 2 ? ["Plane", 0, 2, every, 0] : M > 1 ? ["Return", 0, 0, later, 1] : null,
    null,
  ];
  let cut = null;
  if (M > 1) {
    cut = slab(orbit, 1);
    panels[2] = M > 2 ? ["Section", 0, 2, cut.times, 0] : ["Section", 0, 0, cut.times.slice(1), cut.times];
  }
  ["plane-0", "plane-1", "section"].forEach((id, i) => {
    const figure = byId(id).parentElement;
    figure.hidden = !panels[i];
    if (!panels[i]) return;
    const [what, a, b, times, before] = panels[i];
    const lag = typeof before === "number" ? (t) => t - before : (t, k) => before[k];
    const xs = times.map((t, k) => orbit.series[lag(t, k) * M + a]);
    const ys = times.map((t) => orbit.series[t * M + b]);
    const ends = a === b ? "each value over the one before" : `${names[b]} over ${names[a]}`;
    const thin = i === 2 ? ` where |${names[1]}${cut.level ? ` − ${plainNumber(cut.level.toPrecision(4))}` : ""}| ≤ ${cut.halfWidth.toPrecision(2)}: ${times.length.toLocaleString("en")} points` : "";
    figure.firstElementChild.textContent = i === 2 ? `${what}${thin}` : ends;
    const labels = a === b ? [`${names[a]}(t)`, `${names[a]}(t+1)`] : [names[a], names[b]];
    const count = drawCloud(byId(id), xs, ys, labels, colour);
    byId(id).setAttribute("aria-label", `${what.toLowerCase()}, ${ends}: ${kind}${count < FEW_PLACES ? `, in ${count} places` : ""}`);
  });
}

const FEW_PLACES = 400; // of different pixels: fewer are drawn as dots

// Points, darker where there are more; returns on how many different pixels they lie.
function drawCloud(canvas, xs, ys, [xLabel, yLabel], colour) {
  const { context, width, height, ratio } = cleared(canvas);
  const box = { x: 72, y: 8, w: width - 84, h: height - 52 };
  if (!xs.length) {
    context.fillText("no point of the orbit lies there", box.x, box.h / 2);
    return 0;
  }
  const ends = (values) => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return spread(low, high, 0.06);
  };
  const { x, y } = frame(context, box, ends(xs), ends(ys), { xLabel, yLabel, xTicks: ticksBetween(...ends(xs), box.w / 60) });
  const [w, h] = [Math.round(box.w * ratio), Math.round(box.h * ratio)];
  const counts = new Uint32Array(w * h);
  xs.forEach((value, i) => {
    const column = Math.floor((x(value) - box.x) * ratio);
    const row = Math.floor((y(ys[i]) - box.y) * ratio);
    if (column >= 0 && column < w && row >= 0 && row < h) counts[row * w + column]++;
  });
  const occupied = [];
  let most = 0;
  counts.forEach((count, pixel) => {
    if (count) occupied.push(pixel);
    if (count > most) most = count;
  });
  context.fillStyle = colour;
  if (occupied.length < 4000) {
    const radius = occupied.length < FEW_PLACES ? 2.5 : 1;
    for (const pixel of occupied) {
      context.beginPath();
      context.arc(box.x + (pixel % w) / ratio, box.y + Math.floor(pixel / w) / ratio, radius, 0, 2 * Math.PI);
      context.fill();
    }
    return occupied.length;
  }
  const image = context.createImageData(w, h);
  const rgb = colourOf(colour);
  for (const pixel of occupied) {
    const ink = 0.35 + 0.65 * Math.sqrt(counts[pixel] / most);
    for (let c = 0; c < 3; c++) image.data[4 * pixel + c] = 255 - ink * (255 - rgb[c]);
    image.data[4 * pixel + 3] = 255;
  }
  context.putImageData(image, Math.round(box.x * ratio), Math.round(box.y * ratio));
  return occupied.length;
}

// Power over frequency on a logarithmic scale: of all in one pixel the largest, and paler down to the smallest.
function drawSpectrum(canvas, x, name, nTokens) {
  const { context, width, height } = cleared(canvas);
  const box = { x: 72, y: 8, w: width - 84, h: height - 52 };
  const power = powerSpectrum(x);
  const largest = power.reduce((most, value) => Math.max(most, value), 0);
  if (largest === 0) {
    context.fillText(`${name} does not vary`, box.x, box.h / 2);
    canvas.setAttribute("aria-label", `power spectrum: ${name} does not vary`);
    return;
  }
  const top = Math.ceil(Math.log10(largest) + 0.1);
  const usual = power.slice().sort()[power.length >> 2]; // a quarter of the powers lie below
  const bottom = top - Math.min(Math.max(3 * Math.ceil((top - Math.log10(usual) + 1) / 3), 6), 15);
  const yTicks = Array.from({ length: 6 }, (_, i) => ({ at: bottom + 3 * i, text: `10${superscript(bottom + 3 * i)}` }));
  const scale = frame(context, box, [0, 0.5], [bottom, top], { yTicks, xLabel: "frequency (cycles per step)", yLabel: `power of ${name}` });
  clipped(context, box, () => {
    const n = Math.round(box.w);
    context.fillStyle = "#b8d4e6";
    context.strokeStyle = COMPONENTS[0];
    context.beginPath();
    for (let column = 0; column <= n; column++) {
      const first = Math.max(Math.ceil(((column - 0.5) / n) * (power.length - 1)), 1);
      const end = Math.ceil(((column + 0.5) / n) * (power.length - 1)) - 1;
      const last = Math.min(Math.max(first, end), power.length - 1);
      let [low, high] = [Infinity, 0];
      for (let k = first; k <= last; k++) [low, high] = [Math.min(low, power[k]), Math.max(high, power[k])];
      const [y1, y2] = [high, low].map((value) => scale.y(Math.log10(Math.max(value, 10 ** (bottom - 1)))));
      context.fillRect(box.x + column - 0.5, y1, 1, Math.max(y2 - y1, 0));
      context.lineTo(box.x + column, y1);
    }
    context.stroke();
  });
  if (nTokens > 2) markContext(context, scale.x(1 / nTokens), box, "1/L");
  canvas.setAttribute("aria-label", `power spectrum of ${name}, its largest power ${largest.toExponential(2)}`);
}

function drawAutocorrelation(canvas, x, name, nTokens) {
  const { context, width, height } = cleared(canvas);
  const box = { x: 72, y: 8, w: width - 84, h: height - 52 };
  const found = autocorrelation(x, Math.min(Math.max(LAGS, 2 * nTokens), x.length >> 2));
  if (!found) {
    context.fillText(`${name} does not vary`, box.x, box.h / 2);
    canvas.setAttribute("aria-label", `autocorrelation: ${name} does not vary`);
    return;
  }
  const { rho, errors } = found;
  const { x: across, y } = frame(context, box, [0, rho.length - 1], [-1.05, 1.05], { xLabel: "lag (steps)", yLabel: `autocorrelation of ${name}` });
  context.fillStyle = "rgb(128 128 128 / 30%)";
  for (let k = 1; k < rho.length; k++) {
    context.fillRect(across(k - 0.5), y(1.96 * errors[k]), across(1) - across(0), y(-1.96 * errors[k]) - y(1.96 * errors[k]));
  }
  context.strokeStyle = COMPONENTS[0];
  context.beginPath();
  rho.forEach((value, k) => context.lineTo(across(k), y(value)));
  context.stroke();
  const known = nTokens < rho.length;
  if (known) markContext(context, across(nTokens), box, "L");
  const there = known ? `: ${rho[nTokens].toFixed(3)} at the end of the context window of ${nTokens} steps` : "";
  canvas.setAttribute("aria-label", `autocorrelation of ${name}${there}`);
}

// The end of the context window, beyond which the model remembers nothing: an arrow from above, which hides no line.
function markContext(context, x, box, text) {
  context.fillStyle = COMPONENTS[1];
  context.beginPath();
  context.moveTo(x - 5, box.y - 6);
  context.lineTo(x + 5, box.y - 6);
  context.lineTo(x, box.y + 3);
  context.fill();
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(text, x + 7, box.y - 6);
}

function superscript(i) {
  return String(i).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
}
