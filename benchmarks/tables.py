"""Writes docs/results.md from benchmarks/results/*.json.

    python -m benchmarks.tables

Each result file has a function here that makes its section; files without one are left alone.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import RESULTS, ROOT
from benchmarks.markdown import circumstances, table
from benchmarks.tables_cloning import clone_eval
from benchmarks.tables_latency import latency
from benchmarks.tables_playground import playground
from benchmarks.tables_pro import pro_cloning
from benchmarks.tables_transcription import transcription
from benchmarks.tables_variants import clip_languages, localization, modes, speed

Result = dict[str, Any]


def long_text(result: Result) -> str:
    """One long text: words, memory, pace."""
    rates = [row["errors"] / max(row["words"], 1) for row in result["minutes"]]
    third = max(1, len(rates) // 3)
    pace = [row["words_a_minute"] for row in result["minutes"]]
    level = [row["level_db"] for row in result["minutes"]]
    order = "yes" if result["same_words_in_order"] else "no"
    return "\n\n".join(
        [
            "## A long text",
            circumstances(result),
            f"{result['characters']:,} characters by {result['voice']}, heard by Whisper base a "
            "minute at a time. Words that were dropped would count as errors.",
            table(
                ["", ""],
                [
                    ["audio", f"{result['audio_seconds'] / 60:.1f} min"],
                    ["real-time factor", f"{result['rtf']:.2f}"],
                    ["first audio", f"{result['first_audio_seconds']:.2f} s"],
                    ["WER", f"{result['wer']:.1%}"],
                    ["WER, first third", f"{sum(rates[:third]) / third:.1%}"],
                    ["WER, last third", f"{sum(rates[-third:]) / third:.1%}"],
                    ["worst minute", f"{max(rates):.1%}"],
                    ["every written word has its timing, in order", order],
                    ["words a minute, least and most", f"{min(pace):.0f} and {max(pace):.0f}"],
                    ["level, least and most", f"{min(level):.1f} and {max(level):.1f} dBFS"],
                    ["memory at the start", f"{result['memory_start_mb']:.0f} MB"],
                    ["memory at the end", f"{result['memory_end_mb']:.0f} MB"],
                    ["peak memory", f"{result['peak_mb']:.0f} MB"],
                ],
            ),
        ]
    )


def startup(result: Result) -> str:
    """How soon a server can speak."""
    rows = [
        [
            f"{name} start",
            *(f"{result[name][k]:.1f} s" for k in ("listening_seconds", "ready_seconds")),
        ]
        for name in ("first", "second")
    ]
    return "\n\n".join(
        [
            "## Start of the server",
            circumstances(result),
            "On an installed Menura; the first start of a data folder unpacks the model.",
            table(["", "answers", "can speak"], rows),
        ]
    )


SECTIONS: dict[str, Callable[[Result], str]] = {
    "clone_eval": clone_eval,
    "pro_cloning": pro_cloning,
    "modes": modes,
    "localization": localization,
    "clip_languages": clip_languages,
    "speed": speed,
    "latency": latency,
    "long_text": long_text,
    "transcription": transcription,
    "startup": startup,
    "playground": playground,
}
"""Sections in the order of the page; the name is that of the result file."""


def page(results: Path = RESULTS) -> str:
    """The whole page, from the result files that are there."""
    sections = [
        make(json.loads((results / f"{name}.json").read_text()))
        for name, make in SECTIONS.items()
        if (results / f"{name}.json").is_file()
    ]
    head = (
        "# Results\n\nMade from `benchmarks/results/*.json` by `python -m benchmarks.tables`; "
        "change nothing here by hand."
    )
    return "\n\n".join([head, *sections]) + "\n"


def main() -> None:
    """Writes the page."""
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "results.md").write_text(page())


if __name__ == "__main__":
    main()
