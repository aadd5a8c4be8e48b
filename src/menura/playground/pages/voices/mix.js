// A new voice between two others.
import { html, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Dialog } from "../../components/dialog.js";
import { Failure } from "../../components/empty.js";
import { Button, Field, Slider } from "../../components/fields.js";
import { toast } from "../../components/toasts.js";
import { putVoice, VoiceSelect } from "../../components/voices.js";
import { go } from "../../router.js";

export function MixDialog({ all, onClose }) {
  const [parts, setParts] = useState([
    { id: all[0].id, weight: 50 },
    { id: all[1].id, weight: 50 },
  ]);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const whole = parts[0].weight + parts[1].weight;
  const change = (at, part) => setParts(parts.map((one, i) => (i === at ? { ...one, ...part } : one)));
  const same = parts[0].id === parts[1].id;
  const share = (weight) => (whole ? Math.round((100 * weight) / whole) : 0);

  const make = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const made = await api.post("/voices/mix", { name: name.trim(), voices: parts });
      putVoice(made);
      toast({
        title: `${made.name} is in your library.`,
        action: { label: "Speak with it", run: () => go(`#/speak?voice=${made.id}`) },
        forMs: 10_000,
      });
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return html`<${Dialog} title="Mix two voices" onClose=${onClose}>
    <form class="stack" onSubmit=${make}>
      ${parts.map((part, at) => html`<div class="mix-part" key=${at}>
        <${VoiceSelect} label=${at ? "Second voice" : "First voice"} all=${all} value=${part.id} onChange=${(id) => change(at, { id })} />
        <${Slider} label=${at ? "Weight of the second" : "Weight of the first"} value=${part.weight} min=${0} max=${100} step=${1}
          show=${(weight) => `${share(weight)} %`} onInput=${(weight) => change(at, { weight })} />
      </div>`)}
      <${Field} label="Name of the new voice" value=${name} maxlength="200" onInput=${setName} />
      ${same && html`<p class="hint">Choose two different voices.</p>`}
      ${!whole && html`<p class="hint">Give one of them a weight.</p>`}
      ${error && html`<${Failure} error=${error} />`}
      <footer class="dialog-foot">
        <${Button} onClick=${onClose}>Cancel<//>
        <${Button} kind="primary" type="submit" busy=${busy} disabled=${busy || same || !whole || !name.trim()}>Mix<//>
      </footer>
    </form>
  <//>`;
}
