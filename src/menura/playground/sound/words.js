// Which words of a text are spoken when.

// Cuts a text at its words: [{ text, start?, end? }], parts without times between them.
export function timedText(text, words) {
  const parts = [];
  let at = 0;
  for (const word of words) {
    const found = word.text ? text.indexOf(word.text, at) : -1;
    if (found < 0) continue;
    if (found > at) parts.push({ text: text.slice(at, found) });
    at = found + word.text.length;
    parts.push({ text: text.slice(found, at), start: word.start, end: word.end });
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

// Index of the part that sounds at a time, or the last one that did; -1 before the first.
export function sounding(parts, seconds) {
  let last = -1;
  for (let i = 0; i < parts.length; i++) {
    if (parts[i].start === undefined) continue;
    if (parts[i].start > seconds) break;
    last = i;
  }
  return last;
}
