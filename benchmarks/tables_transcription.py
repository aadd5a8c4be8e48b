"""The section of the results page on writing recordings down."""

from collections.abc import Callable
from typing import Any

from benchmarks.markdown import circumstances, section, table

Result = dict[str, Any]


def transcription(result: Result) -> str:
    """How fast and how well one long recording was written down."""
    recording = result["recording"]
    return section(
        "## A long recording written down",
        circumstances(result),
        f"{recording['parts']} recordings of seven speakers in one file of "
        f"{recording['seconds'] / 60:.1f} min, sent to `POST /stt` of a server of "
        f"{result['options']['threads']} threads on a machine that did nothing else. Memory is "
        "that of server and workers, the base model's among them.",
        table(
            ["", *(title for title, _ in _ROWS)],
            [
                [title, *(show(result[key]) for _, show in _ROWS)]
                for title, key in (("text", "plain"), ("text and the time of each word", "timed"))
                if result[key] is not None
            ],
        ),
        f"The first request of a server, for 10 s, took {result['first_request_seconds']:.1f} s: "
        "it unpacks and loads the recogniser.",
    )


_ROWS: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("took", lambda row: f"{row['seconds']:.1f} s"),
    ("real-time factor", lambda row: f"{row['rtf']:.3f}"),
    ("CPU", lambda row: f"{row['cpu_seconds']:.1f} s"),
    ("memory before", lambda row: f"{row['memory_before_mb']:.0f} MB"),
    ("peak memory", lambda row: f"{row['peak_mb']:.0f} MB"),
    ("WER", lambda row: f"{row['wer']:.1%}"),
)
