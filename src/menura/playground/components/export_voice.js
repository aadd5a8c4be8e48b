// Takes a voice home as a file.
import { html, useState } from "../lib.js";
import { api } from "../api.js";
import { download, fileName } from "../format.js";
import { Button } from "./fields.js";
import { toastError } from "./toasts.js";

// An icon alone, with words for those who do not see it; or with `children` as its words.
export function ExportVoice({ voice, kind, children }) {
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    try {
      download(await api.blob(`/voices/${voice.id}/export`), fileName(voice.name, "menura.safetensors"));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<${Button} kind=${kind} icon="download" busy=${busy} disabled=${busy}
    label=${children ? undefined : `Export ${voice.name}`} onClick=${take}>${children}<//>`;
}
