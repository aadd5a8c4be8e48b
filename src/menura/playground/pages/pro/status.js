// What a fine-tune is doing, in words.
import { html } from "../../lib.js";

export const OPEN = new Set(["created", "training"]);

const STAGES = {
  waiting: "Waiting in line",
  listening: "Waiting for the recordings to be prepared",
  loading: "Loading the model",
  aligning: "Matching words and sounds",
  training: "Training",
  judging: "Listening to the result",
  voices: "Making the voices",
  saving: "Making the voices",
  done: "Done",
};

export function stageInWords(stage) {
  return STAGES[stage] ?? stage;
}

export function StatusBadge({ one }) {
  const kinds = {
    created: ["", "In line"],
    training: ["accent", `Training, ${Math.round(one.progress * 100)} %`],
    completed: ["accent", "Ready"],
    failed: one.error?.code === "cancelled" ? ["", "Cancelled"] : ["bad", "Failed"],
    draft: ["", "Draft"],
  };
  const [kind, words] = kinds[one.status] ?? ["", one.status];
  return html`<span class="badge ${kind}">${words}</span>`;
}
