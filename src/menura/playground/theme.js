// Light or dark: as the system says, until someone chooses.
import { effect, signal } from "./lib.js";

const NAME = "menura.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

const chosen = signal(localStorage.getItem(NAME));
const systemDark = signal(system.matches);
system.addEventListener("change", (event) => {
  systemDark.value = event.matches;
});

// "light" or "dark".
export const theme = signal("light");

effect(() => {
  theme.value = chosen.value ?? (systemDark.value ? "dark" : "light");
  document.documentElement.dataset.theme = theme.value;
});

export function toggleTheme() {
  chosen.value = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(NAME, chosen.value);
}
