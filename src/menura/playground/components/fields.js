// Form parts. Each has a visible label that is bound to it, and may have a hint and an error.
import { html, useId } from "../lib.js";
import { Icon } from "./icons.js";

// Wraps one control: `children` is a function of the properties that the control has to carry.
export function Labelled({ label, hint, error, aside, children }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class="field">
    <div class="field-head">
      <label for=${id}>${label}</label>
      ${aside && html`<span class="field-aside">${aside}</span>`}
    </div>
    ${children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? "true" : undefined })}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="field-error" id="${id}-error">${error}</p>`}
  </div>`;
}

// One line of text; `onInput` gets the text. `type` as in HTML.
export function Field({ label, hint, error, aside, value, onInput, ...rest }) {
  return html`<${Labelled} ...${{ label, hint, error, aside }}>
    ${(common) => html`<input type="text" ...${common} ...${rest} value=${value}
      onInput=${(event) => onInput?.(event.target.value)} />`}
  <//>`;
}

export function TextArea({ label, hint, error, aside, value, onInput, rows = 4, ...rest }) {
  return html`<${Labelled} ...${{ label, hint, error, aside }}>
    ${(common) => html`<textarea rows=${rows} ...${common} ...${rest} value=${value}
      onInput=${(event) => onInput?.(event.target.value)}></textarea>`}
  <//>`;
}

function Options({ options }) {
  return options.map((option) =>
    option.options
      ? html`<optgroup label=${option.label}><${Options} options=${option.options} /></optgroup>`
      : html`<option value=${option.value}>${option.label}</option>`,
  );
}

// `options`: [{ value, label }], or groups [{ label, options }]; `onChange` gets the value.
export function Select({ label, hint, error, aside, value, options, onChange, ...rest }) {
  return html`<${Labelled} ...${{ label, hint, error, aside }}>
    ${(common) => html`<select ...${common} ...${rest} value=${value}
      onChange=${(event) => onChange?.(event.target.value)}><${Options} options=${options} /></select>`}
  <//>`;
}

// A number between two ends; `show` says it in words. `onInput` gets the number.
export function Slider({ label, hint, value, min, max, step = 0.05, show = String, onInput, ...rest }) {
  return html`<${Labelled} label=${label} hint=${hint} aside=${show(value)}>
    ${(common) => html`<input type="range" ...${common} ...${rest} min=${min} max=${max} step=${step}
      value=${value} aria-valuetext=${show(value)}
      onInput=${(event) => onInput?.(Number(event.target.value))} />`}
  <//>`;
}

// A tick with its sentence; `children` may hold links. `onChange` gets true or false.
export function Tick({ children, hint, error, checked, onChange, ...rest }) {
  const id = useId();
  return html`<div class="tick">
    <input type="checkbox" id=${id} ...${rest} checked=${checked}
      aria-describedby=${hint ? `${id}-hint` : undefined} aria-invalid=${error ? "true" : undefined}
      onChange=${(event) => onChange?.(event.target.checked)} />
    <label for=${id}>${children}</label>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="field-error">${error}</p>`}
  </div>`;
}

// A few choices side by side, as radio buttons: [{ value, label, hint? }].
export function Choice({ label, value, options, onChange }) {
  const name = useId();
  return html`<fieldset class="choice">
    <legend>${label}</legend>
    <div class="choice-options">
      ${options.map((option) => html`<label class="choice-option">
        <input type="radio" name=${name} value=${option.value} checked=${option.value === value}
          onChange=${() => onChange?.(option.value)} />
        <span class="choice-label">${option.label}</span>
        ${option.hint && html`<span class="hint">${option.hint}</span>`}
      </label>`)}
    </div>
  </fieldset>`;
}

// `kind`: "primary", "danger", "quiet", or none. An icon alone needs a `label`.
export function Button({ kind = "", icon, label, busy, children, ...rest }) {
  const only = icon && !children;
  return html`<button type="button" class="button ${kind} ${only ? "icon-only" : ""}" aria-label=${label}
    title=${only ? label : undefined} aria-busy=${busy ? "true" : undefined} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}${children && html`<span>${children}</span>`}
  </button>`;
}
