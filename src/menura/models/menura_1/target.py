"""What a clip tells of its speaker: embedding, pitch, timing, and the speech that a clone is fitted
against."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.audio.activity import speech_seconds, speech_spans
from menura.errors import AudioError
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Clip, VoiceState
from menura.models.menura_1 import features, voices
from menura.models.menura_1.alignment import LONGEST, align
from menura.models.menura_1.decoder import FRAME, SAMPLE_RATE
from menura.models.menura_1.network import Plan
from menura.models.menura_1.periodicity import periodicity
from menura.models.menura_1.phoneme_classifier import phoneme_classifier
from menura.models.menura_1.prosody_fit import fit_prosody
from menura.models.menura_1.speaker import Recorded, Speaker, embed_views, free_symbols, symbols_of
from menura.models.menura_1.state import split_state
from menura.models.menura_1.stock_profiles import start_voice
from menura.text.utterance import Language

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_MEASURED = 4
"""Free sentences that the speaker's pitch, range and pace are compared with."""


class Target(Speaker):
    """The speaker of a clip. What is cheap is known at once, timing after `listen`.

    Without a `language` to speak it speaks that of the clip's words.

    Raises AudioError for a clip that does not match its transcript.
    """

    def __init__(
        self,
        model: "Menura1",
        clip: Clip,
        encoder: SpeakerEncoder,
        base: VoiceState | None = None,
        mode: str = "similarity",
        language: Language | None = None,
    ) -> None:
        self.clip = clip
        language = language or clip.language
        most = model.info.utterance_symbols
        self.phonemes = symbols_of(clip.transcript, clip.language, most)
        self.tokens = model.tokens(self.phonemes)
        self.frames = clip.audio.size // FRAME
        if self.frames < len(self.phonemes) + 2:
            raise AudioError(
                "clip_too_fast",
                f"The clip is too short ({self.frames * 0.025:.1f} s) for its transcript.",
                "Check that the transcript has only the words of the clip.",
            )
        if self.frames > LONGEST * self.tokens.numel():
            raise AudioError(
                "clip_too_slow",
                f"The clip is too long ({self.frames * 0.025:.1f} s) for its transcript.",
                "Check that the transcript has all the words of the clip.",
            )
        samples = clip.audio[: self.frames * FRAME]
        self.audio = torch.from_numpy(samples).to(model.device)[None]
        heard = samples if clip.heard is None else clip.heard
        everything = torch.from_numpy(heard).to(model.device)[None]
        seen = embed_views(encoder, resample(everything, SAMPLE_RATE, 16000))
        embedding = seen[0]
        self.f0 = features.f0(samples, 2 * self.frames).to(model.device)
        f0 = self.f0
        if clip.heard is not None:
            f0 = features.f0(heard, 2 * (heard.size // FRAME)).to(model.device)
        voiced = f0[f0 > 30]
        self.log_pitch = float(voiced.log().mean()) if voiced.numel() else None
        self.start = ""
        if base is None:
            self.start = start_voice(embedding.cpu().numpy(), language, self.log_pitch)
        found = voices.tables()[self.start] if base is None else split_state(base)[0]
        table: NDArray[np.float32] = found.astype(np.float32)
        prosody = fit_prosody(
            model,
            table,
            self.phonemes,
            [free_symbols(language, number, most) for number in range(_MEASURED)],
            f0[0].cpu().numpy(),
            speech_seconds(speech_spans(samples, SAMPLE_RATE)),
            mode,
        )
        super().__init__(model, embedding, language, table, prosody)
        self.views = seen
        self.alignment_likelihood: float | None = None

    @property
    def style(self) -> Tensor:
        """The start voice's style for the clip's own words, [1, 256]."""
        return self.model.style(self.table, len(self.phonemes))

    def recorded(self, pick: Callable[[int], int]) -> Recorded:
        """The clip; needs `listen` before."""
        return Recorded(self.plan, self.level, self.style, self.clip.bandwidth)

    @torch.no_grad()
    def periodicity(self) -> float:
        """How far the clip repeats itself at its pitch, see `periodicity.periodicity`."""
        return float(periodicity(self.audio, self.f0))

    @torch.no_grad()
    def listen(self) -> None:
        """Finds out when each symbol is said.

        Sets `plan` (the clip as the network would plan it, with the clip's own durations, F0 and
        energy) and `level` (the audio at the network's loudness).
        """
        network, style, device = self.model.network, self.style, self.model.device
        level = features.levelled(self.audio[0].cpu().numpy(), self.frames)
        self.level = torch.from_numpy(level).to(device)[None]
        mel = features.log_mel(self.level)
        planned = network.plan(self.tokens, style).durations
        found = align(phoneme_classifier(device), mel, self.tokens[0], planned, self.frames)
        self.alignment_likelihood = found.likelihood
        durations = torch.from_numpy(found.durations).to(device)
        energy = features.energy(mel)[:, : 2 * self.frames]
        ours = network.plan(self.tokens, style, durations=durations)
        self.plan = Plan(durations, ours.text, self.f0, energy)
