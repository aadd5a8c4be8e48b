// Takes of this browser, newest first. They are kept here only, and nobody else has them.
import { html, signal, useEffect, useState } from "../../lib.js";
import { ConfirmDialog } from "../../components/dialog.js";
import { Button } from "../../components/fields.js";
import { toast, toastError } from "../../components/toasts.js";
import { moment, span } from "../../format.js";
import { Take } from "../../sound/take.js";
import { takes } from "../../storage.js";

const MOST = 100;

const kept = signal([]);

async function read() {
  kept.value = (await takes.all()).sort((a, b) => b.created - a.created);
}

// Adds a take; the oldest ones make room.
export async function keepTake(take) {
  await takes.put(take.record());
  await read();
  for (const old of kept.value.slice(MOST)) await takes.delete(old.id);
  if (kept.value.length > MOST) await read();
}

async function drop(record) {
  await takes.delete(record.id);
  await read();
  toast({
    title: "Take removed.",
    action: { label: "Undo", run: () => takes.put(record).then(read, toastError) },
  });
}

export function History({ onOpen, onReuse, shown }) {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    read().catch(toastError);
  }, []);
  if (!kept.value.length) return null;
  return html`<section class="stack" aria-labelledby="takes">
    <div class="row spread">
      <h2 id="takes">Earlier takes</h2>
      <${Button} kind="quiet" icon="trash" onClick=${() => setAsking(true)}>Clear all<//>
    </div>
    <ul class="takes">
      ${kept.value.map((record) => html`<li key=${record.id} class=${record.id === shown ? "chosen" : ""}>
        <${Button} kind="round" icon="play" label="Open: ${record.request.text.slice(0, 80)}" onClick=${() => {
          const take = Take.kept(record);
          onOpen(take);
          take.playback.play(0).catch(toastError);
        }} />
        <div class="take-text">
          <p class="clip">${record.request.text}</p>
          <p class="hint">${record.request.voice.name} · ${span(record.seconds)} · ${moment(record.created)}</p>
        </div>
        <${Button} kind="quiet" icon="edit" label="Use this text and voice again" onClick=${() => onReuse(record)} />
        <${Button} kind="quiet" icon="trash" label="Remove this take" onClick=${() => drop(record).catch(toastError)} />
      </li>`)}
    </ul>
    <p class="hint">Kept in this browser only, the last ${MOST}.</p>
    ${asking && html`<${ConfirmDialog} title="Remove all takes?" confirm="Remove all" danger onClose=${() => setAsking(false)}
      onConfirm=${() => { setAsking(false); takes.clear().then(read).catch(toastError); }}>
      <p>${kept.value.length} takes are kept in this browser. This cannot be undone.</p>
    <//>`}
  </section>`;
}
