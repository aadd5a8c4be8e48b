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

// Steps that came again after a crash or a retry replace what was told of them before.
function collected(points, kind) {
  const found = new Map();
  for (const point of points) {
    for (const [name, value] of Object.entries(point[kind] ?? {})) {
      const before = (found.get(name) ?? []).filter(([step]) => step < point.step);
      found.set(name, [...before, [point.step, value]]);
    }
  }
  return found;
}

// points: [{ attempt, step, losses, scores }] in the order of time.
export function Learning({ points }) {
  const scores = collected(points, "scores");
  const losses = collected(points, "losses");
  const steps = points.map((one) => one.step);
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
