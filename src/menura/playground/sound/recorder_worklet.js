// Runs in the audio thread: hands on what the microphone gives, a tenth of a second at a time.
class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Float32Array(Math.round(sampleRate / 10));
    this.filled = 0;
  }

  process([input]) {
    const channel = input[0];
    if (!channel) return true;
    let from = 0;
    while (from < channel.length) {
      const count = Math.min(channel.length - from, this.block.length - this.filled);
      this.block.set(channel.subarray(from, from + count), this.filled);
      this.filled += count;
      from += count;
      if (this.filled === this.block.length) {
        this.port.postMessage(this.block);
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("tap", Tap);
