// Plays a recording: button, waveform, time.
import { html, useEffect, useMemo, useState } from "../lib.js";
import { clock } from "../format.js";
import { Playback } from "../sound/playback.js";
import { decode } from "../sound/samples.js";
import { Button } from "./fields.js";
import { toastError } from "./toasts.js";
import { Wave } from "./wave.js";

// Plays a Playback; see sound/playback.js.
export function PlaybackBar({ playback, label = "Recording", total, height, span, onSpan }) {
  const playing = playback.playing.value;
  const samples = useMemo(() => playback.samples(), [playback, playback.version.value]);
  useEffect(() => () => playback.pause(), [playback]);
  return html`<div class="player">
    <${Button} kind="round" icon=${playing ? "pause" : "play"} label=${playing ? `Pause ${label}` : `Play ${label}`}
      disabled=${!playback.seconds.value}
      onClick=${() => (playing ? playback.pause() : playback.play(...(span ? [span.start, span.end] : [])))} />
    <${Wave} samples=${samples} seconds=${playback.seconds.value} position=${playback.position.value} total=${total}
      height=${height} span=${span} onSpan=${onSpan} label="Position in ${label}" onSeek=${(to) => playback.seek(to)} />
    <span class="player-time">${clock(playback.position.value)} / ${clock(playback.seconds.value)}</span>
  </div>`;
}

// Plays a Blob of any audio that the browser reads.
export function Player({ blob, label, height }) {
  const [playback, setPlayback] = useState(null);
  useEffect(() => {
    let left = false;
    let made = null;
    setPlayback(null);
    decode(blob).then(({ samples, rate }) => {
      if (left) return;
      made = Playback.of(samples, rate);
      setPlayback(made);
    }, toastError);
    return () => {
      left = true;
      made?.close();
    };
  }, [blob]);
  if (!playback) return html`<div class="player waiting" aria-busy="true"></div>`;
  return html`<${PlaybackBar} playback=${playback} label=${label} height=${height} />`;
}

// A small button that fetches a sound the first time it is pressed: `load` gives a Blob.
export function PlayButton({ load, label, kind = "round small" }) {
  const [playback, setPlayback] = useState(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => playback?.close(), [playback]);
  const playing = playback?.playing.value;
  const press = async () => {
    if (playing) return playback.pause();
    if (playback) return playback.play(0);
    setBusy(true);
    try {
      const { samples, rate } = await decode(await load());
      const made = Playback.of(samples, rate);
      setPlayback(made);
      await made.play(0);
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<${Button} kind=${kind} icon=${playing ? "stop" : "play"} busy=${busy} disabled=${busy}
    label=${playing ? `Stop ${label}` : `Play ${label}`} onClick=${press} />`;
}
