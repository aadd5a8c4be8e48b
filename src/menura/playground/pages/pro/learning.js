// Losses and held-out scores of a training as small charts.
import { html } from "../../lib.js";
import { Curves } from "../../components/curves.js";

const INSTANT = "instant_";

const NAMES = {
  likeness: "Likeness to the speaker",
  naturalness: "Naturalness",
  error: "Pronunciation error",
  total: "Overall score",
};

export function nameInWords(name) {
  return NAMES[name] ?? name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
}

// What still holds: after a retry that began afresh, points of before lie in the future.
function current(points) {
  const last = Math.max(1, ...points.map((one) => one.attempt));
  const first = points.find((one) => one.attempt === last)?.step ?? 0;
  return points.filter((one) => one.attempt === last || one.step < first);
}

function collected(points, kind) {
  const found = new Map();
  for (const point of points) {
    for (const [name, value] of Object.entries(point[kind] ?? {})) {
      if (!found.has(name)) found.set(name, []);
      found.get(name).push([point.step, value]);
    }
  }
  return found;
}

// points: [{ attempt, step, losses, scores }] in the order of time.
export function Learning({ points }) {
  const shown = current(points);
  const scores = collected(shown, "scores");
  const losses = collected(shown, "losses");
  const steps = shown.map((one) => one.step);
  const ends = [Math.min(...steps), Math.max(...steps)];
  const charts = [...scores].filter(([name]) => !name.startsWith(INSTANT)).map(([name, found]) => {
    const instant = scores.get(INSTANT + name)?.at(-1)?.[1];
    const series = [{ name: "tuned", points: found }];
    if (instant !== undefined) series.push({ name: "instant clone", points: ends.map((step) => [step, instant]) });
    return html`<${Curves} key="score-${name}" title=${nameInWords(name)} series=${series} xLabel="steps" />`;
  });
  for (const [name, found] of losses) {
    charts.push(html`<${Curves} key="loss-${name}" title=${name === "loss" ? "Loss" : `Loss: ${name.replaceAll("_", " ")}`} series=${[{ name: "loss", points: found }]} xLabel="steps" />`);
  }
  if (!charts.length) return null;
  return html`<section class="card stack" aria-labelledby="learning"><h2 id="learning">How it learns</h2>
    <p class="hint">Scores are of sentences that it is not trained on: they should rise, errors and losses should fall.</p>
    <div class="charts">${charts}</div></section>`;
}
