// Pictures of an orbit: its series, where it goes, its spectrum, its memory.

const LAGS = 200;
const FEW_PLACES = 400; // of different pixels: fewer are drawn as dots

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
  const box = boxIn(width, height, 22);
  const { x, y } = frame(context, box, [0, n - 1], spread(low, high), { xLabel: "steps after the run" });
  drawn.forEach((name, a) => {
    context.strokeStyle = context.fillStyle = COMPONENTS[a];
    context.beginPath();
    for (let t = 0; t < n; t++) context.lineTo(x(t), y(orbit.series[t * orbit.M + a]));
    context.stroke();
    if (n <= 130)
      for (let t = 0; t < n; t++) context.fillRect(x(t) - 1.25, y(orbit.series[t * orbit.M + a]) - 1.25, 2.5, 2.5);
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(name, box.x + 8 + 36 * a, 2);
  });
  canvas.setAttribute(
    "aria-label",
    `series of ${drawn.join(", ")} over ${n} steps, between ${low.toFixed(3)} and ${high.toFixed(3)}`,
  );
}

// Two planes and a section; of fewer than three components, each value over the one before.
function drawPlanes(orbit, names, colour, kind) {
  const { M, n } = orbit;
  const [first] = names;
  const every = Array.from({ length: n }, (_, t) => t);
  const plane = (b, times) => ({ across: times, up: times, b, labels: [first, names[b]] });
  const returns = (times) => ({
    across: times.slice(0, -1),
    up: times.slice(1),
    b: 0,
    labels: [first, `next ${first}`],
  });
  const panels = [
    M > 1 ? plane(1, every) : returns(every),
    M > 2 ? plane(2, every) : M > 1 ? returns(every) : null,
    null,
  ];
  const captions = panels.map((panel) => panel && `${panel.labels[1]} over ${panel.labels[0]}`);
  if (M > 1) {
    const { times, level, halfWidth } = slab(orbit, 1);
    const height = level ? `${names[1]} − ${plainNumber(level.toPrecision(4))}` : names[1];
    panels[2] = M > 2 ? plane(2, times) : returns(times);
    const count = times.length.toLocaleString("en");
    captions[2] = `Section where |${height}| ≤ ${halfWidth.toPrecision(2)}: ${count} points`;
  }
  ["plane-0", "plane-1", "section"].forEach((id, i) => {
    const figure = byId(id).parentElement;
    const panel = panels[i];
    figure.hidden = !panel;
    if (!panel) return;
    const xs = panel.across.map((t) => orbit.series[t * M]);
    const ys = panel.up.map((t) => orbit.series[t * M + panel.b]);
    const places = drawCloud(byId(id), xs, ys, panel.labels, colour);
    figure.firstElementChild.textContent = captions[i];
    byId(id).setAttribute("aria-label", `${captions[i]}: ${kind}${places < FEW_PLACES ? `, in ${places} places` : ""}`);
  });
}

// Points, darker where there are more; returns on how many different pixels they lie.
function drawCloud(canvas, xs, ys, [xLabel, yLabel], colour) {
  const { context, width, height, ratio } = cleared(canvas);
  const box = boxIn(width, height, 8);
  if (!xs.length) {
    context.fillText("no point of the orbit lies there", box.x, box.h / 2);
    return 0;
  }
  const ends = (values) => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return spread(low, high, 0.06);
  };
  const { x, y } = frame(context, box, ends(xs), ends(ys), {
    xLabel,
    yLabel,
    xTicks: ticksBetween(...ends(xs), box.w / 60),
  });
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
  const box = boxIn(width, height, 8);
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
  const yTicks = Array.from({ length: 6 }, (_, i) => ({
    at: bottom + 3 * i,
    text: `10${superscript(bottom + 3 * i)}`,
  }));
  const scale = frame(context, box, [0, 0.5], [bottom, top], {
    yTicks,
    xLabel: "frequency (cycles per step)",
    yLabel: `power of ${name}`,
  });
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
  const box = boxIn(width, height, 8);
  const found = autocorrelation(x, Math.min(Math.max(LAGS, 2 * nTokens), x.length >> 2));
  if (!found) {
    context.fillText(`${name} does not vary`, box.x, box.h / 2);
    canvas.setAttribute("aria-label", `autocorrelation: ${name} does not vary`);
    return;
  }
  const { rho, errors } = found;
  const { x: across, y } = frame(context, box, [0, rho.length - 1], [-1.05, 1.05], {
    xLabel: "lag (steps)",
    yLabel: `autocorrelation of ${name}`,
  });
  context.fillStyle = "rgb(128 128 128 / 30%)";
  for (let k = 1; k < rho.length; k++) {
    context.fillRect(
      across(k - 0.5),
      y(1.96 * errors[k]),
      across(1) - across(0),
      y(-1.96 * errors[k]) - y(1.96 * errors[k]),
    );
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
  return String(i)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
}
