// Text to speech: type, choose, listen while it is being spoken.
import { html, signal, useEffect, useMemo, useRef, useState } from "../lib.js";
import { voices, useVoices, VoicePicker, voicesError, readVoices } from "../components/voices.js";
import { Failure } from "../components/empty.js";
import { Button, Select, Slider, TextArea } from "../components/fields.js";
import { languageOptions, useLocales, useModels } from "../components/languages.js";
import { useDraft } from "../components/resource.js";
import { toastError } from "../components/toasts.js";
import { key } from "../session.js";
import { Take, warmUp } from "../sound/take.js";
import { Code } from "./speak/code.js";
import { emotionOptions } from "./speak/emotions.js";
import { History, keepTake } from "./speak/history.js";
import { TakeView } from "./speak/take_view.js";

// Outlives the page: speech goes on while someone looks at another one.
const current = signal(null);
key.subscribe(() => {
  current.value?.playback.close();
  current.value = null;
});

const DRAFT = { text: "", voice: "", language: "", model: "", speed: 1, volume: 1, emotion: "" };

const MODELS_OF_OTHERS = /^(sonic|tts-1|gpt-)/;
const RECOGNISERS = /(whisper|transcribe|^ink-)/;

export function modelOptions(names, chosen) {
  const speaking = (names ?? []).filter((name) => !RECOGNISERS.test(name));
  if (chosen && !speaking.includes(chosen)) speaking.unshift(chosen);
  const option = (name) => ({ value: name, label: name });
  return [
    { label: "Of this server", options: speaking.filter((name) => !MODELS_OF_OTHERS.test(name)).map(option) },
    { label: "Names that other clients send", options: speaking.filter((name) => MODELS_OF_OTHERS.test(name)).map(option) },
  ].filter((group) => group.options.length);
}

export function Speak({ query }) {
  const all = useVoices();
  const locales = useLocales();
  const models = useModels();
  const [draft, setDraft] = useDraft("speak", DRAFT);
  const [problem, setProblem] = useState("");
  const [pressed, setPressed] = useState(false); // Before there was a voice to speak with.
  const [showCode, setShowCode] = useState(false);
  const box = useRef(null);
  const set = (name) => (value) => setDraft((before) => ({ ...before, [name]: value }));

  useEffect(warmUp, []);
  useEffect(() => {
    // Links of other pages choose a voice, and with it perhaps a model.
    const [voice, model] = [query.get("voice"), query.get("model")];
    if (voice) setDraft((before) => ({ ...before, voice, language: "", model: model ?? "" }));
  }, [query]);

  const voice = useMemo(() => all?.find((one) => one.id === draft.voice) ?? all?.[0] ?? null, [all, draft.voice]);
  // The dated name is the one that wakes the trained weights of a pro clone.
  const usual = voice?.fine_tune_id ? voice.model_snapshot : models?.[0];
  const model = draft.model || usual || "";
  const request = { ...draft, voice: voice && { id: voice.id, name: voice.name }, model };
  const take = current.value;
  const busy = take?.busy;

  const speak = () => {
    if (!draft.text.trim()) {
      setProblem("Type what you would like to hear.");
      box.current.querySelector("textarea").focus();
      return;
    }
    setProblem("");
    if (voicesError.value && !voice) {
      toastError(voicesError.value);
      return;
    }
    setPressed(!voice || !model);
    if (!voice || !model) return;
    current.value?.playback.close();
    const made = new Take({ ...request, text: draft.text.trim() });
    made.onOver = (over) => over.state.value === "done" && over.playback.count && keepTake(over).catch(toastError);
    current.value = made;
    // Begins to sound as soon as there is something to hear.
    made.playback.play(0).catch(toastError);
    made.start().catch((error) => made.fail(error));
  };
  useEffect(() => {
    if (pressed && voicesError.value) setPressed(false);
    else if (pressed && voice && model) speak();
  }, [pressed, voice, model, voicesError.value]);
  const keys = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!busy) speak();
    } else if (event.key === "Escape" && busy) {
      event.preventDefault();
      take.stop();
    }
  };

  return html`<div onKeyDown=${keys}>
    <div class="page-head"><h1>Speak</h1></div>
    <div class="columns speak">
      <div class="stack">
        <section class="card composer" aria-label="What to say" ref=${box}>
          ${voicesError.value && !voices.value && html`<${Failure} error=${voicesError.value} onRetry=${readVoices} />`}
          <${VoicePicker} voice=${voice} onChoose=${(found) => setDraft((before) => ({ ...before, voice: found.id, model: "" }))} />
          <${TextArea} label="Text" rows=${6} value=${draft.text} error=${problem} maxlength="100000"
            placeholder="Type or paste anything: a sentence, a page, a story." onInput=${set("text")}
            aside=${draft.text.length ? `${draft.text.length.toLocaleString()} characters` : ""} />
          <div class="row spread">
            <div class="row">
              ${busy
                ? html`<${Button} kind="big" icon="stop" onClick=${() => take.stop()}>Stop<//>`
                : html`<${Button} kind="primary big" icon="speak" busy=${pressed} onClick=${speak}>Speak<//>`}
              <span class="hint keys-hint">${busy ? html`<kbd>Esc</kbd>` : html`<kbd>Ctrl</kbd> <kbd>Enter</kbd>`}</span>
            </div>
            <${Button} kind="quiet" icon="copy" onClick=${() => setShowCode(true)} disabled=${!voice}>As code<//>
          </div>
        </section>
        ${take && html`<${TakeView} key=${take.id} take=${take} />`}
        <${History} onOpen=${(kept) => { current.value?.stop(); current.value?.playback.close(); current.value = kept; }}
          onReuse=${({ request: old }) => setDraft({ ...DRAFT, ...old, voice: old.voice.id })} shown=${take?.id} />
      </div>
      <aside class="card stack" aria-label="Settings">
        <${Select} label="Language" value=${draft.language} onChange=${set("language")}
          options=${[{ value: "", label: "As the text is" }, ...languageOptions(locales)]} />
        <${Select} label="Emotion" value=${draft.emotion} onChange=${set("emotion")} options=${emotionOptions} />
        <${Slider} label="Speed" value=${draft.speed} min=${0.6} max=${1.5} onInput=${set("speed")} show=${(value) => `× ${value.toFixed(2)}`} />
        <${Slider} label="Volume" value=${draft.volume} min=${0.5} max=${2} onInput=${set("volume")} show=${(value) => `× ${value.toFixed(2)}`} />
        <${Select} label="Model" value=${model} onChange=${set("model")} options=${modelOptions(models, model)} />
      </aside>
    </div>
    ${showCode && html`<${Code} request=${request} onClose=${() => setShowCode(false)} />`}
  </div>`;
}
