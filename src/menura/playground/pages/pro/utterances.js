// What was heard in the recordings: to listen to, to correct, to leave out.
import { html, useEffect, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Failure, Loading } from "../../components/empty.js";
import { Button, Select, TextArea } from "../../components/fields.js";
import { PlayButton } from "../../components/player.js";
import { toastError } from "../../components/toasts.js";
import { clock } from "../../format.js";

const PAGE = 20;

const PROBLEMS = {
  noise: "noisy",
  music: "music",
  clipped: "cut-off peaks",
  two_voices: "two voices",
  unintelligible: "not understood",
  language: "other language",
};

function Transcript({ one, onSave }) {
  const [text, setText] = useState(null);
  const [busy, setBusy] = useState(false);
  const save = async (transcript) => {
    setBusy(true);
    const saved = await onSave({ transcript });
    setBusy(false);
    if (saved) setText(null);
  };
  if (text === null) {
    return html`<div class="utterance-text"><span>${one.transcript}</span>
      <${Button} kind="quiet" icon="edit" label="Correct: ${one.transcript}" onClick=${() => setText(one.transcript)} /></div>`;
  }
  return html`<form class="stack tight" onSubmit=${(event) => { event.preventDefault(); save(text.trim()); }}>
    <${TextArea} label="What is said, word for word" rows="2" value=${text} onInput=${setText} />
    <div class="row">
      <${Button} kind="primary" type="submit" busy=${busy} disabled=${busy || !text.trim()}>Save<//>
      ${one.transcript !== one.heard && html`<${Button} disabled=${busy} onClick=${() => save(null)}>As heard<//>`}
      <${Button} kind="quiet" disabled=${busy} onClick=${() => setText(null)}>Cancel<//>
    </div>
  </form>`;
}

// `state` changes when something was found in the recordings, or somebody else was chosen.
export function Utterances({ dataset, files, state: known, onChange }) {
  const path = `/datasets/${dataset}/utterances`;
  const [file, setFile] = useState("");
  const [state, setState] = useState({ rows: null, more: false, error: null });
  const named = new Map(files.map((one) => [one.id, one.filename]));

  const read = async (rows) => {
    try {
      const page = await api.get(path, { limit: PAGE, file, starting_after: rows[rows.length - 1]?.id });
      setState({ rows: [...rows, ...page.data], more: page.has_more, error: null });
    } catch (error) {
      setState((before) => ({ ...before, error }));
    }
  };
  useEffect(() => {
    // The old rows stay until the new ones are there: somebody may be writing in one.
    read([]);
  }, [dataset, file, known]);

  const put = (one) => setState((before) => ({ ...before, rows: before.rows.map((row) => (row.id === one.id ? one : row)) }));
  const change = async (one, changes) => {
    try {
      put(await api.patch(`${path}/${one.id}`, changes));
      onChange();
      return true;
    } catch (error) {
      toastError(error);
      return false;
    }
  };
  const use = async (one, counts) => {
    // Ticked at once: whatever is drawn before the answer would take the tick back.
    put({ ...one, counts });
    if (!(await change(one, { excluded: !counts }))) put(one);
  };
  const options = [{ value: "", label: "All files" }, ...files.filter((one) => one.utterances).map((one) => ({ value: one.id, label: one.filename }))];
  return html`<section class="card stack" aria-labelledby="utterances-title">
    <div class="row spread"><h2 id="utterances-title">Utterances</h2>
      ${options.length > 2 && html`<div class="utterance-filter"><${Select} label="Of" value=${file} options=${options} onChange=${setFile} /></div>`}</div>
    <p class="hint">A wrong transcript teaches a wrong pronunciation: read through them. What is not ticked is not trained on.</p>
    ${state.error && html`<${Failure} error=${state.error} onRetry=${() => read(state.rows ?? [])} />`}
    ${!state.rows && !state.error && html`<${Loading} />`}
    ${state.rows && html`<ul class="utterances">
      ${state.rows.map((one) => html`<li key=${one.id} class="utterance ${one.counts ? "" : "out"}">
        <${PlayButton} load=${() => api.blob(`${path}/${one.id}/audio`)} label="the utterance at ${clock(one.start)}" />
        <div class="utterance-body">
          <${Transcript} one=${one} onSave=${(changes) => change(one, changes)} />
          <p class="hint">${[!file && named.get(one.file), clock(one.start), `${(one.end - one.start).toFixed(1)} s`,
            `${Math.round(one.snr_db)} dB`, one.speaker !== null && `speaker ${one.speaker + 1}`].filter(Boolean).join(" · ")}
            ${one.transcript !== one.heard && html` <span class="badge">corrected</span>`}
            ${one.problem && html` <span class="badge warn">${PROBLEMS[one.problem] ?? one.problem}</span>`}</p>
        </div>
        <label class="utterance-use"><input type="checkbox" checked=${one.counts} aria-label="Train on: ${one.transcript}"
          onChange=${(event) => use(one, event.target.checked)} /><span aria-hidden="true">Use</span></label>
      </li>`)}
    </ul>`}
    ${state.more && html`<div class="row"><${Button} onClick=${() => read(state.rows)}>Show more<//></div>`}
  </section>`;
}
