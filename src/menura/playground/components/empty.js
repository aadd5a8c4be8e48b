// What stands where there is nothing yet, while something loads, and where a page failed.
import { Component } from "../vendor/preact.js";
import { html } from "../lib.js";
import { Icon, Mark } from "./icons.js";
import { Button } from "./fields.js";

export function Empty({ title, children }) {
  return html`<div class="empty"><${Mark} size=${44} /><p class="empty-title">${title}</p>${children}</div>`;
}

export function Loading({ label = "Loading" }) {
  return html`<p class="loading" role="status"><span class="spinner"></span>${label} …</p>`;
}

// A failure in its place on the page, with a way to try again.
export function Failure({ error, onRetry }) {
  return html`<div class="note error" role="alert">
    <${Icon} name="warning" />
    <div><strong>${error.message}</strong> ${error.remedy}
      ${onRetry && html`<p><${Button} icon="retry" onClick=${onRetry}>Try again<//></p>`}
    </div>
  </div>`;
}

// Keeps the shell standing when a page throws.
export class Shelter extends Component {
  componentDidCatch(error) {
    console.error(error);
    this.setState({ error });
  }

  render({ children }, { error }) {
    if (!error) return children;
    return html`<${Failure} error=${{ message: "This page stopped working.", remedy: "Reload it; what you entered is kept." }}
      onRetry=${() => location.reload()} />`;
  }
}
