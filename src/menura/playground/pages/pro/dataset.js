// The recordings of a dataset: taken in, prepared, reported on.
import { html, useEffect, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Drop } from "../../components/drop.js";
import { Failure, Loading } from "../../components/empty.js";
import { Choice } from "../../components/fields.js";
import { Findings } from "../../components/findings.js";
import { MinutesGauge, minutesInWords } from "../../components/gauge.js";
import { PlayButton } from "../../components/player.js";
import { useResource } from "../../components/resource.js";
import { toast, toastError } from "../../components/toasts.js";
import { span } from "../../format.js";
import { FileRow, UploadRow } from "./files.js";
import { add, onArrival, recall, uploads } from "./uploads.js";
import { Utterances } from "./utterances.js";

const POLL_MS = 2000;
const SHOWN_FILES = 25;

// Sound files by what they are called; of a folder, others are left out.
const SOUND = /\.(wav|mp3|flac|og[agx]|aac|wma|m4a|opus|ac3|webm|mp4|mkv|mov|aiff?|caf|amr)$/i;

function Speakers({ id, speakers, onChange }) {
  const target = speakers.find((one) => one.target)?.speaker ?? 0;
  // What was clicked, until a report says it too: one that was read before would undo the click.
  const [chosen, setChosen] = useState(null);
  useEffect(() => setChosen(null), [target]);
  if (speakers.length < 2) return null;
  const choose = async (number) => {
    setChosen(number);
    try {
      await api.patch(`/datasets/${id}`, { speaker: Number(number) });
      onChange();
    } catch (error) {
      setChosen(null);
      toastError(error);
    }
  };
  const sample = (number) => async () => {
    const all = await api.get(`/datasets/${id}/utterances`, { limit: 100 });
    const found = all.data.find((one) => one.speaker === number) ?? (await api.all(`/datasets/${id}/utterances`)).find((one) => one.speaker === number);
    return api.blob(`/datasets/${id}/utterances/${found.id}/audio`);
  };
  return html`<section class="card stack" aria-label="Speakers">
    <h2>Who speaks</h2>
    <${Choice} label="Whose voice is it?" value=${chosen ?? String(target)} onChange=${choose}
      options=${speakers.map((one) => ({
        value: String(one.speaker),
        label: `Speaker ${one.speaker + 1}`,
        hint: `${minutesInWords(one.seconds / 60)} min, ${one.utterances} utterances`,
      }))} />
    <div class="row">${speakers.map((one) => html`<span class="row speaker-sample" key=${one.speaker}>
      <${PlayButton} load=${sample(one.speaker)} label="speaker ${one.speaker + 1}" /><span class="hint">Speaker ${one.speaker + 1}</span></span>`)}</div>
  </section>`;
}

// `actions` stand below the gauge; `language` is that of the clone, if known; `onGone` is called
// when the dataset is not there any more.
export function DatasetPanel({ id, language, actions, onGone }) {
  const report = useResource((signal) => api.get(`/datasets/${id}/report`, {}, { signal }), [id]);
  const [all, setAll] = useState(false);
  const mine = uploads.value.filter((one) => one.dataset === id);
  const found = report.value;

  useEffect(() => {
    recall().catch(toastError);
    return onArrival((dataset) => dataset === id && report.reload());
  }, [id]);
  useEffect(() => {
    if (!found || found.ready) return undefined;
    const wait = setTimeout(report.reload, POLL_MS);
    return () => clearTimeout(wait);
  }, [found, report.error]);

  if (report.error?.status === 404 && onGone) {
    onGone();
    return null;
  }
  if (report.error && !found) return html`<${Failure} error=${report.error} onRetry=${report.reload} />`;
  if (!found) return html`<${Loading} />`;

  const take = async (files) => {
    const sound = files.length > 1 ? files.filter((file) => SOUND.test(file.name)) : files;
    try {
      // All files with their sizes; the report has none.
      const there = await api.all(`/datasets/${id}/files`);
      const skipped = await add(id, sound, there);
      const others = files.length - sound.length;
      const notes = [skipped && `${skipped} ${skipped === 1 ? "file is" : "files are"} there already and ${skipped === 1 ? "was" : "were"} skipped.`,
        others && `${others} ${others === 1 ? "is no recording and was" : "are no recordings and were"} left out.`].filter(Boolean);
      if (notes.length) toast({ title: notes.join(" ") });
    } catch (error) {
      toastError(error);
    }
  };
  const wrong = language && Object.keys(found.languages).filter((one) => one && one !== language.slice(0, 2));
  const advice = [...found.advice];
  if (wrong?.length) {
    advice.push({
      code: "other_language", severity: "warning",
      sentence: `Recordings in another language than the clone's were heard: ${wrong.join(", ")}.`,
      remedy: "Change the language of the clone, or take these recordings out.",
    });
  }
  const files = all ? found.files : found.files.slice(0, SHOWN_FILES);
  const waiting = found.files.filter((one) => one.verdict === "pending").length;
  const lost = mine.filter((one) => one.state === "lost").length;
  return html`<div class="stack">
    <section class="card stack" aria-label="How much there is">
      <${MinutesGauge} label="Speech that counts" value=${found.minutes_that_count} needed=${found.minutes_needed} ideal=${found.minutes_ideal} />
      <p class="hint" role="status">${waiting ? `${waiting} of ${found.files.length} files are still being prepared.` : found.files.length ? `${found.files.length === 1 ? "The file is" : `All ${found.files.length} files are`} prepared.` : ""}</p>
      <${Findings} advice=${found.files.length ? advice : []} />
      ${actions && html`<div class="row">${actions}</div>`}
    </section>
    <section class="card stack" aria-label="Add recordings">
      <${Drop} multiple title="Drop recordings or whole folders here" button="Choose files" folderButton="Choose a folder" accept="audio/*,video/*,.opus,.ac3,.wma,.caf,.amr"
        hint="Any format, up to four hours each. What is there already is skipped." onFiles=${take} />
      ${lost > 0 && html`<p class="note warning" role="status">${lost} ${lost === 1 ? "upload was" : "uploads were"} cut off. Drop the same files again; what has arrived is skipped.</p>`}
      ${mine.length > 0 && html`<ul class="file-list" aria-label="Uploads">${mine.map((one) => html`<${UploadRow} key=${one.id} one=${one} />`)}</ul>`}
    </section>
    <${Speakers} id=${id} speakers=${found.speakers} onChange=${report.reload} />
    ${found.files.length > 0 && html`<section class="card stack" aria-labelledby="files-title">
      <div class="row spread"><h2 id="files-title">Files</h2><span class="hint">${found.files.length}, ${span(found.minutes_that_count * 60)} count</span></div>
      <ul class="file-list">${files.map((one) => html`<${FileRow} key=${one.id} dataset=${id} one=${one} onChange=${report.reload} />`)}</ul>
      ${!all && found.files.length > SHOWN_FILES && html`<div class="row"><button type="button" class="button" onClick=${() => setAll(true)}>Show all ${found.files.length}</button></div>`}
    </section>`}
    ${found.files.some((one) => one.utterances > 0) && html`<${Utterances} dataset=${id} files=${found.files} onChange=${report.reload}
      state=${[waiting, found.files.length, ...found.speakers.map((one) => `${one.utterances}${one.target}`)].join()} />`}
  </div>`;
}
