// How far something is, and how long it will take.
import { html } from "../lib.js";
import { span } from "../format.js";

// `value` from 0 to 1, or null while it cannot be told; `eta` in seconds, or null.
export function Progress({ label, value, eta, note }) {
  const known = value !== null && value !== undefined;
  const percent = known ? Math.round(value * 100) : undefined;
  // Nobody can tell tenths of a second beforehand.
  const left = eta > 0 && (eta < 60 ? `${Math.ceil(eta)} s` : span(eta));
  return html`<div class="progress">
    <div class="field-head">
      <span>${label}</span>
      <span class="field-aside">${[known && `${percent} %`, left && `about ${left} left`, note]
        .filter(Boolean).join(" · ")}</span>
    </div>
    <div class="progress-track ${known ? "" : "unknown"}" role="progressbar" aria-label=${label}
      aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}>
      <div class="progress-bar" style=${{ width: `${percent ?? 30}%` }}></div>
    </div>
  </div>`;
}
