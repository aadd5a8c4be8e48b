// A new pro clone in four steps.
import { html, useEffect, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Failure, Loading } from "../../components/empty.js";
import { Button, Field, Select, TextArea, Tick } from "../../components/fields.js";
import { MinutesGauge } from "../../components/gauge.js";
import { Icon } from "../../components/icons.js";
import { languageName, localeOptions, useLocales, useModels } from "../../components/languages.js";
import { useDraft, useResource } from "../../components/resource.js";
import { toastError } from "../../components/toasts.js";
import { recordedLocales } from "../../reading_scripts.js";
import { go } from "../../router.js";
import { modelOptions } from "../speak.js";
import { ChooseDataset } from "./choose_dataset.js";
import { DatasetPanel } from "./dataset.js";
import { DRAFT, EMPTY, STEPS } from "./draft.js";

const DATED = /\d{4}-\d{2}/;

function Steps({ at }) {
  const here = STEPS.findIndex((step) => step.id === at);
  return html`<nav class="steps" aria-label="Steps"><ol>
    ${STEPS.map((step, i) => html`<li key=${step.id} class=${i < here ? "past" : ""}>
      <a href="#/pro/new/${step.id}" aria-current=${i === here ? "step" : undefined}>
        <span class="step-number" aria-hidden="true">${i < here ? html`<${Icon} name="check" size=${16} />` : i + 1}</span>${step.label}</a>
    </li>`)}</ol></nav>`;
}

const PRACTICES = [
  ["One person only", "No second voice, no laughter from the side, no telephone. Others are found and left out, but they cost minutes."],
  ["30 minutes at least, two hours at best", "What counts is clear speech: pauses, noise and music do not. More than two hours hardly help."],
  ["As it shall sound", "The voice learns the delivery: calm recordings make a calm voice, lively ones a lively one. Do not mix the two."],
  ["One place, one microphone", "A quiet room with carpets or curtains, the same distance throughout. The clone sounds like the data."],
  ["Whole sentences, natural pauses", "Read a book or talk freely. Files may be long, up to four hours each, in any format."],
  ["With consent", "The person has agreed that a voice is made of the recordings, for what you will use it for."],
];

function Practices({ onNext }) {
  return html`<section class="card stack" aria-labelledby="practices">
    <h2 id="practices">What makes a good pro clone</h2>
    <ol class="practices">${PRACTICES.map(([title, text], i) => html`<li key=${title}>
      <span class="step-number" aria-hidden="true">${i + 1}</span><div><h3>${title}</h3><p class="hint">${text}</p></div></li>`)}</ol>
    <p class="hint">Training takes up to an hour on two processor cores. Meanwhile the server speaks and clones as usual, somewhat slower.</p>
    <div class="row"><${Button} kind="primary" onClick=${onNext}>Begin<//></div>
  </section>`;
}

function Details({ draft, change, onNext }) {
  const locales = useLocales();
  const models = useModels();
  const [error, setError] = useState("");
  const dated = (models ?? []).filter((name) => DATED.test(name));
  useEffect(() => {
    const all = recordedLocales(locales);
    const [wish = ""] = navigator.languages ?? [];
    const found = all.find((one) => one.locale === wish) ?? all.find((one) => one.language === wish.slice(0, 2)) ?? all[0];
    if (found && !draft.language) change({ language: found.locale });
    if (dated.length && !draft.model) change({ model: dated[0] });
  }, [locales, models]);
  const submit = (event) => {
    event.preventDefault();
    if (!draft.name.trim()) return setError("Give the clone a name.");
    return onNext();
  };
  if (!locales || !models) return html`<${Loading} />`;
  return html`<form class="card stack" onSubmit=${submit} aria-labelledby="details">
    <h2 id="details">Whose voice, in which language</h2>
    <${Field} label="Name" value=${draft.name} error=${error} maxlength="200" autocomplete="off" onInput=${(name) => { setError(""); change({ name }); }} />
    <${TextArea} label="Description" aside="optional" rows="2" maxlength="5000" value=${draft.description} onInput=${(description) => change({ description })} />
    <div class="columns even">
      <${Select} label="Language of the recordings" value=${draft.language} options=${localeOptions(recordedLocales(locales))} onChange=${(language) => change({ language })}
        hint="Fixed once training has begun." />
      <${Select} label="Base model" value=${draft.model} options=${modelOptions(dated, draft.model)} onChange=${(model) => change({ model })}
        hint="The voices speak with this dated model; with another one their tuned weights are not used." />
    </div>
    <div class="row"><${Button} kind="primary" type="submit">Continue<//></div>
  </form>`;
}

function Recordings({ draft, change, onNext }) {
  if (!draft.dataset) {
    return html`<${ChooseDataset} name=${draft.name} onChoose=${(dataset) => change({ dataset })} />`;
  }
  return html`<${DatasetPanel} key=${draft.dataset} id=${draft.dataset} language=${draft.language}
    onGone=${() => change({ dataset: "" })}
    actions=${html`<${Button} onClick=${() => change({ dataset: "" })}>Choose other recordings<//>
      <${Button} kind="primary" onClick=${onNext}>Continue<//>`} />`;
}

function Train({ draft, change, onBegun }) {
  const locales = useLocales();
  const consent = useResource(() => api.get("/fine-tunes/consent"));
  const report = useResource(() => (draft.dataset ? api.get(`/datasets/${draft.dataset}/report`) : Promise.resolve(null)), [draft.dataset]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [missing, setMissing] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    if (!draft.consent) return setMissing("Training needs the person's consent.");
    setBusy(true);
    setProblem(null);
    try {
      onBegun(await api.post("/fine-tunes", {
        name: draft.name.trim(), description: draft.description.trim(), language: draft.language,
        model_id: draft.model, dataset: draft.dataset, consent: true,
      }));
    } catch (error) {
      if (error.code) setProblem(error);
      else toastError(error);
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  if (!draft.name || !draft.dataset) {
    return html`<section class="card stack"><h2>Not everything is there yet</h2>
      <p>${draft.name ? "Choose the recordings first." : "Give the clone a name first."}</p>
      <div class="row"><a class="button primary" href="#/pro/new/${draft.name ? "recordings" : "details"}">Go there</a></div></section>`;
  }
  return html`<form class="card stack" onSubmit=${submit} aria-labelledby="train">
    <h2 id="train">Begin the training</h2>
    <dl class="figures"><div><dt>Name</dt><dd>${draft.name}</dd></div><div><dt>Language</dt><dd>${languageName(locales, draft.language)}</dd></div>
      <div><dt>Base model</dt><dd>${draft.model}</dd></div>${report.value && html`<div><dt>Files</dt><dd>${report.value.files.length}</dd></div>`}</dl>
    ${report.value && html`<${MinutesGauge} label="Speech that counts" value=${report.value.minutes_that_count} needed=${report.value.minutes_needed} ideal=${report.value.minutes_ideal} />`}
    ${report.value && !report.value.ready && html`<div class="note"><${Icon} name="info" /><div>Some recordings are still being prepared. Training waits for them.</div></div>`}
    <p>It costs 1,000,000 credits, booked only when it succeeds. One that fails can be tried again.</p>
    ${consent.error && html`<${Failure} error=${consent.error} onRetry=${consent.reload} />`}
    ${consent.value && html`<${Tick} checked=${draft.consent} error=${missing} onChange=${(value) => { setMissing(""); change({ consent: value }); }}>${consent.value.statement}<//>`}
    ${problem && html`<${Failure} error=${problem} />`}
    <div class="row"><${Button} kind="primary big" type="submit" icon="pro" busy=${busy} disabled=${busy || !consent.value}>Train<//></div>
  </form>`;
}

export function Workflow({ step = STEPS[0].id }) {
  const [draft, setDraft] = useDraft(DRAFT, EMPTY);
  const change = (more) => setDraft((before) => ({ ...before, begun: true, ...more }));
  const next = (id) => () => {
    change({});
    go(`#/pro/new/${id}`);
  };
  const begun = (made) => {
    setDraft(EMPTY);
    go(`#/pro/${made.id}`);
  };
  return html`<div class="page-head"><div><h1>New pro clone</h1></div><a class="button quiet" href="#/pro">All pro clones</a></div>
    <${Steps} at=${step} />
    ${step === "practices" && html`<${Practices} onNext=${next("details")} />`}
    ${step === "details" && html`<${Details} draft=${draft} change=${change} onNext=${next("recordings")} />`}
    ${step === "recordings" && html`<${Recordings} draft=${draft} change=${change} onNext=${next("train")} />`}
    ${step === "train" && html`<${Train} draft=${draft} change=${change} onBegun=${begun} />`}`;
}
