"""menura-1 behind the base-model contract."""

import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from weakref import WeakValueDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.errors import NotFoundError, TextError
from menura.models.contract import (
    Adapter,
    Audio,
    Clip,
    CloneOptions,
    CloneResult,
    ModelInfo,
    Progress,
    ProsodyFactors,
    SpokenAudio,
    StockVoice,
    TuneNews,
    TuneOptions,
    TuneResult,
    VoiceState,
)
from menura.models.menura_1 import norm_statistics, voices, weights
from menura.models.menura_1.crew import Crew
from menura.models.menura_1.decoder import FRAME, SAMPLE_RATE
from menura.models.menura_1.edges import Edges, faded, sounding
from menura.models.menura_1.layers import STYLE, Both, in_turn
from menura.models.menura_1.measured_hidden import measured_hidden
from menura.models.menura_1.melody import hushed, shape_pitch
from menura.models.menura_1.merging import Merger
from menura.models.menura_1.network import PAD, Network, Plan
from menura.models.menura_1.pieces import Pieces
from menura.models.menura_1.plan_graphs import PlanGraphs
from menura.models.menura_1.state import SNAPSHOT, Prosody, check, is_clone, split_state
from menura.models.menura_1.streaming import after, decode, onset
from menura.models.menura_1.symbols import token_ids
from menura.models.menura_1.timings import Teller, timings
from menura.models.menura_1.voice_norms import VoiceNorms
from menura.settings import Settings
from menura.text.languages import SPOKEN
from menura.text.utterance import Language, Utterance

MOST_SYMBOLS = 510

_TURN_SECONDS = 0.08
"""How long an utterance that is decoded whole is computed before others may have their turn: about
100 ms of its audio on two cores. Changing the voice for another clone's turn takes 18 ms."""

_MOST_OWED = 4
"""Voices of which it is remembered that their norms are still to be measured."""


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
        self._stream_clones = settings.stream_clones
        half = settings.precision == "bf16" or (
            settings.precision == "auto" and self.device.type == "cuda"
        )
        self.dtype = torch.bfloat16 if half else torch.float32
        with torch.device("meta"):
            network = Network()
        network.load_state_dict(weights.load(settings.cache), assign=True)
        network.decoder.generator.window = torch.hann_window(20)
        self.network = network.to(self.device).eval().requires_grad_(False)
        if self._threaded:
            threads = torch.get_num_threads()
            self.network.graphs = PlanGraphs(self.network.bert, self.network.predictor, threads)
        self._merger = Merger(self.network.decoder, self.network.predictor)
        self._active: VoiceState | None = None
        self._checked: WeakValueDictionary[int, VoiceState] = WeakValueDictionary()
        self._style: np.ndarray[tuple[int, ...], np.dtype[np.floating]] | None = None
        self._prosody = Prosody()
        shelf = norm_statistics.Shelf(settings.cache / "norms")
        self.norms = VoiceNorms(self.network, shelf, self.tokens)
        self._owed: deque[VoiceState] = deque(maxlen=_MOST_OWED)
        self._crew: Crew | None = None

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
        """Raises StateError unless the state is a complete menura-1 voice.

        Reads all of it, but once.
        """
        if self._checked.get(id(state)) is not state:
            check(state, self.network.decoder, self.network.predictor)
            self._checked[id(state)] = state

    def activate(self, state: VoiceState) -> None:
        """Makes the network speak in a voice; a no-op when it does already."""
        if state is self._active:
            return
        self.check_state(state)
        style, prosody, adapter = split_state(state)
        if adapter or self._active is None or is_clone(self._active):
            self._rest()
            self._active = None
            self._merger.merge(adapter)
        self.norms.turn_to(state, style)
        self._style, self._prosody, self._active = style, prosody, state

    def deactivate(self) -> None:
        """Puts the base weights back."""
        self._rest()
        self._merger.restore()
        self._active = self._style = None
        self.norms.forget()
        self._prosody = Prosody()

    def _rest(self) -> None:
        """Lets computations end that still use the network as it is."""
        if self._crew is not None:
            self._crew.rest()

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
        """Speaks one utterance; see `menura.models.contract.BaseModel.speak`.

        On a CPU, utterances come in pieces, those of a clone unless `Settings.stream_clones` says
        otherwise or it was never prepared. In between comes nothing, again and again, so that
        others may have their turn and the work may be stopped.
        Raises TextError, StateError.
        """
        phonemes = utterance.phonemes
        tokens = self.tokens(phonemes)
        self.activate(voice)
        assert self._style is not None
        style = self.style(self._style, len(phonemes))
        generator = torch.Generator(self.device).manual_seed(seed)
        manner = self._prosody.times(prosody)
        unmeasured = self._unmeasured(voice)
        if unmeasured and not any(voice is one for one in self._owed):
            self._owed.append(voice)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            plan = self.network.plan(tokens, style, speed=speed * manner.pace, both=self._at_once())
            plan = shape_pitch(plan, manner)
            if is_clone(voice):
                plan = hushed(plan)
        if self._dividable(voice) and not unmeasured:
            yield from self._pieces(utterance, voice, plan, style, generator)
            return
        steps = self.network.decoding(plan, style, generator)
        rested = time.monotonic()
        while True:
            with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
                try:
                    next(steps)
                except StopIteration as end:
                    audio: Tensor = end.value
                    break
            if time.monotonic() - rested > _TURN_SECONDS:
                yield SpokenAudio(np.zeros(0, np.float32))
                self.activate(voice)  # another voice may have spoken meanwhile
                rested = time.monotonic()
        samples = audio[0].float().cpu().numpy()
        first, last = sounding(samples, onset(int(plan.durations[0])) * FRAME)
        ends = np.cumsum(plan.durations.cpu().numpy()) * FRAME
        yield SpokenAudio(
            faded(samples[first:last]),
            *timings(utterance, (ends - first) / SAMPLE_RATE, (last - first) / SAMPLE_RATE),
        )

    def _pieces(
        self,
        utterance: Utterance,
        voice: VoiceState,
        whole: Plan,
        style: Tensor,
        generator: torch.Generator,
    ) -> Iterator[SpokenAudio]:
        crew, decoder = self._threads(), self.network.decoder
        begin = onset(int(whole.durations[0]))
        plan = after(whole, begin)
        hidden = partial(
            measured_hidden, decoder=decoder, plan=whole, style=style[:, :STYLE], begin=begin
        )
        norms = self.norms.fixed(len(utterance.phonemes))
        pieces = Pieces(decoder, norms, plan, generator, hidden if is_clone(voice) else None)
        ends = np.cumsum(plan.durations.numpy()) * FRAME
        edges, teller = Edges(int(ends[-1])), Teller(utterance, ends / SAMPLE_RATE)
        with closing(decode(crew, pieces)) as stream:
            while True:
                self.activate(voice)  # another voice may have spoken meanwhile
                try:
                    piece = next(stream)
                except StopIteration:
                    break
                audio = edges.write(np.zeros(0, np.float32) if piece is None else piece.numpy())
                first = (edges.first or 0) / SAMPLE_RATE
                yield SpokenAudio(audio, *teller.until(edges.given / SAMPLE_RATE, first))
        audio = edges.finish()
        yield SpokenAudio(audio, *teller.rest(edges.given / SAMPLE_RATE, first))

    @property
    def _threaded(self) -> bool:
        """Whether our own threads share the work: on a GPU things queue up anyway."""
        return self.device.type == "cpu" and self.dtype == torch.float32

    def _at_once(self) -> Both:
        """How to do two things that do not depend on each other."""
        return self._threads().both if self._threaded else in_turn

    def _threads(self) -> Crew:
        """The threads that decode, made when they are first needed."""
        self._crew = self._crew or Crew()
        return self._crew

    def _dividable(self, voice: VoiceState) -> bool:
        """Whether a voice's utterances may come in pieces; a GPU is fast enough without."""
        return self._threaded and (self._stream_clones or not is_clone(voice))

    def _unmeasured(self, voice: VoiceState) -> bool:
        """Whether the active voice's utterances could come in pieces, had its norms been measured:
        those of a clone take seconds."""
        return self._dividable(voice) and is_clone(voice) and not self.norms.known

    @torch.inference_mode()
    def prepare(self, state: VoiceState) -> None:
        """Measures what speaking in a voice needs, so that its first words need not wait for it.

        It is kept in the cache folder, for other processes too. Raises StateError.
        """
        if self._dividable(state):
            self.activate(state)
            self.norms.fixed(norm_statistics.SYMBOLS)

    @torch.inference_mode()
    def catch_up(self) -> Generator[None, None, None]:
        """Measures the norms of voices that were decoded whole for want of them."""
        while self._owed:
            voice = self._owed.pop()
            self.activate(voice)
            try:
                yield from self.norms.statistics()
            except GeneratorExit:
                self._owed.append(voice)
                raise

    def clone(self, clip: Clip, options: CloneOptions, progress: Progress) -> Iterator[CloneResult]:
        """Makes a voice from a clip, then better ones. Raises AudioError, CancelledError."""
        from menura.models.menura_1.clone import clone  # it needs the judging networks

        yield from clone(self, clip, options, progress)

    def tune(
        self, dataset: Sequence[Clip], options: TuneOptions
    ) -> Iterator[TuneNews | TuneResult]:
        """Trains on many recordings of one speaker; see `TunableModel.tune`. Raises AudioError."""
        from menura.models.menura_1.tuning.tune import tune  # it needs the judging networks

        yield from tune(self, dataset, options)

    def tuned_voice(self, adapter: Adapter, clips: Sequence[Clip]) -> VoiceState:
        """Makes a voice of a tuned model. Raises StateError, AudioError."""
        from menura.models.menura_1.tuning.voice import tuned_voice

        return tuned_voice(self, adapter, clips)

    def with_adapter(self, voice: VoiceState, adapter: Adapter) -> VoiceState:
        """Puts a tuned voice together with its model. Raises StateError."""
        from menura.models.menura_1.tuning.voice import with_adapter

        return with_adapter(self, voice, adapter)

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

    def refit(
        self,
        localised: VoiceState,
        original: VoiceState,
        source: Language,
        target: Language,
        progress: Progress,
    ) -> VoiceState:
        """Brings a localised voice nearer to the person. Raises StateError, CancelledError."""
        from menura.models.menura_1.localise import refit

        self.check_state(localised)
        self.check_state(original)
        made = refit(self, localised, original, source, target, progress)
        self.prepare(made)
        return made

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
