// The clip that is being made into a voice, kept in the browser while it is recorded, and the
// clips of voices that were made, to be compared with them.
import { recordings } from "../storage.js";
import { decode, joined } from "./samples.js";

const CLIP = "clip";
const SOURCE = "source/";
const KEPT_SOURCES = 6;
const BLOCK_SECONDS = 0.5;
const RATE = 24000; // Of files, once they are read; what voices are made of has no more.

function part(number) {
  return `${CLIP}/${String(number).padStart(6, "0")}`;
}

// Writes a recording block by block, so that whatever happens most of it is there.
export class Writer {
  constructor(rate) {
    this.rate = rate;
    this.count = 0; // Samples so far.
    this.parts = []; // Not written yet.
    this.number = 0;
    this.whole = [];
    this.kept = true; // Whether all of it could be written.
    this.written = forgetClip()
      .then(() => recordings.put({ id: CLIP, kind: "recording", rate, at: Date.now() }))
      .catch(() => this.#full());
  }

  get seconds() {
    return this.count / this.rate;
  }

  add(samples) {
    this.parts.push(samples);
    this.whole.push(samples);
    this.count += samples.length;
    const waiting = this.parts.reduce((sum, block) => sum + block.length, 0);
    if (waiting >= BLOCK_SECONDS * this.rate) this.#flush();
  }

  // Gives the clip, once all of it is kept if there is room.
  async finish() {
    this.#flush();
    await this.written;
    return { kind: "recording", name: "", samples: joined(this.whole), rate: this.rate, file: null, kept: this.kept };
  }

  #flush() {
    if (!this.parts.length) return;
    const value = { id: part(this.number++), samples: joined(this.parts) };
    this.parts = [];
    this.written = this.written.then(() => this.kept && recordings.put(value)).catch(() => this.#full());
  }

  #full() {
    this.kept = false;
  }
}

// A file as a clip. What the browser cannot read has no samples; the server may be able to.
export async function keepFile(file) {
  let kept = true;
  try {
    await forgetClip();
    await recordings.put({ id: CLIP, kind: "file", name: file.name, file, at: Date.now() });
  } catch {
    kept = false;
  }
  return { ...(await opened(file, file.name)), kept };
}

async function opened(file, name) {
  try {
    const { samples, rate } = await decode(file, RATE);
    return { kind: "file", name, samples, rate, file, kept: true };
  } catch {
    return { kind: "file", name, samples: null, rate: RATE, file, kept: true };
  }
}

// The clip of this browser, also one that was being recorded when the page went away; or null.
export async function loadClip() {
  const head = await recordings.get(CLIP);
  if (!head) return null;
  if (head.kind === "file") return opened(head.file, head.name);
  const blocks = (await recordings.all()).filter((one) => one.id.startsWith(`${CLIP}/`));
  if (!blocks.length) return null;
  return { kind: "recording", name: "", samples: joined(blocks.map((one) => one.samples)), rate: head.rate, file: null, kept: true };
}

export async function forgetClip() {
  const all = await recordings.all();
  await Promise.all(
    all.filter(({ id }) => id === CLIP || id.startsWith(`${CLIP}/`)).map(({ id }) => recordings.delete(id)),
  );
}

// What a voice was made of: { blob, mode, enhance, transcript, report, advice, other }. The oldest go.
export async function keepSource(voiceId, source) {
  await recordings.put({ at: Date.now(), ...source, id: SOURCE + voiceId });
  const all = (await recordings.all()).filter(({ id }) => id.startsWith(SOURCE));
  all.sort((a, b) => b.at - a.at);
  await Promise.all(all.slice(KEPT_SOURCES).map(({ id }) => recordings.delete(id)));
}

export async function sourceOf(voiceId) {
  return (await recordings.get(SOURCE + voiceId)) ?? null;
}
