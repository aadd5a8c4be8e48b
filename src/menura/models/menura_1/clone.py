"""Instant cloning: a first voice within seconds, then a better one.

The recipe (measured, see docs/experiments.md): the decoder stays frozen but for a low-rank update,
which begins where a learned map from speaker embeddings puts it. A few steps on free speech, which
need no words of the clip, make the first voice. Then, for similarity, the clip is aligned with its
transcript, and steps on its windows and on free speech alternate; for stability, and for a clip
in another language than the voice is to speak, steps on free speech go on: with its own sounds in
the fit, a Spanish clip's English had 16 % of its words wrong, without them 1 %.
"""

import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from menura.judging.naturalness import SHORT_WINDOW, NaturalnessScorer
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Clip, CloneOptions, CloneResult, Progress
from menura.models.menura_1.decoder import SAMPLE_RATE
from menura.models.menura_1.fitting import Fitting, Kind, Recipe, rate_share, steps_within
from menura.models.menura_1.target import Target

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_LISTENING = 0.3
"""What aligning the clip costs, in steps."""

_JUDGED = 3 * SAMPLE_RATE
"""One window of the network; more of a clip says the same, and costs half a second."""

_BETTER = 0.6
"""How much more natural than its clip a voice that follows it may be (DistillMOS). Clean clips
score 3.9 to 4.7, so that it hinders hardly any; those with 5 to 10 dB of noise 1.9 to 3.5. The
refined voice of such a clip else counted as worse than the first, which has no noise."""

_WHOLE_SECONDS = 106.0
"""What a clone may take in all, first voice and refinement: two minutes, less what preparing a
recording and storing a voice take, and a margin for a machine that gets slower meanwhile."""

_JUDGING = 0.5
"""What comparing two voices costs, in steps."""

_PACED = 4
"""Steps of the refinement after each of which it is reckoned anew how many there will be: those
before it had other windows, and on a busy machine what a step takes changes."""


def recipe_for(options: CloneOptions, *, foreign: bool = False) -> Recipe:
    """The recipe of a mode, with the asked number of steps; for a clip in a `foreign` language."""
    recipe = Recipe()
    if foreign:
        recipe = replace(recipe, kinds=(Kind.FREE, Kind.FREE), articulation=3.0, free_speaker=4.0)
    if options.mode == "stability":
        # Nothing is fitted to the recording itself, so its noise and room have no way in.
        recipe = replace(
            recipe,
            kinds=(Kind.FREE, Kind.FREE),
            free_speaker=3.0,
            naturalness=1.15,
            rate=1e-3,
            articulation=1.2,
            steps=20,
            most_steps=38,
            average=0.9,
            share=0.48,
            creak=0.0,
        )
    if options.steps:
        quick, steps = min(recipe.quick, options.steps), options.steps
        recipe = replace(recipe, quick=quick, steps=steps, most_steps=steps)
    return recipe


def steps_for(recipe: Recipe, done: int, seconds: float, left: float) -> int:
    """How many steps a refinement has, of which some are done, where one takes so many seconds."""
    fitting = steps_within(left - _JUDGING * seconds, seconds, done, recipe.most_steps)
    return max(recipe.steps, fitting)


@torch.no_grad()
def naturalness(audio: Tensor, scorer: NaturalnessScorer) -> float:
    """How natural the middle of a clip [1, samples] sounds, a DistillMOS score."""
    begin = max(0, (audio.shape[1] - _JUDGED) // 2)
    middle = resample(audio[:, begin : begin + _JUDGED], SAMPLE_RATE, 16000)
    return float(scorer.score(middle, window=SHORT_WINDOW)[0])


def clone(
    model: "Menura1", clip: Clip, options: CloneOptions, progress: Progress
) -> Iterator[CloneResult]:
    """Makes a voice from a clip. Raises AudioError, CancelledError."""
    progress("prepare", 0.0)
    recipe = recipe_for(options, foreign=clip.foreign)
    started = time.monotonic()
    model.deactivate()
    encoder, scorer = SpeakerEncoder(model.device), NaturalnessScorer(model.device)
    target = Target(model, clip, encoder, options.base, options.mode, options.language)
    wished = min(recipe.wished_periodicity, target.periodicity() - recipe.creak)
    recipe = replace(recipe, wished_periodicity=wished)
    if Kind.CLIP in recipe.kinds:
        wished = min(recipe.wished, naturalness(target.audio, scorer) + _BETTER)
        recipe = replace(recipe, wished=wished)
    fitting = Fitting(target, recipe, encoder, scorer, options.seed)
    listening = _LISTENING if Kind.CLIP in recipe.kinds else 0
    whole = recipe.quick + listening + recipe.steps

    seconds = math.inf
    for step in range(recipe.quick):
        progress("start", step / whole)
        begun = time.monotonic()
        fitting.step([Kind.FREE] * len(recipe.kinds), 1.0)
        # The first one has also to plan its sentences and to wake threads.
        seconds = min(seconds, time.monotonic() - begun)
    best = fitting.score()
    left = _WHOLE_SECONDS - (time.monotonic() - started)
    steps = steps_for(recipe, 0, seconds, left)
    whole = recipe.quick + listening + steps
    yield CloneResult(fitting.state(), _report(fitting, started, recipe.quick), best)

    # Whoever took the first voice may have spoken with this model before asking for a better one.
    model.deactivate()
    resumed = time.monotonic()
    if listening:
        progress("align", recipe.quick / whole)
        target.listen()
    step, took, shown = 0, list[float](), 0.0
    while step < steps:
        # It does not go back when there are more steps than was thought.
        shown = max(shown, (recipe.quick + listening + step) / whole)
        progress("fit", shown)
        begun = time.monotonic()
        fitting.step(recipe.kinds, rate_share(step, step / steps))
        step += 1
        took.append(time.monotonic() - begun)
        if step % _PACED == 0:
            spare = left - (time.monotonic() - resumed)
            lately = statistics.median(took[-2 * _PACED :])
            steps = steps_for(recipe, step, lately, spare)
            whole = recipe.quick + listening + steps
    score = fitting.score()
    if score >= best:
        state = fitting.state()
        model.prepare(state)
        report = _report(fitting, started, recipe.quick + steps)
        yield CloneResult(state, report, score, last=True)


def _report(fitting: Fitting, started: float, steps: int) -> dict[str, float | str]:
    target = fitting.speaker
    assert isinstance(target, Target)
    report: dict[str, float | str] = {
        "steps": steps,
        "seconds": round(time.monotonic() - started, 2),
        "start_voice": target.start,
        "pitch": round(target.prosody.pitch, 3),
        "pitch_spread": round(target.prosody.pitch_spread, 3),
        "pace": round(target.prosody.pace, 3),
        "wished_periodicity": round(fitting.recipe.wished_periodicity, 3),
    }
    if target.alignment_likelihood is not None:
        report["alignment_likelihood"] = round(target.alignment_likelihood, 3)
    if fitting.likeness:
        last = fitting.likeness[-5:]
        report["speech_likeness"] = round(sum(last) / len(last), 3)
    return report
