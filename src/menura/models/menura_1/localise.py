"""Localization: a voice that stays the person and speaks another language like its natives.

The half of the style table that drives durations, F0 and energy is how a language is spoken: a mix
of those stock voices of the target language takes its place that are most like the person in pitch,
gender and pace. The half that drives the decoder carries the timbre, but the sounds of the language
too: it goes three quarters of the way to the natives, and the update keeps half (with the
person's own half French had 48 % of its words wrong, so mixed 20 %, natives 16 %). Then the three
prosody factors are set anew, so that the person keeps their mean F0, their spread of F0 as far as
it is natural, and their pace beside that of others who speak it. What this costs of the timbre,
a few steps on free speech in the new language bring back: see `refit` and, for what was
measured, docs/experiments.md.
"""

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from menura.errors import TextError
from menura.judging.naturalness import NaturalnessScorer
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Progress, VoiceState
from menura.models.menura_1 import voices
from menura.models.menura_1.adapter import scaled
from menura.models.menura_1.decoder import SAMPLE_RATE
from menura.models.menura_1.embedding import spoken
from menura.models.menura_1.fitting import Fitting, Kind, Recipe, rate_share, steps_within
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.speaker import Speaker, embed_views
from menura.models.menura_1.start import Start
from menura.models.menura_1.state import Prosody, make_state, split_state
from menura.models.menura_1.stock_prosody import measure, natives, phonemes, stock_manners
from menura.text.utterance import Language

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

NEAREST = 3
"""Natives in a mix at most."""

_SOFTNESS = 0.15
"""A native further away by so much (octaves of pitch and pace together) weighs 1/e."""

_WOMAN_HZ = 140.0
"""Mean F0 that parts men from women: 49 of the 54 stock voices lie on the side of their gender."""

_NATIVE = 0.75
"""How far the decoder's half of the style goes to the natives."""

_SHARE = 0.5
"""How much of the update a localized voice keeps."""


@dataclass(frozen=True)
class Course:
    """How a voice is refitted."""

    steps: int
    seconds: float
    """No step is begun after so long: clients of the wire give up after a minute and ask again. On
    a slow machine two thirds of the steps fit in."""

    rate: float
    falls: bool
    """Whether the learning rate does, as a clone's. The style then moves less: of the person's
    timbre, and of what blurs words."""

    likeness: float = 3.0
    """Weight of the person's embedding."""

    articulation: float = 2.5
    """Weight of the phoneme classifier. Without it, eight steps at 1.5e-3 made French
    unintelligible; with it, words stay."""


_USUAL = Course(steps=14, seconds=36.0, rate=1.5e-3, falls=False)
_COURSES = {
    "fr-FR": Course(steps=20, seconds=44.0, rate=2e-3, falls=True, likeness=5.0, articulation=3.0),
    "zh-CN": replace(_USUAL, likeness=6.0, articulation=2.0),
}
"""French has one native, who has to stand for all: words weigh more, and with 2.5 instead of 3.0
14.6 % of them were wrong instead of 10.4 %; likeness at 5.0 instead of 4.5 keeps 0.71 instead of
0.70. Spanish and Italian, with three natives and two, got no clearer by falling rates. Chinese
needs likeness: of it, 0.66 was kept with 3.0 and 2.0, and 0.69 to 0.72 with 4.5 and 2.0, with which
13 % of the words were wrong in Portuguese and 18 % in Hindi (docs/experiments.md)."""

_HEARD = 2
"""Sentences of the voice's own language that tell what the person sounds like."""

_PACED = 2
"""Steps after which it is known how long one takes, and so how many there will be."""

_PERIODICITY = 0.75
"""How far speech is to repeat itself, where no clip says it: clones of deep voices have 0.7."""

_SPREADS = (0.75, 1.35)
"""Factors of a native spread of F0 that still sound like the language."""

_PACES = (0.75, 1.3)
_PITCHES = (0.25, 4.0)


def localise(
    model: "Menura1",
    state: VoiceState,
    source: Language,
    target: Language,
    gender: str | None = None,
) -> VoiceState:
    """A state that speaks `target` natively in the voice of a checked `state` of `source`.

    `gender` (`masculine`, `feminine`) is told from the pitch when absent. Raises TextError for a
    language without natives, StateError for a voice without pitch.
    """
    for language in (source, target):
        if not natives(language):
            raise TextError(
                "language_not_supported",
                f"menura-1 has no native voice of {language!r}.",
                f"It has those of {', '.join(model.info.languages)}.",
            )
    table, prosody, adapter = split_state(state)
    said = phonemes(source, model.info.utterance_symbols)
    own = measure(model, np.asarray(table), prosody, said)
    # Languages differ in symbols per second, so a pace is only one beside the language's own.
    relative = own.rate / _usual_rate(source)
    if gender not in ("masculine", "feminine"):
        gender = "feminine" if own.pitch > math.log(_WOMAN_HZ) else "masculine"
    weights = choose_natives(target, own.pitch, relative, gender)
    style = table.astype(np.float32)
    native = voices.mixed(weights)
    style[:, STYLE:] = native[:, STYLE:]
    style[:, :STYLE] += _NATIVE * (native[:, :STYLE] - style[:, :STYLE])
    said = phonemes(target, model.info.utterance_symbols)
    plain = measure(model, style, Prosody(), said)
    pace = float(np.clip(relative * _usual_rate(target) / plain.rate, *_PACES))
    spread = float(np.clip(own.spread / max(plain.spread, 1e-3), *_SPREADS))
    shaped = measure(model, style, Prosody(pitch_spread=spread, pace=pace), said)
    pitch = float(np.clip(math.exp(own.pitch - shaped.pitch), *_PITCHES))
    # Another pace is another melody, if only a little.
    spread = float(np.clip(spread * own.spread / max(shaped.spread, 1e-3), *_SPREADS))
    kept = {name: tensor.half() for name, tensor in scaled(adapter, _SHARE).items()}
    made = make_state(style, Prosody(pitch, spread, pace), kept)
    told = " ".join(f"{key}:{weight:.2f}" for key, weight in weights.items())
    return VoiceState(state.snapshot, made.tensors, {"natives": told, "localised_from": source})


def refit(
    model: "Menura1",
    localised: VoiceState,
    original: VoiceState,
    source: Language,
    target: Language,
    progress: Progress,
) -> VoiceState:
    """Brings a localized voice nearer to the person, by a few steps on free speech of `target`.

    `original` is the checked voice that was localized, which speaks `source`. Takes 40 to 50 s
    on two cores, and on slower ones fewer steps. Raises what `progress` raises.
    """
    began = time.monotonic()
    progress("listen", 0.0)
    encoder, scorer = SpeakerEncoder(model.device), NaturalnessScorer(model.device)
    audio = torch.from_numpy(spoken(model, original, source, _HEARD)).to(model.device)
    views = embed_views(encoder, resample(audio[None], SAMPLE_RATE, 16000))
    model.deactivate()
    table, prosody, adapter = split_state(localised)
    speaker = Speaker(model, views[0], target, table.astype(np.float32), prosody)
    speaker.views = views
    start = None
    if adapter:
        tensors = {name: tensor.float().to(model.device) for name, tensor in adapter.items()}
        start = Start(tensors, torch.zeros(STYLE, device=model.device))
    course = course_for(target)
    recipe = Recipe(
        kinds=(Kind.FREE, Kind.FREE),
        rate=course.rate,
        free_speaker=course.likeness,
        articulation=course.articulation,
        wished_periodicity=_PERIODICITY,
    )
    fitting = Fitting(speaker, recipe, encoder, scorer, 0, start)
    steps, fastest = course.steps, math.inf
    for step in range(course.steps):
        begun = time.monotonic()
        left = course.seconds - (begun - began)
        if step == _PACED:
            steps = steps_within(left, fastest, step + 1, course.steps)
        if step >= steps or (step and left < 0):
            break
        progress("fit", (1 + step) / (1 + steps))
        fitting.step(recipe.kinds, rate_share(step, step / steps) if course.falls else 1.0)
        fastest = min(fastest, time.monotonic() - begun)
    return VoiceState(localised.snapshot, fitting.state().tensors, localised.metadata)


def course_for(language: Language) -> Course:
    """How voices are refitted to a language."""
    return _COURSES.get(language, _USUAL)


def choose_natives(language: Language, pitch: float, pace: float, gender: str) -> dict[str, float]:
    """Weights of the nearest natives of a language, summing to 1.

    `pitch` is the mean of log F0 in Hz, `pace` the rate beside the usual one of the own language.
    The person's own gender comes first, where the language has a voice of it.
    """
    keys = natives(language)
    keys = tuple(key for key in keys if key[1] == gender[0]) or keys
    usual = _usual_rate(language)

    def apart(key: str) -> float:
        native_pitch, rate = stock_manners()[key]
        octaves = (native_pitch - pitch) / math.log(2)
        return abs(octaves) + abs(math.log2(rate / usual / pace))

    nearest = sorted(keys, key=apart)[:NEAREST]
    best = apart(nearest[0])
    raw = {key: math.exp(-(apart(key) - best) / _SOFTNESS) for key in nearest}
    total = sum(raw.values())
    return {key: weight / total for key, weight in raw.items() if weight / total >= 0.01}


def _usual_rate(language: Language) -> float:
    rates = [math.log(stock_manners()[key][1]) for key in natives(language)]
    return math.exp(sum(rates) / len(rates))
