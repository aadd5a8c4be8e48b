// A waveform with a playhead, and a span to choose where `onSpan` is given.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib.js";
import { peaks } from "../sound/samples.js";
import { clock } from "../format.js";
import { theme } from "../theme.js";

const BAR = 3;
const GAP = 2;
const LEAST_SPAN = 0.1;
const GRAB = 12; // Pixels around an end of the span.

// samples: Float32Array or null; seconds: length; position: playhead in seconds;
// span: { start, end } in seconds; total: seconds that the whole width stands for, when more is
// still to come. onSeek(seconds) and onSpan({ start, end }) make it respond to mouse, finger, keys.
export function Wave({ samples, seconds, position = 0, span, total, height = 72, label, onSeek, onSpan }) {
  const canvas = useRef(null);
  const [width, setWidth] = useState(0);
  const length = Math.max(total ?? 0, seconds, 0.01);

  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    watch.observe(canvas.current);
    return () => watch.disconnect();
  }, []);

  const drawn = useRef({ samples: null, bars: 0, found: null });
  useEffect(() => {
    if (width) draw(canvas.current, { samples, seconds, position, span, length, width, height, drawn });
  }, [samples, seconds, position, span?.start, span?.end, length, width, height, theme.value]);

  const drag = useRef(null);
  const at = (event) => {
    const box = canvas.current.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * length;
  };
  // The end of the span that is near enough to be taken hold of, or a new span.
  const grabbed = (event, where) => {
    const near = ((event.pointerType === "touch" ? 2 * GRAB : GRAB) / width) * length;
    if (span && Math.abs(where - span.start) < near) return "start";
    return span && Math.abs(where - span.end) < near ? "end" : "new";
  };
  const down = (event) => {
    if (event.button) return;
    const where = at(event);
    canvas.current.setPointerCapture(event.pointerId);
    if (!onSpan) {
      drag.current = { kind: "seek" };
      onSeek?.(Math.min(where, seconds));
      return;
    }
    const kind = grabbed(event, where);
    drag.current = { kind, from: where, before: span };
  };
  const move = (event) => {
    const held = drag.current;
    if (!held) {
      // Told by the pointer: here is an end to take hold of.
      if (onSpan) canvas.current.style.cursor = grabbed(event, at(event)) === "new" ? "" : "ew-resize";
      return;
    }
    const where = Math.min(at(event), seconds);
    if (held.kind === "seek") onSeek?.(where);
    else if (held.kind === "start") onSpan({ start: Math.min(where, held.before.end - LEAST_SPAN), end: held.before.end });
    else if (held.kind === "end") onSpan({ start: held.before.start, end: Math.max(where, held.before.start + LEAST_SPAN) });
    else if (Math.abs(where - held.from) > LEAST_SPAN) {
      held.moved = true;
      onSpan({ start: Math.min(held.from, where), end: Math.max(held.from, where) });
    }
  };
  const up = (event) => {
    const held = drag.current;
    drag.current = null;
    if (held?.kind === "new" && !held.moved) onSeek?.(Math.min(at(event), seconds));
  };

  const seekKeys = (event) => {
    const step = event.shiftKey ? 5 : 1;
    const steps = { ArrowLeft: -step, ArrowRight: step, PageDown: -10, PageUp: 10 };
    let to;
    if (event.key in steps) to = position + steps[event.key];
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = seconds;
    else return;
    event.preventDefault();
    onSeek(Math.max(0, Math.min(to, seconds)));
  };

  return html`<div class="wave ${onSpan ? "spans" : ""}">
    <canvas ref=${canvas} style=${{ height: `${height}px` }}
      ...${onSeek
        ? {
            role: "slider", tabIndex: 0, "aria-label": label ?? "Position in the recording",
            "aria-valuemin": 0, "aria-valuemax": Math.round(seconds * 10) / 10,
            "aria-valuenow": Math.round(position * 10) / 10,
            "aria-valuetext": `${clock(position)} of ${clock(seconds)}`, onKeyDown: seekKeys,
          }
        : { role: "img", "aria-label": label ?? `Waveform, ${clock(seconds)} long` }}
      onPointerDown=${onSeek || onSpan ? down : undefined} onPointerMove=${move} onPointerUp=${up}
      onPointerCancel=${() => { drag.current = null; }}></canvas>
    ${onSpan && span && html`<${Handle} which="start" span=${span} length=${length} seconds=${seconds} onSpan=${onSpan} />
      <${Handle} which="end" span=${span} length=${length} seconds=${seconds} onSpan=${onSpan} />`}
  </div>`;
}

// One end of the span, for keys and screen readers; the mouse takes hold of the canvas.
function Handle({ which, span, length, seconds, onSpan }) {
  const value = span[which];
  const keys = (event) => {
    const step = event.shiftKey ? 1 : 0.1;
    const moved = { ArrowLeft: value - step, ArrowRight: value + step, Home: 0, End: seconds }[event.key];
    if (moved === undefined) return;
    event.preventDefault();
    const start = which === "start" ? Math.max(0, Math.min(moved, span.end - LEAST_SPAN)) : span.start;
    const end = which === "end" ? Math.min(seconds, Math.max(moved, span.start + LEAST_SPAN)) : span.end;
    onSpan({ start, end });
  };
  return html`<span class="wave-handle" role="slider" tabindex="0" style=${{ left: `${(value / length) * 100}%` }}
    aria-label=${which === "start" ? "Start of the chosen part" : "End of the chosen part"}
    aria-valuemin="0" aria-valuemax=${seconds.toFixed(1)} aria-valuenow=${value.toFixed(1)}
    aria-valuetext="${value.toFixed(1)} seconds" onKeyDown=${keys}></span>`;
}

function draw(canvas, { samples, seconds, position, span, length, width, height, drawn }) {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  // The style sheet gives the colours: `color` what was played, `fill` the rest, `stroke` outside.
  const colours = getComputedStyle(canvas);
  const bars = Math.max(1, Math.floor((width * Math.min(1, seconds / length) + GAP) / (BAR + GAP)));
  const kept = drawn.current;
  if (kept.samples !== samples || kept.bars !== bars) {
    drawn.current = { samples, bars, found: samples?.length ? peaks(samples, bars) : null };
  }
  const found = drawn.current.found;
  const loudest = found ? Math.max(0.05, ...found) : 1;
  const all = Math.floor((width + GAP) / (BAR + GAP));
  for (let i = 0; i < all; i++) {
    const x = i * (BAR + GAP);
    const time = (x / width) * length;
    const size = found && i < bars ? Math.max(2, (found[i] / loudest) * (height - 8)) : 2;
    const outside = !found || i >= bars || (span && (time < span.start || time > span.end));
    pen.fillStyle = outside ? colours.stroke : time < position ? colours.color : colours.fill;
    pen.beginPath();
    pen.roundRect(x, (height - size) / 2, BAR, size, BAR / 2);
    pen.fill();
  }
  if (position > 0) {
    pen.fillStyle = colours.color;
    pen.fillRect((position / length) * width - 0.75, 0, 1.5, height);
  }
}
