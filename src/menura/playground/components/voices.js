// The voices of the organisation, read once and shared by the pages.
import { html, signal, useEffect, useMemo, useState } from "../lib.js";
import { api } from "../api.js";
import { key } from "../session.js";
import { Dialog } from "./dialog.js";
import { Empty, Failure, Loading } from "./empty.js";
import { Field, Select } from "./fields.js";
import { Icon } from "./icons.js";
import { LanguageBadge, languageName, languageOptions, useLocales } from "./languages.js";
import { PlayButton } from "./player.js";

// null while they are being read.
export const voices = signal(null);
export const voicesError = signal(null);
// Ids of voices whose deletion can still be undone.
export const leaving = signal(new Set());

// States of a refinement that is not over.
export const GOING_ON = new Set(["waiting", "running", "interrupted"]);

let reading = null;

export function readVoices() {
  const asked = key.value;
  const mine = (async () => {
    try {
      const found = await api.all("/voices");
      if (reading !== mine || key.value !== asked) return;
      voices.value = found;
      voicesError.value = null;
    } catch (error) {
      if (reading !== mine) return;
      reading = null;
      voicesError.value = error;
    }
  })();
  reading = mine;
  return mine;
}

// Another key, other voices. They are asked for before the first page is drawn, which waits for them.
key.subscribe((secret) => {
  voices.value = null;
  voicesError.value = null;
  reading = null;
  if (secret) readVoices();
});

// All voices, or null while they are being read; reads them anew when a page opens.
export function useVoices() {
  useEffect(() => {
    const first = reading && !voices.value;
    if (!first) readVoices();
  }, []);
  return voices.value;
}

// Puts one voice, as the API answered it, in its place in the list, or at its top.
export function putVoice(voice) {
  const all = voices.value ?? [];
  const known = all.some((one) => one.id === voice.id);
  voices.value = known ? all.map((one) => (one.id === voice.id ? { ...one, ...voice } : one)) : [voice, ...all];
}

export const previewOf = (voice) => () => api.blob(`/voices/${voice.id}/preview`);

// A small pattern of its own for every voice.
export function VoiceMark({ voice, size = 40 }) {
  const bars = useMemo(() => {
    let seed = 7;
    for (const letter of voice.id) seed = (seed * 31 + letter.charCodeAt(0)) >>> 0;
    return Array.from({ length: 5 }, (_, i) => 6 + ((seed >>> (i * 5)) & 15));
  }, [voice.id]);
  return html`<svg class="voice-mark ${voice.is_owner ? "own" : ""}" viewBox="0 0 40 40" width=${size} height=${size} aria-hidden="true">
    ${bars.map((height, i) => html`<line x1=${10 + i * 5} x2=${10 + i * 5} y1=${20 - height / 2} y2=${20 + height / 2} />`)}
  </svg>`;
}

export const EVERYBODY = { q: "", language: "", gender: "", whose: "" };

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function matches(voice, { q, language, gender, whose }) {
  if (leaving.value.has(voice.id)) return false;
  if (language && !voice.locales.some((one) => one.locale.split("-")[0] === language)) return false;
  if (gender && voice.gender !== gender) return false;
  if (whose && voice.is_owner !== (whose === "own")) return false;
  const text = folded(`${voice.name} ${voice.tagline} ${voice.description} ${voice.id}`);
  return folded(q).split(/\s+/).every((word) => text.includes(word));
}

export const GENDERS = [
  { value: "feminine", label: "Feminine" },
  { value: "masculine", label: "Masculine" },
  { value: "gender_neutral", label: "Neutral" },
];

// Search and filters; `filter` as EVERYBODY.
export function VoiceFilters({ filter, onChange, ...rest }) {
  const locales = useLocales();
  const change = (name) => (value) => onChange({ ...filter, [name]: value });
  return html`<div class="voice-filters" role="search">
    <${Field} label="Search voices" type="search" value=${filter.q} placeholder="Name or description" onInput=${change("q")} ...${rest} />
    <${Select} label="Language" value=${filter.language} onChange=${change("language")}
      options=${[{ value: "", label: "All" }, ...languageOptions(locales)]} />
    <${Select} label="Gender" value=${filter.gender} onChange=${change("gender")}
      options=${[{ value: "", label: "All" }, ...GENDERS]} />
    <${Select} label="Whose" value=${filter.whose} onChange=${change("whose")}
      options=${[{ value: "", label: "All" }, { value: "own", label: "Yours" }, { value: "library", label: "Library" }]} />
  </div>`;
}

export function VoiceBadges({ voice }) {
  const locales = useLocales();
  return html`<span class="row tight">
    ${voice.is_owner && html`<span class="badge accent">${voice.fine_tune_id ? "Pro clone" : "Yours"}</span>`}
    ${voice.locales.map((one) => html`<${LanguageBadge} locales=${locales} locale=${one.locale} />`)}
  </span>`;
}

function VoiceDialog({ chosen, onChoose, onClose }) {
  const all = useVoices();
  const [filter, setFilter] = useState(EVERYBODY);
  const found = (all ?? []).filter((voice) => matches(voice, filter));
  return html`<${Dialog} title="Choose a voice" wide onClose=${onClose}>
    <${VoiceFilters} filter=${filter} onChange=${setFilter} autofocus />
    ${voicesError.value && html`<${Failure} error=${voicesError.value} onRetry=${readVoices} />`}
    ${!all && !voicesError.value && html`<${Loading} label="Reading voices" />`}
    ${all && !found.length && html`<${Empty} title="No voice fits."><p>Take a filter away, or search for less.</p><//>`}
    <p class="visually-hidden" role="status">${all ? `${found.length} voices` : ""}</p>
    <ul class="voice-list">
      ${found.map((voice) => html`<li key=${voice.id} class=${voice.id === chosen?.id ? "chosen" : ""}>
        <${PlayButton} load=${previewOf(voice)} label="a sample of ${voice.name}" />
        <button type="button" class="voice-choice" aria-pressed=${voice.id === chosen?.id ? "true" : "false"}
          onClick=${() => onChoose(voice)}>
          <span class="voice-name">${voice.name}</span>
          <span class="hint clip">${voice.tagline || voice.description}</span>
        </button>
        <${VoiceBadges} voice=${voice} />
      </li>`)}
    </ul>
  <//>`;
}

// The voice that is chosen, and a dialog with samples to choose another one.
export function VoicePicker({ label = "Voice", voice, onChoose }) {
  const [open, setOpen] = useState(false);
  const locales = useLocales();
  return html`<div class="field">
    <span class="picker-label" id="picker-label">${label}</span>
    <button type="button" class="picker" aria-haspopup="dialog" aria-labelledby="picker-label picker-name" onClick=${() => setOpen(true)}>
      ${voice
        ? html`<${VoiceMark} voice=${voice} />
            <span class="picker-text"><span class="voice-name" id="picker-name">${voice.name}</span>
            <span class="hint clip">${languageName(locales, voice.language)}${voice.tagline ? ` · ${voice.tagline}` : ""}</span></span>`
        : html`<span class="picker-text" id="picker-name">Choose a voice</span>`}
      <${Icon} name="search" />
    </button>
    ${open && html`<${VoiceDialog} chosen=${voice} onClose=${() => setOpen(false)}
      onChoose=${(found) => { setOpen(false); onChoose(found); }} />`}
  </div>`;
}

// One voice by name, where there is little room.
export function VoiceSelect({ label, value, onChange, all }) {
  const named = (voice) => ({ value: voice.id, label: voice.name });
  return html`<${Select} label=${label} value=${value} onChange=${onChange} options=${[
    { label: "Yours", options: all.filter((voice) => voice.is_owner).map(named) },
    { label: "Library", options: all.filter((voice) => !voice.is_owner).map(named) },
  ].filter((group) => group.options.length)} />`;
}

