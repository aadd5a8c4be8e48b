// API keys and what was used: for admin keys.
import { html } from "../lib.js";
import { KeyForm } from "../sign_in.js";
import { adminKey } from "../session.js";

function Keys() {
  return html`<div class="page-head"><div><h1>Keys and usage</h1></div></div>
    ${!adminKey.value && html`<section class="card stack"><p>These pages open to an admin key only. Make one where the server runs:</p>
      <pre><code>menura keys create --admin</code></pre>
      <${KeyForm} wanted="admin" label="Admin key" submit="Open" /></section>`}`;
}

export const page = { path: "#/keys", title: "Keys and usage", icon: "keys", component: Keys };
