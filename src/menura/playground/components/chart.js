// Bars over days, drawn as SVG; the same numbers stand in a table for those who do not see it.
import { html, useId, useLayoutEffect, useRef, useState } from "../lib.js";

const HEIGHT = 230;
const LEFT = 46;
const BOTTOM = 26;
const TOP = 12;

// A round number at or above the largest value, in steps that people count in.
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value);
}

const short = (value) => new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 }).format(value);

// `bars`: [{ label, value, detail }]; `title` says what is shown, `unit` what is counted.
export function BarChart({ bars, title, unit }) {
  const [at, setAt] = useState(null);
  const [width, setWidth] = useState(720);
  const element = useRef(null);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(200, entry.contentRect.width)));
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  const id = useId();
  const top = ceiling(Math.max(0, ...bars.map((bar) => bar.value)));
  const slot = (width - LEFT) / Math.max(1, bars.length);
  const height = HEIGHT - TOP - BOTTOM;
  const every = Math.max(1, Math.ceil((bars.length * 70) / (width - LEFT)));
  const shown = at === null ? null : bars[at];
  return html`<figure class="chart" aria-labelledby=${id} ref=${element}>
    <figcaption class="row spread"><h3 id=${id}>${title}</h3>
      <span class="hint">${shown ? `${shown.detail ?? shown.label}: ${shown.value.toLocaleString()} ${unit}` : ""}</span></figcaption>
    <svg viewBox="0 0 ${width} ${HEIGHT}" height=${HEIGHT} aria-hidden="true" onMouseLeave=${() => setAt(null)}>
      ${[0, 0.5, 1].map((part) => {
        const y = TOP + height * (1 - part);
        return html`<line class="chart-grid" x1=${LEFT} x2=${width} y1=${y} y2=${y} />
          <text class="chart-text" x=${LEFT - 8} y=${y + 4} text-anchor="end">${short(top * part)}</text>`;
      })}
      ${bars.map((bar, i) => {
        const size = (bar.value / top) * height;
        const x = LEFT + i * slot;
        return html`<g onMouseEnter=${() => setAt(i)}>
          <rect class="chart-slot" x=${x} y=${TOP} width=${slot} height=${height} />
          <rect class="chart-bar ${i === at ? "now" : ""}" x=${x + slot * 0.15} width=${slot * 0.7} rx=${Math.min(4, slot * 0.2)}
            y=${TOP + height - size} height=${bar.value ? Math.max(2, size) : 0} />
          ${i % every === 0 && html`<text class="chart-text" x=${Math.min(x + slot / 2, width - 22)} y=${HEIGHT - 8} text-anchor="middle">${bar.label}</text>`}
        </g>`;
      })}
    </svg>
    <details class="help">
      <summary>As a table</summary>
      <div class="scroll table-scroll" tabindex="0" role="region" aria-label="${title}, as a table"><table class="table">
        <thead><tr><th scope="col">Day</th><th scope="col" class="number">${unit}</th></tr></thead>
        <tbody>${[...bars].reverse().map((bar) => html`<tr><td>${bar.detail ?? bar.label}</td><td class="number">${bar.value.toLocaleString()}</td></tr>`)}</tbody>
      </table></div>
    </details>
  </figure>`;
}
