"""Instant cloning: fits a low-rank voice adapter to one clip.

The recipe (measured, see docs/experiments.md): the decoder stays frozen but for a low-rank update;
random windows of the clip are spoken with its own durations, F0 and energy and compared with the
recording; at the same time new sentences are spoken freely and pulled towards the speaker (CAM++
embedding, a frozen network) and towards natural sound (DistillMOS, frozen too).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from menura.errors import AudioError
from menura.judging.naturalness import SHORT_WINDOW, NaturalnessScorer
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Clip, CloneOptions, CloneResult, Progress
from menura.models.menura_1 import features, voices
from menura.models.menura_1.adapter import Adapter
from menura.models.menura_1.alignment import align
from menura.models.menura_1.decoder import FRAME, SAMPLE_RATE
from menura.models.menura_1.free_speech import sentences
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.losses import SpectralLoss
from menura.models.menura_1.network import Plan
from menura.models.menura_1.state import Prosody, make_state
from menura.models.menura_1.stock_profiles import nearest_voices
from menura.text.prepare import prepare
from menura.text.utterance import Language

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_CANDIDATES = 5
"""Stock voices of each gender that are looked at as a start."""

_OCTAVE = 0.4
"""What an octave between the pitch of a stock voice and the speaker's costs, as a cosine."""

_UNSAID = frozenset(' ;:,.!?—…"()“”')
"""Symbols of pauses, whose lengths say little about the pace of the words."""


@dataclass(frozen=True)
class Recipe:
    """The numbers of a fit."""

    steps: int = 40
    rank: int = 16
    clip_frames: int = 60
    """Length of a window of the clip, in frames of 25 ms."""

    free_frames: int = 64
    rate: float = 1.5e-3
    style_rate: float = 5e-3
    speaker: float = 2.0
    free_speaker: float = 3.0
    naturalness: float = 0.4
    wished: float = 4.8
    decay: float = 0.01
    average: float = 0.9
    noise: bool = True


def recipe_for(options: CloneOptions) -> Recipe:
    """The recipe of a mode, with the asked number of steps."""
    recipe = Recipe()
    if options.mode == "stability":
        # Half the freedom and twice the weight on natural sound: closer to the base's studio.
        recipe = replace(recipe, rank=8, naturalness=2 * recipe.naturalness)
    return replace(recipe, steps=options.steps) if options.steps else recipe


def symbols_of(text: str, language: Language, most: int) -> str:
    """Phonemes of a whole transcript in one row. Raises AudioError when there are too many."""
    joined = " ".join(u.phonemes for u in prepare(text, language, limit=most))
    if not joined.strip():
        raise AudioError(
            "transcript_empty",
            "No words were heard in the clip.",
            "Give a clip of clear speech, or its transcript.",
        )
    if len(joined) > most:
        raise AudioError(
            "clip_too_many_words",
            f"The clip has {len(joined)} phonemes.",
            f"At most {most} can be fitted at once; give a shorter clip (5 to 20 seconds).",
        )
    return joined


class Fit:
    """One clip being fitted; `run` does it.

    Raises AudioError for a clip that does not match its transcript.
    """

    def __init__(self, model: "Menura1", clip: Clip, options: CloneOptions, recipe: Recipe) -> None:
        self.model, self.recipe, self.clip = model, recipe, clip
        self.device = model.device
        self.generator = torch.Generator().manual_seed(options.seed)
        self.encoder = SpeakerEncoder(self.device)
        self.scorer = NaturalnessScorer(self.device)
        self.phonemes = symbols_of(clip.transcript, clip.language, model.info.utterance_symbols)
        frames = clip.audio.size // FRAME
        audio = torch.from_numpy(clip.audio[: frames * FRAME]).to(self.device)[None]
        self.target = self._embed(audio)[0]
        self.tokens = model.tokens(self.phonemes)
        f0 = features.f0(clip.audio[: frames * FRAME], 2 * frames).to(self.device)
        self.start = self._start_voice(f0)
        table = (
            voices.tables()[self.start] if options.base is None else options.base.tensors["style"]
        )
        self.table = np.asarray(table).astype(np.float32)
        style = model.style(self.table, len(self.phonemes))
        model.deactivate()
        with torch.no_grad():
            spoken = model.network.plan(self.tokens, style)
            speech = model.network.decode(spoken, style, self._noise())
            if frames < len(self.phonemes) + 2:
                raise AudioError(
                    "clip_too_fast",
                    f"The clip is too short ({frames * 0.025:.1f} s) for its transcript.",
                    "Check that the transcript has only the words of the clip.",
                )
            self.audio = audio * (speech.square().mean() / audio.square().mean().clamp(1e-8)).sqrt()
            mel = features.log_mel(self.audio)
            self.alignment = align(
                features.log_mel(speech)[0].cpu(), spoken.durations.cpu(), mel[0].cpu(), frames
            )
            durations = self.alignment.durations.to(self.device)
            ours = model.network.plan(self.tokens, style, durations=durations)
        self.plan = Plan(
            durations, ours.text.clone(), f0, features.energy(mel)[:, : 2 * frames].clone()
        )
        said = torch.tensor([symbol not in _UNSAID for symbol in f".{self.phonemes}."])
        self.prosody = _prosody(ours, f0, spoken.durations[said], durations[said])
        self.spectral = SpectralLoss(clip.bandwidth)

    def _start_voice(self, f0: Tensor) -> str:
        """The stock voice that is most like the speaker and speaks at about their pitch."""
        heard = f0[f0 > 30]
        best, most = "", -np.inf
        target = self.target.cpu().numpy()
        for key, likeness in nearest_voices(target, self.clip.language, _CANDIDATES):
            style = self.model.style(voices.tables()[key], len(self.phonemes))
            with torch.no_grad():
                own = self.model.network.plan(self.tokens, style).f0
            apart = 0.0
            if heard.numel():
                apart = abs(float(heard.log2().mean() - own[own > 30].log2().mean()))
            if likeness - _OCTAVE * apart > most:
                best, most = key, likeness - _OCTAVE * apart
        return best

    def _embed(self, audio: Tensor) -> Tensor:
        return self.encoder.embed(resample(audio, SAMPLE_RATE, 16000))

    def _noise(self) -> torch.Generator | None:
        if not self.recipe.noise:
            return None
        return torch.Generator(self.device).manual_seed(int(self._pick(2**31)))

    def _pick(self, below: int) -> int:
        return int(torch.randint(max(below, 1), (1,), generator=self.generator))

    def _free_plans(self) -> list[tuple[Plan, Tensor]]:
        from menura.models.menura_1.model import shape_pitch

        language = self.clip.language
        plans = []
        for sentence in sentences(language):
            phonemes = symbols_of(sentence, language, self.model.info.utterance_symbols)
            style = self.model.style(self.table, len(phonemes))
            with torch.no_grad():
                plan = self.model.network.plan(
                    self.model.tokens(phonemes), style, speed=self.prosody.pace
                )
                plan = shape_pitch(plan, self.prosody)
            plans.append(
                (Plan(plan.durations, *(x.clone() for x in (plan.text, plan.f0, plan.energy))),
                 style.clone())
            )  # fmt: skip
        return plans

    def _window(self, plan: Plan, frames: int, skip: int = 0) -> tuple[Plan, int]:
        total = plan.text.shape[2]
        frames = min(frames, total)
        begin = skip + self._pick(total - frames - skip + 1)
        begin = min(begin, total - frames)
        return (
            Plan(
                plan.durations,
                plan.text[:, :, begin : begin + frames],
                plan.f0[:, 2 * begin : 2 * (begin + frames)],
                plan.energy[:, 2 * begin : 2 * (begin + frames)],
            ),
            begin,
        )

    def run(self, progress: Progress) -> CloneResult:
        """Optimises and returns the voice."""
        recipe, network = self.recipe, self.model.network
        started = time.monotonic()
        adapter = Adapter(network.decoder, recipe.rank, self.generator)
        shift = torch.zeros(1, STYLE, device=self.device, requires_grad=True)
        optimiser = torch.optim.AdamW(
            [
                {"params": list(adapter.parameters()), "lr": recipe.rate},
                {"params": [shift], "lr": recipe.style_rate},
            ],
            weight_decay=recipe.decay,
            betas=(0.9, 0.98),
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser,
            [recipe.rate, recipe.style_rate],
            total_steps=recipe.steps + 1,
            pct_start=0.15,
            div_factor=5,
            final_div_factor=10,
        )
        self.base = self.model.style(self.table, len(self.phonemes))
        self.free = self._free_plans()
        history: list[dict[str, float]] = []
        trainable = [*adapter.parameters(), shift]
        mean: list[Tensor] | None = None
        with adapter.attached():
            for step in range(recipe.steps):
                progress("fit", step / recipe.steps)
                optimiser.zero_grad(set_to_none=True)
                losses: dict[str, float] = {}
                # One backward pass after each half keeps only one decoder run in memory.
                for half in (self._clip_losses, self._free_losses):
                    terms = half(shift)
                    torch.autograd.backward(
                        sum(terms.values(), torch.zeros((), device=shift.device))
                    )
                    losses |= {name: float(term.detach()) for name, term in terms.items()}
                torch.nn.utils.clip_grad_norm_(trainable, 5.0)
                optimiser.step()
                schedule.step()
                history.append(losses)
                mean = _averaged(mean, trainable, recipe.average, step)
        assert mean is not None or recipe.steps == 0
        for parameter, value in zip(trainable, mean or [], strict=False):
            parameter.data.copy_(value)
        table = self.table.copy()
        table[:, :STYLE] += shift.detach().cpu().numpy()
        report: dict[str, float | str] = {
            "steps": recipe.steps,
            "seconds": round(time.monotonic() - started, 2),
            "start_voice": self.start,
            "alignment_cost": round(self.alignment.cost, 3),
            "pitch": round(self.prosody.pitch, 3),
            "pace": round(self.prosody.pace, 3),
        }
        if history:
            # Cosines of the loss's own encoder over the last steps: no judgement, but a warning.
            last = history[-5:]
            report["clip_likeness"] = _likeness(last, "speaker", recipe.speaker)
            report["speech_likeness"] = _likeness(last, "free speaker", recipe.free_speaker)
        self.history = history
        state = make_state(table, self.prosody, adapter.tensors())
        return CloneResult(state, report, float(report.get("speech_likeness", 0.0)))

    def _clip_losses(self, shift: Tensor) -> dict[str, Tensor]:
        """A window of the clip, spoken with the clip's own durations, F0 and energy."""
        window, begin = self._window(self.plan, self.recipe.clip_frames)
        ours = self.model.network.decoder(
            window.text, window.f0, window.energy, self.base[:, :STYLE] + shift, self._noise()
        )
        theirs = self.audio[:, begin * FRAME : begin * FRAME + ours.shape[1]]
        return {
            "spectral": self.spectral(ours, theirs),
            "speaker": self.recipe.speaker * (1 - self._embed(ours)[0] @ self.target),
        }

    def _free_losses(self, shift: Tensor) -> dict[str, Tensor]:
        """A window of a new sentence, spoken with predicted durations, F0 and energy."""
        recipe = self.recipe
        plan, style = self.free[self._pick(len(self.free))]
        window, _ = self._window(plan, recipe.free_frames, skip=10)
        speech = self.model.network.decoder(
            window.text, window.f0, window.energy, style[:, :STYLE] + shift, self._noise()
        )
        low = resample(speech, SAMPLE_RATE, 16000)
        score = self.scorer.score(low, window=SHORT_WINDOW)[0]
        return {
            "free speaker": recipe.free_speaker * (1 - self.encoder.embed(low)[0] @ self.target),
            "naturalness": recipe.naturalness * (recipe.wished - score),
        }


def _likeness(history: list[dict[str, float]], name: str, weight: float) -> float:
    return round(1 - sum(losses[name] for losses in history) / len(history) / weight, 3)


def _averaged(
    mean: list[Tensor] | None, parameters: list[Tensor], keep: float, step: int
) -> list[Tensor]:
    if mean is None:
        return [p.detach().clone() for p in parameters]
    keep = min(keep, step / (step + 4))
    for value, parameter in zip(mean, parameters, strict=True):
        value.lerp_(parameter.detach(), 1 - keep)
    return mean


def _prosody(ours: Plan, f0: Tensor, spoken: Tensor, heard: Tensor) -> Prosody:
    """Pitch and pace of the speaker beside those of the start voice on the same words."""
    both = (f0 > 30) & (ours.f0 > 30)
    pitch = 1.0
    if int(both.sum()) > 20:
        pitch = float((f0[both].log().mean() - ours.f0[both].log().mean()).exp())
    pace = float(spoken.sum()) / max(float(heard.sum()), 1.0)
    return Prosody(
        pitch=float(np.clip(pitch, 0.5, 2.0)), pitch_spread=1.0, pace=float(np.clip(pace, 0.8, 1.3))
    )


def clone(
    model: "Menura1", clip: Clip, options: CloneOptions, progress: Progress
) -> Iterator[CloneResult]:
    """Makes a voice from a clip. Raises AudioError, CancelledError."""
    progress("prepare", 0.0)
    try:
        fit = Fit(model, clip, options, recipe_for(options))
        yield fit.run(progress)
    finally:
        model.deactivate()
