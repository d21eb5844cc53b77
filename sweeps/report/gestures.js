// Pointer, wheel, fingers and keys on the diagram.

const STILL = 5; // pixels that a pointer may move and still click
const FLAT = 24; // height of a band below which it chooses a range across only

class Gestures {
  // `changed` is called when another range is shown, `chosen` with places on the axes when a point is.
  constructor(diagram, tip, changed, chosen) {
    Object.assign(this, { diagram, tip, changed, chosen, fingers: new Map(), begun: null });
    const { marks } = diagram;
    marks.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    marks.addEventListener("pointerdown", (event) => this.down(event));
    marks.addEventListener("pointermove", (event) => this.moved(event));
    marks.addEventListener("pointerup", (event) => this.up(event));
    marks.addEventListener("pointercancel", (event) => this.gone(event));
    marks.addEventListener("pointerleave", () => this.hover(null));
    marks.addEventListener("dblclick", () => {
      diagram.reset();
      changed();
    });
    marks.addEventListener("keydown", (event) => this.key(event));
  }

  where(event) {
    const { left, top } = this.diagram.marks.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  wheel(event) {
    const { diagram } = this;
    if (event.deltaY > 0 && !diagram.zoomed) return; // the page may scroll
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) diagram.move(event.deltaX / 600);
    else
      diagram.zoom(Math.exp(Math.max(-0.5, Math.min(0.5, event.deltaY * 0.002))), diagram.place(this.where(event).x));
    this.changed();
  }

  down(event) {
    if (event.button > 0) return;
    const at = this.where(event);
    this.fingers.set(event.pointerId, at);
    this.begun = { at, moved: false, view: { ...this.diagram.view }, fingers: new Map(this.fingers) };
    this.diagram.marks.setPointerCapture(event.pointerId);
  }

  moved(event) {
    const at = this.where(event);
    if (!this.fingers.has(event.pointerId)) {
      this.hover(event.pointerType === "touch" ? null : at);
      return;
    }
    this.fingers.set(event.pointerId, at);
    const { begun, diagram } = this;
    if (Math.hypot(at.x - begun.at.x, at.y - begun.at.y) > STILL) begun.moved = true;
    if (this.fingers.size === 2) this.pinch();
    else if (begun.moved && event.pointerType === "touch") {
      const shift = ((begun.at.x - at.x) / diagram.boxes.labels.w) * (begun.view.high - begun.view.low);
      diagram.show(begun.view.low + shift, begun.view.high + shift);
      this.changed();
    } else if (begun.moved) diagram.drawMarks(null, this.band(at));
  }

  // Two fingers: the places under them stay under them.
  pinch() {
    const { begun, diagram } = this;
    begun.moved = true;
    const ids = [...this.fingers.keys()];
    const [from, to] = [begun.fingers, this.fingers].map((fingers) => ids.map((id) => fingers.get(id).x));
    const { x, w } = diagram.boxes.labels;
    const { low, high } = begun.view;
    const factor = Math.max(Math.abs(from[0] - from[1]), 10) / Math.max(Math.abs(to[0] - to[1]), 10);
    const middle = low + (((from[0] + from[1]) / 2 - x) / w) * (high - low);
    const share = ((to[0] + to[1]) / 2 - x) / w;
    diagram.show(middle - share * factor * (high - low), middle + (1 - share) * factor * (high - low));
    this.changed();
  }

  up(event) {
    const { begun, diagram } = this;
    const at = this.where(event);
    const finished = this.fingers.has(event.pointerId);
    this.gone(event);
    if (!finished) return;
    if (!begun.moved) this.choose(at);
    else if (event.pointerType !== "touch") {
      const band = this.band(at);
      const { orbit } = diagram.boxes;
      if (orbit && band.h < orbit.h) {
        const [low, high] = diagram.heightShown();
        const value = (y) => high - ((y - orbit.y) / orbit.h) * (high - low);
        diagram.height = [value(band.y + band.h), value(band.y)];
      }
      diagram.show(diagram.place(band.x), diagram.place(band.x + band.w));
      this.changed();
    }
  }

  gone(event) {
    this.fingers.delete(event.pointerId);
  }

  // From where the pointer went down to where it is: a range, or a part of the orbit diagram.
  band(at) {
    const { labels, orbit } = this.diagram.boxes;
    const { at: from } = this.begun;
    const within = (value, low, length) => Math.min(Math.max(value, low), low + length);
    const [x1, x2] = [from.x, at.x].map((x) => within(x, labels.x, labels.w)).sort((a, b) => a - b);
    if (orbit && from.y <= orbit.y + orbit.h && Math.abs(at.y - from.y) > FLAT) {
      const [y1, y2] = [from.y, at.y].map((y) => within(y, orbit.y, orbit.h)).sort((a, b) => a - b);
      return { x: x1, y: y1, w: x2 - x1, h: y2 - y1 };
    }
    const top = Object.values(this.diagram.boxes)[0].y;
    return { x: x1, y: top, w: x2 - x1, h: labels.y + labels.h - top };
  }

  choose({ x, y }) {
    const { diagram } = this;
    const at = [...diagram.at];
    at[0] = diagram.axis.cell(diagram.place(x));
    const row = this.row(y);
    if (row >= 0) at[1] = row;
    this.chosen(at);
  }

  // The place on the second axis under the pointer, in the map; -1 elsewhere.
  row(y) {
    const { down, boxes } = this.diagram;
    const { labels } = boxes;
    if (!down || y < labels.y || y > labels.y + labels.h) return -1;
    return down.cell(down.high - ((y - labels.y) / labels.h) * (down.high - down.low));
  }

  hover(at) {
    const { diagram, tip } = this;
    const { labels } = diagram.boxes;
    const inside = at && at.x >= labels.x && at.x <= labels.x + labels.w && at.y <= labels.y + labels.h;
    tip.hidden = !inside;
    if (!inside) {
      diagram.drawMarks();
      return;
    }
    const here = [...diagram.at];
    here[0] = diagram.axis.cell(diagram.place(at.x));
    const row = this.row(at.y);
    if (row >= 0) here[1] = row;
    tip.textContent = described(diagram.sweep, here);
    const width = diagram.marks.clientWidth;
    tip.style.left = `${Math.max(0, Math.min(at.x + 12, width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.max(0, at.y - 30)}px`;
    diagram.drawMarks(here[0]);
  }

  key(event) {
    const { diagram } = this;
    const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity }[event.key];
    const over = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (by !== undefined || over !== undefined) {
      const i = over !== undefined && diagram.down ? 1 : 0;
      const at = [...diagram.at];
      at[i] = Math.min(Math.max(at[i] + (by ?? over), 0), diagram.sweep.axes[i].n - 1);
      this.chosen(at);
    } else if (event.key === "+" || event.key === "=") diagram.zoom(0.5, diagram.axis.places[diagram.at[0]]);
    else if (event.key === "-") diagram.zoom(2);
    else if (event.key === "0") diagram.reset();
    else return;
    event.preventDefault();
    this.changed();
  }
}

// A point in a line: its place, its label, its largest exponent.
function described(sweep, at) {
  const point = sweep.number(at);
  const leading = sweep.nExponents ? sweep.exponent(point, 0) : null;
  const more = leading && !Number.isNaN(leading.value) ? `, λ₁ = ${withError(leading.value, 0)}` : "";
  return `${sweep.named(at)}: ${sweep.kind(point)}${more}`;
}
