// Audio as samples: mono, float32 from -1 to 1.

// Decodes any file that the browser can play. Throws a plain error with a remedy if it cannot.
export async function decode(blob, rate = 24000) {
  const context = new OfflineAudioContext(1, 1, rate);
  let buffer;
  try {
    buffer = await context.decodeAudioData(await blob.arrayBuffer());
  } catch {
    throw Object.assign(new Error("This browser cannot read the file as audio."), {
      code: "audio_unreadable",
      remedy: "Choose a recording such as wav, mp3, m4a, ogg or flac.",
    });
  }
  const samples = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const data = buffer.getChannelData(channel);
    for (let i = 0; i < samples.length; i++) samples[i] += data[i] / buffer.numberOfChannels;
  }
  return { samples, rate: buffer.sampleRate, seconds: buffer.duration };
}

// The loudest sample of each of `count` equal stretches.
export function peaks(samples, count) {
  const found = new Float32Array(count);
  const step = samples.length / count;
  for (let i = 0; i < count; i++) {
    const end = Math.min(samples.length, Math.ceil((i + 1) * step));
    let most = 0;
    for (let at = Math.floor(i * step); at < end; at++) most = Math.max(most, Math.abs(samples[at]));
    found[i] = most;
  }
  return found;
}

export function joined(parts) {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// 16-bit little-endian samples in base64, as the API's events carry them.
export function fromBase64(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const samples = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(2 * i, true) / 32768;
  return samples;
}

// A 16-bit mono wav file.
export function wav(samples, rate) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const write = (at, text) => [...text].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  write(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.max(-1, Math.min(1, samples[i]));
    view.setInt16(44 + 2 * i, Math.round(value * 32767), true);
  }
  return new Blob([view], { type: "audio/wav" });
}
