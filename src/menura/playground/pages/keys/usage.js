// Credits by day, and what they were used for.
import { html, useMemo, useState } from "../../lib.js";
import { admin, api } from "../../api.js";
import { key } from "../../session.js";
import { BarChart } from "../../components/chart.js";
import { Failure, Loading } from "../../components/empty.js";
import { Select } from "../../components/fields.js";
import { useResource } from "../../components/resource.js";

const DAY_MS = 86_400_000;
const MOST_GROUPS = 12;

const SPANS = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
];

const GROUPS = [
  { value: "capability", label: "Kind of work" },
  { value: "model", label: "Model" },
  { value: "voice", label: "Voice" },
  { value: "api_key", label: "Key" },
];

// Days as UTC counts them, since the server does.
const shortDay = (date) => date.toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const longDay = (date) => date.toLocaleDateString(undefined, { dateStyle: "full", timeZone: "UTC" });

const WORK = {
  tts: "Speech",
  stt: "Writing down",
  infill: "Filling in",
  fine_tune: "Pro clones",
};

// What a group is called: voices and keys come as ids.
async function names(group, groups, signal) {
  if (group === "capability") return (id) => WORK[id] ?? id;
  if (group === "voice" && key.value) {
    const found = await Promise.all(
      groups.map((one) => api.get(`/voices/${one.group}`, {}, { signal }).then((voice) => voice.name, () => one.group)),
    );
    return (id) => found[groups.findIndex((one) => one.group === id)] ?? id;
  }
  if (group === "api_key") {
    const { data } = await admin.get("/api-keys", { limit: 100 }, { signal });
    const known = new Map(data.map((one) => [one.id, one.description || `… ${one.hint}`]));
    return (id) => known.get(id) ?? `revoked, ${id.slice(0, 8)}`;
  }
  return (id) => id;
}

async function read(days, group, signal) {
  const end = new Date();
  const window = { start_ts: new Date(end - (days - 1) * DAY_MS).toISOString(), end_ts: end.toISOString() };
  const [byDay, groups] = await Promise.all([
    admin.get("/usage/credits", { ...window, interval: "day" }, { signal }),
    admin.get("/usage/credits", { ...window, group_by: group }, { signal }),
  ]);
  const used = groups.data.filter((one) => one.credits).sort((a, b) => b.credits - a.credits).slice(0, MOST_GROUPS);
  const named = await names(group, used, signal);
  return { byDay: byDay.data, groups: used.map((one) => ({ name: named(one.group), credits: one.credits })) };
}

export function Usage() {
  const [days, setDays] = useState("30");
  const [group, setGroup] = useState("capability");
  const usage = useResource((signal) => read(Number(days), group, signal), [days, group]);
  const bars = useMemo(
    () =>
      (usage.value?.byDay ?? []).map((one) => {
        const date = new Date(one.start_ts);
        return { label: shortDay(date), detail: longDay(date), value: one.credits };
      }),
    [usage.value],
  );
  const whole = bars.reduce((sum, bar) => sum + bar.value, 0);
  const groups = usage.value?.groups ?? [];
  return html`<section class="card stack" aria-labelledby="usage">
    <div class="row spread usage-head"><h2 id="usage">Usage</h2>
      <${Select} label="Time" value=${days} options=${SPANS} onChange=${setDays} /></div>
    ${usage.error && html`<${Failure} error=${usage.error} onRetry=${usage.reload} />`}
    ${!usage.value && !usage.error && html`<${Loading} label="Reading usage" />`}
    ${usage.value && html`
      <dl class="figures">
        <div><dt>Credits in ${days} days</dt><dd>${whole.toLocaleString()}</dd></div>
        <div><dt>Today</dt><dd>${(bars.at(-1)?.value ?? 0).toLocaleString()}</dd></div>
        <div><dt>A day on average</dt><dd>${(whole / Math.max(1, bars.length)).toLocaleString(undefined, { maximumFractionDigits: 1 })}</dd></div>
      </dl>
      <${BarChart} bars=${bars} title="Credits by day" unit="credits" />
      <div class="row spread usage-head"><h3>What for</h3>
        <${Select} label="Sums by" value=${group} options=${GROUPS} onChange=${setGroup} /></div>
      ${groups.length
        ? html`<ul class="shares">${groups.map((one) => html`<li key=${one.name}>
            <span class="clip">${one.name}</span>
            <span class="share-track"><span class="share-bar" style=${{ width: `${(100 * one.credits) / groups[0].credits}%` }}></span></span>
            <span class="share-number">${one.credits.toLocaleString()}</span>
          </li>`)}</ul>`
        : html`<p class="hint">Nothing was used in this time.</p>`}`}
  </section>`;
}
