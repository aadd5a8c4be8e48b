// Short notes at the edge of the page: what went wrong, what was done, and a way back.
import { html, signal, useEffect, useRef } from "../lib.js";
import { Button } from "./fields.js";
import { Icon } from "./icons.js";

const SHOWN_MS = 6000;
const shown = signal([]);
let last = 0;

// `action`: { label, run }. `onGone` is called when the time is over or the cross was pressed, but
// not after the action. Resting on a toast, with mouse or focus, stops its clock.
export function toast({ title, text = "", kind = "info", action, onGone, forMs = SHOWN_MS }) {
  const id = ++last;
  shown.value = [...shown.value, { id, title, text, kind, action, onGone, forMs }];
  return () => remove(id);
}

// An error in words: what is wrong, then what to do. Stays until it is closed.
export function toastError(error) {
  // Who was signed out is told so by the sign-in page.
  if (error?.name === "AbortError" || error?.status === 401) return;
  if (!error?.code) console.error(error);
  toast({
    kind: "error",
    title: error?.code ? error.message : "Something in this page went wrong.",
    text: error?.code ? error.remedy : "Reload the page. What you entered is kept.",
    forMs: 0,
  });
}

function remove(id) {
  shown.value = shown.value.filter((one) => one.id !== id);
}

function Toast({ one }) {
  const left = useRef(one.forMs);
  const timer = useRef(null);
  const began = useRef(0);
  const over = () => {
    remove(one.id);
    one.onGone?.();
  };
  const start = () => {
    if (!one.forMs || timer.current) return;
    began.current = performance.now();
    timer.current = setTimeout(over, left.current);
  };
  const hold = () => {
    if (!timer.current) return;
    clearTimeout(timer.current);
    timer.current = null;
    left.current -= performance.now() - began.current;
  };
  useEffect(() => {
    start();
    return hold;
  }, []);
  return html`<li class="toast ${one.kind}" onMouseEnter=${hold} onMouseLeave=${start} onFocusIn=${hold} onFocusOut=${start}>
    <${Icon} name=${one.kind === "error" ? "warning" : "info"} />
    <div class="toast-text"><strong>${one.title}</strong>${one.text && html`<span>${one.text}</span>`}</div>
    ${one.action && html`<${Button} onClick=${() => { remove(one.id); one.action.run(); }}>${one.action.label}<//>`}
    <${Button} kind="quiet" icon="close" label="Close this note" onClick=${over} />
  </li>`;
}

export function Toasts() {
  return html`<section class="toasts" aria-label="Notes" aria-live="polite">
    <ul>${shown.value.map((one) => html`<${Toast} key=${one.id} one=${one} />`)}</ul>
  </section>`;
}
