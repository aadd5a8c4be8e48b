"""Which news of a training are kept."""

from menura.models.contract import TuneNews
from menura.tuning.news import EVENT_SECONDS, NOTE_SECONDS, NewsDesk
from menura.work.tune import TuneProgress


def test_news_are_thinned_and_their_losses_kept() -> None:
    desk = NewsDesk()

    def news(step: int, stage: str = "training", **scores: float) -> TuneProgress:
        return TuneProgress(TuneNews(stage, step / 100, step, {"loss": float(step)}, scores), None)

    first = desk.take(news(1), 0.0)
    assert first is not None
    assert first.event, "a new stage"
    assert desk.take(news(2), 1.0) is None
    assert desk.unwritten == news(2)
    second = desk.take(news(3), NOTE_SECONDS)
    assert second is not None
    assert not second.event
    third = desk.take(news(7), EVENT_SECONDS)
    assert third is not None
    assert third.event
    assert third.news.news.losses == {"loss": 4.0}, "the mean of 2, 3 and 7"
    scored = desk.take(news(8, likeness=0.9), EVENT_SECONDS + 0.1)
    assert scored is not None
    assert scored.event
