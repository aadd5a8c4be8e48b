"""menura-1 behind the base-model contract."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.errors import NotFoundError, TextError
from menura.models.contract import (
    Audio,
    Clip,
    CloneOptions,
    CloneResult,
    ModelInfo,
    PhonemeTiming,
    Progress,
    ProsodyFactors,
    SpokenAudio,
    StockVoice,
    VoiceState,
    WordTiming,
)
from menura.models.menura_1 import voices, weights
from menura.models.menura_1.decoder import FRAME, SAMPLE_RATE
from menura.models.menura_1.merging import Merger
from menura.models.menura_1.network import PAD, Network, Plan
from menura.models.menura_1.state import SNAPSHOT, Prosody, check, split_state
from menura.models.menura_1.symbols import token_ids
from menura.settings import Settings
from menura.text.languages import SPOKEN
from menura.text.utterance import Language, Utterance

MOST_SYMBOLS = 510
_FADE = 120
_LEAD, _TAIL = 0.06, 0.14
"""Silence left before and after the sound of an utterance, in seconds."""

_LOWEST_HZ, _HIGHEST_HZ = 50.0, 600.0
"""Limits of F0 that prosody factors may lead to."""

_QUIET = 10 ** (-52 / 20)
"""Amplitude below which an utterance's edge counts as silence; measured: breath noise of the stock
voices stays under −55 dBFS, final fricatives over −45 dBFS."""


class Menura1:
    """The reference base model; see `menura.models.contract.BaseModel`."""

    info = ModelInfo(
        snapshot=SNAPSHOT,
        alias="menura-1",
        languages=SPOKEN,
        sample_rate=SAMPLE_RATE,
        utterance_symbols=MOST_SYMBOLS,
        description="Kokoro-82M (StyleTTS 2 family), 24 kHz, with low-rank voice adapters.",
    )

    def __init__(self, settings: Settings) -> None:
        device = settings.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self.device = torch.device(device)
        half = settings.precision == "bf16" or (
            settings.precision == "auto" and self.device.type == "cuda"
        )
        self.dtype = torch.bfloat16 if half else torch.float32
        with torch.device("meta"):
            network = Network()
        network.load_state_dict(weights.load(settings.cache), assign=True)
        network.decoder.generator.window = torch.hann_window(20)
        self.network = network.to(self.device).eval().requires_grad_(False)
        self._merger = Merger(self.network.decoder)
        self._active: VoiceState | None = None
        self._style: np.ndarray[tuple[int, ...], np.dtype[np.floating]] | None = None
        self._prosody = Prosody()

    def stock_voices(self) -> Sequence[StockVoice]:
        """Lists the 54 voices of Kokoro."""
        return voices.stock_voices()

    def stock_state(self, key: str) -> VoiceState:
        """Returns a stock voice. Raises NotFoundError."""
        table = voices.tables().get(key)
        if table is None:
            raise NotFoundError(
                "voice_not_found",
                f"menura-1 has no stock voice {key[:80]!r}.",
                "Its stock voices are: " + ", ".join(sorted(voices.tables())) + ".",
            )
        return VoiceState(SNAPSHOT, {"style": table}, {"stock": key})

    def check_state(self, state: VoiceState) -> None:
        """Raises StateError unless the state is a complete menura-1 voice."""
        check(state, self.network.decoder)

    def activate(self, state: VoiceState) -> None:
        """Makes the network speak in a voice; a no-op when it does already."""
        if state is self._active:
            return
        self.check_state(state)
        style, prosody, adapter = split_state(state)
        self._active = None
        self._merger.merge(adapter)
        self._style, self._prosody, self._active = style, prosody, state

    def deactivate(self) -> None:
        """Puts the base weights back."""
        self._merger.restore()
        self._active = self._style = None
        self._prosody = Prosody()

    def tokens(self, phonemes: str) -> Tensor:
        """Token ids with a pad at both ends, [1, symbols + 2]. Raises TextError."""
        ids = token_ids(phonemes)
        if not 1 <= len(ids) <= MOST_SYMBOLS:
            raise TextError(
                "utterance_too_long",
                f"The utterance has {len(ids)} symbols.",
                f"menura-1 speaks 1 to {MOST_SYMBOLS} at a time; split the text.",
            )
        return torch.tensor([[PAD, *ids, PAD]], device=self.device)

    def style(self, table: np.ndarray[tuple[int, ...], np.dtype[np.floating]], n: int) -> Tensor:
        """Style [1, 256] of a table for an utterance of `n` symbols."""
        return torch.from_numpy(voices.style_row(table, n))[None].to(self.device)

    @torch.inference_mode()
    def speak(
        self,
        utterance: Utterance,
        voice: VoiceState,
        *,
        speed: float = 1.0,
        seed: int = 0,
        prosody: ProsodyFactors | None = None,
    ) -> Iterator[SpokenAudio]:
        """Speaks one utterance as one stretch. Raises TextError, StateError."""
        phonemes = utterance.phonemes
        tokens = self.tokens(phonemes)
        self.activate(voice)
        assert self._style is not None
        style = self.style(self._style, len(phonemes))
        generator = torch.Generator(self.device).manual_seed(seed)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            manner = self._prosody.times(prosody)
            plan = self.network.plan(tokens, style, speed=speed * manner.pace)
            plan = shape_pitch(plan, manner)
            audio = self.network.decode(plan, style, generator)[0]
        samples = audio.float().cpu().numpy()
        first, last = sounding(samples)
        ends = np.cumsum(plan.durations.cpu().numpy()) * FRAME
        yield SpokenAudio(
            faded(samples[first:last]),
            *timings(utterance, (ends - first) / SAMPLE_RATE, (last - first) / SAMPLE_RATE),
        )

    def clone(self, clip: Clip, options: CloneOptions, progress: Progress) -> Iterator[CloneResult]:
        """Makes a voice from a clip, then better ones. Raises AudioError, CancelledError."""
        from menura.models.menura_1.clone import clone  # it needs the judging networks

        yield from clone(self, clip, options, progress)

    def localise(
        self,
        state: VoiceState,
        source: Language,
        target: Language,
        *,
        gender: str | None = None,
    ) -> VoiceState:
        """Gives a voice the prosody of another language. Raises TextError, StateError."""
        from menura.models.menura_1.localise import localise

        self.check_state(state)
        return localise(self, state, source, target, gender)

    def mix(self, states: Sequence[VoiceState], weights: Sequence[float]) -> VoiceState:
        """Makes a voice between voices. Raises InputError, StateError."""
        from menura.models.menura_1.mixing import mix

        for state in states:
            self.check_state(state)
        return mix(states, weights, self.network.decoder)

    def embed(self, state: VoiceState, language: Language) -> NDArray[np.float32]:
        """Gives the speaker embedding [192] of a voice. Raises StateError, TextError."""
        from menura.models.menura_1.embedding import embed

        self.check_state(state)
        return embed(self, state, language)

    def embed_audio(self, audio: Audio, sample_rate: int) -> NDArray[np.float32]:
        """Gives the speaker embedding [192] of a recording. Raises AudioError."""
        from menura.models.menura_1.embedding import embed_audio

        return embed_audio(self, audio, sample_rate)

    def from_embedding(
        self, numbers: Sequence[float], language: Language, *, base: VoiceState | None = None
    ) -> VoiceState:
        """Makes a voice of a speaker embedding. Raises InputError, StateError."""
        from menura.models.menura_1.embedding import from_embedding

        if base is not None:
            self.check_state(base)
        return from_embedding(self, numbers, language, base)


def shape_pitch(plan: Plan, prosody: Prosody) -> Plan:
    """Moves and stretches the melody of a plan; unvoiced frames stay as they are.

    It is stretched around the utterance's median, which the glides at the edges of voicing do not
    pull down, and kept within 50 to 600 Hz.
    """
    if prosody.pitch == 1.0 and prosody.pitch_spread == 1.0:
        return plan
    voiced = plan.f0 > 30
    if not bool(voiced.any()):
        return plan
    logarithm = plan.f0.clamp(min=30).log()
    centre = logarithm[voiced].median()
    shaped = (centre + (logarithm - centre) * prosody.pitch_spread).exp() * prosody.pitch
    # What was planned below the lowest pitch is an edge of voicing; it is not made lower.
    shaped = shaped.maximum(plan.f0.clamp(max=_LOWEST_HZ)).clamp(max=_HIGHEST_HZ)
    return Plan(plan.durations, plan.text, torch.where(voiced, shaped, plan.f0), plan.energy)


def sounding(samples: Audio) -> tuple[int, int]:
    """First and last sample of an utterance to keep: its sound and a little silence around."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if loud.size == 0:
        return 0, samples.size
    first = max(0, int(loud[0]) - int(_LEAD * SAMPLE_RATE))
    last = min(samples.size, int(loud[-1]) + int(_TAIL * SAMPLE_RATE))
    return first, last


def faded(samples: Audio) -> Audio:
    """A copy with 5 ms fades at both ends, so that joins make no click."""
    out = samples.copy()
    fade = np.linspace(0, 1, min(_FADE, out.size // 2), dtype=np.float32)
    out[: fade.size] *= fade
    out[out.size - fade.size :] *= fade[::-1]
    return out


def timings(
    utterance: Utterance, ends: np.ndarray[tuple[int], np.dtype[np.float64]], seconds: float
) -> tuple[tuple[WordTiming, ...], tuple[PhonemeTiming, ...]]:
    """Times of words and phonemes from the ends of the tokens, the first pad included."""
    ends = np.clip(ends, 0, seconds)
    joined = "".join(w.before + w.phonemes + w.after for w in utterance.words)
    position = 1 - (len(joined) - len(joined.lstrip()))  # token 0 is the pad
    last = len(ends) - 1
    words, sounds = [], []
    for word in utterance.words:
        begin = position + len(word.before)
        end = begin + len(word.phonemes)
        words.append(
            WordTiming(
                word.text, float(ends[min(begin, last) - 1]), float(ends[min(end, last) - 1])
            )
        )
        sounds += [
            PhonemeTiming(word.phonemes[i - begin], float(ends[i - 1]), float(ends[i]))
            for i in range(begin, min(end, last))
        ]
        position = end + len(word.after)
    return tuple(words), tuple(sounds)
