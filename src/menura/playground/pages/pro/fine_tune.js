// One pro clone: its training as it goes, why it failed, or what came of it.
import { html, useEffect, useState } from "../../lib.js";
import { api } from "../../api.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Failure, Loading } from "../../components/empty.js";
import { Button } from "../../components/fields.js";
import { Icon } from "../../components/icons.js";
import { languageName, useLocales } from "../../components/languages.js";
import { Progress } from "../../components/progress.js";
import { toast, toastError } from "../../components/toasts.js";
import { moment, span } from "../../format.js";
import { follow } from "../../events.js";
import { go } from "../../router.js";
import { Learning } from "./learning.js";
import { Result } from "./result.js";
import { OPEN, StatusBadge, stageInWords } from "./status.js";

// The fine-tune as it is, and all that was told of its training; `again` follows it anew.
function useFineTune(id) {
  const [one, setOne] = useState(null);
  const [points, setPoints] = useState([]);
  const [error, setError] = useState(null);
  const [broken, setBroken] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setPoints([]);
    setError(null);
    let last = "";
    const onEvent = ({ type, data }) => {
      setBroken(false);
      if (type === "deleted") go("#/pro");
      else if (type !== "progress") setOne(data);
      else {
        const { status, stage, progress, eta_seconds } = data;
        setOne((before) => before && { ...before, status, stage, progress, eta_seconds });
        const begins = stage !== last;
        last = stage;
        const told = Object.keys(data.losses).length + Object.keys(data.scores).length;
        if (told) setPoints((before) => [...before, { ...data, begins }]);
      }
    };
    const run = async () => {
      setOne(await api.get(`/fine-tunes/${id}`, {}, { signal: stop.signal }));
      await follow(`/fine-tunes/${id}/events`, { onEvent, onBroken: () => setBroken(true), signal: stop.signal });
    };
    run().catch((problem) => problem.name !== "AbortError" && setError(problem));
    return () => stop.abort();
  }, [id, round]);
  return { one, points, error, broken, again: () => setRound((count) => count + 1) };
}

function Going({ one, broken, onCancel }) {
  return html`<section class="card stack" aria-label="Training">
    <${Progress} label=${stageInWords(one.stage)} value=${one.status === "created" && !one.progress ? null : one.progress} eta=${one.eta_seconds} />
    <p class="hint">${one.stage === "waiting" ? "One is trained at a time. " : ""}You may close this page; the training goes on, also after the server was restarted.</p>
    ${broken && html`<div class="note warning" role="status"><${Icon} name="warning" /><div>The server does not answer. This page asks again and again.</div></div>`}
    <div class="row"><${Button} icon="stop" onClick=${onCancel}>Cancel the training<//></div>
  </section>`;
}

function Failed({ one, busy, onRetry }) {
  const cancelled = one.error?.code === "cancelled";
  return html`<section class="card stack" aria-label="What happened">
    <div class="note ${cancelled ? "" : "error"}" role="alert"><${Icon} name=${cancelled ? "info" : "warning"} />
      <div><strong>${one.error?.sentence ?? "The training failed."}</strong> ${one.error?.remedy ?? ""}</div></div>
    <p class="hint">Nothing was charged. What was learned so far is kept for a week, and a retry goes on from there where that makes sense.</p>
    <div class="row"><${Button} kind="primary" icon="retry" busy=${busy} disabled=${busy} onClick=${onRetry}>Retry<//>
      ${one.dataset && html`<a class="button" href="#/pro/data/${one.dataset}">Look at the recordings</a>`}</div>
  </section>`;
}

export function FineTunePage({ id }) {
  const locales = useLocales();
  const { one, points, error, broken, again } = useFineTune(id);
  const [asking, setAsking] = useState("");
  const [busy, setBusy] = useState(false);
  if (error) {
    return html`<div class="stack"><h1>Pro clone</h1><${Failure} error=${error} onRetry=${again} /><p><a href="#/pro">All pro clones</a></p></div>`;
  }
  if (!one) return html`<h1 class="visually-hidden">Pro clone</h1><${Loading} />`;

  const act = (work) => async () => {
    setBusy(true);
    try {
      await work();
      setAsking("");
    } catch (problem) {
      toastError(problem);
    } finally {
      setBusy(false);
    }
  };
  const retry = act(async () => {
    await api.post(`/fine-tunes/${id}/retry`);
    again();
  });
  const cancel = act(() => api.post(`/fine-tunes/${id}/cancel`));
  const remove = act(async () => {
    await api.delete(`/fine-tunes/${id}`);
    toast({ title: `${one.name} was deleted.` });
    go("#/pro");
  });
  const facts = [
    ["Language", languageName(locales, one.language)],
    ["Base model", one.model_id],
    ["Speech learned from", one.speech_seconds && span(one.speech_seconds)],
    ["Began", moment(one.created_at)],
    ["Attempts", one.attempts > 1 && one.attempts],
  ].filter(([, value]) => value);
  return html`<div class="page-head"><div><h1>${one.name} <${StatusBadge} one=${one} /></h1>${one.description && html`<p>${one.description}</p>`}</div>
      <div class="row"><a class="button quiet" href="#/pro">All pro clones</a><${Button} icon="trash" onClick=${() => setAsking("delete")}>Delete<//></div></div>
    <div class="stack">
      ${OPEN.has(one.status) && html`<${Going} one=${one} broken=${broken} onCancel=${() => setAsking("cancel")} />`}
      ${one.status === "failed" && html`<${Failed} one=${one} busy=${busy} onRetry=${retry} />`}
      ${one.status === "completed" && html`<${Result} one=${one} />`}
      <dl class="figures">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <${Learning} points=${points} />
    </div>
    ${asking === "delete" && html`<${ConfirmDialog} title="Delete ${one.name}?" confirm="Delete" danger busy=${busy} onConfirm=${remove} onClose=${() => setAsking("")}>
      <p>Its tuned model and its voices are deleted for good. The recordings stay.</p><//>`}
    ${asking === "cancel" && html`<${ConfirmDialog} title="Cancel the training?" confirm="Cancel the training" danger busy=${busy} onConfirm=${cancel} onClose=${() => setAsking("")}>
      <p>What was learned so far is kept; a retry goes on from there.</p><//>`}`;
}
