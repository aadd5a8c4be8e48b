"""The sections of the results page on modes, languages and the cost of clones."""

from typing import Any

from benchmarks.markdown import circumstances, goals, section, table, unfinished

Result = dict[str, Any]

_QUALITY = {"bak": "BAK", "sig": "SIG", "ovrl": "OVRL", "p808": "P808"}


def modes(result: Result) -> str:
    """The two modes and clean-up, on clean and on noisy clips."""
    options = result["options"]
    references = "; ".join(f"{name}: {what}" for name, what in result["compared_with"].items())
    return section(
        "## Modes and clean-up on noisy clips",
        circumstances(result),
        f"Each pair is one recording, clean and with noise added. The {options['stage']} voice of "
        f"each clone says {options['sentences']} sentences; {options['threads']} threads, "
        f"{options['steps'] or 'the default number of'} steps. Likeness is rescaled WeSpeaker "
        f"against other recordings of the speaker ({references}).",
        unfinished(result),
        goals(result["claims"]),
        table(
            ["mean over pairs", "pairs", "WeSpeaker", *_QUALITY.values(), "WER"],
            [
                [name, str(row["clones"]), *_figures(row, row["likeness"])]
                for name, row in result["mean"].items()
            ],
        ),
        table(
            ["pair", "clone", "WeSpeaker", *_QUALITY.values(), "WER"],
            [
                [pair, name, *_figures(row, row["likeness"]["wespeaker"])]
                for pair, rows in result["pairs"].items()
                for name, row in rows.items()
            ],
        ),
    )


def _figures(row: Result, likeness: Result) -> list[str]:
    return [
        f"{likeness['rescaled']:.2f}",
        *(f"{row['quality'][name]:.2f}" for name in _QUALITY),
        f"{row['wer']:.1%}",
    ]


def localization(result: Result) -> str:
    """English speakers' voices in other languages."""
    options = result["options"]
    return section(
        "## Voices in other languages",
        circumstances(result),
        f"The refined similarity voices of {', '.join(options['speakers'])} say a few sentences in "
        "each language. Whisper base writes them down; "
        "Japanese and Chinese errors are counted in phonemes, Hindi ones in consonants and long "
        "vowels (Whisper writes Hindi in the Urdu script), all others in "
        "words. Likeness is rescaled WeSpeaker against the speaker's English recordings.",
        unfinished(result),
        goals(result["goals"]),
        table(
            [
                "language", "counted in", "errors", "errors of natives", "WeSpeaker",
                "in English", "kept", "P808", "made in",
                "sentences", "measured",
            ],
            [
                [
                    name,
                    row["counted"],
                    f"{row['wer']:.1%}",
                    f"{row['native_wer']:.1%}",
                    f"{row['wespeaker']:.2f}",
                    f"{row['english']:.2f}",
                    f"{row['kept']:.2f}",
                    f"{row['p808']:.2f}",
                    f"{row['seconds']:.1f} s",
                    str(row["sentences"]),
                    f"{row['date']}, {row['commit']}",
                ]
                for name, row in result["languages"].items()
            ],
        ),
    )  # fmt: skip


def clip_languages(result: Result) -> str:
    """Clips in other languages than English."""
    return section(
        "## Clips in other languages",
        circumstances(result),
        "A clip of each person is cloned in similarity mode, for its own language or for US "
        f"English. First voices say {result['options']['first_sentences']} sentences, refined "
        f"ones {result['options']['sentences']}. Likeness is the cosine of WeSpeaker to the clip, "
        "not rescaled, since there is no other recording; beside it that of the clip's halves. "
        "Words are judged by Whisper base.",
        unfinished(result),
        goals(result["goals"]),
        table(
            ["clip", "speaks", "halves", "first", "errors", "refined", "errors", "P808", "clip's"],
            [
                [
                    f"{name.split('/')[1]} ({row['spoken']}, {row['seconds']:.1f} s)",
                    row["asked"],
                    f"{row['halves']:.2f}",
                    *(
                        figure
                        for stage in row["stages"].values()
                        for figure in (f"{stage['likeness']:.2f}", f"{stage['wer']:.1%}")
                    ),
                    f"{row['stages']['refined']['quality']['p808']:.2f}",
                    f"{row['quality']['p808']:.2f}",
                ]
                for name, row in result["rows"].items()
            ],
        ),
    )


def speed(result: Result) -> str:
    """What a clone costs beside a stock voice, and switching between voices."""
    switching, options = result["switching"], result["options"]
    memory = switching["memory_mb"]
    return section(
        "## Speaking with clones",
        circumstances(result),
        f"A clone and the stock voice {options['stock']} say one sentence in turns, "
        f"{options['rounds']} times; {options['threads']} threads. Then {switching['voices']} "
        "voices speak in turns.",
        goals(result["goals"]),
        table(
            ["", "real-time factor", "CPU seconds a second of speech"],
            [
                [name, f"{row['rtf']:.2f}", f"{row['rtf_cpu']:.2f}"]
                for name, row in result["speech"].items()
            ],
        ),
        table(
            ["switching to a voice", "median", "longest"],
            [
                [title, *(f"{switching[name][k]:.0f} ms" for k in ("median", "max"))]
                for name, title in (
                    ("first_ms", "read from its file"),
                    ("again_ms", "in memory"),
                    ("extra_ms", "first short answer beside the second"),
                )
            ],
        ),
        f"Memory before and after {switching['voices']} voices: {memory['before']:.0f} and "
        f"{memory['after']:.0f} MB; peak {result['peak_mb']:.0f} MB.",
    )
