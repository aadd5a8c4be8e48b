"""The section of the results page on clones of real speakers."""

from typing import Any

from benchmarks.markdown import circumstances, goals, section, table, unfinished

Result = dict[str, Any]

_ENCODERS = {"wespeaker": "WeSpeaker", "ge2e": "GE2E", "campplus": "CAM++ (in the loss)"}
_QUALITY = {
    "p808": "P808",
    "ovrl": "OVRL",
    "sig": "SIG",
    "bak": "BAK",
    "distillmos": "DistillMOS (in the loss)",
}
_FIGURES = ("raw", "stranger", "same", "rescaled")
_STAGES = ("first", "refined")
_PROSODY = {"f0_mean": "F0 mean", "f0_spread": "F0 spread", "rate": "rate"}


def clone_eval(result: Result) -> str:
    """Goals, likeness, words, quality, prosody and cost of clones."""
    options = result["options"]
    return section(
        "## Clones of real speakers",
        circumstances(result),
        f"Speakers: {len(result['own'])}, one clip each, {options['threads']} threads, "
        f"{options['steps'] or 'the default number of'} steps. One clone gives both stages: the "
        f"*first* usable voice ({options['first_sentences']} new sentences each) and the *refined* "
        f"one ({options['sentences']}; {options['stability_sentences']} in stability).",
        unfinished(result),
        "### Goals",
        goals(result["goals"]),
        "### Likeness",
        "Each sentence is compared with other recordings of the speaker (cosine). *Stranger* is "
        "the speaker against other people, *same* against their own other recordings; *rescaled* "
        f"puts these at 0 and 1. {_cut(result)}Numbers of two encoders cannot be compared with "
        "each other.",
        _likeness(result),
        "### Words, naturalness, speed",
        _quality(result),
        "### Pitch and pace",
        "Median over the speakers of how far a voice is from the speaker's other recordings. The "
        "clip that is cloned differs from them too; a clone cannot know better.",
        _prosody(result),
        *_by_speaker(result),
        "### Stock voices",
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
        _cost(result),
    )


def _voices(result: Result) -> dict[str, Result]:
    """Means by mode and stage."""
    return {
        f"{mode}, {stage}": means[stage]
        for mode, means in result["modes"].items()
        for stage in _STAGES
    }


def _cut(result: Result) -> str:
    rows = {n: row for means in result["modes"].values() for n, row in means["speakers"].items()}
    names = [name for name, row in rows.items() if row["cut"]]
    if not names:
        return ""
    without = ", ".join(
        f"{means['without_cut']['refined']['wespeaker']['rescaled']:.2f} ({mode})"
        for mode, means in result["modes"].items()
    )
    return (
        f"One recording is all there is of {', '.join(names)}: its first part is cloned, the rest "
        "is what it is compared with; without it the mean rescaled WeSpeaker of refined voices is "
        f"{without}. "
    )


def _likeness(result: Result) -> str:
    tables = {name: row["likeness"] for name, row in _voices(result).items()}
    if "nearest_mean" in result:
        tables["nearest stock voice"] = result["nearest_mean"]
    return table(
        ["voice", "judge", *_FIGURES],
        [
            [name, title, *(f"{figures[encoder][k]:.2f}" for k in _FIGURES)]
            for name, figures in tables.items()
            for encoder, title in _ENCODERS.items()
        ],
    )


def _quality(result: Result) -> str:
    columns = _voices(result)
    stock = result.get("stock_mean")
    if stock:
        columns["stock voices"] = stock
    own = result["own_mean"]["quality"]
    head = ["", *columns, "the speakers' recordings"]
    rows = [["WER, Whisper base", *(f"{row['wer']:.1%}" for row in columns.values()), ""]]
    rows += [
        [title, *(f"{row['quality'][name]:.2f}" for row in columns.values()), f"{own[name]:.2f}"]
        for name, title in _QUALITY.items()
    ]
    rows += [
        [title, *(f"{row[name]:.2f}{unit}" for row in columns.values()), ""]
        for name, title, unit in (
            ("rtf", "real-time factor", ""),
            ("rtf_cpu", "CPU seconds a second of speech", ""),
            ("first_audio_seconds", "first audio", " s"),
        )
    ]
    return table(head, rows)


def _prosody(result: Result) -> str:
    rows = {name: row["apart"] for name, row in _voices(result).items()}
    rows["the clip itself"] = result["own_mean"]["clip_apart"]
    return table(
        ["", *_PROSODY.values()],
        [[name, *(f"{figures[k]:.0%}" for k in _PROSODY)] for name, figures in rows.items()],
    )


_HEAD = (
    "speaker", "clip", "first after", "refined after", "first WeSpeaker", "WeSpeaker", "GE2E",
    "CAM++", "WER", "P808", "own P808", "OVRL", *_PROSODY.values(),
)  # fmt: skip


def _by_speaker(result: Result) -> list[str]:
    parts = []
    for mode, means in result["modes"].items():
        rows = [_speaker(name, row, result["own"][name]) for name, row in means["speakers"].items()]
        parts += [f"### Speaker by speaker, {mode}", table(_HEAD, rows)]
    note = (
        "Likeness is rescaled and, but for one column, of the refined voice. Pitch and pace are "
        "differences to the speaker's other recordings. * = clip and targets are parts of one "
        "recording."
    )
    return [*parts, note] if parts else []


def _speaker(name: str, row: Result, own: Result) -> list[str]:
    first, refined = row["stages"]["first"], row["stages"]["refined"]
    return [
        name + (" *" if row["cut"] else ""),
        f"{row['clip_seconds']:.0f} s",
        f"{first['made_seconds']:.0f} s",
        f"{refined['made_seconds']:.0f} s",
        f"{first['likeness']['wespeaker']['rescaled']:.2f}",
        *(f"{refined['likeness'][encoder]['rescaled']:.2f}" for encoder in _ENCODERS),
        f"{refined['wer']:.1%}",
        f"{refined['quality']['p808']:.2f}",
        f"{own['quality']['p808']:.2f}",
        f"{refined['quality']['ovrl']:.2f}",
        *(f"{refined['apart'][figure]:+.0%}" for figure in _PROSODY),
    ]


def _cost(result: Result) -> str:
    rows = []
    for name, means in _voices(result).items():
        rows += [
            [f"{name} voice after, mean", f"{means['made_seconds']:.0f} s"],
            [f"{name} voice after, longest", f"{means['made_seconds_max']:.0f} s"],
            [f"{name} voice, CPU", f"{means['made_cpu_seconds']:.0f} s"],
        ]
    largest = [means["state_mb_max"] for means in _voices(result).values()]
    return table(
        ["", ""],
        [
            *rows,
            *([["stored voice, largest", f"{max(largest):.1f} MB"]] if largest else []),
            *([f"peak memory, {name}", f"{mb:.0f} MB"] for name, mb in result["peak_mb"].items()),
            ["installed", f"{result['install']['total_mb']:.0f} MB"],
            *(
                [f"of it {name}", f"{mb:.0f} MB"]
                for name, mb in list(result["install"]["largest_mb"].items())[:6]
            ),
        ],
    )
