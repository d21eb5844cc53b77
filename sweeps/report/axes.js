// Drawing in axes, and numbers as they are read.

const INK = "#1a1a1a";
const GREY = "#808080";
const COMPONENTS = ["#0072B2", "#D55E00", "#009E73"]; // of Okabe and Ito, told apart with any kind of colour vision
const INFERNO = ["#000004", "#420a68", "#932667", "#dd513a", "#fca50a"]; // 0, 0.2, ..., 0.8 of the map of colours

function withMinus(text) {
  return text.replaceAll("-", "−");
}

// Up to ten digits, none of them a zero at the end.
function plainNumber(x) {
  return withMinus(String(Number(Number(x).toPrecision(10))));
}

// A value with as many digits as its error leaves, two of which count.
function withError(value, error) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not known" : value < 0 ? "−∞" : "∞";
  const digits = error > 0 ? Math.min(Math.max(1 - Math.floor(Math.log10(error)), 0), 9) : 6;
  const known = error > 0 ? ` ± ${error.toFixed(digits)}` : "";
  return withMinus(value.toFixed(digits)) + known;
}

function subscript(i) {
  return String(i).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
}

// Round numbers between two ends, about n of them, with the digits that tell them apart.
function ticksBetween(low, high, n, whole = false) {
  const rough = (high - low) / Math.max(n, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power;
  if (whole) step = Math.max(1, Math.round(step));
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const tiny = Math.max(Math.abs(low), Math.abs(high)) < 1e-3;
  const figures = (x) => Math.max(0, Math.floor(Math.log10(Math.abs(x)) + 1e-9) + digits);
  const written = (x) => (tiny ? x.toExponential(figures(x)) : x.toFixed(Math.min(digits, 15)));
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step && ticks.length < 50; k++) {
    ticks.push({ at: k * step, text: k === 0 && tiny ? "0" : withMinus(written(k === 0 ? 0 : k * step)) });
  }
  return ticks;
}

// Ticks of a swept axis between two places.
function ticksOf(axis, low, high, n) {
  if (axis.scale === "words") {
    return axis.values.map((text, at) => ({ at, text })).filter(({ at }) => at >= low && at <= high);
  }
  const [first, last] = [axis.value(low), axis.value(high)];
  if (axis.scale !== "log" || last < 4 * first) {
    return ticksBetween(first, last, n, axis.scale === "whole").map((tick) => ({ ...tick, at: axis.place(tick.at) }));
  }
  const ticks = [];
  for (let power = Math.floor(Math.log10(first)); 10 ** power <= last; power++) {
    for (const factor of last > 1e4 * first ? [1] : [1, 2, 5]) {
      const x = factor * 10 ** power;
      if (x >= first && x <= last) ticks.push({ at: Math.log(x), text: plainNumber(Number(x.toPrecision(3))) });
    }
  }
  return ticks;
}

// Make a canvas as large as it is shown, in the screen's own pixels; drawing is in CSS pixels.
function cleared(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = "12px system-ui, sans-serif";
  context.lineWidth = 1;
  return { context, width, height, ratio };
}

// Where axes stand in a canvas, with room for their labels; a page that is going away has no width.
function boxIn(width, height, top) {
  return { x: 72, y: top, w: Math.max(width - 84, 1), h: Math.max(height - 44 - top, 1) };
}

// Axes in a box {x, y, w, h}; x and y return pixels. Options: xTicks, yTicks, xLabel, yLabel.
function frame(context, box, xRange, yRange, options = {}) {
  const scaled =
    ([low, high], from, length) =>
    (value) =>
      from + ((value - low) / (high - low || 1)) * length;
  const x = scaled(xRange, box.x, box.w);
  const y = scaled(yRange, box.y + box.h, -box.h);
  context.strokeStyle = context.fillStyle = INK;
  context.beginPath();
  context.moveTo(box.x - 0.5, box.y);
  context.lineTo(box.x - 0.5, box.y + box.h + 0.5);
  context.lineTo(box.x + box.w, box.y + box.h + 0.5);
  const inside = (at, [low, high]) => at >= low - 1e-9 * (high - low) && at <= high + 1e-9 * (high - low);
  const xTicks = (options.xTicks ?? ticksBetween(...xRange, box.w / 80)).filter(({ at }) => inside(at, xRange));
  const yTicks = (options.yTicks ?? ticksBetween(...yRange, box.h / 32)).filter(({ at }) => inside(at, yRange));
  for (const { at } of xTicks) context.rect(x(at), box.y + box.h, 0, 4);
  for (const { at } of yTicks) context.rect(box.x - 4, y(at), 4, 0);
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "top";
  let free = -Infinity;
  for (const { at, text } of xTicks) {
    const half = context.measureText(text).width / 2;
    if (x(at) - half < free) continue;
    free = x(at) + half + 6;
    context.fillText(text, Math.min(x(at), box.x + box.w + 8 - half), box.y + box.h + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { at, text } of yTicks) context.fillText(fitting(context, text, box.x - 9), box.x - 7, y(at));
  if (options.xLabel) {
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(options.xLabel, box.x + box.w / 2, box.y + box.h + 37);
  }
  if (options.yLabel) {
    context.save();
    context.translate(Math.max(box.x - 60, 8), box.y + box.h / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(options.yLabel, 0, 0);
    context.restore();
  }
  return { x, y, box };
}

// A text that is no wider than that: what does not fit is cut off, and an ellipsis says so.
function fitting(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let n = text.length - 1;
  while (n > 1 && context.measureText(`${text.slice(0, n)}…`).width > width) n--;
  return `${text.slice(0, n)}…`;
}

function clipped(context, box, draw) {
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.w, box.h);
  context.clip();
  draw();
  context.restore();
}

function colourOf(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

// The colour of one exponent out of n, from the colours that the figures take.
function exponentColour(i, n) {
  const place = (i / (Math.max(n, 3) - 1)) * (INFERNO.length - 1);
  const low = Math.min(Math.floor(place), INFERNO.length - 2);
  const [from, to] = [colourOf(INFERNO[low]), colourOf(INFERNO[low + 1])];
  return `rgb(${from.map((value, c) => Math.round(value + (place - low) * (to[c] - value))).join(",")})`;
}

// Ends that have some room on both sides; around a constant, half its size.
function spread(low, high, margin = 0.04) {
  const extent = high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high)) ? high - low : 0;
  const room = extent ? margin * extent : 0.5 * Math.abs(low) || 1;
  return [low - room, high + room];
}
