// Recording a clip: what to read, a countdown, the level, and how long it is so far.
import { html, useLayoutEffect, useRef, useState } from "../../lib.js";
import { Failure } from "../../components/empty.js";
import { Button, Choice } from "../../components/fields.js";
import { Meter } from "../../components/meter.js";
import { toast } from "../../components/toasts.js";
import { clock } from "../../format.js";
import { ENERGIES, SCRIPTS } from "../../reading_scripts.js";
import { Recorder } from "../../sound/recorder.js";
import { Writer, forgetClip } from "../../sound/recordings.js";

const COUNTDOWN_MS = 700;
const LEAST_SECONDS = 1;
const MOST_SECONDS = 120;

// Seconds of speech that each mode wants.
export const LENGTHS = {
  similarity: { from: 5, to: 10, words: "5 to 10 seconds" },
  stability: { from: 10, to: 20, words: "10 to 20 seconds" },
};

// What to say about a length, for a mode.
export function lengthInWords(seconds, mode) {
  const { from, to, words } = LENGTHS[mode];
  if (seconds < from) return `${words} are best for ${mode}`;
  if (seconds <= to) return `a good length for ${mode}`;
  return `long enough; ${words} are best, more does not help`;
}

// `onClip` gets the clip when the recording is over.
export function RecordPanel({ locale, energy, mode, onEnergy, onClip }) {
  const [phase, setPhase] = useState("idle"); // idle, opening, a number counted down, recording
  const [seconds, setSeconds] = useState(0);
  const [problem, setProblem] = useState(null);
  const recorder = useRef(null);
  const writer = useRef(null);
  const text = SCRIPTS[locale]?.[energy];

  const close = () => {
    recorder.current?.close();
    recorder.current = null;
    setPhase("idle");
  };
  // `why` it ended, where nobody pressed Stop.
  const stop = async (why = "") => {
    const made = writer.current;
    writer.current = null;
    close();
    if (!made) return;
    const clip = await made.finish();
    if (made.seconds >= LEAST_SECONDS) {
      onClip(clip);
      if (why) toast({ title: why });
      return;
    }
    await forgetClip().catch(() => {});
    setProblem(why ? { message: why, remedy: "Record again; or drop a file instead." }
      : { message: "That was too short.", remedy: `Record again: ${lengthInWords(0, mode)}.` });
  };
  // Who goes to another page finds the recording when they come back. The microphone is closed
  // with the page; what `useEffect` returns would run after the next page is painted.
  useLayoutEffect(() => () => {
    recorder.current?.close();
    recorder.current = null;
    writer.current?.finish();
  }, []);

  const start = async () => {
    setPhase("opening");
    setSeconds(0);
    setProblem(null);
    const one = new Recorder();
    recorder.current = one;
    const over = () => recorder.current !== one;
    try {
      await one.open();
    } catch (error) {
      if (over()) return;
      close();
      setProblem(error);
      return;
    }
    if (over()) return;
    one.onLost = () => {
      if (writer.current) stop("The microphone went away.");
      else {
        close();
        setProblem({ message: "The microphone went away.", remedy: "Plug it in and record again; or drop a file instead." });
      }
    };
    for (const count of [3, 2, 1]) {
      setPhase(count);
      await new Promise((resolve) => setTimeout(resolve, COUNTDOWN_MS));
      if (over()) return;
    }
    const made = new Writer(one.rate);
    writer.current = made;
    one.onSamples = (samples) => {
      made.add(samples);
      setSeconds(made.seconds);
      if (made.seconds >= MOST_SECONDS) stop("The recording ended after two minutes: more does not help.");
    };
    setPhase("recording");
  };

  const recording = phase === "recording";
  const counting = typeof phase === "number";
  const { from, to } = LENGTHS[mode];
  const scale = 1.5 * to;
  return html`<div class="stack">
    <div class="energies"><${Choice} label="How shall the voice sound?" value=${energy} options=${ENERGIES} onChange=${onEnergy} /></div>
    ${text && html`<figure class="script" lang=${locale}>
      <figcaption class="hint" lang="en">Read this aloud, or say what you like in the same manner.</figcaption>
      <blockquote>${text}</blockquote>
    </figure>`}
    <div class="recorder ${recording ? "live" : ""}">
      ${recording || counting
        ? html`<${Button} kind="danger big" icon="stop" onClick=${counting ? close : () => stop()}>${counting ? "Cancel" : "Stop"}<//>`
        : html`<${Button} kind="primary big" icon="record" busy=${phase === "opening"} disabled=${phase === "opening"} onClick=${start}>Record<//>`}
      ${counting && html`<p class="countdown" role="status" aria-label="Recording begins in ${phase}">${phase}</p>`}
      ${recording && html`<div class="recorder-live">
        <div class="row spread">
          <strong class="recorder-time" role="timer" aria-label="Recorded so far">${clock(seconds)}</strong>
          <span class="hint">${lengthInWords(seconds, mode)}</span>
        </div>
        <div class="length-track" aria-hidden="true">
          <span class="length-zone" style=${{ left: `${(from / scale) * 100}%`, width: `${((to - from) / scale) * 100}%` }}></span>
          <span class="length-bar" style=${{ width: `${Math.min(100, (seconds / scale) * 100)}%` }}></span>
        </div>
      </div>`}
      ${phase === "idle" && html`<p class="hint">A quiet room, one person, a hand's width from the microphone. ${lengthInWords(0, mode)}.</p>`}
      ${phase === "opening" && html`<p class="hint" role="status">Your browser asks for the microphone. Allow it.</p>`}
    </div>
    ${problem && html`<${Failure} error=${problem} />`}
    ${(recording || counting) && recorder.current && html`<${Meter} level=${recorder.current.level} active=${recording} />`}
  </div>`;
}
