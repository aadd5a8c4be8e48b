"""Fine-tuning, from clips to an adapter, in stages that can each be gone on with.

1. All utterances are aligned with their texts; a few are held out.
2. An instant clone of a typical clip is made, for what the result has to be better than.
3. The prosody predictor learns the speaker's delivery.
4. The decoder's adapter learns the timbre: windows of recordings, spoken with the speaker's own
   delivery, and windows of free speech, which is pulled towards likeness, naturalness and clear
   words. Now and then held-out words are judged, and the best adapter so far is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from menura.errors import AudioError
from menura.judging.naturalness import NaturalnessScorer
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import (
    Clip,
    CloneOptions,
    TuneNews,
    TuneOptions,
    TuneResult,
    TuneSample,
)
from menura.models.menura_1 import features, voices
from menura.models.menura_1.clone import clone
from menura.models.menura_1.decoder import FRAME, SAMPLE_RATE
from menura.models.menura_1.features import levelled
from menura.models.menura_1.fitting import Fitting
from menura.models.menura_1.stock_profiles import start_voice
from menura.models.menura_1.tuning.corpus import Corpus, Utterance, read
from menura.models.menura_1.tuning.delivery import DeliveryTraining
from menura.models.menura_1.tuning.judge import Judge
from menura.models.menura_1.tuning.person import Person, mean_embedding
from menura.models.menura_1.tuning.progress import Folder
from menura.models.menura_1.tuning.recipe import FIT, RANK, Plan, rate
from menura.models.menura_1.tuning.voice import make_adapter

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_HELD_OUT = 8
_HELD_SHARE = 0.1
_HELD_FRAMES = (100, 320)
"""Frames of 25 ms of utterances that may be held out: 2.5 to 8 s."""

_GLANCE = 12
"""Clips that tell which stock voice to begin with."""

_INSTANT_SECONDS = (7.0, 13.0)
_FULL_CLONE_SECONDS = 900.0
"""Budget from which the instant clone is made in full; under it, its first voice stands for it."""


def tune(
    model: "Menura1",
    dataset: Sequence[Clip],
    options: TuneOptions,
    plan: Plan | None = None,
) -> Iterator[TuneNews | TuneResult]:
    """Trains an adapter; see `menura.models.contract.TunableModel.tune`."""
    plan = plan or Plan()
    model.deactivate()
    folder = Folder(options.folder, options.seconds)
    encoder, scorer = SpeakerEncoder(model.device), NaturalnessScorer(model.device)
    state = folder.state
    if not state.start_voice:
        state.start_voice = _start(model, dataset, options, encoder)
    table: NDArray[np.float32] = voices.tables()[state.start_voice].astype(np.float32)

    corpus: Corpus | None = None
    for found in read(model, table, dataset, options.folder):
        if isinstance(found, Corpus):
            corpus = found
        else:
            yield TuneNews("aligning", min(folder.share, found * plan.delivered))
    assert corpus is not None
    held, training = hold_out(corpus.utterances)
    reference = mean_embedding(corpus, held, encoder)
    judge = Judge(model, held, reference, encoder, scorer)
    folder.note()
    yield TuneNews("judging", folder.share)
    if not state.instant:
        yield from _instant(model, corpus, training, options, judge, folder)

    embedding = mean_embedding(corpus, training, encoder)
    person = Person(model, corpus, training, embedding, options.language, table)
    delivery = DeliveryTraining(model, corpus, table, training, options.seed)
    with delivery.attached():
        yield from _deliver(delivery, held, plan, folder)
        person.settle()
        fitting = Fitting(person, FIT, encoder, scorer, options.seed, rank=RANK)
        yield from _fit(fitting, judge, plan, folder)
        best = folder.kept("best.pt")
        assert best is not None
        adapter = make_adapter(person, best, delivery.update())
    state.best = dict(best["scores"])
    _check_worth(state.instant, state.best)
    samples = _samples(folder.kept("instant.pt"), best)
    yield TuneResult(adapter, _report(folder, corpus, held, training), samples)


def hold_out(utterances: Sequence[Utterance]) -> tuple[list[Utterance], list[Utterance]]:
    """Some utterances that only judge, evenly spread, and all others."""
    low, high = _HELD_FRAMES
    fit = [one for one in utterances if low <= one.frames <= high] or list(utterances)
    count = max(1, min(_HELD_OUT, int(len(utterances) * _HELD_SHARE)))
    held = [fit[int((k + 0.5) * len(fit) / count)] for k in range(count)]
    kept = {one.index for one in held}
    return held, [one for one in utterances if one.index not in kept]


def _start(
    model: "Menura1", dataset: Sequence[Clip], options: TuneOptions, encoder: SpeakerEncoder
) -> str:
    """The stock voice to begin with. Raises AudioError for an empty dataset."""
    if not dataset:
        raise AudioError(
            "dataset_empty",
            "The dataset has no utterance that can be trained on.",
            "Add recordings of clear speech, at least 30 minutes.",
        )
    embeddings, pitches = [], []
    for at in np.linspace(0, len(dataset) - 1, min(_GLANCE, len(dataset))):
        clip = dataset[int(at)]
        audio = torch.from_numpy(levelled(clip.audio, clip.audio.size // FRAME))[None]
        with torch.no_grad():
            low = resample(audio.to(model.device), SAMPLE_RATE, 16000)
            embeddings.append(encoder.embed(low)[0].cpu().numpy())
        f0 = features.f0(audio[0].numpy(), 2 * (clip.audio.size // FRAME))
        pitches.append(f0[f0 > 30])
    mean = np.mean(embeddings, axis=0)
    voiced = torch.cat(pitches)
    log_pitch = float(voiced.log().mean()) if voiced.numel() else None
    return start_voice(mean / np.linalg.norm(mean), options.language, log_pitch)


def _instant(
    model: "Menura1",
    corpus: Corpus,
    training: Sequence[Utterance],
    options: TuneOptions,
    judge: Judge,
    folder: Folder,
) -> Iterator[TuneNews]:
    """Makes an instant clone of a typical clip and judges it."""
    clip = corpus.dataset[typical(training).index]
    full = options.seconds >= _FULL_CLONE_SECONDS
    state = None
    steps = 0 if full else 1
    for result in clone(model, clip, CloneOptions(seed=options.seed, steps=steps), _silent):
        state = result.state
        yield TuneNews("judging", folder.share)
        if not full:
            break
    model.deactivate()
    assert state is not None
    verdict = judge.voice(state)
    folder.keep("instant.pt", {"samples": verdict.samples})
    folder.state.instant = verdict.scores
    folder.state.instant_clip = clip.transcript
    folder.note()
    yield TuneNews("judging", folder.share, scores=named("instant", folder.state.instant))


def _silent(stage: str, share: float) -> None:
    """An instant clone within a tuning tells nothing of its own."""


def typical(utterances: Sequence[Utterance]) -> Utterance:
    """An utterance of a good length for cloning whose words are most surely what is said."""
    low, high = _INSTANT_SECONDS
    fit = [one for one in utterances if low <= one.speech_seconds <= high]
    if fit:
        return max(fit, key=lambda one: one.likelihood)
    return max(utterances, key=lambda one: min(one.speech_seconds, high))


def named(prefix: str, scores: dict[str, float]) -> dict[str, float]:
    """Scores under names that say whose they are."""
    return {f"{prefix}_{name}": value for name, value in scores.items()}


def _deliver(
    delivery: DeliveryTraining, held: Sequence[Utterance], plan: Plan, folder: Folder
) -> Iterator[TuneNews]:
    """Trains the predictor, or takes what was trained before."""
    kept = folder.kept("delivery.pt")
    if kept is not None:
        delivery.use(kept)
        return
    before = delivery.judge(held)
    yield TuneNews("training", folder.share, scores=named("delivery", before))
    total = delivery.batches(plan.passes)
    with closing(delivery.run(plan.passes)) as batches:
        for number, losses in enumerate(batches, 1):
            yield TuneNews("training", folder.share, number, losses=losses)
            if folder.share >= plan.delivered and number < total:
                break
    after = delivery.judge(held)
    if sum(after.values()) >= sum(before.values()):
        delivery.use({name: torch.zeros_like(value) for name, value in delivery.base.items()})
    folder.state.delivery = {**named("before", before), **named("after", after)}
    folder.keep("delivery.pt", delivery.update())
    folder.note()
    yield TuneNews("training", folder.share, scores=named("delivery", after))


def _fit(fitting: Fitting, judge: Judge, plan: Plan, folder: Folder) -> Iterator[TuneNews]:
    """Trains the decoder's adapter until the time or the steps are over."""
    kept = folder.kept("fit.pt")
    step, begun = 0, folder.share
    if kept is not None:
        fitting.restore(kept["fitting"])
        step, begun = int(kept["step"]), float(kept["begun"])
    elif folder.kept("best.pt") is None:
        yield _judged(fitting, judge, folder, step)
    while True:
        time_share = (folder.share - begun) / max(plan.fitted - begun, 1e-3)
        share = max(time_share, step / plan.most_steps)
        if step and share >= 1:
            break
        fitting.step(FIT.kinds, rate(step, share))
        step += 1
        yield TuneNews(
            "training", min(folder.share, plan.fitted), step, losses=fitting.losses.copy()
        )
        if step % plan.judged_every == 0:
            yield _judged(fitting, judge, folder, step)
        if step % plan.kept_every == 0:
            content = {"fitting": fitting.content(), "step": step, "begun": begun}
            folder.keep("fit.pt", content)
            folder.note()
    if step % plan.judged_every:
        yield _judged(fitting, judge, folder, step)
    folder.state.step = step
    folder.note()


def _judged(fitting: Fitting, judge: Judge, folder: Folder, step: int) -> TuneNews:
    """Judges the average of the last steps, and keeps it when it is the best so far."""
    person = fitting.speaker
    with fitting.averaged():
        verdict = judge.verdict(person.table, person.prosody, fitting.shift.detach()[0])
        scores, best = verdict.scores, folder.kept("best.pt")
        if best is None or scores["total"] > best["scores"]["total"]:
            found = {
                "numbers": fitting.adapter.tensors(),
                "shift": fitting.shift.detach()[0].cpu().clone(),
                "scores": scores,
                "samples": verdict.samples,
                "step": step,
            }
            folder.keep("best.pt", found)
            folder.state.best, folder.state.best_step = scores, step
    return TuneNews("judging", folder.share, step, scores=scores)


def _samples(instant: Mapping[str, Any] | None, best: Mapping[str, Any]) -> tuple[TuneSample, ...]:
    """What both said of the same sentences; nothing of a checkpoint that has no sound."""
    before = {one["index"]: one for one in (instant or {}).get("samples", ())}
    return tuple(
        TuneSample(
            index=after["index"],
            instant=before[after["index"]]["audio"].numpy(),
            tuned=after["audio"].numpy(),
            instant_scores=before[after["index"]]["scores"],
            tuned_scores=after["scores"],
        )
        for after in best.get("samples", ())
        if after["index"] in before
    )


def _check_worth(instant: dict[str, float], tuned: dict[str, float]) -> None:
    if tuned["total"] > instant["total"]:
        return
    raise AudioError(
        "tuned_no_better",
        "The tuned model was no better than an instant clone: likeness "
        f"{tuned['likeness']:.2f} against {instant['likeness']:.2f}, naturalness "
        f"{tuned['naturalness']:.2f} against {instant['naturalness']:.2f}.",
        "Add more clear recordings of the same person, check the transcripts, or allow more time.",
    )


def _report(
    folder: Folder, corpus: Corpus, held: Sequence[Utterance], training: Sequence[Utterance]
) -> dict[str, float | str]:
    state = folder.state
    return {
        "start_voice": state.start_voice,
        "utterances": len(training),
        "held_out": len(held),
        "skipped": corpus.skipped,
        "speech_minutes": round(sum(one.speech_seconds for one in training) / 60, 2),
        "seconds": round(folder.spent, 1),
        "steps": state.step,
        "best_step": state.best_step,
        **named("instant", state.instant),
        **named("tuned", state.best),
        **{f"delivery_{name}": round(value, 4) for name, value in state.delivery.items()},
    }
