// A component whose module is not part of the first load.
import { html, signal, useEffect } from "../lib.js";
import { Failure, Loading } from "./empty.js";

const UNREADABLE = { message: "This page could not be read.", remedy: "See whether Menura is still running, then reload; what you entered is kept." };

// `read` is async and gives the component. It is called when the component is first shown, or
// before that by `warm`.
export function later(read) {
  const found = signal({ component: null, failed: false });
  let asked = false;
  function Later(props) {
    useEffect(Later.warm, []);
    const { component, failed } = found.value;
    if (component) return html`<${component} ...${props} />`;
    // Browsers may remember that a module could not be read; only a reload asks for it again.
    if (failed) return html`<${Failure} error=${UNREADABLE} onRetry=${() => location.reload()} />`;
    return html`<${Loading} />`;
  }
  Later.warm = () => {
    if (asked) return;
    asked = true;
    read().then(
      (component) => {
        found.value = { component, failed: false };
      },
      () => {
        found.value = { component: null, failed: true };
      },
    );
  };
  return Later;
}
