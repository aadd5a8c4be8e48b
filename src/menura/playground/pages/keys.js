// API keys and what was used: for admin keys.
import { html } from "../lib.js";
import { Button } from "../components/fields.js";
import { KeyForm } from "../sign_in.js";
import { adminKey, forgetAdminKey } from "../session.js";
import { KeyList } from "./keys/list.js";
import { Usage } from "./keys/usage.js";

function Locked() {
  return html`<section class="card stack locked" aria-labelledby="locked">
    <h2 id="locked">An admin key opens this page</h2>
    <p>Keys and usage belong to whoever runs the server. Make an admin key there:</p>
    <pre><code>menura keys create --admin</code></pre>
    <${KeyForm} wanted="admin" label="Admin key" submit="Open" />
    <p class="hint">It stays in this tab and is forgotten when you close it.</p>
  </section>`;
}

export function Keys() {
  const open = Boolean(adminKey.value);
  return html`<div class="page-head">
      <div><h1>Keys and usage</h1>${open && html`<p>Who may use this server, and what they used.</p>`}</div>
      ${open && html`<${Button} kind="quiet" onClick=${forgetAdminKey}>Lock this page<//>`}
    </div>
    ${open ? html`<div class="stack wide-gap"><${Usage} /><${KeyList} /></div>` : html`<${Locked} />`}`;
}
