// Dialogs on the browser's own <dialog>: it keeps the focus inside and closes on Escape.
import { html, useEffect, useId, useRef } from "../lib.js";
import { Button } from "./fields.js";

// Shown while it is in the tree; `onClose` is called on Escape, on the cross, and on the backdrop.
export function Dialog({ title, onClose, children, footer, wide }) {
  const element = useRef(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      before?.focus?.();
    };
  }, []);
  return html`<dialog ref=${element} class=${wide ? "wide" : ""} aria-labelledby=${id}
    onCancel=${(event) => { event.preventDefault(); onClose(); }}
    onMouseDown=${(event) => event.target === element.current && onClose()}>
    <div class="dialog-body">
      <header class="dialog-head">
        <h2 id=${id}>${title}</h2>
        <${Button} kind="quiet" icon="close" label="Close" onClick=${onClose} />
      </header>
      ${children}
      ${footer && html`<footer class="dialog-foot">${footer}</footer>`}
    </div>
  </dialog>`;
}

// Asks before something that cannot be undone.
export function ConfirmDialog({ title, children, confirm, danger, busy, onConfirm, onClose }) {
  return html`<${Dialog} title=${title} onClose=${onClose} footer=${html`
    <${Button} onClick=${onClose}>Cancel<//>
    <${Button} kind=${danger ? "danger" : "primary"} busy=${busy} disabled=${busy} onClick=${onConfirm}>${confirm}<//>
  `}><div class="dialog-text">${children}</div><//>`;
}
