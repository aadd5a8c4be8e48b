// The way in: an API key, tried before it is kept.
import { html, useEffect, useState } from "./lib.js";
import { Button, Field } from "./components/fields.js";
import { Icon, Mark } from "./components/icons.js";
import { kindOfKey } from "./api.js";
import { farewell, keepAdminKey, keepKey } from "./session.js";

// Tries a key and keeps it if it is of the `wanted` kind: "normal" or "admin".
export function KeyForm({ wanted, label, submit }) {
  const [secret, setSecret] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    const tried = secret.trim();
    if (!tried) return setError("Paste a key first.");
    setBusy(true);
    setError("");
    try {
      const kind = await kindOfKey(tried);
      if (kind !== wanted) {
        setError(
          kind === "admin"
            ? "This is an admin key: it opens usage and keys only. Sign in with a normal key; you can add this one on the page Keys and usage."
            : "This is a normal key. Keys and usage open to admin keys only.",
        );
      } else if (kind === "admin") keepAdminKey(tried);
      else keepKey(tried);
    } catch (problem) {
      setError(problem.code === "api_key_wrong" ? "The server does not know this key. Look for missing letters, or make another one." : `${problem.message} ${problem.remedy ?? ""}`);
    } finally {
      setBusy(false);
    }
  };
  return html`<form class="key-form" onSubmit=${send}>
    <${Field} label=${label} type="password" name="key" autocomplete="off" spellcheck=${false} placeholder="sk_car_…"
      value=${secret} error=${error} onInput=${setSecret} />
    <${Button} kind="primary" type="submit" busy=${busy} disabled=${busy}>${submit}<//>
  </form>`;
}

export function SignIn() {
  useEffect(() => {
    document.title = "Sign in · Menura";
  }, []);
  return html`<main class="sign-in">
    <div class="card">
      <${Mark} size=${56} />
      <h1>Menura</h1>
      <p class="lead">Speak in any voice, on this computer.</p>
      ${farewell.value && html`<div class="note warning" role="status"><${Icon} name="info" /><div>${farewell.value}</div></div>`}
      <${KeyForm} wanted="normal" label="API key" submit="Sign in" />
      <details class="help">
        <summary>Where do I find a key?</summary>
        <p>The server printed one when it was started for the very first time, beside its address. It begins with${" "}<code>sk_car_</code>.</p>
        <p>To make another one, run this where the server runs:</p>
        <pre><code>menura keys create</code></pre>
      </details>
      <p class="hint">The key stays in this tab and is forgotten when you close it.</p>
    </div>
  </main>`;
}
