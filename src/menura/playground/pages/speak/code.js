// The same speech as a program: curl, Python, JavaScript.
import { html, useRef, useState } from "../../lib.js";
import { ROOT } from "../../api.js";
import { Dialog } from "../../components/dialog.js";
import { Button, Choice } from "../../components/fields.js";
import { toast } from "../../components/toasts.js";
import { bytesRequest } from "./take_view.js";

const WAV = { container: "wav", encoding: "pcm_s16le", sample_rate: 24000 };
const base = ROOT.href.replace(/\/$/, "");

const indent = (text, by) => text.replaceAll("\n", `\n${" ".repeat(by)}`);

// JSON as Python writes it.
function python(value) {
  if (value && typeof value === "object") {
    const inside = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${python(one)}`);
    return `{${inside.join(", ")}}`;
  }
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value);
}

const WRITERS = {
  curl: (body) => {
    const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
    return `curl ${base}/tts/bytes \\
  -H "Authorization: Bearer $MENURA_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${json}' \\
  -o speech.wav`;
  },
  python: (body) => `import os

from cartesia import Cartesia  # pip install cartesia

client = Cartesia(base_url="${base}", api_key=os.environ["MENURA_API_KEY"])
speech = client.tts.generate(
${Object.entries(body).map(([name, value]) => `    ${name}=${python(value)},`).join("\n")}
)
speech.write_to_file("speech.wav")`,
  javascript: (body) => `import { writeFile } from "node:fs/promises";

const answer = await fetch("${base}/tts/bytes", {
  method: "POST",
  headers: {
    Authorization: \`Bearer \${process.env.MENURA_API_KEY}\`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify(${indent(JSON.stringify(body, null, 2), 2)}),
});
if (!answer.ok) throw new Error(await answer.text());
await writeFile("speech.wav", Buffer.from(await answer.arrayBuffer()));`,
};

const LANGUAGES = [
  { value: "curl", label: "curl" },
  { value: "python", label: "Python" },
  { value: "javascript", label: "JavaScript" },
];

export function program(language, request) {
  return WRITERS[language](bytesRequest({ ...request, text: request.text.trim() || "Hello." }, WAV));
}

export function Code({ request, onClose }) {
  const [language, setLanguage] = useState("curl");
  const text = program(language, request);
  const shown = useRef(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast({ title: "Copied." });
    } catch {
      // Browsers let pages copy on this computer and over TLS only.
      getSelection().selectAllChildren(shown.current);
      toast({ title: "Selected.", text: "Press Ctrl+C to copy it." });
    }
  };
  return html`<${Dialog} title="As code" wide onClose=${onClose}
    footer=${html`<${Button} kind="primary" icon="copy" onClick=${copy}>Copy<//>`}>
    <${Choice} label="Language" value=${language} options=${LANGUAGES} onChange=${setLanguage} />
    <pre tabindex="0" role="region" aria-label="Program"><code ref=${shown}>${text}</code></pre>
    <p class="hint">Your key is not in it: put it into the environment as <code>MENURA_API_KEY</code>.</p>
  <//>`;
}
