"""The failures of the SDK's tests that have a reason, and what a run makes of the list."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """How one test of the SDK ended."""

    file: str
    """Below `tests/api_resources`."""

    test: str
    """`Class::function[parameter]`."""

    outcome: str
    """`passed`, `failed` or `skipped`."""

    why: str = ""

    @property
    def function(self) -> str:
        """The test without its parameter."""
        return self.test.split("[")[0]


@dataclass
class Verdict:
    """What a run and the list say together."""

    counts: dict[str, dict[str, int]]
    """Tests by outcome, for each file."""

    unknown: list[Outcome] = field(default_factory=list)
    """Failed, and not in the list."""

    over: list[str] = field(default_factory=list)
    """In the list, but nothing of it failed, or some of it passed."""

    reasons: dict[str, int] = field(default_factory=dict)
    """Failed tests by the reason in the list."""

    @property
    def good(self) -> bool:
        """Whether the list is true to the run."""
        return not self.unknown and not self.over


def verdict(outcomes: list[Outcome], known: list[dict[str, object]]) -> Verdict:
    """Holds a run against the list of known failures.

    An entry of the list has a `file`, a `reason`, and `tests`: `Class::function` stands for all its
    parameters, `Class::function[parameter]` for one test.
    """
    reasons: dict[tuple[str, str], str] = {}
    for entry in known:
        tests = entry["tests"]
        assert isinstance(tests, list)
        reasons |= {(str(entry["file"]), str(test)): str(entry["reason"]) for test in tests}
    counts: dict[str, Counter[str]] = {}
    found = Verdict({})
    failed: set[tuple[str, str]] = set()
    passed: set[tuple[str, str]] = set()
    for one in outcomes:
        counts.setdefault(one.file, Counter())[one.outcome] += 1
        keys = [(one.file, one.test), (one.file, one.function)]
        named = next((key for key in keys if key in reasons), None)
        if one.outcome == "passed" and named:
            passed.add(named)
        if one.outcome == "failed":
            if named is None:
                found.unknown.append(one)
            else:
                failed.add(named)
                reason = reasons[named]
                found.reasons[reason] = found.reasons.get(reason, 0) + 1
    found.counts = {file: dict(sorted(count.items())) for file, count in sorted(counts.items())}
    stale = (set(reasons) - failed) | passed
    found.over = [f"{file} {test}" for file, test in sorted(stale)]
    return found
