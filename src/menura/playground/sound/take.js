// One text that is spoken: goes out on the socket, comes back as samples and times of words.
import { signal } from "../lib.js";
import { ApiError, api, speechSocket } from "../api.js";
import { signedIn } from "../session.js";
import { Playback } from "./playback.js";
import { fromBase64 } from "./samples.js";

export const RATE = 24000;

// One socket for the whole page; it is opened ahead, so that speech begins sooner.
let line = null;
const open = new Map();

function connect() {
  if (line) return line;
  const made = (async () => {
    const socket = await speechSocket();
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onclose = reject;
    });
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      open.get(event.context_id)?.take(event);
    };
    socket.onclose = () => {
      if (line === made) line = null;
      for (const take of [...open.values()]) take.broke();
    };
    return socket;
  })();
  line = made;
  made.catch(() => {
    if (line === made) line = null;
  });
  return made;
}

// Opens the socket before it is needed; a failure shows when something is spoken.
export function warmUp() {
  connect().catch(() => {});
}

signedIn.subscribe((inside) => {
  if (inside || !line) return;
  line.then((socket) => socket.close(), () => {});
  line = null;
});

// Why the socket could not be opened: browsers do not tell, so the server is asked.
async function reason(error) {
  if (error instanceof ApiError) return error;
  try {
    await api.get("/ready");
  } catch (problem) {
    if (problem.status !== 503) return problem;
    return new ApiError({
      code: "not_ready",
      message: "The server is still loading its model.",
      remedy: "Wait a few seconds, then try again.",
    });
  }
  return new ApiError({
    code: "socket_closed",
    message: "The connection to the server could not be opened.",
    remedy: "Try again in a moment; many may be speaking at once.",
  });
}

export class Take {
  // `request`: { text, voice: { id, name }, language, model, speed, volume, emotion }.
  constructor(request) {
    Object.assign(this, { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, request });
    this.created = Date.now();
    this.playback = new Playback(RATE);
    this.words = signal([]); // [{ text, start, end }] in seconds
    this.state = signal("waiting"); // waiting, speaking, done, stopped, failed
    this.error = signal(null);
    this.firstAudio = signal(null); // ms from the click to the first sound
    this.untrained = signal(false); // Whether a pro clone spoke without its trained weights.
    this.pace = signal(null); // seconds of audio for each second of waiting
  }

  get busy() {
    return this.state.value === "waiting" || this.state.value === "speaking";
  }

  async start() {
    this.began = performance.now();
    let socket;
    try {
      socket = await connect();
    } catch (error) {
      this.fail(await reason(error));
      return;
    }
    if (!this.busy) return;
    const { text, voice, language, model, speed, volume, emotion } = this.request;
    open.set(this.id, this);
    socket.send(
      JSON.stringify({
        context_id: this.id,
        model_id: model,
        transcript: text,
        voice: { mode: "id", id: voice.id },
        output_format: { container: "raw", encoding: "pcm_s16le", sample_rate: RATE },
        ...(language && { language }),
        generation_config: { speed, volume, ...(emotion && { emotion }) },
        add_timestamps: true,
      }),
    );
  }

  take(event) {
    if (event.menura_fine_tune?.endsWith("inactive")) this.untrained.value = true;
    if (event.type === "chunk") this.heard(fromBase64(event.data));
    else if (event.type === "timestamps") this.timed(event.word_timestamps);
    else if (event.type === "done") this.over("done");
    else if (event.type === "error") {
      this.fail(new ApiError({ code: event.error_code, message: event.message, status: event.status_code }));
    }
  }

  heard(samples) {
    if (this.firstAudio.value === null) {
      this.firstAudio.value = performance.now() - this.began;
      this.state.value = "speaking";
    }
    this.playback.add(samples);
  }

  timed({ words, start, end }) {
    const more = words.map((text, i) => ({ text, start: start[i], end: end[i] }));
    this.words.value = [...this.words.value, ...more];
  }

  over(state) {
    open.delete(this.id);
    this.playback.finish();
    const waited = (performance.now() - this.began) / 1000;
    if (this.playback.count) this.pace.value = this.playback.seconds.value / waited;
    this.state.value = state;
    this.onOver?.(this);
  }

  fail(error) {
    this.error.value = error;
    this.over("failed");
  }

  broke() {
    this.fail(
      new ApiError({
        code: "socket_closed",
        message: "The connection broke off while the text was being spoken.",
        remedy: "What came until then is kept below. Speak again to hear the rest.",
      }),
    );
  }

  // Stops speaking; what came until now stays.
  stop() {
    if (!this.busy) return;
    if (open.has(this.id)) {
      line?.then((socket) => socket.send(JSON.stringify({ context_id: this.id, cancel: true })), () => {});
    }
    this.playback.pause();
    this.over("stopped");
  }

  // What is kept of it in the browser.
  record() {
    return {
      id: this.id,
      created: this.created,
      request: this.request,
      words: this.words.value,
      firstAudio: this.firstAudio.value,
      pace: this.pace.value,
      seconds: this.playback.seconds.value,
      samples: Int16Array.from(this.playback.samples(), (value) => Math.max(-1, Math.min(1, value)) * 32767),
    };
  }

  static kept(record) {
    const take = new Take(record.request);
    take.id = record.id;
    take.created = record.created;
    take.words.value = record.words;
    take.firstAudio.value = record.firstAudio;
    take.pace.value = record.pace;
    take.playback.add(Float32Array.from(record.samples, (value) => value / 32768));
    take.playback.finish();
    take.state.value = "done";
    return take;
  }
}
