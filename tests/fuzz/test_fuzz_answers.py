"""What a run of the fuzzer makes of the server's log."""

import json

from run_fuzz import answers


def line(**told: object) -> str:
    """A line of the log."""
    return json.dumps({"event": "request", "level": "info", **told})


def test_answers_are_counted_and_failures_kept() -> None:
    failure = line(status=500)
    error = line(event="unexpected error in a job", level="error", exception="Traceback ...")
    ended = line(event="worker ended", level="error")
    log = [line(status=200), line(status=200), line(status=404), failure, ended, error, "no JSON"]
    assert answers(log) == ({"200": 2, "404": 1, "500": 1}, [failure, error])
