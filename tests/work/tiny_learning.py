"""What a training tells of itself: in the order and by the names of the true model's."""

from collections.abc import Generator

from menura.models.contract import TuneNews
from menura.work.tune import TuneProgress

INSTANT = {"likeness": 0.62, "naturalness": 3.6, "error": 1.4, "total": 0.84}
TUNED = {"likeness": 0.81, "naturalness": 4.1, "error": 1.0, "total": 1.12}
BEFORE = {"duration": 0.4, "f0": 1.2, "energy": 1.6}
AFTER = {"duration": 0.3, "f0": 0.6, "energy": 0.8}
FALLING = ("spectrum", "strangeness", "unnaturalness", "blur")


def learning() -> Generator[TuneProgress, None, None]:
    """An instant clone is judged, delivery is learned, then sound, judged every 100 steps."""
    yield _news("judging", 0.25, 0, scores=_named("instant", INSTANT))
    yield _news("training", 0.26, 0, scores=_named("delivery", BEFORE))
    for batch in range(1, 6):
        part = 0.6**batch
        losses = {name: AFTER[name] + part * (BEFORE[name] - AFTER[name]) for name in BEFORE}
        yield _news("training", 0.26 + batch / 100, batch, losses=losses)
    yield _news("training", 0.32, 0, scores=_named("delivery", AFTER))
    for step in range(0, 401, 100):
        part = 0.5 ** (step / 100)
        scores = {name: TUNED[name] + part * (INSTANT[name] - TUNED[name]) for name in TUNED}
        yield _news("judging", 0.33 + step / 4000, step, scores=scores)
        for more in (20, 40, 60, 80):
            yield _news(
                "training",
                0.33 + (step + more) / 4000,
                step + more,
                losses=dict.fromkeys(FALLING, 0.3 + part / 2),
            )


def report() -> dict[str, float | str]:
    """Figures of the finished training."""
    return {
        **_named("instant", INSTANT),
        **_named("tuned", TUNED),
        **_named("delivery_before", BEFORE),
        **_named("delivery_after", AFTER),
    }


def _named(prefix: str, scores: dict[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": value for name, value in scores.items()}


def _news(
    stage: str,
    progress: float,
    step: int,
    losses: dict[str, float] | None = None,
    scores: dict[str, float] | None = None,
) -> TuneProgress:
    news = TuneNews(stage, progress, step, losses or {}, scores or {})
    return TuneProgress(news, 600.0 * (1 - progress))
