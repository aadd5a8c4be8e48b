// A completed pro clone: its voices beside their recordings, before and after, and how to use it.
import { html, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Failure, Loading } from "../../components/empty.js";
import { Button } from "../../components/fields.js";
import { Icon } from "../../components/icons.js";
import { PlayButton } from "../../components/player.js";
import { useResource } from "../../components/resource.js";
import { toast, toastError } from "../../components/toasts.js";
import { download, fileName } from "../../format.js";
import { say } from "../../sound/speech.js";
import { deliveryGains, nameInWords, scoreInWords } from "./measures.js";

const FREE_SENTENCE = {
  en: "This is how I sound when nobody has written down my words before.",
  es: "Así sueno cuando nadie ha escrito antes mis palabras.",
  fr: "Voilà comment je parle quand personne n'a écrit mes mots avant.",
  hi: "जब मेरे शब्द पहले किसी ने नहीं लिखे हों, तब मैं ऐसी लगती हूँ।",
  it: "Ecco come suono quando nessuno ha scritto prima le mie parole.",
  ja: "これは、誰もまだ書いたことのない言葉を話すときの私の声です。",
  pt: "É assim que eu soo quando ninguém escreveu as minhas palavras antes.",
  zh: "当没有人事先写下我的话时，我的声音就是这样的。",
};

function clipPath(one, clip) {
  return `/fine-tunes/${one.id}/clips/${clip.number}/audio`;
}

function VoiceCard({ voice, clip, one }) {
  const text = clip?.transcript || (FREE_SENTENCE[one.language.slice(0, 2)] ?? FREE_SENTENCE.en);
  const spoken = () => say({ voice: voice.id, text, language: one.locale ?? one.language, model: one.model_id });
  return html`<li class="card stack pro-voice">
    <div><h2>${voice.name}</h2>${voice.description && html`<p class="hint">${voice.description}</p>`}${clip?.why && clip.why !== voice.description && html`<p class="hint">${clip.why}</p>`}</div>
    <blockquote class="said">${text}</blockquote>
    <div class="pair">
      ${clip?.audio_url && html`<div class="row"><${PlayButton} load=${() => api.blob(clipPath(one, clip))} label="the recording of ${voice.name}" /><span>Recording</span></div>`}
      <div class="row"><${PlayButton} load=${spoken} label="the voice ${voice.name}" /><span>Pro voice</span></div>
    </div>
    <div class="row"><a class="button" href="#/speak?voice=${voice.id}&model=${one.model_id}">Speak with it<span class="visually-hidden"> ${voice.name}</span></a></div>
  </li>`;
}

const SOUNDS = [
  ["recording", "Recording"],
  ["instant", "Instant clone"],
  ["tuned", "Pro clone"],
];

function Sample({ sample, one }) {
  const scores = (name) => {
    const given = sample[`${name}_scores`]?.likeness;
    return given === undefined ? null : html`<span class="hint">${nameInWords("likeness")} ${given.toFixed(2)}</span>`;
  };
  return html`<li class="stack pro-sample">
    <blockquote class="said">${sample.transcript}</blockquote>
    <div class="pair">${SOUNDS.filter(([name]) => sample[`${name}_url`]).map(([name, words]) => html`<div class="row" key=${name}>
      <${PlayButton} load=${() => api.blob(`/fine-tunes/${one.id}/samples/${sample.number}/${name}`)} label="sentence ${sample.number}: ${words.toLowerCase()}" />
      <span>${words}</span> ${scores(name)}</div>`)}</div>
  </li>`;
}

function Samples({ samples, one }) {
  if (!samples.length) return null;
  return html`<section class="card stack" aria-labelledby="hear-it">
    <h2 id="hear-it">Hear the difference</h2>
    <p class="hint">Sentences that were kept out of the training: by the person, by an instant clone of one clip, and by the pro clone.</p>
    <ul class="stack">${samples.map((sample) => html`<${Sample} key=${sample.number} sample=${sample} one=${one} />`)}</ul>
  </section>`;
}

// Pairs of figures that are there for the instant clone and for the tuned model.
function pairs(figures) {
  return Object.keys(figures)
    .filter((name) => name.startsWith("tuned_") && `instant_${name.slice(6)}` in figures)
    .map((name) => [name.slice(6), figures[`instant_${name.slice(6)}`], figures[name]])
    .filter(([, before, after]) => typeof before === "number" && typeof after === "number");
}

function BeforeAfter({ figures }) {
  const rows = pairs(figures);
  const gains = deliveryGains(figures);
  if (!rows.length) return null;
  return html`<section class="card stack" aria-labelledby="before-after">
    <h2 id="before-after">Before and after</h2>
    <div class="scroll"><table class="table"><caption class="hint">Measured on sentences that were kept out of the training.</caption>
      <thead><tr><th scope="col">Measure</th><th scope="col" class="number">Instant clone</th><th scope="col" class="number">Pro clone</th></tr></thead>
      <tbody>${rows.map(([name, before, after]) => html`<tr key=${name}><td>${scoreInWords(name).title} <span class="hint">${scoreInWords(name).hint}</span></td>
        <td class="number">${before.toFixed(2)}</td><td class="number"><strong>${after.toFixed(2)}</strong></td></tr>`)}</tbody>
    </table></div>
    ${gains.length > 0 && html`<p class="hint">Its way of speaking came nearer to the recordings: ${gains.join(", ")} nearer.</p>`}
  </section>`;
}

function HowToUse({ one }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(one.model_id);
      setCopied(true);
    } catch {
      toast({ title: "The browser does not let this page copy.", text: `The model id is ${one.model_id}.` });
    }
  };
  return html`<section class="card stack" aria-labelledby="use">
    <h2 id="use">How to use it</h2>
    <p>Speak with one of its voices and the model id</p>
    <div class="row model-id"><code>${one.model_id}</code><${Button} icon="copy" onClick=${copy}>${copied ? "Copied" : "Copy"}<//></div>
    <div class="note"><${Icon} name="info" /><div>The tuned weights belong to this base model. With another model id its voices speak by the base model's own weights, less like the person.
      A new base model does not take them over: train again on the same recordings.</div></div>
  </section>`;
}

export function Result({ one }) {
  const voices = useResource(() => api.all(`/fine-tunes/${one.id}/voices`), [one.id]);
  const report = useResource(() => api.get(`/fine-tunes/${one.id}/report`), [one.id]);
  const [busy, setBusy] = useState(false);
  const error = voices.error ?? report.error;
  if (error) return html`<${Failure} error=${error} onRetry=${() => { voices.reload(); report.reload(); }} />`;
  if (!voices.value || !report.value) return html`<${Loading} />`;
  const clips = new Map(report.value.clips.map((clip) => [clip.voice, clip]));
  const save = async () => {
    setBusy(true);
    try {
      download(await api.blob(`/fine-tunes/${one.id}/export`), fileName(one.name, "fine-tune.safetensors"));
    } catch (problem) {
      toastError(problem);
    } finally {
      setBusy(false);
    }
  };
  return html`<div class="stack">
    <div class="note good"><${Icon} name="check" /><div>The training is over: ${voices.value.length} voices are in your library.</div></div>
    <ul class="pro-voices">${voices.value.map((voice) => html`<${VoiceCard} key=${voice.id} voice=${voice} clip=${clips.get(voice.id)} one=${one} />`)}</ul>
    <${Samples} samples=${report.value.samples} one=${one} />
    <div class="columns even"><${BeforeAfter} figures=${report.value.figures} /><${HowToUse} one=${one} /></div>
    <div class="row"><${Button} icon="download" busy=${busy} disabled=${busy} onClick=${save}>Take the model home as a file<//></div>
  </div>`;
}
