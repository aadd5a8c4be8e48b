// Name, description, gender and accents of an own voice.
import { html, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Dialog } from "../../components/dialog.js";
import { Failure } from "../../components/empty.js";
import { Button, Field, Select, TextArea } from "../../components/fields.js";
import { useAccents, useLocales } from "../../components/languages.js";
import { Progress } from "../../components/progress.js";
import { toast } from "../../components/toasts.js";
import { GENDERS, putVoice } from "../../components/voices.js";

// The accents that a clone speaks beside its own: each is learned once, in less than a minute.
function Accents({ voice, onChange }) {
  const accents = useAccents();
  const locales = useLocales();
  const [adding, setAdding] = useState("");
  const [busy, setBusy] = useState("");
  const [error, setError] = useState(null);
  const named = (slug) => accents?.find((one) => one.id === slug)?.name ?? slug;
  const place = (locale) => locales?.find((one) => one.locale === locale)?.display_name ?? locale;
  const act = async (note, call) => {
    setBusy(note);
    setError(null);
    try {
      onChange(await call());
      setAdding("");
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy("");
    }
  };
  const attached = voice.locales.filter((one) => !one.is_native);
  const free = (accents ?? []).filter(
    (one) => one.is_localizable && one.id !== voice.accent && !attached.some((two) => two.accent === one.id),
  );
  return html`<fieldset class="stack small">
    <legend>Languages</legend>
    <ul class="accents">
      ${voice.locales.map((one) => html`<li>
        <span>${one.is_native ? place(one.locale) : named(one.accent)}${one.is_native ? html` <span class="hint">its own</span>` : ""}</span>
        ${!one.is_native && html`<${Button} kind="quiet" icon="close" label="Take ${named(one.accent)} away" disabled=${busy}
          onClick=${() => act("Taking it away", () => api.delete(`/voices/${voice.id}/accents/${one.accent}`))} />`}
      </li>`)}
    </ul>
    <div class="add-accent">
      <${Select} label="One more" value=${adding} onChange=${setAdding} disabled=${busy}
        options=${[{ value: "", label: "Choose …" }, ...free.map((one) => ({ value: one.id, label: one.name }))]} />
      <${Button} icon="plus" disabled=${!adding || busy}
        onClick=${() => act(`Learning ${named(adding)}`, () => api.patch(`/voices/${voice.id}/accents`, { accents: [adding] }))}>Add<//>
    </div>
    ${busy && html`<${Progress} label=${busy} value=${null} note="less than a minute" />`}
    ${error && html`<${Failure} error=${error} />`}
  </fieldset>`;
}

export function EditDialog({ voice: given, onClose }) {
  const [voice, setVoice] = useState(given);
  const [name, setName] = useState(given.name);
  const [tagline, setTagline] = useState(given.tagline);
  const [description, setDescription] = useState(given.description);
  const [gender, setGender] = useState(given.gender ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { name: name.trim(), tagline: tagline.trim(), description: description.trim(), gender: gender || null };
      putVoice(await api.patch(`/voices/${voice.id}`, body));
      toast({ title: "Saved." });
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const changed = (found) => {
    setVoice(found);
    putVoice(found);
  };
  return html`<${Dialog} title="Edit ${given.name}" onClose=${onClose}>
    <form class="stack" onSubmit=${save}>
      <${Field} label="Name" value=${name} maxlength="200" required autofocus onInput=${setName} />
      <${Field} label="In a few words" value=${tagline} maxlength="32" placeholder="Warm and unhurried" onInput=${setTagline} />
      <${TextArea} label="Description" value=${description} rows=${3} maxlength="5000" onInput=${setDescription} />
      <${Select} label="Gender" value=${gender} onChange=${setGender} options=${[{ value: "", label: "Not said" }, ...GENDERS]} />
      ${!voice.fine_tune_id && html`<${Accents} voice=${voice} onChange=${changed} />`}
      ${error && html`<${Failure} error=${error} />`}
      <footer class="dialog-foot">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${busy} disabled=${busy || !name.trim()}>Save<//>
      </footer>
    </form>
  <//>`;
}
