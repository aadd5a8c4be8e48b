"""The figures of a report, worked out by hand."""

import numpy as np
import pytest

from menura.judging.report import Likeness, likeness, mean, rescaled


def test_rescaled_puts_stranger_at_zero_and_same_at_one() -> None:
    assert rescaled(0.1, 0.1, 0.8) == 0.0
    assert rescaled(0.8, 0.1, 0.8) == 1.0
    assert rescaled(0.45, 0.1, 0.8) == pytest.approx(0.5)
    assert rescaled(0.0, 0.1, 0.8) < 0


def test_an_encoder_that_cannot_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="not above"):
        rescaled(0.5, 0.4, 0.4)
    with pytest.raises(ValueError, match="not above"):
        rescaled(0.5, 0.4, float("nan"))


def test_likeness_compares_the_right_pairs() -> None:
    def unit(*degrees: float) -> np.ndarray:
        angle = np.deg2rad(np.array(degrees, dtype=np.float32))
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)

    found = likeness(unit(60), own=unit(0, 20), clip=unit(10), others=unit(90))
    cos = lambda d: float(np.cos(np.deg2rad(d)))  # noqa: E731
    assert found.raw == pytest.approx((cos(60) + cos(40)) / 2, abs=1e-6)
    assert found.stranger == pytest.approx((cos(90) + cos(70)) / 2, abs=1e-6)
    # Each own recording against the other and the clip, never against itself.
    assert found.same == pytest.approx((2 * cos(20) + 2 * cos(10)) / 4, abs=1e-6)
    assert found.figures()["rescaled"] == pytest.approx(found.rescaled)


def test_one_recording_is_compared_with_the_clip_alone() -> None:
    own = np.array([[1.0, 0.0]], dtype=np.float32)
    clip = np.array([[0.6, 0.8]], dtype=np.float32)
    others = np.array([[0.0, 1.0]], dtype=np.float32)
    assert likeness(own, own, clip, others) == Likeness(1.0, 0.0, pytest.approx(0.6))


def test_mean_averages_each_figure_and_refuses_gaps() -> None:
    assert mean([{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 4.0}]) == {"a": 2.0, "b": 3.0}
    with pytest.raises(ValueError, match="same figures"):
        mean([{"a": 1.0}, {"b": 1.0}])
    with pytest.raises(ValueError, match="same figures"):
        mean([])
