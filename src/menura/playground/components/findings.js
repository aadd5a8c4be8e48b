// What was found in a recording, the weightiest first, each with what to do about it.
import { html } from "../lib.js";
import { Icon } from "./icons.js";

// advice: [{ code, severity, sentence, remedy }]; `good` stands where there is none.
export function Findings({ advice, good }) {
  if (!advice.length) {
    return good && html`<div class="note good"><${Icon} name="check" /><div>${good}</div></div>`;
  }
  return html`<ul class="findings">
    ${advice.map((one) => html`<li key=${one.code} class="note ${one.severity === "warning" ? "warning" : ""}" data-code=${one.code}>
      <${Icon} name=${one.severity === "warning" ? "warning" : "info"} />
      <div><strong>${one.sentence}</strong> ${one.remedy}</div>
    </li>`)}
  </ul>`;
}
