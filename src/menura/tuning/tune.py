"""Tunes a base model on a dataset's utterances, then makes voices of it of typical clips."""

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace

from menura.errors import ServerError
from menura.models.adapters import write_adapter
from menura.models.contract import (
    Adapter,
    BaseModel,
    Clip,
    TunableModel,
    TuneNews,
    TuneOptions,
    TuneResult,
)
from menura.tuning.manner import measure_manner
from menura.tuning.samples import write_samples
from menura.tuning.source_clips import Candidate, SourceClips, choose_source_clips, shortlist
from menura.tuning.training_clips import TrainingClips
from menura.work.failures import exhausted
from menura.work.tune import (
    VOICES,
    TunedVoice,
    TuneJob,
    TuneOutcome,
    TuneProgress,
)
from menura.work.tuned_models import tunable

ADAPTER_FILE = "adapter.safetensors"

SAVING = "saving"
"""Comes after the model's own stages: clips are compared, voices made, and all is written."""

_TUNED = 0.97
"""Share of the whole that is done when the model is tuned."""

_LEAST_SHARE = 0.03
"""Of the whole, done in this process, that tells how fast it goes; the budget tells until then."""

Tuning = Generator[TuneProgress | TuneOutcome, None, None]


def tune(model: BaseModel, job: TuneJob) -> Tuning:
    """Yields progress, at last the outcome, whose large parts are files in the job's folder.

    It goes on where a job with the same folder was stopped, which closing it does. Raises
    AudioError for a dataset that cannot be trained on or that made nothing better than an instant
    clone, InputError for a model that cannot be tuned, ServerError when the disk is full.
    """
    able = tunable(model)
    clock = _Clock(job.seconds)
    clips = TrainingClips(job.utterances, job.language, model.info.sample_rate)
    try:
        job.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = TuneOptions(job.seconds, job.folder, job.language, job.seed)
        result = yield from _train(able, clips, options, clock)
        sources = yield from _choose(clips, clock)
        voices = tuple(_voice(able, result.adapter, clips, source) for source in sources)
        samples = write_samples(result.samples, clips, model.info.sample_rate, job.folder)
        target = job.folder / ADAPTER_FILE
        write_adapter(result.adapter, target)
    except Exception as error:
        # What writes tensors tells of a full disk in the context of another error.
        known = exhausted(error)
        if known is None or known.code != "disk_full":
            raise
        raise ServerError(
            "disk_full",
            "There is no room on the disk for the fine-tune.",
            "Make room in the data folder, then retry the fine-tune.",
        ) from error
    yield TuneOutcome(target, voices, {**result.report, **_report(sources, voices)}, samples)


class _Clock:
    """Tells how long the rest takes."""

    def __init__(self, budget: float) -> None:
        self._budget = budget
        self._began = time.monotonic()
        self._first: float | None = None

    def told(self, news: TuneNews) -> TuneProgress:
        """Progress at this moment."""
        if self._first is None:
            self._first = news.share
        done, left = news.share - self._first, 1.0 - news.share
        if done < _LEAST_SHARE:
            return TuneProgress(news, self._budget * left)
        return TuneProgress(news, (time.monotonic() - self._began) * left / done)


def _train(
    model: TunableModel, clips: TrainingClips, options: TuneOptions, clock: _Clock
) -> Generator[TuneProgress, None, TuneResult]:
    with closing(_generator(model, clips, options)) as news:
        for one in news:
            if isinstance(one, TuneResult):
                return one
            yield clock.told(replace(one, share=_TUNED * min(max(one.share, 0.0), 1.0)))
    raise ServerError(
        "tuning_without_result",
        f"The base model {model.info.alias!r} ended its tuning without a result.",
        "The server's log has the details; please report it.",
    )


def _generator(
    model: TunableModel, clips: Sequence[Clip], options: TuneOptions
) -> Generator[TuneNews | TuneResult, None, None]:
    # A model's iterator need not have a `close`.
    yield from model.tune(clips, options)


def _choose(
    clips: TrainingClips, clock: _Clock
) -> Generator[TuneProgress, None, list[SourceClips]]:
    utterances = clips.utterances
    numbers = shortlist([one.end - one.start for one in utterances], VOICES)
    candidates = []
    for done, number in enumerate(numbers):
        if not done % 8:
            share = _TUNED + (1.0 - _TUNED) * done / len(numbers)
            yield clock.told(TuneNews(SAVING, share))
        clip = clips[number]
        manner = measure_manner(clip.audio, clip.sample_rate, clip.transcript, clip.language)
        if manner is not None:
            candidates.append(Candidate(number, str(utterances[number].audio), manner))
    return choose_source_clips(candidates, VOICES)


def _voice(
    model: TunableModel, adapter: Adapter, clips: TrainingClips, source: SourceClips
) -> TunedVoice:
    state = model.tuned_voice(adapter, [clips[number] for number in source.numbers])
    first = clips.utterances[source.numbers[0]]
    return TunedVoice(source.name, source.description, state, first)


def _report(sources: Sequence[SourceClips], voices: Sequence[TunedVoice]) -> dict[str, float | str]:
    """Where each voice's first clip is, and why it was taken."""
    report: dict[str, float | str] = {}
    for number, (source, voice) in enumerate(zip(sources, voices, strict=True), start=1):
        clip = voice.clip
        report |= {
            f"voice_{number}_name": voice.name,
            f"voice_{number}_file": clip.audio.name,
            f"voice_{number}_start": clip.start,
            f"voice_{number}_end": clip.end,
            f"voice_{number}_clips": float(len(source.numbers)),
            f"voice_{number}_why": source.why,
        }
    return report
