// A place for files: by drag-and-drop, also of folders, or by a button.
import { html, useId, useRef, useState } from "../lib.js";
import { Button } from "./fields.js";
import { Icon } from "./icons.js";

async function entries(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    // A reader gives a hundred at a time.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...some);
  }
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const inside = await entries(entry);
  const files = [];
  for (const one of inside.sort((a, b) => a.name.localeCompare(b.name))) files.push(...(await filesOf(one)));
  return files;
}

async function dropped(transfer) {
  const given = [...transfer.items].filter((item) => item.kind === "file");
  // Entries have to be taken before the event is over; files of folders are read after.
  const found = given.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
  const files = [];
  for (const one of found) files.push(...(one instanceof File ? [one] : await filesOf(one)));
  return files;
}

// `onFiles` gets an array of File; hidden files such as .DS_Store are left out.
export function Drop({ title, hint, button, folderButton, multiple, accept, onFiles, children }) {
  const id = useId();
  const picker = useRef(null);
  const folder = useRef(null);
  const [over, setOver] = useState(false);
  const give = (files) => {
    const seen = files.filter((file) => !file.name.startsWith("."));
    if (seen.length) onFiles(multiple ? seen : seen.slice(0, 1));
  };
  const picked = (event) => {
    give([...event.target.files]);
    event.target.value = "";
  };
  return html`<div class="drop ${over ? "over" : ""}" role="group" aria-labelledby=${id}
    onDragOver=${(event) => { event.preventDefault(); setOver(true); }}
    onDragLeave=${(event) => { if (!event.currentTarget.contains(event.relatedTarget)) setOver(false); }}
    onDrop=${async (event) => { event.preventDefault(); setOver(false); give(await dropped(event.dataTransfer)); }}>
    <${Icon} name="upload" size=${28} />
    <p class="drop-title" id=${id}>${title}</p>
    <div class="row">
      <${Button} onClick=${() => picker.current.click()}>${button}<//>
      ${folderButton && html`<${Button} onClick=${() => folder.current.click()}>${folderButton}<//>`}
    </div>
    ${hint && html`<p class="hint">${hint}</p>`}
    ${children}
    <input ref=${picker} type="file" hidden aria-label=${button} multiple=${multiple} accept=${accept} onChange=${picked} />
    ${folderButton && html`<input ref=${folder} type="file" hidden aria-label=${folderButton} webkitdirectory onChange=${picked} />`}
  </div>`;
}
