// Sends a clip to be cloned, and keeps it beside the voice so that the two can be compared.
import { api } from "../../api.js";
import { keepSource } from "../../sound/recordings.js";

export const CONSENT = "This is my own voice, or the person agreed to being cloned.";

// `wanted`: { blob, name, description, locale, mode, enhance, consent }. Gives the voice.
export async function cloneVoice(wanted, onProgress) {
  const form = new FormData();
  form.append("name", wanted.name.trim());
  form.append("language", wanted.locale);
  form.append("description", wanted.description.trim());
  form.append("mode", wanted.mode);
  form.append("enhance", String(wanted.enhance));
  form.append("refine", "background");
  form.append("consent", wanted.consent);
  form.append("clip", wanted.blob, "clip");
  const voice = await api.upload("/voices/clone", form, { onProgress });
  const { blob, name, description, locale, mode, enhance, consent } = wanted;
  const source = {
    blob, name, description, locale, mode, enhance, consent,
    transcript: voice.transcript ?? "",
    advice: voice.advice,
  };
  // Where the browser has no room for it, only the comparison is missing.
  await keepSource(voice.id, source).catch(() => {});
  return voice;
}

export function otherMode(mode) {
  return mode === "similarity" ? "stability" : "similarity";
}
