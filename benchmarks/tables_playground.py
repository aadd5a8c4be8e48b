"""The section of the results page on opening the playground."""

from typing import Any

from benchmarks.markdown import circumstances, goals, section, table

Result = dict[str, Any]


def playground(result: Result) -> str:
    """What the first load costs, and how soon the page can be used."""
    options, times = result["options"], result["interactive_ms"]
    return section(
        "## Opening the playground",
        circumstances(result),
        f"{options['browser']} without a window, on the machine of the server, opens the page "
        f"Speak {options['loads']} times, each time with an empty cache, after a first time that "
        "does not count. It is interactive when the text box takes input and the voices are "
        f"shown: after {times['p50']:.0f} ms (p95 {times['p95']:.0f} ms).",
        goals(result["goals"]),
        table(
            ["", "requests", "transferred", "unpacked"],
            [
                [title, str(row["requests"]), *(f"{row[k] / 1000:.0f} kB" for k in _SIZES)]
                for title, row in (
                    ("files of the page", result["files"]),
                    ("calls of the API", result["calls"]),
                )
            ],
        ),
    )


_SIZES = ("transferred", "unpacked")
