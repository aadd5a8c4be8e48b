"""Writes docs/clip-report.md from the result of `benchmarks.clip_report`."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.machine import ROOT
from menura.audio.enhance import ATTENUATION_DB, CLEAN_SNR_DB, TARGET_LOUDNESS

PAGE = ROOT / "docs" / "clip-report.md"

_INTRODUCTION = f"""\
# The clip report

`menura check CLIP`, `Menura.check` and `POST /voices/check` tell what a recording is like and what
would make a better voice; `menura clone` and `POST /voices/clone` tell the same of the clip they
cloned (`report` and `advice`). A clip that could not be cloned gives the error that cloning gives.

Signal-to-noise ratio is measured before anything is cleaned up. Enhancement (the default in
stability mode) takes at most {ATTENUATION_DB:.0f} dB of noise out by DeepFilterNet 3 at 48 kHz and
brings the clip to {TARGET_LOUDNESS:.0f} LUFS. From {CLEAN_SNR_DB:.0f} dB on nothing is taken out,
and the report says that it was not needed, with the ratio that was measured.

Written by `python -m benchmarks.clip_report`; do not edit.
"""

_NOTES = """\
## What the figures are

- *Faults* are made of clean recordings (cut peaks, telephone band, diffuse rooms at the critical
  distance, synthetic music, pauses, two speakers joined), but the noise of `clip_noisy` and the
  rooms of `noisy` are real. No recording with real music was at hand.
- A rule without faulty recordings (`clip_monotone`, `clip_slow`, `clip_fast`) marks the rim of
  what speakers do; only its false alarms are known.
- `clip_music` is not given as advice, for it does not separate; its figure is in the report.
- The thresholds of room and company were set on these very recordings; others may read otherwise.
- Room, company and music are reported only where they can be told: a room from six clean decays,
  two voices from four windows of speech, music from half a second of gaps.
- Decay times are those of speech in the room, which falls slowly even where the room is dry, so
  they are no RT60 of the room.
"""


def write_page(result: Mapping[str, Any]) -> None:
    """Writes the page."""
    PAGE.write_text("\n".join(_lines(result)), encoding="utf-8")


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    machine = result["machine"]
    counts = ", ".join(f"{name} {count}" for name, count in result["recordings"].items())
    yield _INTRODUCTION
    yield f"{result['date']}, commit {result['commit']}, {machine['processor']}. Recordings:"
    yield f"{counts}; the first {result['seconds_of_each']:.0f} s of each.\n"
    yield "## Thresholds\n"
    yield "| finding | figure | found when | hits | false alarms |"
    yield "| --- | --- | --- | --- | --- |"
    for code, rule in result["rules"].items():
        sign = "≥" if rule["fault_is"] == "above" else "<"
        hits = f"{rule['hits']} of {rule['faulty']}" if rule["faulty"] else "–"
        alarms = f"{rule['false_alarms']} of {rule['sound']}"
        yield (
            f"| `{code}` | {rule['figure']} | {sign} {rule['threshold']:g} | {hits} | {alarms} |"
        )
    yield "\n" + _NOTES
    yield "## Distributions\n"
    for name, groups in result["figures"].items():
        yield f"### {name}\n"
        yield "| recordings | n | told | least | 10 % | middle | 90 % | most |"
        yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
        for group, found in groups.items():
            marks = [f"{mark:.3g}" for mark in found["percentiles_0_10_50_90_100"]] or ["–"] * 5
            yield f"| {group} | {found['recordings']} | {found['told']} | {' | '.join(marks)} |"
        yield ""
