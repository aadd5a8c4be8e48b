// How a training goes, as small charts: held-out scores, the way of speaking, the sound.
import { html } from "../../lib.js";
import { Curves } from "../../components/curves.js";
import { deliveryInWords, lossInWords, scoreInWords } from "./measures.js";

const INSTANT = "instant_";
const DELIVERY = "delivery_";

// Adds a point; steps that come again, after a crash or a retry, replace what was told before.
function put(found, name, step, value) {
  const before = (found.get(name) ?? []).filter(([at]) => at < step);
  found.set(name, [...before, [step, value]]);
}

// points: [{ stage, begins, step, losses, scores }] in the order of time; `begins` tells that its
// stage is a new one. Gives maps from names to points, and the scores of the instant clone.
//
// Scores named `delivery_…` are taken before and after the way of speaking is learned, both with
// step 0; its losses count batches, those of the sound count steps. Losses that come with step 0 are
// of the steps before: a stage's last ones are told with the first news of the next.
export function collected(points) {
  const found = { scores: new Map(), instant: new Map(), delivery: new Map(), judged: new Map(), losses: new Map() };
  let batch = 0;
  for (const { begins, step, losses, scores } of points) {
    const names = Object.keys(scores);
    const judgesDelivery = names.some((name) => name.startsWith(DELIVERY));
    if (judgesDelivery) batch = begins ? 0 : batch + 1;
    for (const name of names) {
      if (name.startsWith(INSTANT)) found.instant.set(name.slice(INSTANT.length), scores[name]);
      else if (name.startsWith(DELIVERY)) put(found.judged, name.slice(DELIVERY.length), batch, scores[name]);
      else put(found.scores, name, step, scores[name]);
    }
    for (const name of Object.keys(losses)) {
      if (!found.judged.has(name)) put(found.losses, name, step || (found.losses.get(name)?.at(-1)[0] ?? 0), losses[name]);
      else {
        if (!judgesDelivery) batch = step;
        put(found.delivery, name, batch, losses[name]);
      }
    }
    if (judgesDelivery && begins) found.delivery.clear();
  }
  return found;
}

function ScoreChart({ name, points, instant }) {
  const { title, hint, least } = scoreInWords(name);
  const series = [{ name: "pro clone", points }];
  const ends = [points[0][0], points[points.length - 1][0]];
  if (instant !== undefined) series.push({ name: "instant clone", points: ends.map((step) => [step, instant]) });
  return html`<${Curves} title=${title} hint=${hint} least=${least} series=${series} xLabel="steps" />`;
}

function Group({ title, hint, children }) {
  return html`<section class="stack tight"><h3>${title}</h3><p class="hint">${hint}</p><div class="charts">${children}</div></section>`;
}

export function Learning({ points }) {
  const { scores, instant, delivery, judged, losses } = collected(points);
  // One judgement is no curve yet, but a place beside the instant clone.
  const spoken = [...judged].map(([name, held]) => [name, [
    { name: "in training", points: delivery.get(name) ?? [] },
    { name: "sentences kept out", points: held },
  ]]).filter(([, series]) => series.some((one) => one.points.length > 1));
  const sound = [...losses].filter(([, found]) => found.length > 1);
  if (!scores.size && !spoken.length && !sound.length) return null;
  return html`<section class="card stack" aria-labelledby="learning"><h2 id="learning">How it learns</h2>
    ${scores.size > 0 && html`<${Group} title="Result so far" hint="Measured on sentences that it is not trained on.">
      ${[...scores].map(([name, found]) => html`<${ScoreChart} key=${name} name=${name} points=${found} instant=${instant.get(name)} />`)}<//>`}
    ${spoken.length > 0 && html`<${Group} title="Way of speaking" hint="How far timing, melody and loudness are from the recordings: these should fall.">
      ${spoken.map(([name, series]) => html`<${Curves} key=${name} title=${deliveryInWords(name)} series=${series} xLabel="batches" />`)}<//>`}
    ${sound.length > 0 && html`<${Group} title="Sound" hint="What the training makes smaller. These jump up and down; the trend counts.">
      ${sound.map(([name, found]) => html`<${Curves} key=${name} title=${lossInWords(name)} series=${[{ name: "loss", points: found, trend: true }]} xLabel="steps" />`)}<//>`}
  </section>`;
}
