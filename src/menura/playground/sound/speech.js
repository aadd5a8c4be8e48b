// Short speech through the API, whole, as a Blob.
import { api } from "../api.js";

export const MODEL = "sonic-latest";

// `language` may be a locale; `model` the name of a base model.
export function say({ voice, text, language, model = MODEL, signal }) {
  return api.blob("/tts/bytes", {
    method: "POST",
    signal,
    body: {
      model_id: model,
      transcript: text,
      voice: { mode: "id", id: voice },
      language: language?.slice(0, 2),
      output_format: { container: "wav", encoding: "pcm_s16le", sample_rate: 24000 },
    },
  });
}
