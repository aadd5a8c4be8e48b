// From a recording to a voice.
import { html } from "../lib.js";
import { CloneForm } from "./clone/form.js";
import { CloneResult } from "./clone/result.js";

export function Clone({ rest, query }) {
  const [voiceId] = rest;
  if (!voiceId) return html`<${CloneForm} />`;
  return html`<${CloneResult} key=${voiceId} voiceId=${voiceId} besideId=${query.get("beside")} />`;
}
