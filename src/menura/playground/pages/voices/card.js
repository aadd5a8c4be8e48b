// One voice of the library, with all that can be done with it.
import { html } from "../../lib.js";
import { ExportVoice } from "../../components/export_voice.js";
import { Button } from "../../components/fields.js";
import { PlayButton } from "../../components/player.js";
import { Progress } from "../../components/progress.js";
import { GENDERS, previewOf, VoiceBadges, VoiceMark } from "../../components/voices.js";
import { remove } from "./remove.js";

function Refinement({ state }) {
  if (state.state === "running") {
    return html`<${Progress} label="Getting better" value=${state.progress} eta=${state.eta_seconds} />`;
  }
  if (state.state === "waiting" || state.state === "interrupted") {
    return html`<p class="hint">Usable now; it gets better when the computer is free.</p>`;
  }
  if (state.error) {
    return html`<p class="hint">It could not be made better: ${state.error.sentence} ${state.error.remedy}</p>`;
  }
  return null;
}

export function VoiceCard({ voice, onAct }) {
  const gender = GENDERS.find((one) => one.value === voice.gender)?.label;
  return html`<article class="card voice-card" aria-label=${voice.name}>
    <div class="voice-card-head">
      <${VoiceMark} voice=${voice} size=${44} />
      <div class="voice-card-name">
        <h2 class="clip">${voice.name}</h2>
        <p class="hint clip">${[voice.tagline, gender].filter(Boolean).join(" · ")}</p>
      </div>
      <${PlayButton} load=${previewOf(voice)} label="a sample of ${voice.name}" />
    </div>
    <p class="voice-card-text hint">${voice.description}</p>
    <${VoiceBadges} voice=${voice} />
    ${voice.refinement && html`<${Refinement} state=${voice.refinement} />`}
    <div class="row tight voice-card-foot">
      <a class="button small" href="#/speak?voice=${voice.id}">Speak</a>
      <span class="push"></span>
      ${!voice.fine_tune_id && html`
        <${Button} kind="quiet" icon="globe" label="Another language for ${voice.name}" onClick=${() => onAct("localize")} />`}
      ${voice.is_owner && html`
        <${Button} kind="quiet" icon="edit" label="Edit ${voice.name}" onClick=${() => onAct("edit")} />
        <${ExportVoice} voice=${voice} kind="quiet" />
        <${Button} kind="quiet" icon="trash" label="Delete ${voice.name}" onClick=${() => remove(voice)} />`}
    </div>
  </article>`;
}
