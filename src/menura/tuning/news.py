"""Which news of a training are kept: a model tells more often than anybody wants to read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from menura.work.tune import TuneProgress

NOTE_SECONDS = 2.0
"""Progress is written down at most so often."""

EVENT_SECONDS = 10.0
"""An event is kept at most so often, but for a new stage and for new scores."""


@dataclass(frozen=True)
class Note:
    """News to be written down."""

    news: TuneProgress
    """Losses are means since the last event."""

    event: bool
    """Whether as an event, or as progress only."""


class NewsDesk:
    """Chooses among the news of one training."""

    def __init__(self) -> None:
        self._stage = ""
        self._noted = self._told = float("-inf")
        self._losses: dict[str, list[float]] = {}
        self.unwritten: TuneProgress | None = None
        """The newest progress, where it was not to be written down."""

    def take(self, news: TuneProgress, now: float) -> Note | None:
        """What is to be written down at a moment in seconds; None for nothing."""
        told = news.news
        for name, loss in told.losses.items():
            self._losses.setdefault(name, []).append(loss)
        first = told.stage != self._stage
        self._stage = told.stage
        event = first or bool(told.scores) or now - self._told >= EVENT_SECONDS
        if not event and now - self._noted < NOTE_SECONDS:
            self.unwritten = news
            return None
        self._noted = now
        self.unwritten = None
        if event:
            self._told = now
            news = replace(news, news=replace(told, losses=self._means()))
        return Note(news, event)

    def _means(self) -> Mapping[str, float]:
        means = {name: sum(values) / len(values) for name, values in self._losses.items()}
        self._losses.clear()
        return means
