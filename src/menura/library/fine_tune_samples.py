"""Held-out sentences of a fine-tune as sound: the recording, the instant clone, the tuned model.

What was spoken is kept with the weights and deleted with them. The recording stays in the dataset,
so that it can be heard as long as that is there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from menura.library.fine_tune_tables import FineTune
from menura.work.tune import TunedSample


def sounds_of(samples: Sequence[TunedSample]) -> Sequence[Path]:
    """Files that are to be kept, two for each sample."""
    return [path for one in samples for path in (one.instant, one.tuned)]


def sample_fields(
    samples: Sequence[TunedSample], names: Sequence[str]
) -> Sequence[Mapping[str, Any]]:
    """Samples as a row keeps them; `names` are those of what `sounds_of` lists."""
    return [
        {
            "transcript": one.clip.transcript,
            "file": one.clip.audio.name,
            "start": one.clip.start,
            "end": one.clip.end,
            "gain": one.gain,
            "instant": instant,
            "tuned": tuned,
            "instant_scores": dict(one.instant_scores),
            "tuned_scores": dict(one.tuned_scores),
        }
        for one, instant, tuned in zip(samples, names[::2], names[1::2], strict=True)
    ]


def sound_names(row: FineTune) -> set[str]:
    """Files of a fine-tune's samples."""
    return {str(sample[kind]) for sample in row.samples for kind in ("instant", "tuned")}
