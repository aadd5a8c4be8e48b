// Curves over steps, as a picture and as a table.
import { html } from "../lib.js";

const WIDTH = 560;
const HEIGHT = 200;
const LEFT = 44;
const RIGHT = 20;
const BOTTOM = 24;
const TOP = 10;
const MOST_ROWS = 12;
const FEW = 12; // Points of which the eye finds the trend by itself.

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
  if (Math.abs(value) < 1e-9) return "0";
  if (Math.abs(value) >= 1000) return value.toLocaleString();
  return String(Number(value.toPrecision(3)));
}

// The lowest and the highest value, `least` apart at least.
function bounds(values, least = 0) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const missing = Math.max(0, least - (high - low)) / 2;
  // Means of equal numbers differ in their last digits: steps so small would never get anywhere.
  const same = high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  if (same && !missing) return [low - (Math.abs(low) / 2 || 1), high + (Math.abs(high) / 2 || 1)];
  return [low - missing, high + missing];
}

// Each point becomes the mean of its neighbourhood, a tenth of all points.
function trend(points) {
  const reach = Math.max(1, Math.round(points.length / 20));
  return points.map(([at], i) => {
    const near = points.slice(Math.max(0, i - reach), i + reach + 1);
    return [at, near.reduce((sum, [, value]) => sum + value, 0) / near.length];
  });
}

function thinned(rows) {
  const step = Math.max(1, Math.ceil(rows.length / MOST_ROWS));
  return rows.filter((_, i) => i % step === 0 || i === rows.length - 1);
}

// series: [{ name, points: [[x, y]], trend }]; three at most are told apart by colour and dashes. With
// `trend`, many points are drawn pale below their moving mean. `least` is the least height of the
// scale, `hint` says how to read it.
export function Curves({ title, hint, series, xLabel, least }) {
  const drawn = series.filter((one) => one.points.length).map((one) => {
    const smooth = one.trend && one.points.length > FEW;
    return { ...one, line: smooth ? trend(one.points) : one.points, pale: smooth ? one.points : null };
  });
  if (!drawn.length) return null;
  const [left, right] = bounds(drawn.flatMap((one) => one.points.map(([x]) => x)));
  const [low, high] = bounds(drawn.flatMap((one) => one.points.map(([, y]) => y)), least);
  const x = (value) => LEFT + ((value - left) / (right - left)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
  const path = (points) => points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const steps = [...new Set(drawn.flatMap((one) => one.points.map(([at]) => at)))].sort((a, b) => a - b);
  const end = (one) => one.line[one.line.length - 1];
  const last = drawn.map((one) => `${one.name} ${number(end(one)[1])}`).join(", ");
  return html`<figure class="curves">
    <figcaption class="row spread"><span><strong>${title}</strong>${hint && html` <span class="hint">${hint}</span>`}</span>
      <span class="curves-legend">${drawn.length > 1 && drawn.map((one, i) => html`<span key=${one.name} class="curve-name c${i % 3}">${one.name}</span>`)}</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${last} after ${number(steps[steps.length - 1])} ${xLabel}">
      ${ticks(low, high).map((value) => html`<g key=${value}><line class="grid" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(value)} y2=${y(value)} />
        <text x=${LEFT - 8} y=${y(value) + 4} text-anchor="end">${number(value)}</text></g>`)}
      ${ticks(left, right).map((value) => html`<text key=${value} x=${x(value)} y=${HEIGHT - 6} text-anchor="middle">${number(value)}</text>`)}
      ${drawn.map((one, i) => html`<g key=${one.name} class="curve c${i % 3}">
        ${one.pale && html`<polyline class="pale" points=${path(one.pale)} />`}
        <polyline points=${path(one.line)} />
        <circle cx=${x(end(one)[0])} cy=${y(end(one)[1])} r="3.5" />
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
