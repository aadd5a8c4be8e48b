// Recordings for a pro clone: new ones, or some that are there.
import { html, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Failure, Loading } from "../../components/empty.js";
import { Button, Field } from "../../components/fields.js";
import { useResource } from "../../components/resource.js";
import { toastError } from "../../components/toasts.js";
import { day, span } from "../../format.js";

// `onChoose` gets a dataset's id; `name` is proposed for a new one.
export function ChooseDataset({ name, onChoose }) {
  const datasets = useResource(() => api.all("/datasets"));
  const [wanted, setWanted] = useState(name);
  const [busy, setBusy] = useState(false);
  const create = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      onChoose((await api.post("/datasets", { name: wanted.trim() || "Recordings", description: "" })).id);
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<div class="columns even">
    <form class="card stack" onSubmit=${create} aria-labelledby="new-recordings">
      <h2 id="new-recordings">New recordings</h2>
      <${Field} label="Name of the collection" value=${wanted} maxlength="200" autocomplete="off" onInput=${setWanted} />
      <div class="row"><${Button} kind="primary" type="submit" icon="plus" busy=${busy} disabled=${busy}>Create<//></div>
    </form>
    <section class="card stack" aria-labelledby="old-recordings">
      <h2 id="old-recordings">Recordings that are there</h2>
      ${datasets.error && html`<${Failure} error=${datasets.error} onRetry=${datasets.reload} />`}
      ${!datasets.value && !datasets.error && html`<${Loading} />`}
      ${datasets.value?.length === 0 && html`<p class="hint">None yet. What you collect once can be used again for another base model.</p>`}
      <ul class="stack tight">${datasets.value?.map((one) => html`<li key=${one.id} class="row spread">
        <div><strong>${one.name || "Without a name"}</strong><p class="hint">${span(one.seconds)} count, ${one.files} ${one.files === 1 ? "file" : "files"}, ${day(one.created_at)}</p></div>
        <${Button} onClick=${() => onChoose(one.id)}>Use<span class="visually-hidden"> ${one.name}</span><//></li>`)}</ul>
    </section>
  </div>`;
}
