// The clip as the model would hear it, with and without clean-up, switched while it plays.
import { html, useEffect, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Button, Choice } from "../../components/fields.js";
import { PlaybackBar } from "../../components/player.js";
import { toastError } from "../../components/toasts.js";
import { Playback } from "../../sound/playback.js";
import { decode } from "../../sound/samples.js";

async function heard(blob, mode, enhance, signal) {
  const form = new FormData();
  form.append("clip", blob, "clip");
  form.append("mode", mode);
  form.append("enhance", String(enhance));
  const answer = await api.fetch("/voices/check/audio", { method: "POST", body: form, signal });
  const { samples, rate } = await decode(await answer.blob());
  return {
    playback: Playback.of(samples, rate),
    snr: Math.round(Number(answer.headers.get("Menura-SNR"))),
    enhanced: answer.headers.get("Menura-Enhanced") === "true",
  };
}

// `blob` gives what would be sent.
export function CompareClean({ blob, mode }) {
  const [pair, setPair] = useState(null);
  const [busy, setBusy] = useState(false);
  const [clean, setClean] = useState(false);
  useEffect(() => () => pair?.forEach((one) => one.playback.close()), [pair]);
  useEffect(() => setPair(null), [blob, mode]);

  const load = async () => {
    setBusy(true);
    try {
      setPair(await Promise.all([heard(blob, mode, false), heard(blob, mode, true)]));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  if (!pair) {
    return html`<div class="row"><${Button} icon="play" busy=${busy} disabled=${busy} onClick=${load}>Hear it with and without clean-up<//></div>`;
  }
  const [raw, cleaned] = pair;
  const change = (value) => {
    const [from, to] = value === "clean" ? [raw.playback, cleaned.playback] : [cleaned.playback, raw.playback];
    const at = from.position.value;
    const playing = from.playing.value;
    from.pause();
    to.seek(at);
    if (playing) to.play(at);
    setClean(value === "clean");
  };
  const shown = clean ? cleaned : raw;
  return html`<div class="stack compare">
    <${Choice} label="Listen to" value=${clean ? "clean" : "raw"} onChange=${change} options=${[
      { value: "raw", label: "As recorded", hint: `${raw.snr} dB over the background` },
      {
        value: "clean",
        label: "Cleaned",
        hint: cleaned.enhanced ? `${cleaned.snr} dB over the background` : "Clean already: nothing was taken out",
      },
    ]} />
    <${PlaybackBar} key=${clean} playback=${shown.playback} label=${clean ? "the cleaned clip" : "the clip as recorded"} height=${56} />
  </div>`;
}
