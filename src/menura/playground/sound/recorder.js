// Records from the microphone as it is: no echo cancelling, no noise suppression, no levelling,
// since each of them changes the voice.
import { signal } from "../lib.js";

function refusal(code, message, remedy) {
  return Object.assign(new Error(message), { code, remedy });
}

function inWords(error) {
  if (error.name === "NotAllowedError") {
    return refusal("microphone_refused", "The browser may not use the microphone.",
      "Allow it beside the address of this page, then record again; or drop a file instead.");
  }
  if (error.name === "NotFoundError") {
    return refusal("microphone_missing", "No microphone was found.",
      "Plug one in and record again; or drop a file instead.");
  }
  return refusal("microphone_failed", "The microphone cannot be used.",
    "Close other programs that record, then try again; or drop a file instead.");
}

export class Recorder {
  constructor() {
    this.level = signal(0); // The loudest sample of the last tenth of a second, from 0 to 1.
    this.rate = 0; // Hz, once it is open.
    this.onSamples = null; // Gets every block while it is set.
    this.onLost = null; // Called when the microphone goes away by itself.
    this.closed = false;
  }

  // Opens the microphone; the level moves from then on. Throws an error in words.
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw refusal("microphone_needs_https", "Browsers give out the microphone on safe addresses only.",
        "Open this page by localhost or by https, or drop a file instead.");
    }
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      if (!this.closed) await this.#listen();
    } catch (error) {
      this.close();
      throw inWords(error);
    }
    // Who left while the browser asked is not listened to.
    if (this.closed) this.close();
  }

  async #listen() {
    const context = new AudioContext();
    this.context = context;
    this.rate = context.sampleRate;
    await context.audioWorklet.addModule(new URL("recorder_worklet.js", import.meta.url));
    if (this.closed) return;
    for (const track of this.stream.getTracks()) track.onended = () => this.onLost?.();
    const tap = new AudioWorkletNode(context, "tap");
    // Without a way to the loudspeaker, a silent one, browsers do not run the graph.
    const silence = new GainNode(context, { gain: 0 });
    context.createMediaStreamSource(this.stream).connect(tap).connect(silence).connect(context.destination);
    tap.port.onmessage = ({ data }) => {
      let most = 0;
      for (const sample of data) most = Math.max(most, Math.abs(sample));
      this.level.value = most;
      this.onSamples?.(data);
    };
    await context.resume();
  }

  close() {
    this.closed = true;
    this.onSamples = this.onLost = null;
    this.level.value = 0;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.stream = this.context = null;
  }
}
