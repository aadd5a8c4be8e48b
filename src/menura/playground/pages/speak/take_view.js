// A take: its waveform, its words as they sound, its figures and its files.
import { html, useComputed, useEffect, useMemo, useRef, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Failure } from "../../components/empty.js";
import { Button } from "../../components/fields.js";
import { Icon } from "../../components/icons.js";
import { PlaybackBar } from "../../components/player.js";
import { toastError } from "../../components/toasts.js";
import { download, fileName, span } from "../../format.js";
import { wav } from "../../sound/samples.js";
import { sounding, timedText } from "../../sound/words.js";

const STATES = {
  waiting: "Waiting for the first sound …",
  speaking: "Speaking …",
  done: "",
  stopped: "Stopped. What came until then is here.",
  failed: "",
};

// What speaks the same text in one piece.
export function bytesRequest({ text, voice, language, model, speed, volume, emotion }, output) {
  const manner = {
    ...(speed !== 1 && { speed }),
    ...(volume !== 1 && { volume }),
    ...(emotion && { emotion }),
  };
  return {
    model_id: model,
    transcript: text,
    voice: { mode: "id", id: voice.id },
    output_format: output,
    ...(language && { language }),
    ...(Object.keys(manner).length && { generation_config: manner }),
  };
}

function Words({ take }) {
  const { text } = take.request;
  const words = take.words.value;
  const parts = useMemo(() => timedText(text, words), [text, words]);
  const box = useRef(null);
  const held = useRef(parts);
  held.current = parts;
  // Drawn anew for each word, not for each moment.
  const now = useComputed(() => {
    const { playing, position } = take.playback;
    take.words.value;
    return playing.value || position.value > 0 ? sounding(held.current, position.value) : -1;
  });
  const lit = now.value;
  useEffect(() => {
    // A long text scrolls along inside its own box.
    const word = box.current?.querySelector(".now");
    if (!word || !take.playback.playing.value) return;
    const { offsetTop } = word;
    const { scrollTop, clientHeight } = box.current;
    if (offsetTop < scrollTop || offsetTop > scrollTop + clientHeight - 48) box.current.scrollTop = offsetTop - 24;
  }, [lit]);
  return html`<p class="words" ref=${box} tabindex="0" role="region" aria-label="Text of this take">
    ${parts.map((part, i) =>
      part.start === undefined
        ? html`<span class="between">${part.text}</span>`
        : html`<span class=${i === lit ? "word now" : i < lit ? "word past" : "word"}
            onClick=${() => take.playback.play(part.start)}>${part.text}</span>`,
    )}
  </p>`;
}

function Figures({ take }) {
  const pace = take.pace.value;
  return html`<dl class="figures">
    <div><dt>First sound</dt><dd>${take.firstAudio.value === null ? "–" : span(take.firstAudio.value / 1000)}</dd></div>
    <div><dt>Pace</dt><dd>${pace === null ? "–" : `${pace.toFixed(pace < 10 ? 1 : 0)} × real time`}</dd></div>
    <div><dt>Length</dt><dd>${span(take.playback.seconds.value)}</dd></div>
    <div><dt>Voice</dt><dd>${take.request.voice.name}</dd></div>
  </dl>`;
}

export function TakeView({ take }) {
  const [busy, setBusy] = useState(false);
  const state = take.state.value;
  const there = take.playback.seconds.value > 0;
  const saveWav = () =>
    download(wav(take.playback.samples(), take.playback.rate), fileName(take.request.text, "wav"));
  const saveMp3 = async () => {
    setBusy(true);
    try {
      const output = { container: "mp3", sample_rate: 44100, bit_rate: 128000 };
      const body = bytesRequest(take.request, output);
      download(await api.blob("/tts/bytes", { method: "POST", body }), fileName(take.request.text, "mp3"));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<section class="card stack take" aria-label="Take">
    <p class="visually-hidden" role="status">${STATES[state]}</p>
    ${take.error.value && html`<${Failure} error=${take.error.value} />`}
    ${(there || take.busy) && html`
      <${PlaybackBar} playback=${take.playback} label="this take" height=${84} />
      <${Words} take=${take} />
      ${take.untrained.value && html`<div class="note warning"><${Icon} name="info" /><div>This is a pro clone, but the model
        ${" "}<code>${take.request.model}</code> does not use what it was trained for. Choose the voice again to take its own model.</div></div>`}
      <div class="row spread">
        <${Figures} take=${take} />
        ${take.busy
          ? html`<span class="hint state"><span class="spinner"></span>${STATES[state]}</span>`
          : html`<div class="row">
              <${Button} icon="download" onClick=${saveWav}>WAV<//>
              <${Button} icon="download" busy=${busy} disabled=${busy} onClick=${saveMp3}
                title="The server speaks the text once more, as MP3.">${busy ? "Speaking as MP3 …" : "MP3"}<//>
            </div>`}
      </div>
      ${state === "stopped" && html`<p class="hint">${STATES.stopped}</p>`}`}
  </section>`;
}
