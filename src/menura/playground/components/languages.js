// What the server speaks, read once: its locales and the names of its models.
import { html, signal, useEffect } from "../lib.js";
import { api } from "../api.js";
import { toastError } from "./toasts.js";

function once(read) {
  const value = signal(null);
  let asked = null;
  return () => {
    useEffect(() => {
      asked ??= read().then(
        (found) => {
          value.value = found;
        },
        (error) => {
          asked = null;
          toastError(error);
        },
      );
    }, []);
    return value.value;
  };
}

// [{ locale, language, display_name, accents }], or null while it is being read.
export const useLocales = once(async () => (await api.get("/locales")).locales);

// [{ id, name, language, locale, is_localizable, spoken_as }], or null.
export const useAccents = once(async () => (await api.get("/accents")).accents);

// Names that may be sent as `model_id`, or null.
export const useModels = once(async () => (await api.get("/v1/models")).data.map((model) => model.id));

const plain = (locale) => locale.display_name.replace(/ \(.*\)$/, "");

// One option for each language, by name.
export function languageOptions(locales) {
  const byCode = new Map((locales ?? []).map((locale) => [locale.language, plain(locale)]));
  return [...byCode].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));
}

// One option for each locale, by name.
export function localeOptions(locales) {
  return (locales ?? [])
    .map((locale) => ({ value: locale.locale, label: locale.display_name }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

// A locale such as fr-FR as its language's name, for badges.
export function languageName(locales, code) {
  const found = (locales ?? []).find((locale) => locale.locale === code || locale.language === code);
  return found ? plain(found) : code;
}

export function LanguageBadge({ locales, locale }) {
  return html`<span class="badge">${languageName(locales, locale)}</span>`;
}
