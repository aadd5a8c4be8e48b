// How loud the microphone is, and in words whether that is right.
import { html, useEffect, useRef, useState } from "../lib.js";

const QUIET = 0.02; // -34 dB at the loudest: too far from the microphone.
const LOUD = 0.98; // What reaches the end of the scale is cut off.
const BARS = 28;
const FLOOR_DB = -48;

function share(level) {
  return Math.max(0, Math.min(1, 1 - (20 * Math.log10(Math.max(level, 1e-4))) / FLOOR_DB));
}

// `level` is a signal of the loudest sample, from 0 to 1; while `active`, words follow it slowly.
export function Meter({ level, active }) {
  const value = share(level.value);
  const recent = useRef([]);
  const [words, setWords] = useState("");
  useEffect(() => {
    if (!active) return undefined;
    const follow = setInterval(() => {
      recent.current = [...recent.current, level.value].slice(-15);
      const most = Math.max(...recent.current);
      if (recent.current.length < 8) setWords("");
      else if (most >= LOUD) setWords("Too loud: move away from the microphone.");
      else if (most < QUIET) setWords("Too quiet: come closer to the microphone.");
      else setWords("The level is good.");
    }, 200);
    return () => clearInterval(follow);
  }, [active, level]);
  return html`<div class="meter">
    <div class="meter-bars" aria-hidden="true">
      ${Array.from({ length: BARS }, (_, i) => {
        const place = (i + 1) / BARS;
        const kind = place > 0.96 ? "loud" : place > 0.88 ? "high" : "";
        return html`<span class="${kind} ${value >= place ? "on" : ""}"></span>`;
      })}
    </div>
    <p class="hint" role="status">${words || "Listening to the level …"}</p>
  </div>`;
}
