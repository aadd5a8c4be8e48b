// Deleting a voice, with a few seconds to think again.
import { api } from "../../api.js";
import { toast, toastError } from "../../components/toasts.js";
import { leaving, voices } from "../../components/voices.js";

const UNDO_MS = 6000;

function stay(id) {
  const left = new Set(leaving.value);
  left.delete(id);
  leaving.value = left;
}

async function reallyDelete(id, options) {
  try {
    await api.delete(`/voices/${id}`, options);
    voices.value = voices.value?.filter((voice) => voice.id !== id) ?? null;
  } catch (error) {
    if (error.code !== "voice_not_found") toastError(error);
  }
  stay(id);
}

export function remove(voice) {
  leaving.value = new Set([...leaving.value, voice.id]);
  toast({
    title: `${voice.name} is deleted.`,
    text: "Its file goes with it.",
    forMs: UNDO_MS,
    action: { label: "Undo", run: () => stay(voice.id) },
    onGone: () => reallyDelete(voice.id),
  });
}

// Who closes the page meant it: what is waiting is deleted then.
addEventListener("pagehide", () => {
  for (const id of leaving.value) reallyDelete(id, { keepalive: true });
});
