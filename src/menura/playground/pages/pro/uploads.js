// Recordings on their way into datasets. Uploads go on while other pages are shown; what a reload
// cuts off is remembered by name and size, so that the same files can be dropped again.
import { signal } from "../../lib.js";
import { api } from "../../api.js";
import { uploads as kept } from "../../storage.js";

const TOGETHER = 2;

// [{ id, dataset, name, size, file, state, sent, error }]; `state`: waiting, sending, failed, or
// lost, which are those of an earlier visit, without their file.
export const uploads = signal([]);

let arrived = () => {};

// `listener(datasetId)` is called when a file has come in.
export function onArrival(listener) {
  arrived = listener;
  return () => { arrived = () => {}; };
}

function identity(dataset, { name, size }) {
  return `${dataset}/${size}/${name}`;
}

function change(id, more) {
  uploads.value = uploads.value.map((one) => (one.id === id ? { ...one, ...more } : one));
}

// Finds what an earlier visit did not finish.
export async function recall() {
  const known = new Set(uploads.value.map((one) => one.id));
  const lost = (await kept.all()).filter((one) => !known.has(one.id));
  uploads.value = [...uploads.value, ...lost.map((one) => ({ ...one, file: null, state: "lost", sent: 0, error: null }))];
}

// Lines files up. Those whose name and size are among `there` are skipped; gives how many.
export async function add(dataset, files, there) {
  const present = new Set(there.map((one) => identity(dataset, { name: one.filename, size: one.size })));
  let skipped = 0;
  for (const file of files) {
    const id = identity(dataset, file);
    const known = uploads.value.find((one) => one.id === id);
    if (present.has(id)) {
      skipped += 1;
      if (known) await remove(id);
    } else if (!known || ["lost", "failed"].includes(known.state)) {
      await kept.put({ id, dataset, name: file.name, size: file.size });
      const fresh = { id, dataset, name: file.name, size: file.size, file, state: "waiting", sent: 0, error: null };
      uploads.value = known
        ? uploads.value.map((one) => (one.id === id ? fresh : one))
        : [...uploads.value, fresh];
    }
  }
  pump();
  return skipped;
}

export function retry(id) {
  change(id, { state: "waiting", sent: 0, error: null });
  pump();
}

// Takes one off the list; an upload under way is stopped.
export async function remove(id) {
  uploads.value.find((one) => one.id === id)?.stop?.abort();
  uploads.value = uploads.value.filter((one) => one.id !== id);
  await kept.delete(id);
  pump();
}

function pump() {
  const busy = uploads.value.filter((one) => one.state === "sending").length;
  const next = uploads.value.filter((one) => one.state === "waiting").slice(0, TOGETHER - busy);
  for (const one of next) send(one);
}

async function send({ id, dataset, file }) {
  const stop = new AbortController();
  change(id, { state: "sending", stop });
  const form = new FormData();
  form.append("purpose", "fine_tune");
  form.append("file", file, file.name);
  try {
    await api.upload(`/datasets/${dataset}/files`, form, {
      signal: stop.signal,
      onProgress: ({ sent, total }) => change(id, { sent: sent / total }),
    });
    await remove(id);
    arrived(dataset);
  } catch (error) {
    if (error.name !== "AbortError") change(id, { state: "failed", error });
    pump();
  }
}

addEventListener("beforeunload", (event) => {
  if (uploads.value.some((one) => one.state === "sending")) event.preventDefault();
});
