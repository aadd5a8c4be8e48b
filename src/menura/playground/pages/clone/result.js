// A voice that was cloned: how it gets better, source and clone side by side, and a sentence to say.
import { html, useEffect, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Failure, Loading } from "../../components/empty.js";
import { ExportVoice } from "../../components/export_voice.js";
import { Button, TextArea } from "../../components/fields.js";
import { Findings } from "../../components/findings.js";
import { Icon } from "../../components/icons.js";
import { Likeness, cosine } from "../../components/likeness.js";
import { Player } from "../../components/player.js";
import { Progress } from "../../components/progress.js";
import { useDraft, useResource } from "../../components/resource.js";
import { toastError } from "../../components/toasts.js";
import { GOING_ON } from "../../components/voices.js";
import { go } from "../../router.js";
import { sourceOf } from "../../sound/recordings.js";
import { say } from "../../sound/speech.js";
import { LocalizeDialog } from "../voices/localize.js";
import { cloneVoice, otherMode } from "./making.js";

const POLL_MS = 1500;
const MOST_WORDS = 240; // Characters of the clip's words that are said again.

const SAMPLES = {
  en: "Would you like to hear the story again, or shall we go on to the next one?",
  es: "¿Quieres escuchar la historia otra vez o pasamos a la siguiente?",
  fr: "Voulez-vous entendre l'histoire encore une fois, ou passer à la suivante ?",
  hi: "क्या आप कहानी फिर से सुनना चाहेंगे, या हम अगली कहानी शुरू करें?",
  it: "Vuoi ascoltare di nuovo la storia, oppure passiamo alla prossima?",
  ja: "もう一度お話を聞きますか、それとも次に進みましょうか。",
  pt: "Você quer ouvir a história de novo, ou vamos para a próxima?",
  zh: "你想再听一遍这个故事，还是继续听下一个？",
};

// The voice, read again and again while it gets better.
function useVoice(voiceId) {
  const voice = useResource((signal) => api.get(`/voices/${voiceId}`, {}, { signal }), [voiceId]);
  const going = GOING_ON.has(voice.value?.refinement?.state);
  useEffect(() => {
    if (!going) return undefined;
    const wait = setTimeout(voice.reload, POLL_MS);
    return () => clearTimeout(wait);
  }, [going, voice.value, voice.error]);
  return { ...voice, going };
}

function words(source, voice) {
  const said = source?.transcript?.trim() ?? "";
  if (said && said.length <= MOST_WORDS) return said;
  const cut = said.slice(0, MOST_WORDS);
  const end = Math.max(...[". ", "? ", "! ", "。"].map((sign) => cut.lastIndexOf(sign)));
  return end > 20 ? cut.slice(0, end + 1) : SAMPLES[voice.language] ?? SAMPLES.en;
}

function Refinement({ voice }) {
  const one = voice.refinement;
  if (!one || one.state === "off") return null;
  const texts = {
    waiting: "In line: other work goes first. The voice can be used already.",
    interrupted: "The server was stopped; it goes on when it starts again. The voice can be used already.",
    running: "Getting better. The voice can be used already.",
  };
  if (one.state in texts) {
    return html`<div class="stack tight"><${Progress} label="Refining the voice" value=${one.progress} eta=${one.eta_seconds} />
      <p class="hint">${texts[one.state]}</p></div>`;
  }
  if (one.state === "done") return html`<div class="note good"><${Icon} name="check" /><div>The voice is at its full quality.</div></div>`;
  return html`<div class="note warning" role="status"><${Icon} name="warning" /><div><strong>${one.error?.sentence ?? "The refinement ended early."}</strong> ${one.error?.remedy ?? "The voice stays as good as it was."}</div></div>`;
}

// What a voice says, and how like its source it is; both made anew when the voice got better.
function VoiceCard({ title, voiceId, voice, going, text, source }) {
  const [sound, setSound] = useState(null);
  const [error, setError] = useState(null);
  const [likeness, setLikeness] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const measure = async () => {
      setError(null);
      setSound(await say({ voice: voiceId, text, language: voice.locales?.[0]?.locale ?? voice.language, signal }));
      if (!source) return;
      const form = new FormData();
      form.append("clip", source.blob, "clip");
      const [heard, shown] = await Promise.all([
        api.post("/voices/clone/clip", form, { signal }),
        api.get(`/voices/${voiceId}`, { "expand[]": "embedding" }, { signal }),
      ]);
      if (shown.embedding) setLikeness(cosine(heard.embedding, shown.embedding));
    };
    measure().catch((problem) => problem.name !== "AbortError" && setError(problem));
    return () => stop.abort();
  }, [voiceId, text, going, source]);
  return html`<section class="card stack" aria-label=${title}>
    <div class="row spread"><h2>${title}</h2>${going && html`<span class="badge accent">still getting better</span>`}</div>
    ${error && html`<${Failure} error=${error} />`}
    ${sound ? html`<${Player} blob=${sound} label="the clone" height=${64} />` : !error && html`<${Loading} label="The clone speaks" />`}
    <p class="hint">Says: <q>${text}</q></p>
    ${source && !error && html`<${Likeness} value=${likeness} />`}
  </section>`;
}

function SayBox({ voice }) {
  const [text, setText] = useDraft(`say.${voice.id}`, SAMPLES[voice.language] ?? SAMPLES.en);
  const [sound, setSound] = useState(null);
  const [busy, setBusy] = useState(false);
  const speak = async (event) => {
    event.preventDefault();
    if (!text.trim()) return;
    setBusy(true);
    try {
      setSound(await say({ voice: voice.id, text, language: voice.locales?.[0]?.locale ?? voice.language }));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<section class="card stack" aria-label="Try it">
    <form class="stack" onSubmit=${speak}>
      <${TextArea} label="Write something for it to say" rows="2" value=${text} lang=${voice.language} onInput=${setText} />
      <div class="row"><${Button} kind="primary" type="submit" icon="speak" busy=${busy} disabled=${busy || !text.trim()}>Speak<//>
        <a class="button" href="#/speak?voice=${voice.id}">Open on the Speak page</a></div>
    </form>
    ${sound && html`<${Player} blob=${sound} label="what was said" height=${64} />`}
  </section>`;
}

export function CloneResult({ voiceId, besideId }) {
  const { value: voice, error, reload, going } = useVoice(voiceId);
  const source = useResource(() => sourceOf(voiceId), [voiceId]);
  const beside = useResource(async () => besideId && {
    voice: await api.get(`/voices/${besideId}`),
    source: await sourceOf(besideId),
  }, [besideId]);
  const [making, setMaking] = useState(false);
  const [localizing, setLocalizing] = useState(false);

  if (error && !voice) {
    return html`<div class="stack"><h1>Clone</h1><${Failure} error=${error} onRetry=${reload} /><p><a href="#/clone">Clone another voice</a></p></div>`;
  }
  if (!voice || source.loading) return html`<h1 class="visually-hidden">Clone</h1><${Loading} />`;
  const kept = source.value;
  const other = kept && otherMode(kept.mode);
  const text = words(kept, voice);

  const tryOther = async () => {
    setMaking(true);
    try {
      const name = `${kept.name.replace(/ \((similarity|stability)\)$/, "")} (${other})`;
      const made = await cloneVoice({ ...kept, name, mode: other, enhance: other === "stability" });
      go(`#/clone/${made.id}?beside=${voiceId}`);
    } catch (problem) {
      toastError(problem);
    } finally {
      setMaking(false);
    }
  };

  return html`<div class="page-head"><div><h1>${voice.name}</h1>
      <p>${kept ? `Cloned for ${kept.mode}${kept.enhance ? ", cleaned" : ""}. ` : ""}It is in your voices.</p></div>
      <div class="row"><a class="button" href="#/voices">All voices</a><a class="button" href="#/clone">Clone another</a></div></div>
    <div class="stack">
      <${Refinement} voice=${voice} />
      <div class="columns even">
        ${kept && html`<section class="card stack" aria-label="The recording">
          <h2>The recording</h2>
          <${Player} blob=${kept.blob} label="the recording" height=${64} />
          ${kept.transcript && html`<p class="hint">Says: <q>${kept.transcript}</q></p>`}
          <p class="hint">Likeness is measured by the encoder that also led the clone; trust your ears first.</p>
        </section>`}
        <${VoiceCard} title=${kept ? `Clone for ${kept.mode}` : "The clone"} voiceId=${voiceId} voice=${voice} going=${going} text=${text} source=${kept} />
        ${beside.value && html`<${VoiceCard} title=${beside.value.source ? `Clone for ${beside.value.source.mode}` : beside.value.voice.name}
          voiceId=${besideId} voice=${beside.value.voice} going=${false} text=${text} source=${beside.value.source} />`}
      </div>
      ${kept && !besideId && html`<div class="card row spread">
        <p><strong>Not quite right?</strong> <span class="hint">${other === "stability"
          ? "Stability sounds like a studio, whatever the recording was like."
          : "Similarity keeps more of the recording."}</span></p>
        <${Button} icon="retry" busy=${making} disabled=${making} onClick=${tryOther}>${making ? "Making it …" : `Try the other mode: ${other}`}<//>
      </div>`}
      <${SayBox} voice=${voice} />
      <section class="card row spread" aria-label="What next">
        <p><strong>It is yours.</strong> <span class="hint">Let it speak another language, or take it with you as one small file.</span></p>
        <div class="row"><${Button} icon="globe" onClick=${() => setLocalizing(true)}>Another language<//>
          <${ExportVoice} voice=${voice}>Save as a file<//></div>
      </section>
      ${kept?.advice?.length > 0 && html`<details class="help"><summary>What a better recording would have</summary><${Findings} advice=${kept.advice} /></details>`}
    </div>
    ${localizing && html`<${LocalizeDialog} voice=${voice} onClose=${() => setLocalizing(false)} />`}`;
}
