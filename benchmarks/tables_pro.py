"""The section of the results page on pro cloning."""

from typing import Any

from benchmarks.markdown import circumstances, goals, section, table

Result = dict[str, Any]

_QUALITY = {"p808": "P808", "ovrl": "OVRL", "bak": "BAK"}
_ENCODERS = {"wespeaker": "WeSpeaker", "campplus": "CAM++ (in the loss)"}


def pro_cloning(result: Result) -> str:
    """Goals, voices beside the recordings, and how training went."""
    report, options = result["report"], result["options"]
    return section(
        "## Pro cloning",
        circumstances(result),
        f"{result['dataset']['minutes_that_count']:.0f} minutes of one speaker, sent to a server "
        "in files of five minutes without transcripts; "
        f"{options['held_out']} recordings were held out, and their words are what is judged. The "
        f"budget was {options['seconds'] / 60:.0f} minutes; {report.get('best_step', 0):.0f} steps "
        "of the decoder were made until the best held-out score.",
        "### Goals",
        goals(result["goals"]),
        "### Voices",
        table(
            ["", "sentences", *_ENCODERS.values(), "WER", *_QUALITY.values(), "MCD", "RTF"],
            [
                *[_voice(name, row) for name, row in result["voices"].items()],
                [
                    "the recordings",
                    str(options["judged"]),
                    *("1.00" for _ in _ENCODERS),
                    "",
                    *(f"{result['own']['quality'][name]:.2f}" for name in _QUALITY),
                    "",
                    "",
                ],
            ],
        ),
        "Likeness is rescaled: 0 is a stranger, 1 another recording of the same person. MCD is the "
        "mel-cepstral distortion in dB to the recordings of the same words.",
        table(
            ["off the recordings", "F0 mean", "F0 spread", "rate"],
            [
                [name, *(f"{row['apart'][k]:+.1%}" for k in ("f0_mean", "f0_spread", "rate"))]
                for name, row in result["voices"].items()
            ],
        ),
        "### Training",
        "Held-out words, judged during training by the networks that are in the loss: likeness "
        "(CAM++), naturalness (DistillMOS), and the phoneme classifier's error.",
        table(
            ["step", "likeness", "naturalness", "error"],
            [
                [
                    str(row["step"]),
                    *(f"{row[name]:.2f}" for name in ("likeness", "naturalness", "error")),
                ]
                for row in result["curves"]["scores"]
                if "likeness" in row
            ],
        ),
    )


def _voice(name: str, row: Result) -> list[str]:
    return [
        name,
        str(row["sentences"]),
        *(f"{row['likeness'][encoder]['rescaled']:.2f}" for encoder in _ENCODERS),
        f"{row['wer']:.1%}",
        *(f"{row['quality'][name]:.2f}" for name in _QUALITY),
        f"{row['distortion_db']:.2f}",
        f"{row['rtf']:.2f}",
    ]
