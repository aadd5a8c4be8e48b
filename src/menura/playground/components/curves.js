// Curves over steps, as a picture and as a table.
import { html } from "../lib.js";

const WIDTH = 560;
const HEIGHT = 200;
const LEFT = 44;
const RIGHT = 20;
const BOTTOM = 24;
const TOP = 10;
const MOST_ROWS = 12;

// Round numbers between two ends, four of them or so.
function ticks(low, high) {
  const rough = (high - low) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) found.push(at);
  return found;
}

function number(value) {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1000) return value.toLocaleString();
  return String(Number(value.toPrecision(3)));
}

function bounds(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? [low - (Math.abs(low) / 2 || 1), high + (Math.abs(high) / 2 || 1)] : [low, high];
}

function thinned(rows) {
  const step = Math.max(1, Math.ceil(rows.length / MOST_ROWS));
  return rows.filter((_, i) => i % step === 0 || i === rows.length - 1);
}

// series: [{ name, points: [[x, y]] }]; three at most are told apart by colour and dashes.
export function Curves({ title, series, xLabel }) {
  const drawn = series.filter((one) => one.points.length);
  if (!drawn.length) return null;
  const [left, right] = bounds(drawn.flatMap((one) => one.points.map(([x]) => x)));
  const [low, high] = bounds(drawn.flatMap((one) => one.points.map(([, y]) => y)));
  const x = (value) => LEFT + ((value - left) / (right - left)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
  const steps = [...new Set(drawn.flatMap((one) => one.points.map(([at]) => at)))].sort((a, b) => a - b);
  const last = drawn.map((one) => `${one.name} ${number(one.points[one.points.length - 1][1])}`).join(", ");
  return html`<figure class="curves">
    <figcaption class="row spread"><strong>${title}</strong>
      <span class="curves-legend">${drawn.length > 1 && drawn.map((one, i) => html`<span key=${one.name} class="curve-name c${i % 3}">${one.name}</span>`)}</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${last} after ${number(right)} ${xLabel}">
      ${ticks(low, high).map((value) => html`<g key=${value}><line class="grid" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(value)} y2=${y(value)} />
        <text x=${LEFT - 8} y=${y(value) + 4} text-anchor="end">${number(value)}</text></g>`)}
      ${ticks(left, right).map((value) => html`<text key=${value} x=${x(value)} y=${HEIGHT - 6} text-anchor="middle">${number(value)}</text>`)}
      ${drawn.map((one, i) => html`<g key=${one.name} class="curve c${i % 3}">
        <polyline points=${one.points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ")} />
        <circle cx=${x(one.points[one.points.length - 1][0])} cy=${y(one.points[one.points.length - 1][1])} r="3.5" />
      </g>`)}
    </svg>
    <details class="help"><summary>As a table</summary>
      <div class="scroll"><table class="table"><caption class="visually-hidden">${title}</caption>
        <thead><tr><th scope="col">${xLabel}</th>${drawn.map((one) => html`<th scope="col" class="number" key=${one.name}>${one.name}</th>`)}</tr></thead>
        <tbody>${thinned(steps).map((at) => html`<tr key=${at}><td>${number(at)}</td>
          ${drawn.map((one) => {
            const found = one.points.find(([here]) => here === at);
            return html`<td class="number" key=${one.name}>${found ? number(found[1]) : ""}</td>`;
          })}</tr>`)}</tbody></table></div>
    </details>
  </figure>`;
}
