// The page to show stands in the fragment: #/speak, #/voices?q=ada, #/pro/ID.
import { signal } from "./lib.js";

function read() {
  const [path, query = ""] = location.hash.split("?");
  return { path: path || "#/", query: new URLSearchParams(query) };
}

export const place = signal(read());

addEventListener("hashchange", () => {
  place.value = read();
});

export function go(hash) {
  location.hash = hash;
}

// The page whose path begins the place, the longest first, and what comes after it.
export function find(pages, { path, query }) {
  const fits = pages
    .filter((page) => path === page.path || path.startsWith(`${page.path}/`))
    .sort((a, b) => b.path.length - a.path.length);
  const page = fits[0];
  if (!page) return null;
  const rest = path.slice(page.path.length).split("/").filter(Boolean).map(decodeURIComponent);
  return { page, rest, query };
}
