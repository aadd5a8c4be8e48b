// A new voice of the same person that speaks another language.
import { html, useEffect, useMemo, useRef, useState } from "../../lib.js";
import { api } from "../../api.js";
import { Dialog } from "../../components/dialog.js";
import { Failure, Loading } from "../../components/empty.js";
import { Button, Field, Select } from "../../components/fields.js";
import { languageName, languageOptions, useAccents, useLocales } from "../../components/languages.js";
import { Progress } from "../../components/progress.js";
import { toast } from "../../components/toasts.js";
import { GOING_ON, putVoice } from "../../components/voices.js";
import { go } from "../../router.js";

export function LocalizeDialog({ voice, onClose }) {
  const locales = useLocales();
  const accents = useAccents();
  const open = useMemo(() => (accents ?? []).filter((one) => one.is_localizable), [accents]);
  const languages = languageOptions((locales ?? []).filter((one) => open.some((two) => two.language === one.language)));
  const [language, setLanguage] = useState("");
  const [accent, setAccent] = useState("");
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);

  const dialects = open.filter((one) => one.language === language);
  // Every locale has a default; one that has natives is what a language means when no more is said.
  const native = (one) => one.is_locale_default && one.spoken_as === one.locale;
  const chosen = dialects.find((one) => one.id === accent) ?? dialects.find(native) ?? dialects[0];
  const suggested = chosen ? `${voice.name}, ${languageName(locales, language)}` : "";
  const standIn = chosen?.spoken_as && chosen.spoken_as !== chosen.locale ? chosen.spoken_as : null;
  const place = (locale) => locales?.find((one) => one.locale === locale)?.display_name ?? locale;

  const make = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { voice_id: voice.id, name: (name || suggested).slice(0, 200), accent: chosen.id };
      const made = await api.post("/voices/localize", body, { signal: stop.current.signal });
      putVoice(made);
      const [advice] = made.advice ?? [];
      toast({
        title: `${made.name} is in your library.`,
        text: [advice?.sentence, GOING_ON.has(made.refinement?.state) && "It gets nearer to the person by itself."].filter(Boolean).join(" "),
        action: { label: "Speak with it", run: () => go(`#/speak?voice=${made.id}`) },
        forMs: 10_000,
      });
      onClose();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      setError(problem);
      setBusy(false);
    }
  };
  return html`<${Dialog} title="${voice.name} in another language" onClose=${onClose}>
    ${!(locales && accents) ? html`<${Loading} />` : html`<form class="stack" onSubmit=${make}>
      <p class="hint">Makes a new voice that sounds like the same person and speaks as natives do. ${voice.name} stays as it is.</p>
      <${Select} label="Language" value=${language} disabled=${busy} onChange=${(value) => { setLanguage(value); setAccent(""); }}
        options=${[{ value: "", label: "Choose …" }, ...languages]} />
      ${chosen && html`<${Select} label="Dialect" value=${chosen.id} disabled=${busy} onChange=${setAccent}
          options=${dialects.map((one) => ({ value: one.id, label: one.name }))}
          hint=${standIn && `There are no natives of it in the model; ${place(standIn)} stands in.`} />
        <${Field} label="Name" value=${name || suggested} maxlength="200" disabled=${busy} onInput=${setName} />`}
      ${busy && html`<${Progress} label="Learning to speak" value=${null} note="less than a minute" />`}
      ${error && html`<${Failure} error=${error} />`}
      <footer class="dialog-foot">
        <${Button} onClick=${onClose}>${busy ? "Stop" : "Cancel"}<//>
        <${Button} kind="primary" type="submit" busy=${busy} disabled=${busy || !chosen}>Make the voice<//>
      </footer>
    </form>`}
  <//>`;
}
