// What every module takes from the vendored libraries, under one name.
import { h, render } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { h, render };
export { Fragment } from "./vendor/preact.js";
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "./vendor/hooks.js";
export { batch, computed, effect, signal, useComputed, useSignal } from "./vendor/signals.js";

// Tagged templates that make elements: html`<p class="note">${text}</p>`.
export const html = htm.bind(h);
