// The library of voices: find, hear, change, take home, make new ones of them.
import { html, useEffect, useRef, useState } from "../lib.js";
import { api } from "../api.js";
import { Empty, Failure, Loading } from "../components/empty.js";
import { Button } from "../components/fields.js";
import { useDraft } from "../components/resource.js";
import { toast, toastError } from "../components/toasts.js";
import { EVERYBODY, GOING_ON, matches, putVoice, readVoices, useVoices, VoiceFilters, voicesError } from "../components/voices.js";
import { VoiceCard } from "./voices/card.js";
import { EditDialog } from "./voices/edit.js";
import { LocalizeDialog } from "./voices/localize.js";
import { MixDialog } from "./voices/mix.js";

const POLL_MS = 5000;

// Takes a voice file in; errors are told.
async function takeIn(file) {
  const form = new FormData();
  form.append("file", file);
  try {
    const voice = await api.upload("/voices/import", form);
    putVoice(voice);
    toast({ title: `${voice.name} is in your library now.` });
  } catch (error) {
    toastError(error);
  }
}

function ImportButton() {
  const input = useRef(null);
  const [busy, setBusy] = useState(false);
  const chosen = async (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    setBusy(true);
    for (const file of files) await takeIn(file);
    setBusy(false);
  };
  return html`<input ref=${input} type="file" multiple accept=".safetensors" hidden aria-label="Voice files" onChange=${chosen} />
    <${Button} icon="upload" busy=${busy} disabled=${busy} onClick=${() => input.current.click()}>Import<//>`;
}

export function Voices() {
  const all = useVoices();
  const [filter, setFilter] = useDraft("voices", EVERYBODY);
  const [dialog, setDialog] = useState(null); // { kind, voice }
  const close = () => setDialog(null);
  const refining = (all ?? []).some((voice) => GOING_ON.has(voice.refinement?.state));
  useEffect(() => {
    if (!refining) return undefined;
    const timer = setInterval(readVoices, POLL_MS);
    return () => clearInterval(timer);
  }, [refining]);

  // Voices of pro clones speak with trained weights only: nothing can be made of them.
  const mixable = (all ?? []).filter((voice) => !voice.fine_tune_id);
  const found = (all ?? []).filter((voice) => matches(voice, filter));
  const drop = (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer?.files ?? []) takeIn(file);
  };
  return html`<div onDragOver=${(event) => event.preventDefault()} onDrop=${drop}>
    <div class="page-head">
      <div><h1>Voices</h1><p>Yours and those of the library. A voice can leave as one file, and come back.</p></div>
      <div class="row">
        <${ImportButton} />
        <${Button} icon="mix" disabled=${mixable.length < 2} onClick=${() => setDialog({ kind: "mix" })}>Mix<//>
      </div>
    </div>
    <div class="stack">
      <${VoiceFilters} filter=${filter} onChange=${setFilter} />
      <p class="hint" role="status">${all ? (found.length === 1 ? "1 voice" : `${found.length} voices`) : ""}</p>
      ${voicesError.value && html`<${Failure} error=${voicesError.value} onRetry=${readVoices} />`}
      ${!all && !voicesError.value && html`<${Loading} label="Reading voices" />`}
      ${all && !found.length && html`<${Empty} title="No voice fits.">
        <p>Take a filter away, or search for less.</p>
        <${Button} onClick=${() => setFilter(EVERYBODY)}>Show all voices<//>
      <//>`}
      <ul class="voice-cards">
        ${found.map((voice) => html`<li key=${voice.id}><${VoiceCard} voice=${voice} onAct=${(kind) => setDialog({ kind, voice })} /></li>`)}
      </ul>
    </div>
    ${dialog?.kind === "edit" && html`<${EditDialog} voice=${dialog.voice} onClose=${close} />`}
    ${dialog?.kind === "localize" && html`<${LocalizeDialog} voice=${dialog.voice} onClose=${close} />`}
    ${dialog?.kind === "mix" && html`<${MixDialog} all=${mixable} onClose=${close} />`}
  </div>`;
}
