// What the page holds: arrays of numbers, and the points of the sweep by their places on its axes.

const TYPES = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };

async function unpacked(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  if (typeof value.data !== "string") {
    const parts = Object.entries(value).map(async ([name, part]) => [name, await unpacked(part)]);
    return Object.fromEntries(await Promise.all(parts));
  }
  const bytes = Uint8Array.from(atob(value.data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  return value.type === "text" ? JSON.parse(new TextDecoder().decode(buffer)) : new TYPES[value.type](buffer);
}

// An axis: places u on it are values, or their logarithms where these are evenly spaced; words stand at 0, 1, ….
class Axis {
  constructor({ name, about, values, edges, scale }, symbols) {
    Object.assign(this, { name, about, values, scale, n: values.length });
    this.symbol = symbols[name] ?? name.replaceAll("_", " ");
    const borders = edges ?? Array.from({ length: values.length + 1 }, (_, i) => i - 0.5);
    this.edges = Float64Array.from(borders, (x) => this.place(x));
    this.places = Float64Array.from(values, (x, i) => (scale === "words" ? i : this.place(x)));
    this.low = this.edges[0];
    this.high = this.edges[this.n];
  }

  place(x) {
    return this.scale === "log" ? Math.log(x) : x;
  }

  value(u) {
    return this.scale === "log" ? Math.exp(u) : u;
  }

  // The cell in which a place lies, and the nearest where it lies beyond the ends.
  cell(u) {
    let low = 0;
    let high = this.n - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.edges[middle] <= u) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // The point whose value is nearest to one that was typed.
  nearest(x) {
    const u = this.place(x);
    const i = this.cell(u);
    const around = [i - 1, i, i + 1].filter((j) => j >= 0 && j < this.n);
    return around.reduce((best, j) => (Math.abs(this.places[j] - u) < Math.abs(this.places[best] - u) ? j : best), i);
  }

  text(i) {
    return this.scale === "words" ? this.values[i] : plainNumber(this.values[i]);
  }
}

class Sweep {
  constructor(contents) {
    Object.assign(this, contents);
    this.axes = Object.values(contents.axes).map((axis) => new Axis(axis, contents.symbols));
    this.n = this.label.length;
    this.nExponents = this.exponents.lyapunov_exponent ? this.exponents.lyapunov_exponent.length / this.n : 0;
  }

  // The number of the point at places on all axes; the last axis changes fastest.
  number(at) {
    return this.axes.reduce((point, axis, i) => point * axis.n + at[i], 0);
  }

  // The number of the line along the first axis.
  line(at) {
    return this.axes.slice(1).reduce((line, axis, i) => line * axis.n + at[i + 1], 0);
  }

  get nLines() {
    return this.axes.slice(1).reduce((n, axis) => n * axis.n, 1);
  }

  // A parameter of the model at a point: swept, or the same for all.
  parameter(name, at) {
    const i = this.axes.findIndex((axis) => axis.name === name);
    if (i >= 0) return this.axes[i].values[at[i]];
    if (name in this.zipped) return this.zipped[name][at[this.axes.findIndex((axis) => axis.name === "point")]];
    return this.model[name];
  }

  exponent(point, i) {
    const k = point * this.nExponents + i;
    return {
      value: this.exponents.lyapunov_exponent[k],
      error: this.exponents.lyapunov_standard_error?.[k] ?? NaN,
      resolved: (this.exponents.lyapunov_resolved?.[k] ?? 1) === 1,
    };
  }

  // Whether a point was computed: the first two labels are those of points that are missing, and that failed.
  ran(point) {
    return this.label[point] > 1;
  }

  kind(point) {
    const label = this.labels[this.label[point]];
    const period = this.point.period?.[point];
    const torus = this.point.torus_dimension?.[point];
    const more = period ? `, period ${period}` : torus ? `, torus of dimension ${torus}` : "";
    return label.name + more;
  }

  named(at) {
    const parts = this.axes.map((axis, i) => `${axis.symbol} = ${axis.text(at[i])}`);
    for (const name in this.zipped) {
      parts.push(`${this.symbols[name] ?? name} = ${plainNumber(this.parameter(name, at))}`);
    }
    const alone = this.titled.map((name) => `${this.symbols[name] ?? name} = ${plainNumber(this.model[name])}`);
    return parts.join(", ") || alone.join(", ");
  }
}
