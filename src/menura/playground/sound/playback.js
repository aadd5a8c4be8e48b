// Plays samples that may still be arriving, from any place in them.
import { batch, signal } from "../lib.js";
import { joined } from "./samples.js";

// Scheduled ahead, so that a busy page makes no gap.
const LEAD_SECONDS = 0.05;

// Only one thing sounds at a time in the whole page.
const sounding = signal(null);

export class Playback {
  constructor(rate) {
    this.rate = rate;
    this.parts = [];
    this.sources = new Set();
    this.context = null;
    this.scheduled = 0; // Samples that have been handed to the audio device.
    this.count = 0;
    this.complete = false;
    this.begin = 0; // Time of the device at which sample 0 would have sounded.
    this.end = null; // Samples after which playing stops, when a stretch is played.
    this.playing = signal(false);
    this.position = signal(0); // Seconds.
    this.seconds = signal(0); // Seconds that are there so far.
    this.version = signal(0); // Changes when samples were added.
  }

  static of(samples, rate) {
    const playback = new Playback(rate);
    playback.add(samples);
    playback.finish();
    return playback;
  }

  // All samples so far.
  samples() {
    if (this.parts.length > 1) this.parts = [joined(this.parts)];
    return this.parts[0] ?? new Float32Array(0);
  }

  add(samples) {
    if (!samples.length) return;
    this.parts.push(samples);
    this.count += samples.length;
    batch(() => {
      this.seconds.value = this.count / this.rate;
      this.version.value += 1;
    });
    if (this.playing.value) this.#schedule();
  }

  // No more samples will come.
  finish() {
    this.complete = true;
  }

  // Has to be called from a click or a key, or browsers keep it silent. Plays on from where it
  // is, or from `from` seconds to `to`.
  async play(from = this.position.value, to = null) {
    if (sounding.value && sounding.value !== this) sounding.value.pause();
    sounding.value = this;
    this.#silence();
    this.context ??= new AudioContext({ sampleRate: this.rate });
    this.playing.value = true;
    await this.context.resume();
    if (!this.playing.value) return;
    if (this.complete && from >= this.seconds.value - 0.01) from = 0;
    this.end = to === null ? null : Math.round(to * this.rate);
    this.scheduled = Math.round(from * this.rate);
    this.begin = this.context.currentTime + LEAD_SECONDS - from;
    this.position.value = from;
    this.#schedule();
    this.#follow();
  }

  pause() {
    if (!this.playing.value) return;
    this.position.value = this.#now();
    this.#silence();
    this.playing.value = false;
    this.context?.suspend();
  }

  seek(seconds) {
    const to = Math.max(0, Math.min(seconds, this.seconds.value));
    if (this.playing.value) this.play(to, this.end === null ? null : this.end / this.rate);
    else this.position.value = to;
  }

  // Gives the audio device back; the samples stay.
  close() {
    this.pause();
    this.context?.close();
    this.context = null;
    if (sounding.value === this) sounding.value = null;
  }

  // What is heard now, which is a little behind what the device was given. It never goes back: where
  // audio came too late, what was heard last is still it until the next sounds.
  #now() {
    const last = (this.end ?? this.count) / this.rate;
    const time = this.context ? this.context.currentTime - (this.context.outputLatency || 0) - this.begin : 0;
    return Math.max(this.position.value, Math.min(time, last, this.scheduled / this.rate));
  }

  #schedule() {
    const last = Math.min(this.end ?? this.count, this.count);
    if (this.scheduled >= last) return;
    const when = this.begin + this.scheduled / this.rate;
    const late = this.context.currentTime + 0.01 - when;
    // The audio came later than it was due: all that follows moves.
    if (late > 0) this.begin += late + LEAD_SECONDS;
    const data = this.#between(this.scheduled, last);
    const buffer = this.context.createBuffer(1, data.length, this.rate);
    buffer.copyToChannel(data, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.onended = () => this.sources.delete(source);
    source.start(this.begin + this.scheduled / this.rate);
    this.sources.add(source);
    this.scheduled = last;
  }

  #between(start, end) {
    const found = [];
    let at = 0;
    for (const part of this.parts) {
      if (at + part.length > start && at < end) {
        found.push(part.subarray(Math.max(0, start - at), Math.min(part.length, end - at)));
      }
      at += part.length;
    }
    return joined(found);
  }

  #follow() {
    if (!this.playing.value) return;
    this.position.value = this.#now();
    const stop = this.end ?? (this.complete ? this.count : Infinity);
    if (this.position.value * this.rate >= stop - 1) {
      this.playing.value = false;
      this.context.suspend();
      return;
    }
    // Not by frames of the screen: those stop in a tab that is hidden.
    setTimeout(() => this.#follow(), document.hidden ? 200 : 16);
  }

  #silence() {
    for (const source of this.sources) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    this.sources.clear();
  }
}
