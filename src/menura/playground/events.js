// Server-sent events read by fetch, since an EventSource cannot send the key in a header.
import { api } from "./api.js";

const AGAIN_MS = 2000;

function parsed(block) {
  const event = { id: null, type: "message", data: "" };
  const data = [];
  for (const line of block.split(/\r\n|\r|\n/)) {
    const cut = line.indexOf(":");
    if (cut === 0 || !line) continue;
    const name = cut < 0 ? line : line.slice(0, cut);
    const value = cut < 0 ? "" : line.slice(cut + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "event") event.type = value;
    else if (name === "id") event.id = value;
  }
  event.data = data.join("\n");
  return event;
}

function wait(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

// Calls `onEvent({ id, type, data })` until the server ends the stream or `signal` aborts. A
// connection that breaks is taken up again after the last event. Throws what the API refuses.
export async function follow(path, { onEvent, onBroken, signal }) {
  let last = null;
  while (!signal.aborted) {
    try {
      const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
      const answer = await api.fetch(path, { signal, headers });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        text += value;
        const blocks = text.split(/\r\n\r\n|\n\n|\r\r/);
        text = blocks.pop();
        for (const block of blocks) {
          const event = parsed(block);
          last = event.id ?? last;
          if (event.data) onEvent({ ...event, data: JSON.parse(event.data) });
        }
      }
    } catch (error) {
      if (error.name === "AbortError" || signal.aborted) return;
      if (error.status >= 400 && error.status < 500) throw error;
      onBroken?.();
      await wait(AGAIN_MS, signal);
    }
  }
}
