// The JavaScript SDK, newest. Its sockets are always TLS, so all of it uses the TLS port.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const given = JSON.parse(process.argv[2]);
// The CommonJS build is the one whose sockets have headers.
const require = createRequire(path.join(given.environment, 'package.json'));
const { default: Cartesia, toFile } = require('@cartesia/cartesia-js');

const client = new Cartesia({ apiKey: given.key, baseURL: given.tls_url });
const raw = { container: 'raw', encoding: 'pcm_s16le', sample_rate: 24000 };
const wav = { ...raw, container: 'wav' };
const spoken = { model_id: 'sonic-latest', transcript: given.text, language: 'en' };
const ended = {};

async function call(name, work) {
  try {
    ended[name] = { error: null };
    await work();
  } catch (error) {
    console.error(name, error);
    ended[name] = { error: `${error.name}: ${error.message}`.slice(0, 300) };
  }
  fs.writeFileSync(path.join(given.out, 'calls.json'), JSON.stringify(ended));
}

function header(bytes) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(24000, 24);
  head.writeUInt32LE(48000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}

function heard(name, audio, { kind = 'wav', text = given.text } = {}) {
  if (!audio.length) throw new Error('no audio at all');
  const content = kind === 'raw' ? Buffer.concat([header(audio.length), audio]) : audio;
  const file = `${name}.${kind === 'raw' ? 'wav' : kind}`;
  fs.writeFileSync(path.join(given.out, file), content);
  ended[name] = { error: null, audio: file, text };
}

function check(good, what) {
  if (!good) throw new Error(`not so: ${what}`);
}

const bytes = async (answer) => Buffer.from(await (await answer).arrayBuffer());

await call('status', async () => check((await client.getStatus()).ok, 'ok'));

await call('list voices', async () => {
  let number = 0;
  for await (const voice of client.voices.list({ limit: 20 })) number += voice.id ? 1 : 0;
  check(number > 20, 'more than a page');
});

await call('get a voice', async () => {
  check((await client.voices.get(given.voice)).name, 'a name');
});

await call('speak, WAV', async () => {
  const request = { ...spoken, voice: given.voice, output_format: wav };
  heard('speak, WAV', await bytes(client.tts.generate(request)));
});

await call('speak, MP3', async () => {
  const output_format = { container: 'mp3', sample_rate: 44100, bit_rate: 128000 };
  const audio = await bytes(client.tts.generate({ ...spoken, voice: given.voice, output_format }));
  heard('speak, MP3', audio, { kind: 'mp3' });
});

await call('speak, events', async () => {
  const request = { ...spoken, voice: given.voice, output_format: raw, add_timestamps: true };
  const parts = [];
  let words = 0;
  for await (const event of await client.tts.generateSSE(request)) {
    if (event.type === 'error') throw new Error(event.message);
    if (event.type === 'chunk') parts.push(Buffer.from(event.data, 'base64'));
    if (event.type === 'timestamps') words += event.word_timestamps.words.length;
  }
  check(words === given.text.split(' ').length, 'a time for every word');
  heard('speak, events', Buffer.concat(parts), { kind: 'raw' });
});

await call('speak, TLS socket', async () => {
  const socket = await client.tts.websocket();
  try {
    const context = socket.context({
      model_id: 'sonic-latest', voice: given.voice, output_format: raw, language: 'en',
    });
    const half = given.text.indexOf(' ', given.text.length / 2) + 1;
    await context.push({ transcript: given.text.slice(0, half) });
    await context.push({ transcript: given.text.slice(half) });
    await context.no_more_inputs();
    const parts = [];
    for await (const event of context.receive()) {
      if (event.type === 'error') throw new Error(event.message);
      if (event.type === 'chunk') parts.push(Buffer.from(event.audio ?? event.data, 'base64'));
    }
    heard('speak, TLS socket', Buffer.concat(parts), { kind: 'raw' });
  } finally {
    socket.close();
  }
});

let made;
await call('clone', async () => {
  const clip = await toFile(fs.createReadStream(given.clip), 'clip.wav');
  made = await client.voices.clone({ clip, name: 'Ada', language: 'en' });
  const request = { ...spoken, voice: made.id, output_format: wav };
  heard('clone', await bytes(client.tts.generate(request)));
});

await call('change a voice', async () => {
  const changed = await client.voices.update(made.id, { name: 'Ada Lovelace' });
  check(changed.name === 'Ada Lovelace', 'the new name');
});

await call('localize', async () => {
  const request = { voice_id: made.id, name: 'Ada abroad', accent: 'british' };
  const abroad = await client.voices.localize(request);
  check((await client.voices.get(abroad.id)).accent === 'british', 'the accent');
});

await call('transcribe', async () => {
  const file = await toFile(fs.createReadStream(given.clip), 'clip.wav');
  const found = await client.stt.transcribe({ file, model: 'ink-whisper', language: 'en' });
  const words = (text) => new Set(text.toLowerCase().match(/[a-z']+/g));
  const known = words(given.clip_text);
  const common = [...words(found.text)].filter((word) => known.has(word));
  check(common.length > known.size / 2, 'the words of the clip');
});

await call('dictionary', async () => {
  const items = [{ text: 'kettle', alias: 'teapot' }];
  const words = await client.pronunciationDicts.create({ name: 'Words', items });
  const request = {
    ...spoken, voice: given.voice, output_format: wav, pronunciation_dict_id: words.id,
  };
  const audio = await bytes(client.tts.generate(request));
  await client.pronunciationDicts.delete(words.id);
  heard('dictionary', audio, { text: given.text.replace('kettle', 'teapot') });
});

await call('access token', async () => {
  const { token } = await client.accessToken.create({ grants: { tts: true }, expires_in: 60 });
  const guest = new Cartesia({ token, baseURL: given.tls_url });
  const request = { ...spoken, voice: given.voice, output_format: wav };
  check((await bytes(guest.tts.generate(request))).length, 'audio');
});

await call('delete a voice', async () => {
  await client.voices.delete(made.id);
  const gone = await client.voices.get(made.id).catch((error) => error);
  check(gone instanceof Cartesia.NotFoundError, 'gone');
});
