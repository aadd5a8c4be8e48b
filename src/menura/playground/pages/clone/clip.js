// The clip as it is: heard, seen, trimmed, and what the server found where in it.
import { html, useEffect, useMemo, useState } from "../../lib.js";
import { Button } from "../../components/fields.js";
import { Icon } from "../../components/icons.js";
import { PlaybackBar } from "../../components/player.js";
import { Wave } from "../../components/wave.js";
import { span as inWords } from "../../format.js";
import { Playback } from "../../sound/playback.js";
import { wav } from "../../sound/samples.js";

// What is sent: the file as it came, or the chosen part as a wav.
export function clipBlob(clip, span) {
  if (!clip.samples || (clip.file && !span)) return clip.file;
  const { start, end } = span ?? { start: 0, end: clip.samples.length / clip.rate };
  return wav(clip.samples.subarray(Math.round(start * clip.rate), Math.round(end * clip.rate)), clip.rate);
}

// Parts of the clip on a line below its waveform: what would be used, what is cut off.
function Strip({ timeline, offset, total }) {
  const place = ({ start, end }) => ({
    left: `${((start + offset) / total) * 100}%`,
    width: `${Math.max(0.4, ((end - start) / total) * 100)}%`,
  });
  return html`<div class="strip" aria-hidden="true">
    ${timeline.used.map((part) => html`<span class="used" style=${place(part)}></span>`)}
    ${timeline.clipped.map((part) => html`<span class="clipped" style=${place(part)}></span>`)}
  </div>`;
}

function usedInWords({ used, clipped }, offset) {
  if (!used.length) return "";
  const from = used[0].start + offset;
  const to = used[used.length - 1].end + offset;
  const cut = clipped.length ? " Red: peaks are cut off." : "";
  return `The voice would be made of the marked speech, ${from.toFixed(1)} to ${to.toFixed(1)} s.${cut}`;
}

// `checked` is the answer of POST /voices/check for the chosen part, or null.
export function ClipPanel({ clip, span, restored, checked, onSpan, onReplace }) {
  const playback = useMemo(() => clip.samples && Playback.of(clip.samples, clip.rate), [clip]);
  const [picture, setPicture] = useState(null);
  useEffect(() => () => playback?.close(), [playback]);
  const seconds = playback ? playback.seconds.value : (checked?.timeline.seconds ?? 0);
  const whole = { start: 0, end: seconds };
  const offset = span?.start ?? 0;
  useEffect(() => {
    // Of a file that only the server can read, its outline is known from the check.
    if (!playback && checked) setPicture(Float32Array.from(checked.timeline.peaks));
  }, [playback, checked]);
  return html`<div class="stack">
    ${restored && html`<div class="note"><${Icon} name="info" /><div>This recording was kept from your last visit to this page.</div></div>`}
    <div class="row spread">
      <p><strong>${clip.kind === "file" ? clip.name : "Your recording"}</strong>
        ${seconds > 0 && html` <span class="hint">${inWords(seconds)}${span ? `, of which ${inWords(span.end - span.start)} are chosen` : ""}</span>`}</p>
      <div class="row">
        ${span && html`<${Button} kind="quiet" onClick=${() => onSpan(null)}>Use all of it<//>`}
        <${Button} icon="retry" onClick=${onReplace}>${clip.kind === "file" ? "Another clip" : "Record again"}<//>
      </div>
    </div>
    <div class="clip-wave">
      ${playback
        ? html`<${PlaybackBar} playback=${playback} label="the clip" height=${96} span=${span ?? whole}
            onSpan=${({ start, end }) => onSpan(start <= 0 && end >= seconds ? null : { start, end })} />`
        : html`<div class="player"><${Wave} samples=${picture} seconds=${seconds} height=${96} label="Waveform of the clip" /></div>`}
      ${checked && seconds > 0 && html`<${Strip} timeline=${checked.timeline} offset=${offset} total=${seconds} />`}
    </div>
    <p class="hint">${playback ? "Drag over the waveform to choose a part; drag an end to move it. " : "This browser cannot play the file, but the server can read it. "}
      ${checked ? usedInWords(checked.timeline, offset) : ""}</p>
  </div>`;
}
