"""The section of the results page on first audio and load."""

from typing import Any

from benchmarks.markdown import circumstances, goals, section, table

Result = dict[str, Any]

_WAYS = {"socket": "open socket", "events": "event stream", "bytes": "plain bytes"}


def latency(result: Result) -> str:
    """First audio, several contexts at a time, refusals, cancelling, memory."""
    options, refusals = result["options"], result["refusals"]
    return section(
        "## First audio and load",
        circumstances(result),
        f"A server of {options['threads']} threads on a machine that did nothing else, stock voice "
        f"{result['voice']}, sentences of at most 60 characters, {options['rounds']} times each. A "
        "gap is a player's wait, had it started with the first audio.",
        goals(result["goals"]),
        table(
            [
                "first audio",
                "p50",
                "p95",
                "p99",
                "with a gap",
                "real-time factor",
                "CPU s a second",
            ],
            [[title, *_figures(result["first_audio"][way])] for way, title in _WAYS.items()],
        ),
        table(
            [
                *("contexts at a time", "p50", "p95", "p99", "with a gap", "real-time factor"),
                *("CPU s a second", "audio s a second"),
            ],
            [
                [str(row["contexts"]), *_figures(row), f"{row['audio_seconds_a_second']:.2f}"]
                for row in result["together"]
            ],
        ),
        f"Of {refusals['requests']} requests at once, where {refusals['waiting']} may wait: "
        + ", ".join(f"{count} × {answer}" for answer, count in refusals["answers"].items())
        + _refused(refusals),
        f"A long text that is cancelled takes {result['cancelling']['cpu_ms']['p50']:.0f} ms of "
        f"CPU time more (p95 {result['cancelling']['cpu_ms']['p95']:.0f} ms).",
        _memory(result.get("memory")),
    )


def _figures(row: Result) -> list[str]:
    first = [f"{row['first_ms'][share]:.0f} ms" for share in ("p50", "p95", "p99")]
    gaps = f"{row['with_a_gap']} of {row['requests']}"
    return [*first, gaps, f"{row['rtf']:.2f}", f"{row['cpu_rtf']:.2f}"]


def _refused(row: Result) -> str:
    told = row["refused_ms"]
    return f"; refused after {told['p50']:.0f} ms (p95 {told['p95']:.0f} ms)." if told else "."


def _memory(row: Result | None) -> str:
    if row is None:
        return ""
    first, last = row["mb"][0][1], row["mb"][-1][1]
    return (
        f"Memory of server and workers over {row['requests']:,} short requests: {first:.0f} MB at "
        f"the start, {last:.0f} MB at the end; {row['growth_mb']:+.0f} MB since the first quarter "
        f"({row['date']}, commit {row['commit']})."
    )
