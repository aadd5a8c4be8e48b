// Line icons, drawn for this page on a grid of 24; they carry no meaning for screen readers.
import { html } from "../lib.js";

const PATHS = {
  speak: "M4 10v4h3l5 4V6L7 10zM16 9a4 4 0 0 1 0 6M18.500 6.500a8 8 0 0 1 0 11",
  clone: "M12 4a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v3M9 20h6",
  voices: "M4 12h1M8 8v8M12 5v14M16 8v8M19.500 11v2",
  pro: "M12 4l2.300 4.800 5.200.700-3.800 3.700.900 5.200-4.600-2.500-4.600 2.500.900-5.200L4.500 9.500l5.200-.700z",
  keys: "M8.500 12a4 4 0 1 0 0 .01M12.500 12H20v3M16.500 12v2.500",
  play: "M8 5.500v13l10-6.500z",
  pause: "M8 6v12M16 6v12",
  stop: "M7 7h10v10H7z",
  download: "M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14",
  upload: "M12 15.500V4M7.500 8.500L12 4l4.500 4.500M5 20h14",
  copy: "M9 9h10v10H9zM15 9V5H5v10h4",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13",
  edit: "M5 19l.800-3.800L16 5l3 3L8.800 18.200z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  search: "M11 5a6 6 0 1 0 .01 0M15.500 15.500L20 20",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.500l4.500 4.500L19 7.500",
  sun: "M12 8a4 4 0 1 0 .01 0M12 2.500V4M12 20v1.500M2.500 12H4M20 12h1.500M5.300 5.300l1 1M17.700 17.700l1 1M5.300 18.700l1-1M17.700 6.300l1-1",
  moon: "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z",
  out: "M14 5H6v14h8M11 12h9M16.500 8.500L20 12l-3.500 3.500",
  globe: "M12 4a8 8 0 1 0 .01 0M4 12h16M12 4c-5 5-5 11 0 16c5-5 5-11 0-16",
  mix: "M5 6h4l6 12h4M5 18h4l2-4M13 10l2-4h4",
  warning: "M12 4.500L21 19.500H3zM12 10v4.500M12 17h.01",
  info: "M12 4a8 8 0 1 0 .01 0M12 11v5M12 8h.01",
  plus: "M12 5v14M5 12h14",
  retry: "M19 12a7 7 0 1 1-2-5M19 4v4h-4",
  record: "M12 6a6 6 0 1 0 .01 0z",
};

export function Icon({ name, size = 20 }) {
  return html`<svg class="icon icon-${name}" viewBox="0 0 24 24" width=${size} height=${size} aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>`;
}

export function Mark({ size = 28 }) {
  return html`<img class="mark" src="mark.svg" alt="" width=${size} height=${size} />`;
}
