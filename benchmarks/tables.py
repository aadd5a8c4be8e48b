"""Writes docs/results.md from benchmarks/results/*.json.

    python -m benchmarks.tables

Each result file has a function here that makes its section; files without one are left alone.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import RESULTS, ROOT

Result = dict[str, Any]

_ENCODERS = {"wespeaker": "WeSpeaker", "ge2e": "GE2E", "campplus": "CAM++ (in the loss)"}
_QUALITY = {
    "p808": "P808",
    "ovrl": "OVRL",
    "sig": "SIG",
    "bak": "BAK",
    "distillmos": "DistillMOS (in the loss)",
}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all but the first column to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def circumstances(result: Result) -> str:
    """One line on when, where and of what a result was taken."""
    machine = result["machine"]
    return (
        f"{result['date']}, commit {result['commit']}, {machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory_gb']} GB, torch {machine['torch']}."
    )


def clone_eval(result: Result) -> str:
    """Likeness, words, quality and cost of clones."""
    mean, stock = result["mean"], result["stock_mean"]
    options = result["options"]
    steps = options["steps"] or "the default number of"
    parts = [
        "## Clones of real speakers",
        circumstances(result),
        f"Speakers: {mean['speakers']}, one clip each; {options['sentences']} new sentences, "
        f"{steps} steps. Each sentence is compared with other recordings of the speaker (cosine). "
        "*Stranger* is the speaker against other people, *same* against their own other "
        "recordings; *rescaled* puts these at 0 and 1. "
        f"{_cut(result)}Numbers of two encoders cannot be compared with each other.",
        table(
            ["judge", "raw", "stranger", "same", "rescaled"],
            [
                [title, *(f"{mean['likeness'][name][k]:.2f}" for k in _FIGURES)]
                for name, title in _ENCODERS.items()
            ],
        ),
        table(
            ["", "clones", "their speakers' recordings", "stock voices"],
            [
                ["WER, Whisper base", f"{mean['wer']:.1%}", "", f"{stock['wer']:.1%}"],
                *(
                    [
                        title,
                        f"{mean['quality'][name]:.2f}",
                        f"{mean['own_quality'][name]:.2f}",
                        f"{stock['quality'][name]:.2f}",
                    ]
                    for name, title in _QUALITY.items()
                ),
                ["real-time factor", f"{mean['rtf']:.2f}", "", f"{stock['rtf']:.2f}"],
                [
                    "CPU seconds a second of speech",
                    f"{mean['rtf_cpu']:.2f}",
                    "",
                    f"{stock['rtf_cpu']:.2f}",
                ],
                [
                    "first audio",
                    f"{mean['first_audio_seconds']:.2f} s",
                    "",
                    f"{stock['first_audio_seconds']:.2f} s",
                ],
            ],
        ),
        table(
            ["speaker", "clip", "clone", "WeSpeaker", "GE2E", "CAM++", "WER", "P808", "OVRL"],
            [_speaker(name, row) for name, row in result["speakers"].items()],
        ),
        "Likeness by speaker is rescaled. * = clip and targets are parts of one recording.",
        table(
            ["stock voice", "WER", "P808", "OVRL", "DistillMOS"],
            [
                [
                    name,
                    f"{row['wer']:.1%}",
                    *(f"{row['quality'][k]:.2f}" for k in ("p808", "ovrl", "distillmos")),
                ]
                for name, row in result["stock"].items()
            ],
        ),
        "### Cost",
        table(
            ["", ""],
            [
                ["clone, mean", f"{mean['clone_seconds']:.0f} s"],
                ["clone, longest", f"{mean['clone_seconds_max']:.0f} s"],
                ["stored voice, largest", f"{mean['state_mb_max']:.1f} MB"],
                *(
                    [f"peak memory, {name}", f"{mb:.0f} MB"]
                    for name, mb in result["peak_mb"].items()
                ),
                ["installed", f"{result['install']['total_mb']:.0f} MB"],
                *(
                    [f"of it {name}", f"{mb:.0f} MB"]
                    for name, mb in list(result["install"]["largest_mb"].items())[:6]
                ),
            ],
        ),
    ]
    return "\n\n".join(parts)


_FIGURES = ("raw", "stranger", "same", "rescaled")


def _cut(result: Result) -> str:
    names = [name for name, row in result["speakers"].items() if row["cut"]]
    if not names:
        return ""
    without = result["mean_without_cut"]["likeness"]["wespeaker"]["rescaled"]
    return (
        f"One recording is all there is of {', '.join(names)}: its first part is cloned, the rest "
        f"is what it is compared with; without it the mean rescaled WeSpeaker is {without:.2f}. "
    )


def _speaker(name: str, row: Result) -> list[str]:
    return [
        name + (" *" if row["cut"] else ""),
        f"{row['clip_seconds']:.0f} s",
        f"{row['clone']['seconds']:.0f} s",
        *(f"{row['likeness'][encoder]['rescaled']:.2f}" for encoder in _ENCODERS),
        f"{row['wer']:.1%}",
        f"{row['quality']['p808']:.2f}",
        f"{row['quality']['ovrl']:.2f}",
    ]


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
    "long_text": long_text,
    "startup": startup,
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
