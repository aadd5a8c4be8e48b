// Pro clones: a model tuned on many recordings of one person.
import { html } from "../lib.js";
import { DatasetPage } from "./pro/dataset_page.js";
import { FineTunePage } from "./pro/fine_tune.js";
import { ProList } from "./pro/list.js";
import { Workflow } from "./pro/workflow.js";

export function Pro({ rest }) {
  const [first, second] = rest;
  if (!first) return html`<${ProList} />`;
  if (first === "new") return html`<${Workflow} step=${second} />`;
  if (first === "data" && second) return html`<${DatasetPage} key=${second} id=${second} />`;
  return html`<${FineTunePage} key=${first} id=${first} />`;
}
