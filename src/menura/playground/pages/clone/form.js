// A clip, how it is to be cloned, what to do better, and a name: then the clone.
import { html, useEffect, useMemo, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Drop } from "../../components/drop.js";
import { Loading } from "../../components/empty.js";
import { Button, Choice, Field, Select, TextArea, Tick } from "../../components/fields.js";
import { Findings } from "../../components/findings.js";
import { localeOptions, useLocales } from "../../components/languages.js";
import { Progress } from "../../components/progress.js";
import { useDraft } from "../../components/resource.js";
import { toast, toastError } from "../../components/toasts.js";
import { SCRIPTS, recordedLocales } from "../../reading_scripts.js";
import { go } from "../../router.js";
import { forgetClip, keepFile, loadClip } from "../../sound/recordings.js";
import { ClipPanel, clipBlob } from "./clip.js";
import { CompareClean } from "./compare.js";
import { CONSENT, cloneVoice } from "./making.js";
import { LENGTHS, RecordPanel, lengthInWords } from "./record.js";

const EMPTY = {
  locale: "", energy: "neutral", way: "record", mode: "similarity", enhance: false, span: null,
  name: "", description: "", consent: false, cloning: false,
};
const CHECK_AFTER_MS = 400;
const SETTLED_MS = 150;
const NOISY_DB = 20;
const FIRST_GUESS_SECONDS = 25;
const USUAL = "menura.clone-seconds";

const MODES = [
  { value: "similarity", label: "Similarity", hint: `Most like the recording, with its room and its noise. ${LENGTHS.similarity.words} of speech.` },
  { value: "stability", label: "Stability", hint: `Always like a studio, a little less like you. ${LENGTHS.stability.words} of speech.` },
];

function firstLocale() {
  const wished = navigator.languages ?? [];
  const all = Object.keys(SCRIPTS);
  for (const one of wished) {
    const found = all.find((locale) => locale === one) ?? all.find((locale) => locale.slice(0, 2) === one.slice(0, 2));
    if (found) return found;
  }
  return "en-US";
}

// A value once it has not changed for a moment: what is being dragged need not be cut out at every
// step.
function useSettled(value) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const wait = setTimeout(() => setSettled(value), SETTLED_MS);
    return () => clearTimeout(wait);
  }, [value]);
  return settled;
}

// What the server finds in the clip, asked a moment after the last change.
function useCheck(blob, { mode, enhance, locale }) {
  const [state, setState] = useState({ found: null, error: null, busy: false });
  useEffect(() => {
    if (!blob) return setState({ found: null, error: null, busy: false });
    const stop = new AbortController();
    setState((before) => ({ ...before, busy: true }));
    const wait = setTimeout(async () => {
      const form = new FormData();
      form.append("clip", blob, "clip");
      form.append("mode", mode);
      form.append("enhance", String(enhance));
      form.append("language", locale);
      try {
        const found = await api.post("/voices/check", form, { signal: stop.signal });
        setState({ found, error: null, busy: false });
      } catch (error) {
        if (error.name !== "AbortError") setState({ found: null, error, busy: false });
      }
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(wait);
      stop.abort();
    };
  }, [blob, mode, enhance, locale]);
  return state;
}

function Step({ number, title, aside, children }) {
  return html`<section class="card stack step" aria-labelledby="step-${number}">
    <div class="row spread"><h2 id="step-${number}"><span class="step-number" aria-hidden="true">${number}</span>${title}</h2>${aside}</div>
    ${children}
  </section>`;
}

function Advice({ check, mode }) {
  if (check.error) {
    return html`<div role="alert"><${Findings} advice=${[{ code: check.error.code, severity: "warning", sentence: check.error.message, remedy: check.error.remedy }]} /></div>`;
  }
  if (!check.found) return html`<${Loading} label="Listening to the clip" />`;
  const { report, transcript, advice } = check.found;
  const figures = [
    ["Speech", report.speech_seconds !== undefined && `${Number(report.speech_seconds).toFixed(1)} s`],
    ["Over the background", report.snr_db !== undefined && `${Math.round(report.snr_db)} dB`],
    ["Pitch", report.f0_median > 0 && `${Math.round(report.f0_median)} Hz`],
    ["Pace", report.syllable_rate > 0 && `${Number(report.syllable_rate).toFixed(1)} syllables/s`],
  ].filter(([, value]) => value);
  return html`<div class="stack" aria-busy=${check.busy ? "true" : undefined}>
    <${Findings} advice=${advice} good="A good clip: nothing needs to be better." />
    <dl class="figures">${figures.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${report.speech_seconds !== undefined && html`<p class="hint">${Number(report.speech_seconds).toFixed(1)} s of speech: ${lengthInWords(report.speech_seconds, mode)}.</p>`}
    ${transcript && html`<p><span class="hint">Heard:</span> <q>${transcript}</q></p>`}
  </div>`;
}

export function CloneForm() {
  const locales = useLocales();
  const [draft, setDraft] = useDraft("clone", { ...EMPTY, locale: firstLocale() });
  const [clip, setClip] = useState(undefined);
  const [restored, setRestored] = useState(false);
  const [errors, setErrors] = useState({});
  const [sending, setSending] = useState(null);
  const change = (more) => setDraft((before) => ({ ...before, ...more }));

  useEffect(() => {
    loadClip().then((found) => {
      setClip(found);
      setRestored(Boolean(found));
    }, (error) => {
      setClip(null);
      toastError(error);
    });
  }, []);
  const take = (found) => {
    change({ span: null });
    setRestored(false);
    setClip(found);
    if (found && !found.kept) toast({ title: "The browser has no room to keep this clip.", text: "Do not reload the page before it is cloned." });
  };
  const span = useSettled(draft.span);
  const blob = useMemo(() => (clip ? clipBlob(clip, span) : null), [clip, span]);
  const check = useCheck(blob, draft);
  const noisy = check.found && check.found.report.snr_db < NOISY_DB;

  const clone = async ({ again = false } = {}) => {
    change({ cloning: true });
    const began = Date.now();
    setSending({ began, sent: 0 });
    try {
      const voice = await cloneVoice(
        { ...draft, blob: clipBlob(clip, draft.span), consent: CONSENT },
        ({ sent, total }) => setSending((before) => ({ ...before, sent: sent / total })),
      );
      if (!again) localStorage.setItem(USUAL, (Date.now() - began) / 1000);
      change({ ...EMPTY, locale: draft.locale, energy: draft.energy });
      await forgetClip().catch(() => {});
      const show = () => go(`#/clone/${voice.id}`);
      if (location.hash.startsWith("#/clone")) show();
      else toast({ title: `${voice.name} is cloned.`, action: { label: "Show", run: show }, forMs: 10_000 });
    } catch (error) {
      change({ cloning: false });
      setSending(null);
      toastError(error);
    }
  };
  // A reload in the middle: the same request finds the clone that it began.
  useEffect(() => {
    if (draft.cloning && blob && !sending) clone({ again: true });
  }, [draft.cloning, blob]);

  const submit = (event) => {
    event.preventDefault();
    const found = {
      name: draft.name.trim() ? "" : "Give the voice a name.",
      consent: draft.consent ? "" : "A voice is made only with the person's consent.",
    };
    setErrors(found);
    if (!found.name && !found.consent) clone();
  };

  return html`<div class="page-head"><div><h1>Clone a voice</h1>
      <p>A few seconds of speech become a voice that says whatever you write. It stays on this computer.</p></div></div>
    <div class="stack">
      <${Step} number="1" title="A recording" aside=${html`<div class="step-language"><${Select} label="Language of the recording" value=${draft.locale}
          options=${locales ? localeOptions(recordedLocales(locales)) : [{ value: draft.locale, label: draft.locale }]} onChange=${(locale) => change({ locale })} /></div>`}>
        ${clip === undefined && html`<${Loading} />`}
        ${clip === null && html`<div class="ways">
          <${RecordPanel} locale=${draft.locale} energy=${draft.energy} mode=${draft.mode} onEnergy=${(energy) => change({ energy })} onClip=${take} />
          <${Drop} title="Or drop a recording here" button="Choose a file" accept="audio/*,video/*"
            hint="Any audio or video file of one person who speaks." onFiles=${([file]) => keepFile(file).then(take, toastError)} />
        </div>`}
        ${clip && html`<${ClipPanel} clip=${clip} span=${draft.span} restored=${restored} checked=${check.found}
          onSpan=${(span) => change({ span })}
          onReplace=${() => forgetClip().then(() => take(null), toastError)} />`}
      <//>
      ${clip && html`<${Step} number="2" title="How it is cloned">
        <${Choice} label="Mode" value=${draft.mode} options=${MODES}
          onChange=${(mode) => change({ mode, enhance: mode === "stability" })} />
        <${Choice} label="Clean-up" value=${draft.enhance ? "on" : "off"} onChange=${(value) => change({ enhance: value === "on" })} options=${[
          { value: "off", label: "As recorded", hint: `Keeps the most of the voice.${draft.mode === "similarity" && !noisy ? " Recommended here." : ""}` },
          { value: "on", label: "Take noise out", hint: `Quieter background, even loudness, a little less likeness.${draft.mode === "stability" || noisy ? " Recommended here." : ""}` },
        ]} />
        <${CompareClean} blob=${blob} mode=${draft.mode} />
      <//>
      <${Step} number="3" title="What could be better"><${Advice} check=${check} mode=${draft.mode} /><//>
      <${Step} number="4" title="Name it">
        <form class="stack" onSubmit=${submit}>
          <${Field} label="Name" value=${draft.name} error=${errors.name} maxlength="200" autocomplete="off" onInput=${(name) => change({ name })} />
          <${TextArea} label="Description" aside="optional" rows="2" value=${draft.description} maxlength="5000" onInput=${(description) => change({ description })} />
          <${Tick} checked=${draft.consent} error=${errors.consent} onChange=${(consent) => change({ consent })}>${CONSENT}<//>
          <div class="row"><${Button} kind="primary big" type="submit" icon="clone" disabled=${Boolean(sending) || Boolean(check.error)} busy=${Boolean(sending)}>Clone<//></div>
          ${sending && html`<${Sending} sending=${sending} />`}
        </form>
      <//>`}
    </div>`;
}

// How long a first voice takes here: as long as the last one did.
function usualSeconds() {
  return Number(localStorage.getItem(USUAL)) || FIRST_GUESS_SECONDS;
}

function Sending({ sending }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const tick = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(tick);
  }, []);
  if (sending.sent < 1) return html`<${Progress} label="Sending the clip" value=${sending.sent} />`;
  const seconds = Math.max(0, now - sending.began) / 1000;
  const usual = usualSeconds();
  if (seconds < usual) return html`<${Progress} label="Making the first voice" value=${seconds / usual} eta=${usual - seconds} />`;
  return html`<${Progress} label="Making the first voice" value=${null} note=${`${Math.round(seconds)} s so far, longer than usual: other work may go first`} />`;
}
