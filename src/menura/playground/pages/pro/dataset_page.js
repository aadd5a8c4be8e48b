// A dataset by itself: name, recordings, utterances.
import { html, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Failure, Loading } from "../../components/empty.js";
import { Button, Field } from "../../components/fields.js";
import { useDraft, useResource } from "../../components/resource.js";
import { toastError } from "../../components/toasts.js";
import { go } from "../../router.js";
import { DatasetPanel } from "./dataset.js";
import { DRAFT, EMPTY } from "./draft.js";

function Rename({ dataset, onDone }) {
  const [name, setName] = useState(dataset.name);
  const save = async (event) => {
    event.preventDefault();
    try {
      await api.patch(`/datasets/${dataset.id}`, { name: name.trim(), description: dataset.description });
      onDone(name.trim());
    } catch (error) {
      toastError(error);
    }
  };
  return html`<form class="row rename" onSubmit=${save}>
    <${Field} label="Name of the collection" value=${name} maxlength="200" onInput=${setName} />
    <${Button} kind="primary" type="submit">Save<//><${Button} onClick=${() => onDone(dataset.name)}>Cancel<//>
  </form>`;
}

export function DatasetPage({ id }) {
  const dataset = useResource(() => api.get(`/datasets/${id}`), [id]);
  const [, setDraft] = useDraft(DRAFT, EMPTY);
  const [renaming, setRenaming] = useState(false);
  if (dataset.error) {
    return html`<div class="stack"><h1>Recordings</h1><${Failure} error=${dataset.error} onRetry=${dataset.reload} /><p><a href="#/pro">All pro clones</a></p></div>`;
  }
  if (!dataset.value) return html`<h1 class="visually-hidden">Recordings</h1><${Loading} />`;
  const use = () => {
    setDraft((before) => ({ ...before, begun: true, dataset: id }));
    go("#/pro/new/details");
  };
  return html`<div class="page-head"><div><h1>${dataset.value.name || "Recordings"}</h1><p>Recordings of one person, to train a pro clone on.</p></div>
      <div class="row"><a class="button quiet" href="#/pro">All pro clones</a>
        <${Button} icon="edit" onClick=${() => setRenaming(true)}>Rename<//></div></div>
    ${renaming && html`<${Rename} dataset=${dataset.value} onDone=${(name) => { setRenaming(false); dataset.setValue({ ...dataset.value, name }); }} />`}
    <${DatasetPanel} id=${id} actions=${html`<${Button} kind="primary" onClick=${use}>Make a pro clone of it<//>`} />`;
}
