// How much speech there is, against what is needed and what is best.
import { html } from "../lib.js";

export function minutesInWords(value) {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

// All in minutes. `label` names the gauge.
export function MinutesGauge({ label, value, needed, ideal }) {
  const scale = Math.max(ideal, value);
  const share = (minutes) => `${Math.min(100, (minutes / scale) * 100)}%`;
  const enough = value >= needed;
  const rest = value >= ideal ? "More does not help much." : enough
    ? `Enough to train. ${minutesInWords(ideal - value)} more minutes would be best.`
    : `${minutesInWords(needed - value)} more minutes are needed, ${minutesInWords(ideal - value)} are best.`;
  return html`<div class="gauge">
    <div class="gauge-head"><strong class="gauge-figure">${minutesInWords(value)} <span>min count</span></strong>
      <span class="hint">${rest}</span></div>
    <div class="gauge-track" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax=${scale}
      aria-valuenow=${Math.round(value * 10) / 10} aria-valuetext="${minutesInWords(value)} minutes count. ${rest}">
      <div class="gauge-bar ${enough ? "enough" : ""}" style=${{ width: share(value) }}></div>
      <span class="gauge-mark" style=${{ left: share(needed) }}></span>
    </div>
    <div class="gauge-ends" aria-hidden="true">
      <span class="gauge-needed" style=${{ left: `max(0px, calc(${share(needed)} - 3.4rem))` }}>${minutesInWords(needed)} min needed</span>
      <span class="gauge-ideal">${ideal >= 60 ? `${minutesInWords(ideal / 60).replace(".0", "")} h best` : `${minutesInWords(ideal)} min best`}</span>
    </div>
  </div>`;
}
