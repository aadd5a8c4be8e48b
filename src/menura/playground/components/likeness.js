// How like two voices are, as a place between a stranger and the same person.
import { html } from "../lib.js";

// Mean cosines of the speaker encoder: strangers lie near the first, two recordings of one person
// made together near the second.
const STRANGER = 0.1;
const SAME = 0.8;

export function cosine(one, other) {
  let product = 0;
  let a = 0;
  let b = 0;
  for (let i = 0; i < one.length; i++) {
    product += one[i] * other[i];
    a += one[i] ** 2;
    b += other[i] ** 2;
  }
  return product / Math.sqrt(a * b);
}

// The share of the way from a stranger to the same person, from 0 to 1.
export function likenessOf(value) {
  return Math.max(0, Math.min(1, (value - STRANGER) / (SAME - STRANGER)));
}

// `value` is a cosine, or null while it is being measured.
export function Likeness({ value, label = "Likeness" }) {
  const known = value !== null && value !== undefined;
  const percent = known ? Math.round(likenessOf(value) * 100) : 0;
  return html`<div class="likeness">
    <div class="field-head">
      <span>${label}</span>
      <strong class="likeness-figure">${known ? `${percent} %` : "measuring …"}</strong>
    </div>
    <div class="likeness-track" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100"
      aria-valuenow=${percent} aria-valuetext=${known ? `${percent} percent, cosine ${value.toFixed(2)}` : "being measured"}>
      <div class="likeness-bar" style=${{ width: `${percent}%` }}></div>
    </div>
    <div class="likeness-ends" aria-hidden="true"><span>a stranger</span><span>the same person</span></div>
  </div>`;
}
