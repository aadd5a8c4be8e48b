// All pro clones and datasets.
import { html, useEffect, useRef, useState } from "../../lib.js";
import { api } from "../../api.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Empty, Failure, Loading } from "../../components/empty.js";
import { Button } from "../../components/fields.js";
import { Icon } from "../../components/icons.js";
import { languageName, useLocales } from "../../components/languages.js";
import { Progress } from "../../components/progress.js";
import { useDraft, useResource } from "../../components/resource.js";
import { toast, toastError } from "../../components/toasts.js";
import { day, span } from "../../format.js";
import { DRAFT, EMPTY } from "./draft.js";
import { OPEN, StatusBadge, stageInWords } from "./status.js";

const POLL_MS = 3000;

function FineTuneRow({ one, locales, onDelete }) {
  return html`<li class="card pro-row">
    <div class="pro-row-text">
      <h2><a href="#/pro/${one.id}">${one.name}</a> <${StatusBadge} one=${one} /></h2>
      <p class="hint">${[languageName(locales, one.language), one.model_id, day(one.created_at)].join(" · ")}</p>
      ${one.status === "training" && html`<${Progress} label=${stageInWords(one.stage)} value=${one.progress} eta=${one.eta_seconds} />`}
      ${one.status === "failed" && one.error && html`<p class="hint">${one.error.sentence}</p>`}
    </div>
    <div class="row">
      <a class="button" href="#/pro/${one.id}">Open<span class="visually-hidden"> ${one.name}</span></a>
      <${Button} kind="quiet" icon="trash" label="Delete ${one.name}" onClick=${() => onDelete(one)} />
    </div>
  </li>`;
}

// Takes in a model that was exported here or elsewhere, with its voices.
function Import({ onDone }) {
  const picker = useRef(null);
  const [busy, setBusy] = useState(false);
  const take = async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const form = new FormData();
    form.append("file", file, file.name);
    setBusy(true);
    try {
      const made = await api.upload("/fine-tunes/import", form);
      toast({ title: `${made.name} was taken in, with its voices.` });
      onDone();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<${Button} icon="upload" busy=${busy} disabled=${busy} onClick=${() => picker.current.click()}>Import<//>
    <input ref=${picker} type="file" hidden aria-label="File of a pro clone" onChange=${take} />`;
}

export function ProList() {
  const locales = useLocales();
  const [draft, setDraft] = useDraft(DRAFT, EMPTY);
  const [deleting, setDeleting] = useState(null);
  const [busy, setBusy] = useState(false);
  const tunes = useResource(() => api.all("/fine-tunes"));
  const datasets = useResource(() => api.all("/datasets"));
  const going = tunes.value?.some((one) => OPEN.has(one.status));
  useEffect(() => {
    if (!going) return undefined;
    const wait = setTimeout(tunes.reload, POLL_MS);
    return () => clearTimeout(wait);
  }, [going, tunes.value, tunes.error]);

  const remove = async () => {
    setBusy(true);
    try {
      await api.delete(deleting.path);
      toast({ title: `${deleting.name} was deleted.` });
      tunes.reload();
      datasets.reload();
      setDeleting(null);
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  const error = tunes.error ?? datasets.error;
  const nothing = tunes.value?.length === 0 && !draft.begun;
  return html`<div class="page-head"><div><h1>Pro clones</h1>
      <p>From half an hour or more of one person: four voices, clearly closer in timbre and delivery than a clone of a few seconds.</p></div>
      <div class="row"><${Import} onDone=${tunes.reload} />
        <a class="button primary" href="#/pro/new/${draft.begun ? "details" : "practices"}"><${Icon} name="plus" /><span>${draft.begun ? "Continue the draft" : "New pro clone"}</span></a></div></div>
    <div class="stack">
      ${error && !tunes.value && html`<${Failure} error=${error} onRetry=${() => { tunes.reload(); datasets.reload(); }} />`}
      ${!tunes.value && !error && html`<${Loading} />`}
      ${nothing && html`<div class="card"><${Empty} title="No pro clones yet"><p>Collect recordings of one person, let them be prepared, then train.</p><//></div>`}
      <ul class="stack">
        ${draft.begun && html`<li class="card pro-row"><div class="pro-row-text">
          <h2><a href="#/pro/new/details">${draft.name || "A new pro clone"}</a> <${StatusBadge} one=${{ status: "draft" }} /></h2>
          <p class="hint">Not trained yet. It is kept in this tab.</p></div>
          <div class="row"><a class="button" href="#/pro/new/details">Continue</a>
          <${Button} kind="quiet" icon="trash" label="Discard the draft" onClick=${() => setDraft(EMPTY)} /></div></li>`}
        ${tunes.value?.map((one) => html`<${FineTuneRow} key=${one.id} one=${one} locales=${locales}
          onDelete=${(row) => setDeleting({ path: `/fine-tunes/${row.id}`, name: row.name, text: "Its tuned model and its four voices go with it. Its recordings stay." })} />`)}
      </ul>
      ${datasets.value?.length > 0 && html`<section class="stack" aria-labelledby="datasets-title">
        <h2 id="datasets-title">Recordings</h2>
        <ul class="stack">${datasets.value.map((one) => html`<li key=${one.id} class="card pro-row">
          <div class="pro-row-text"><h3><a href="#/pro/data/${one.id}">${one.name || "Without a name"}</a></h3>
            <p class="hint">${one.files} ${one.files === 1 ? "file" : "files"} · ${span(one.seconds)} of speech count</p></div>
          <div class="row"><a class="button" href="#/pro/data/${one.id}">Open<span class="visually-hidden"> ${one.name}</span></a>
            <${Button} kind="quiet" icon="trash" label="Delete the recordings ${one.name}"
              onClick=${() => setDeleting({ path: `/datasets/${one.id}`, name: one.name || "The dataset", text: "All of its recordings and corrections are deleted for good." })} /></div>
        </li>`)}</ul>
      </section>`}
    </div>
    ${deleting && html`<${ConfirmDialog} title="Delete ${deleting.name}?" confirm="Delete" danger busy=${busy} onConfirm=${remove} onClose=${() => setDeleting(null)}><p>${deleting.text}</p><//>`}`;
}
