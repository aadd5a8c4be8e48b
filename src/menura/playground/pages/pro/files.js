// One recording of a dataset, and one on its way there.
import { html, useState } from "../../lib.js";
import { api } from "../../api.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Button } from "../../components/fields.js";
import { Findings } from "../../components/findings.js";
import { Progress } from "../../components/progress.js";
import { toastError } from "../../components/toasts.js";
import { bytes, clock } from "../../format.js";
import { remove, retry } from "./uploads.js";

const VERDICTS = {
  pending: ["", "Being prepared"],
  good: ["accent", "Good"],
  fair: ["warn", "Fair"],
  unusable: ["bad", "Not usable"],
};

const STAGES = { decode: "Reading", listen: "Listening", transcribe: "Writing down" };

function figures({ report, seconds_that_count: counts, utterances, verdict }) {
  if (verdict === "unusable" && !report.seconds) return "";
  return [
    report.seconds && clock(report.seconds),
    `${clock(counts)} counts`,
    utterances && `${utterances} utterances`,
    report.snr_db !== undefined && `${Math.round(report.snr_db)} dB over the background`,
    report.codec ?? report.container,
  ].filter(Boolean).join(" · ");
}

export function FileRow({ dataset, one, onChange }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [kind, words] = VERDICTS[one.verdict];
  const gone = async () => {
    setBusy(true);
    try {
      await api.delete(`/datasets/${dataset}/files/${one.id}`);
      setAsking(false);
      onChange();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<li class="file-row" data-verdict=${one.verdict}>
    <div class="row spread">
      <div class="file-name"><strong>${one.filename}</strong> <span class="badge ${kind}">${words}</span></div>
      <${Button} kind="quiet" icon="trash" label="Delete ${one.filename}" onClick=${() => setAsking(true)} />
    </div>
    ${one.verdict === "pending"
      ? html`<${Progress} label=${STAGES[one.stage] ?? "Waiting"} value=${one.progress} eta=${one.eta_seconds} />`
      : html`<p class="hint">${figures(one)}</p>`}
    <${Findings} advice=${one.advice} />
    ${asking && html`<${ConfirmDialog} title="Delete ${one.filename}?" confirm="Delete" danger busy=${busy} onConfirm=${gone} onClose=${() => setAsking(false)}>
      <p>What was found in it and your corrections go with it.</p><//>`}
  </li>`;
}

export function UploadRow({ one }) {
  const lost = one.state === "lost";
  return html`<li class="file-row" data-upload=${one.state}>
    <div class="row spread">
      <div class="file-name"><strong>${one.name}</strong> <span class="hint">${bytes(one.size)}</span></div>
      <div class="row">
        ${one.state === "failed" && html`<${Button} icon="retry" onClick=${() => retry(one.id)}>Retry<span class="visually-hidden"> ${one.name}</span><//>`}
        <${Button} kind="quiet" icon="close" label=${one.state === "sending" ? `Stop the upload of ${one.name}` : `Take ${one.name} off the list`} onClick=${() => remove(one.id).catch(toastError)} />
      </div>
    </div>
    ${["waiting", "sending"].includes(one.state) && html`<${Progress} label=${one.state === "sending" ? "Uploading" : "In line"} value=${one.sent} />`}
    ${lost && html`<p class="hint">Cut off when the page was left. Drop the file again.</p>`}
    ${one.error && html`<p class="field-error" role="alert">${one.error.message} ${one.error.remedy}</p>`}
  </li>`;
}
