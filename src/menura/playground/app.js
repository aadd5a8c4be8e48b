// The shell: who is signed in, where one can go, and the page that is shown.
import { html, render, useEffect, useRef } from "./lib.js";
import { Shelter } from "./components/empty.js";
import { Button } from "./components/fields.js";
import { Icon, Mark } from "./components/icons.js";
import { Toasts } from "./components/toasts.js";
import { SignIn } from "./sign_in.js";
import { pages } from "./pages/index.js";
import { find, go, place } from "./router.js";
import { signedIn, signOut } from "./session.js";
import { theme, toggleTheme } from "./theme.js";

function ThemeButton() {
  const dark = theme.value === "dark";
  return html`<${Button} kind="quiet" icon=${dark ? "sun" : "moon"} label=${dark ? "Light colours" : "Dark colours"}
    onClick=${toggleTheme} />`;
}

function Navigation({ here }) {
  return html`<nav aria-label="Pages">
    <ul>${pages.map((page) => html`<li key=${page.path}>
      <a href=${page.path} aria-label=${page.title} aria-current=${page === here ? "page" : undefined}>
        <${Icon} name=${page.icon} />
        <span class="long">${page.title}</span><span class="brief">${page.short ?? page.title}</span></a>
    </li>`)}</ul>
  </nav>`;
}

function Shell() {
  const found = find(pages, place.value);
  const main = useRef(null);
  const first = useRef(true);
  useEffect(() => {
    if (!found) go(pages[0].path);
  });
  const page = found?.page;
  useEffect(() => {
    if (!page) return;
    document.title = `${page.title} · Menura`;
    // After a change of page, reading and the Tab key go on from its top.
    if (!first.current) main.current.focus();
    first.current = false;
  }, [page]);
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); main.current.focus(); }}>Skip to the page</a>
    <header class="bar">
      <a class="brand" href=${pages[0].path}><${Mark} /><span>Menura</span></a>
      <${Navigation} here=${page} />
      <div class="bar-end">
        <${ThemeButton} />
        <${Button} kind="quiet" icon="out" label="Sign out" onClick=${() => signOut()} />
      </div>
    </header>
    <main id="main" ref=${main} tabindex="-1">
      ${page && html`<${Shelter} key=${page.path}><${page.component} rest=${found.rest} query=${found.query} /><//>`}
    </main>`;
}

function App() {
  return html`
    ${signedIn.value ? html`<${Shell} />` : html`<div class="bar-end alone"><${ThemeButton} /></div><${SignIn} />`}
    <${Toasts} />`;
}

// A file that is dropped beside its place would be opened by the browser instead of the page.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  });
}

// The other pages are read once the first one had its turn, so that they open at once and also
// when the server has stopped.
const FIRST_TURN = 1500; // Milliseconds.
setTimeout(() => {
  for (const page of pages) page.component.warm?.();
}, FIRST_TURN);

const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
