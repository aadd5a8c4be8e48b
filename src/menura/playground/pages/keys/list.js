// Keys that are in force: make one, see it once, end one.
import { html, useRef, useState } from "../../lib.js";
import { admin } from "../../api.js";
import { ConfirmDialog, Dialog } from "../../components/dialog.js";
import { Failure, Loading } from "../../components/empty.js";
import { Button, Choice, Field } from "../../components/fields.js";
import { useResource } from "../../components/resource.js";
import { toast, toastError } from "../../components/toasts.js";
import { day } from "../../format.js";

const KINDS = [
  { value: "normal", label: "Normal", hint: "Voices, speech, clones." },
  { value: "admin", label: "Admin", hint: "Keys and usage only." },
];

function NewKey({ onMade, onClose }) {
  const [description, setDescription] = useState("");
  const [kind, setKind] = useState("normal");
  const [made, setMade] = useState(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const shown = useRef(null);
  const make = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const found = await admin.post("/api-keys", { description: description.trim(), is_admin: kind === "admin" });
      setMade(found.key);
      onMade();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made);
      toast({ title: "Copied." });
    } catch {
      shown.current.select();
      toast({ title: "Selected.", text: "Press Ctrl+C to copy it." });
    }
  };
  if (made) {
    return html`<${Dialog} title="Your new key" onClose=${onClose} footer=${html`
        <${Button} icon="copy" onClick=${copy}>Copy<//><${Button} kind="primary" onClick=${onClose}>I have kept it<//>`}>
      <div class="note warning"><div>It is shown this once and kept nowhere. Put it somewhere safe now.</div></div>
      <div class="field"><label for="new-key">Key</label>
        <input id="new-key" class="mono" readonly ref=${shown} value=${made} onFocus=${(event) => event.target.select()} /></div>
    <//>`;
  }
  return html`<${Dialog} title="New key" onClose=${onClose}>
    <form class="stack" onSubmit=${make}>
      <${Field} label="What is it for?" value=${description} maxlength="500" placeholder="Reader app" autofocus onInput=${setDescription} />
      <${Choice} label="Kind" value=${kind} options=${KINDS} onChange=${setKind} />
      ${error && html`<${Failure} error=${error} />`}
      <footer class="dialog-foot">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${busy} disabled=${busy}>Make the key<//>
      </footer>
    </form>
  <//>`;
}

export function KeyList() {
  const keys = useResource((signal) => admin.get("/api-keys", { limit: 100 }, { signal }), []);
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState(null);
  const revoke = async () => {
    const { id, description } = ending;
    setEnding(null);
    try {
      await admin.delete(`/api-keys/${id}`);
      toast({ title: `The key ${description || "without a note"} is revoked.` });
    } catch (error) {
      toastError(error);
    }
    keys.reload();
  };
  const found = keys.value?.data;
  return html`<section class="card stack" aria-labelledby="keys">
    <div class="row spread"><h2 id="keys">Keys</h2>
      <${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>New key<//></div>
    ${keys.error && html`<${Failure} error=${keys.error} onRetry=${keys.reload} />`}
    ${!found && !keys.error && html`<${Loading} label="Reading keys" />`}
    ${found && html`<div class="scroll" tabindex="0" role="region" aria-label="Keys in force"><table class="table keys-table">
      <thead><tr><th scope="col">For</th><th scope="col">Ends in</th><th scope="col" class="made">Made</th><th scope="col"><span class="visually-hidden">Revoke</span></th></tr></thead>
      <tbody>${found.map((one) => html`<tr key=${one.id}>
        <td>${one.description || html`<span class="hint">No note</span>`} ${one.is_admin && html`<span class="badge accent">Admin</span>`}</td>
        <td class="mono">… ${one.hint}</td>
        <td class="made">${day(one.created_at)}</td>
        <td class="number"><${Button} kind="quiet" icon="trash" label="Revoke ${one.description || `the key that ends in ${one.hint}`}" onClick=${() => setEnding(one)} /></td>
      </tr>`)}</tbody>
    </table></div>`}
    ${found && keys.value.has_more && html`<p class="hint">The newest hundred are shown; <code>menura keys list</code> shows all.</p>`}
    ${making && html`<${NewKey} onMade=${keys.reload} onClose=${() => setMaking(false)} />`}
    ${ending && html`<${ConfirmDialog} title="Revoke this key?" confirm="Revoke" danger onConfirm=${revoke} onClose=${() => setEnding(null)}>
      <p>Programs that use <strong>${ending.description || `the key that ends in ${ending.hint}`}</strong> are shut out at once. This cannot be undone.</p>
    <//>`}
  </section>`;
}
