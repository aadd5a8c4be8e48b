// What a model measures of a training, in words: the names are those that menura-1 tells.

// `least`: how much a chart shows of its scale at least, so that trifles look like trifles.
const SCORES = {
  likeness: { title: "Likeness to the speaker", hint: "1 at most, higher is better", least: 0.2 },
  naturalness: { title: "Naturalness", hint: "1 to 5, higher is better", least: 0.5 },
  error: { title: "Pronunciation error", hint: "lower is better", least: 0.5 },
  total: { title: "Overall score", hint: "higher is better; the best moment is kept", least: 0.2 },
};

const LOSSES = {
  spectrum: "Distance from the recordings",
  strangeness: "Unlikeness in new sentences",
  unnaturalness: "Unnaturalness in new sentences",
  blur: "Unclear sounds in new sentences",
};

const DELIVERY = { duration: "Timing", f0: "Melody", energy: "Loudness" };

function plain(name) {
  return name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
}

// { title, hint, least } of a held-out score.
export function scoreInWords(name) {
  return SCORES[name] ?? { title: plain(name), hint: "", least: 0 };
}

export function lossInWords(name) {
  return LOSSES[name] ?? `Loss: ${name.replaceAll("_", " ")}`;
}

export function deliveryInWords(name) {
  return DELIVERY[name] ?? plain(name);
}

// How much nearer the way of speaking came to the recordings, such as "melody 56 %"; from a
// report's figures.
export function deliveryGains(figures) {
  return Object.keys(DELIVERY)
    .map((name) => [name, figures[`delivery_before_${name}`], figures[`delivery_after_${name}`]])
    .filter(([, before, after]) => before > 0 && after < before)
    .map(([name, before, after]) => `${DELIVERY[name].toLowerCase()} ${Math.round((1 - after / before) * 100)} %`);
}

// The title of a held-out score alone.
export function nameInWords(name) {
  return scoreInWords(name).title;
}
