"""The report on a clip for people."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from menura.commands.terminal import details

if TYPE_CHECKING:
    from menura.work.jobs import Advice

NAMES = frozenset(
    [
        "container",
        "codec",
        "original_rate",
        "original_channels",
        "original_seconds",
        "speech_seconds",
        "used_seconds",
        "used_from",
        "used_to",
        "used_because",
        "long_pauses",
        "longest_pause",
        "pause_share",
        "snr_db",
        "clipped_share",
        "bandwidth",
        "loudness",
        "f0_median",
        "f0_spread",
        "syllable_rate",
        "reverberation_seconds",
        "halves_likeness",
        "tone_share",
        "enhanced",
        "heard_language",
        "heard_probability",
        "transcript_confidence",
    ]
)
"""Of the facts of a clip: the fields of `menura.cloning.facts.ClipFacts`, which costs too much to
import for a table."""


def show_clip(report: Mapping[str, Any], advice: "Sequence[Advice]") -> Table:
    """Facts and findings of a clip as one table in two parts, for `check` and `clone`.

    Facts that the report lacks are left out: what cannot be told of a clip is not in it.
    """
    rows = {name: text for name, text in _facts(report) if text}
    whole = Table.grid()
    for part in (details(rows), "", _findings(advice)):
        whole.add_row(part)
    return whole


def _findings(advice: "Sequence[Advice]") -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("finding", "what it is", "what to do"):
        table.add_column(name, no_wrap=name == "finding", overflow="fold")
    for item in advice:
        colour = "yellow" if item.severity == "warning" else "cyan"
        table.add_row(f"[{colour}]{item.severity}[/] {item.code}", item.sentence, item.remedy)
    if not advice:
        table.add_row("none", "Nothing is wrong with this clip.", "Clone it.")
    return table


def _facts(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    def shown(name: str, form: str, scale: float = 1.0) -> str:
        value = report.get(name)
        return form.format(value * scale) if isinstance(value, int | float) else ""

    file = f"{report.get('container', '')} {report.get('codec', '')}".strip()
    heard = shown("heard_probability", " ({:.0%} sure)")
    return [
        (
            "file",
            file + shown("original_rate", ", {:.0f} Hz") + shown("original_seconds", ", {:.1f} s"),
        ),
        ("speech", shown("speech_seconds", "{:.1f} s")),
        (
            "used",
            shown("used_seconds", "{:.1f} s")
            + shown("used_from", ", from {:.1f} s")
            + shown("used_to", " to {:.1f} s")
            + f": {report.get('used_because', '')}".rstrip(": "),
        ),
        (
            "long pauses",
            shown("long_pauses", "{:.0f}")
            + shown("longest_pause", ", the longest {:.1f} s")
            + shown("pause_share", ", {:.0%} of the clip"),
        ),
        ("signal to noise", shown("snr_db", "{:.0f} dB")),
        ("noise taken out", {0.0: "no", 1.0: "yes"}.get(report.get("enhanced", -1.0), "")),
        ("clipped", shown("clipped_share", "{:.4%} of the samples")),
        ("bandwidth", shown("bandwidth", "{:.1f} kHz", 0.001)),
        ("reverberation", shown("reverberation_seconds", "{:.2f} s for 60 dB")),
        ("loudness", shown("loudness", "{:.0f} LUFS")),
        (
            "pitch",
            shown("f0_median", "{:.0f} Hz in the middle, ")
            + shown("f0_spread", "spread {:.1f} semitones"),
        ),
        ("rate", shown("syllable_rate", "{:.1f} syllables a second of speech")),
        ("language heard", f"{report.get('heard_language', '')}{heard}"),
        ("second voice", shown("halves_likeness", "halves of the clip are {:.2f} alike")),
        ("tones in pauses", shown("tone_share", "{:.0%}")),
    ]
