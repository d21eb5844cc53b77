// The orbit diagram over the exponents over the labels, with one axis below them all that can be zoomed.

const GAP = 14;
const BELOW = 46; // pixels for the last axis

class Diagram {
  constructor(sweep, canvas, marks) {
    Object.assign(this, { sweep, canvas, marks, mode: "density", nDrawn: Math.min(2, sweep.nExponents) });
    this.axis = sweep.axes[0];
    this.down = sweep.axes[1];
    const { raster } = sweep;
    if (raster.density) {
      this.whole = { low: raster.low, high: raster.high };
      this.nRows = raster.density.length / sweep.n;
      this.extents = Array.from({ length: sweep.n }, (_, point) => this.visited(point));
      const colours = sweep.labels.map(({ colour }) => colourOf(colour));
      this.shades = colours.map((rgb) =>
        Array.from({ length: raster.levels + 1 }, (_, level) => {
          const ink = level ? 0.2 + (0.8 * level) / raster.levels : 0;
          return rgb.map((value) => 255 - ink * (255 - value));
        }),
      );
    }
    this.reset();
  }

  reset() {
    this.view = { low: this.axis.low, high: this.axis.high };
    this.height = null; // ends along the orbit's own axis, if they were chosen; else what the orbits shown visit
  }

  // First and last row that the orbit of a point visits; the first above the last if none.
  visited(point) {
    const rows = this.sweep.raster.density.subarray(point * this.nRows, (point + 1) * this.nRows);
    let first = 0;
    let last = rows.length - 1;
    while (first <= last && rows[first] === 0) first++;
    while (last >= first && rows[last] === 0) last--;
    return [first, last];
  }

  heightShown() {
    if (this.height) return this.height;
    let [first, last] = [this.nRows, -1];
    for (let i = this.axis.cell(this.view.low); i <= this.axis.cell(this.view.high); i++) {
      const [low, high] = this.extents[this.point(i)];
      if (low <= high) [first, last] = [Math.min(first, low), Math.max(last, high)];
    }
    if (last < 0) [first, last] = [0, this.nRows - 1];
    const row = (this.whole.high - this.whole.low) / this.nRows;
    const least = Math.max(0, 20 - (last - first)) / 2; // a single line does not fill the picture
    return spread(this.whole.low + row * (first - least), this.whole.low + row * (last + 1 + least), 0.04);
  }

  // Show from one place to another, three cells at least, within the ends.
  show(low, high) {
    const { axis } = this;
    const middle = Math.min(Math.max((low + high) / 2, axis.low), axis.high);
    const cell = axis.cell(middle);
    const least = Math.min(3 * (axis.edges[cell + 1] - axis.edges[cell]), axis.high - axis.low);
    const length = Math.min(Math.max(high - low, least), axis.high - axis.low);
    const from = Math.min(Math.max(middle - length / 2, axis.low), axis.high - length);
    this.view = { low: from, high: from + length };
  }

  // Move to the point with a number, if it is not in the picture.
  reveal(i) {
    const u = this.axis.places[i];
    const half = (this.view.high - this.view.low) / 2;
    if (u < this.view.low || u > this.view.high) this.show(u - half, u + half);
  }

  zoom(factor, at = (this.view.low + this.view.high) / 2) {
    const { low, high } = this.view;
    this.show(at - (at - low) * factor, at + (high - at) * factor);
  }

  move(share) {
    const by = share * (this.view.high - this.view.low);
    const length = this.view.high - this.view.low;
    const low = Math.min(Math.max(this.view.low + by, this.axis.low), this.axis.high - length);
    this.view = { low, high: low + length };
  }

  // The ends of the range shown, to a thousandth of it: values of the axis, not of the borders of its cells.
  ends() {
    const { axis, view } = this;
    if (axis.scale === "words") return [view.low, view.high].map((u) => axis.text(axis.cell(u)));
    const inner = [Math.max(view.low, axis.places[0]), Math.min(view.high, axis.places[axis.n - 1])];
    const [low, high] = inner.map((u) => axis.value(u));
    const digits = Math.min(Math.max(3 - Math.floor(Math.log10(high - low || 1)), 0), 15);
    return [low, high].map((x) => plainNumber(x.toFixed(digits)));
  }

  get zoomed() {
    return this.view.high - this.view.low < (this.axis.high - this.axis.low) * (1 - 1e-9);
  }

  // Boxes of the panels, in CSS pixels; the frame gets the height that they need.
  layOut() {
    const width = this.canvas.parentElement.clientWidth;
    const narrow = width < 600;
    const x = narrow ? 60 : 72;
    const w = Math.max(width - x - 10, 1);
    const panels = [];
    if (this.whole) panels.push(["orbit", narrow ? 250 : 330]);
    if (this.sweep.nExponents) panels.push(["exponents", narrow ? 110 : 140]);
    panels.push(["labels", this.down ? Math.min(Math.max(16 * this.down.n, 32), narrow ? 180 : 240) : 18]);
    this.boxes = {};
    let y = 6;
    for (const [name, h] of panels) {
      this.boxes[name] = { x, y, w, h };
      y += h + GAP;
    }
    this.canvas.parentElement.style.height = `${y - GAP + BELOW}px`;
  }

  place(x) {
    const { x: from, w } = this.boxes.labels;
    return this.view.low + ((x - from) / w) * (this.view.high - this.view.low);
  }

  pixel(u) {
    const { x, w } = this.boxes.labels;
    return x + ((u - this.view.low) / (this.view.high - this.view.low)) * w;
  }

  // First and last cell in each column of pixels of a box that is n pixels wide; -1 beyond the ends.
  columns(n) {
    const { low, high } = this.view;
    const step = (high - low) / n;
    return Array.from({ length: n }, (_, i) => {
      const from = low + i * step;
      if (from + step <= this.axis.low || from >= this.axis.high) return [-1, -1];
      const first = this.axis.cell(from + 1e-6 * step);
      return [first, Math.max(first, this.axis.cell(from + (1 - 1e-6) * step))];
    });
  }

  point(i) {
    return this.sweep.number([i, ...this.at.slice(1)]);
  }

  draw(at) {
    this.at = at;
    this.layOut();
    const { context, ratio } = cleared(this.canvas);
    const { orbit, exponents, labels } = this.boxes;
    const xTicks = ticksOf(this.axis, this.view.low, this.view.high, labels.w / 90);
    const bare = xTicks.map(({ at: place }) => ({ at: place, text: "" }));
    const range = [this.view.low, this.view.high];
    if (orbit) {
      const height = this.heightShown();
      this.drawOrbit(context, orbit, ratio, height);
      frame(context, orbit, range, height, { xTicks: bare, yLabel: this.sweep.observables.label });
    }
    if (exponents) this.drawExponents(context, exponents, range, bare);
    this.drawLabels(context, labels, ratio);
    const yTicks = this.down ? ticksOf(this.down, this.down.low, this.down.high, labels.h / 30) : [];
    const yLabel = this.down && this.down.scale !== "words" ? this.down.symbol : "";
    const yRange = this.down ? [this.down.low, this.down.high] : [0, 1];
    frame(context, labels, range, yRange, { xTicks, yTicks, yLabel, xLabel: this.axis.symbol });
    this.drawMarks();
  }

  drawOrbit(context, box, ratio, [low, high]) {
    const [width, height] = [Math.round(box.w * ratio), Math.round(box.h * ratio)];
    const image = context.createImageData(width, height);
    const levels = this.sweep.raster[this.mode];
    const { nRows, whole, shades } = this;
    const missing = this.sweep.labels.map(({ colour }) => colourOf(colour).map((value) => (255 + value) / 2));
    const row = (y) => ((high - ((high - low) * y) / height - whole.low) / (whole.high - whole.low)) * nRows;
    const rows = Array.from({ length: height }, (_, y) => {
      const first = Math.floor(row(y + 1) + 1e-9);
      const last = Math.max(first, Math.ceil(row(y) - 1e-9) - 1);
      return [Math.max(first, 0), Math.min(last, nRows - 1)]; // none of the raster: the first is above the last
    });
    const sums = new Float64Array(3 * height);
    this.columns(width).forEach(([first, last], x) => {
      sums.fill(0);
      let count = 0;
      for (let i = first; i >= 0 && i <= last; i++) {
        const point = this.point(i);
        const label = this.sweep.label[point];
        const shade = shades[label];
        const none = this.sweep.ran(point) ? null : missing[label];
        const from = point * nRows;
        count++;
        for (let y = 0; y < height; y++) {
          let level = 0;
          for (let r = rows[y][0]; r <= rows[y][1]; r++) if (levels[from + r] > level) level = levels[from + r];
          const colour = none ?? shade[level];
          sums[3 * y] += colour[0];
          sums[3 * y + 1] += colour[1];
          sums[3 * y + 2] += colour[2];
        }
      }
      for (let y = 0; y < height; y++) {
        const pixel = 4 * (y * width + x);
        for (let c = 0; c < 3; c++) image.data[pixel + c] = count ? sums[3 * y + c] / count : 255;
        image.data[pixel + 3] = 255;
      }
    });
    context.putImageData(image, Math.round(box.x * ratio), Math.round(box.y * ratio));
  }

  // The exponents that are finite and resolved; where many share a pixel, all between the smallest and the largest.
  drawExponents(context, box, range, xTicks) {
    const { sweep, axis, nDrawn } = this;
    const known = (i, k) => {
      const { value, error, resolved } = sweep.exponent(this.point(i), k);
      return Number.isFinite(value) && resolved ? { value, error } : null;
    };
    const [first, last] = [axis.cell(this.view.low), axis.cell(this.view.high)];
    const seen = [];
    for (let i = first; i <= last; i++) for (let k = 0; k < nDrawn; k++) if (known(i, k)) seen.push(known(i, k).value);
    seen.sort((a, b) => a - b);
    const low = Math.min(seen[Math.floor(0.02 * seen.length)] ?? -1, 0);
    const high = Math.max(seen[seen.length - 1] ?? 1, 0);
    const { x, y } = frame(context, box, range, spread(low, high, 0.08), { xTicks, yLabel: "λ (nats/step)" });
    clipped(context, box, () => {
      context.strokeStyle = GREY;
      context.beginPath();
      context.rect(box.x, y(0), box.w, 0);
      context.stroke();
      const few = last - first < box.w;
      for (let k = nDrawn - 1; k >= 0; k--) {
        context.strokeStyle = context.fillStyle = exponentColour(k, nDrawn);
        if (few) this.drawFew(context, x, y, first, last, (i) => known(i, k));
        else this.drawMany(context, box, y, (i) => known(i, k));
      }
    });
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillStyle = INK;
    if (nDrawn > 4) context.fillText(`λ₁ to λ${subscript(nDrawn)}, dark to light`, box.x + 8, box.y - 2);
    for (let k = 0; k < nDrawn && nDrawn <= 4; k++) {
      context.fillStyle = exponentColour(k, nDrawn);
      context.fillText(`λ${subscript(k + 1)}`, box.x + 8 + 24 * k, box.y - 2);
    }
  }

  drawFew(context, x, y, first, last, known) {
    const dots = last - first < 80;
    let before = false;
    context.beginPath();
    for (let i = first; i <= last; i++) {
      const one = known(i);
      if (one && before) context.lineTo(x(this.axis.places[i]), y(one.value));
      else if (one) context.moveTo(x(this.axis.places[i]), y(one.value));
      const alone = one && !before && (i === last || !known(i + 1));
      before = Boolean(one);
      if (one && dots) {
        const [from, to] = [-2, 2].map((times) => y(one.value + times * one.error));
        context.rect(x(this.axis.places[i]), to, 0, from - to);
        context.moveTo(x(this.axis.places[i]), y(one.value));
      }
      if (one && (dots || alone)) context.fillRect(x(this.axis.places[i]) - 1.5, y(one.value) - 1.5, 3, 3);
    }
    context.stroke();
  }

  drawMany(context, box, y, known) {
    context.beginPath();
    let before = null;
    this.columns(Math.round(box.w)).forEach(([first, last], column) => {
      let [low, high] = [Infinity, -Infinity];
      for (let i = first; i >= 0 && i <= last; i++) {
        const one = known(i);
        if (one) [low, high] = [Math.min(low, one.value), Math.max(high, one.value)];
      }
      if (low <= high) {
        const from = before ? Math.min(low, before[1]) : low; // neighbours touch
        const to = before ? Math.max(high, before[0]) : high;
        context.rect(box.x + column + 0.5, y(to), 0, Math.max(y(from) - y(to), 1));
      }
      before = low <= high ? [low, high] : null;
    });
    context.stroke();
  }

  // Labels of all lines: a strip for one, a map over the second axis for more.
  drawLabels(context, box, ratio) {
    const [width, height] = [Math.round(box.w * ratio), Math.round(box.h * ratio)];
    const image = context.createImageData(width, height);
    const colours = this.sweep.labels.map(({ colour }) => colourOf(colour));
    const columns = this.columns(width);
    let [before, line] = [-1, null];
    for (let y = 0; y < height; y++) {
      const { down } = this;
      const j = down ? down.cell(down.high - ((y + 0.5) / height) * (down.high - down.low)) : -1;
      if (j !== before || !line) {
        line = new Uint8ClampedArray(columns.flatMap(([first, last]) => [...this.mixed(first, last, j, colours), 255]));
        before = j;
      }
      image.data.set(line, 4 * y * width);
    }
    context.putImageData(image, Math.round(box.x * ratio), Math.round(box.y * ratio));
  }

  mixed(first, last, j, colours) {
    const sums = [0, 0, 0];
    if (first < 0) return [255, 255, 255];
    for (let i = first; i <= last; i++) {
      const at = j < 0 ? [i, ...this.at.slice(1)] : [i, j, ...this.at.slice(2)];
      colours[this.sweep.label[this.sweep.number(at)]].forEach((value, c) => (sums[c] += value));
    }
    return sums.map((value) => value / (last - first + 1));
  }

  // What moves: the point that is chosen, where the pointer is, the range that is being drawn.
  drawMarks(pointer = null, band = null) {
    const { context } = cleared(this.marks);
    const { labels } = this.boxes;
    const top = Object.values(this.boxes)[0].y;
    const bottom = labels.y + labels.h;
    const vertical = (u, colour, dash) => {
      const x = this.pixel(u);
      if (x < labels.x - 1 || x > labels.x + labels.w + 1) return;
      context.strokeStyle = colour;
      context.setLineDash(dash);
      context.beginPath();
      context.rect(x, top, 0, bottom - top);
      context.stroke();
    };
    if (pointer !== null) vertical(this.axis.places[pointer], GREY, [3, 3]);
    vertical(this.axis.places[this.at[0]], "#000", []);
    context.setLineDash([]);
    const x = this.pixel(this.axis.places[this.at[0]]);
    if (x >= labels.x - 1 && x <= labels.x + labels.w + 1) {
      context.fillStyle = "#000";
      context.beginPath();
      context.moveTo(x - 5, top - 6);
      context.lineTo(x + 5, top - 6);
      context.lineTo(x, top + 2);
      context.fill();
    }
    if (this.down) {
      const { low, high, places } = this.down;
      const y = labels.y + labels.h * (1 - (places[this.at[1]] - low) / (high - low));
      context.strokeStyle = "#000";
      context.beginPath();
      context.rect(labels.x, y, labels.w, 0);
      context.stroke();
    }
    if (band) {
      context.fillStyle = "rgb(0 114 178 / 18%)";
      context.strokeStyle = "#0072b2";
      context.fillRect(band.x, band.y, band.w, band.h);
      context.strokeRect(band.x, band.y, band.w, band.h);
    }
  }
}
