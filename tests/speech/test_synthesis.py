"""From a job to bytes: silences, pace, loudness, emotions, timings and the bound of duration."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from menura.audio.formats import OutputFormat
from menura.errors import TextError
from menura.models.contract import (
    BaseModel,
    ModelInfo,
    PhonemeTiming,
    ProsodyFactors,
    SpokenAudio,
    VoiceState,
    WordTiming,
)
from menura.speech.loudness import Loudness
from menura.speech.synthesis import synthesise
from menura.speech.timings import phoneme_items
from menura.text.languages import SPOKEN
from menura.text.pronunciations import Pronunciation
from menura.text.utterance import Utterance
from menura.text.warning import TextWarning
from menura.work.jobs import SpeechJob, SpeechOutput, VoiceRef

RATE = 24000
LEVEL = 0.25
SYMBOL = 0.05
"""Seconds of one symbol at pace 1."""

FLOATS = OutputFormat("raw", RATE, "pcm_f32le")
STATE = VoiceState("steady-2026", {})


@dataclass
class SteadyModel:
    """A model whose speech is a constant level, each symbol as long as every other."""

    info: ModelInfo = field(
        default_factory=lambda: ModelInfo("steady", "steady", SPOKEN, RATE, 510)
    )
    said: list[tuple[str, float, ProsodyFactors | None]] = field(default_factory=list)
    closed: int = 0

    def speak(
        self,
        utterance: Utterance,
        voice: VoiceState,
        *,
        speed: float = 1.0,
        seed: int = 0,
        prosody: ProsodyFactors | None = None,
    ) -> Iterator[SpokenAudio]:
        """Yields a stretch for each word; times count from the start of the utterance."""
        self.said.append((utterance.phonemes, speed, prosody))
        pace = speed * (1.0 if prosody is None else prosody.pace)
        time = 0.0
        try:
            for word in utterance.words:
                length = SYMBOL * len(word.before + word.phonemes + word.after) / pace
                sounds = [
                    PhonemeTiming(symbol, time + i * SYMBOL / pace, time + (i + 1) * SYMBOL / pace)
                    for i, symbol in enumerate(word.phonemes)
                ]
                samples = round((time + length) * RATE) - round(time * RATE)
                yield SpokenAudio(
                    np.full(samples, LEVEL, np.float32),
                    (WordTiming(word.text, time, time + SYMBOL * len(word.phonemes) / pace),),
                    tuple(sounds),
                )
                time += length
        finally:
            self.closed += 1


@dataclass
class Heard:
    """What came of a job."""

    audio: NDArray[np.float32]
    words: list[WordTiming]
    phonemes: list[PhonemeTiming]
    model: SteadyModel
    warnings: list[TextWarning]

    @property
    def seconds(self) -> float:
        return self.audio.size / RATE

    @property
    def texts(self) -> list[str]:
        return [word.text for word in self.words]

    def level(self, word: str) -> float:
        """The level in the middle of a word."""
        found = next(one for one in self.words if one.text.strip(",.") == word)
        return float(self.audio[round((found.start + found.end) / 2 * RATE)])


def stream(
    model: SteadyModel, text: str, warnings: list[TextWarning], **more: object
) -> Iterator[SpeechOutput]:
    fields = {"language": "en-US", "output": FLOATS, **more}
    job = SpeechJob(text=text, voice=VoiceRef(stock="any"), **fields)  # type: ignore[arg-type]
    return synthesise(cast(BaseModel, model), STATE, job, warnings.append)


def hear(text: str, **more: object) -> Heard:
    model = SteadyModel()
    warnings: list[TextWarning] = []
    outputs = list(stream(model, text, warnings, **more))
    audio = np.frombuffer(b"".join(output.data for output in outputs), "<f4")
    words = [word for output in outputs for word in output.words]
    phonemes = [phoneme for output in outputs for phoneme in output.phonemes]
    times = [edge for word in words for edge in (word.start, word.end)]
    assert times == sorted(times)
    return Heard(audio, words, phonemes, model, warnings)


def test_a_break_is_silence_of_its_length_and_times_go_on_behind_it() -> None:
    heard = hear('One.<break time="2500ms"/>Two.')
    assert heard.seconds == pytest.approx(hear("One.").seconds + 2.5 + hear("Two.").seconds)
    one, two = heard.words
    assert two.start == pytest.approx(hear("One.").seconds + 2.5, abs=1e-3)
    quiet = heard.audio[round((two.start - 2.49) * RATE) : round((two.start - 0.01) * RATE)]
    assert not quiet.any()
    assert one.end < two.start


def test_pace_changes_from_the_tag_on() -> None:
    heard = hear('One two. <speed ratio="0.6"/>One two.', speed=1.25)
    assert [speed for _, speed, _ in heard.model.said] == [1.25, 0.6]
    lengths = [word.end - word.start for word in heard.words]
    assert lengths[2] / lengths[0] == pytest.approx(1.25 / 0.6, rel=1e-3)


def test_loudness_changes_from_the_tag_on_inside_of_a_sentence() -> None:
    heard = hear('One <volume ratio="2"/>two <volume ratio="0.5"/>three four.', volume=1.2)
    assert len(heard.model.said) == 1
    assert heard.level("One") == pytest.approx(1.2 * LEVEL, rel=1e-4)
    assert heard.level("two") == pytest.approx(2 * LEVEL, rel=1e-4)
    assert heard.level("four") == pytest.approx(0.5 * LEVEL, rel=1e-4)
    assert float(np.abs(np.diff(heard.audio)).max()) < 0.002


def test_an_emotion_changes_prosody_and_loudness() -> None:
    plain, sad = hear("One two."), hear("One two.", emotion="Sad")
    assert plain.model.said[0][2] is None
    factors = sad.model.said[0][2]
    assert factors is not None
    assert factors.pitch < 1
    assert factors.pitch_spread < 1
    assert sad.seconds > plain.seconds
    assert sad.level("One") < plain.level("One")
    assert hear("One two.", emotion="Purple").model.said == plain.model.said


def test_an_emotion_in_the_text() -> None:
    heard = hear('One. <emotion value="angry"/>Two. <emotion value="neutral"/>Three.')
    factors = [prosody for _, _, prosody in heard.model.said]
    assert [one is None for one in factors] == [True, False, True]
    assert heard.level("Two") > heard.level("Three") == pytest.approx(LEVEL)


@pytest.mark.parametrize("text", ["One two three four five.", 'One.<break time="9s"/>Two.'])
def test_duration_is_a_bound(text: str) -> None:
    heard = hear(text, duration=0.7)
    assert heard.audio.size == round(0.7 * RATE)
    assert all(word.end <= 0.7 for word in heard.words)
    assert hear(text, duration=100).seconds == hear(text).seconds


def test_words_are_pieces_of_the_text_as_it_was_sent() -> None:
    text = 'It costs $5, <spell>AB1</spell>, <b>ok</b>? <<m|ə|n>> <volume ratio="2"/>yes!'
    heard = hear(text)
    assert heard.texts == ["It", "costs", "$5,", "AB1", "ok", "<<m|ə|n>>", "yes!"]
    assert [warning.code for warning in heard.warnings] == ["text_tag_ignored"] * 2


def test_words_as_they_are_read() -> None:
    heard = hear("It costs $5, Mr Bo.", normalized_words=True)
    assert heard.texts == ["It", "costs", "five", "dollars,", "mister", "Bo."]


@pytest.mark.parametrize(
    ("language", "text", "items"),
    [
        ("zh-CN", "你好，我叫Menura。", ["你", "好", "，", "我", "叫", "Menura", "。"]),
        ("ja-JP", "東京は2024年。", ["東", "京", "は", "2024", "年", "。"]),
    ],
)
def test_dense_scripts_come_character_by_character(
    language: str, text: str, items: list[str]
) -> None:
    assert hear(text, language=language).texts == items


def test_words_of_a_dictionary_keep_their_spelling() -> None:
    said = (Pronunciation("Menura", "lyrebird"),)
    heard = hear("A Menura sings.", pronunciations=said)
    assert heard.texts == ["A", "Menura", "sings."]
    assert heard.model.said[0][0] == hear("A lyrebird sings.").model.said[0][0]


def test_normalization_can_be_turned_off() -> None:
    assert hear("On 3/4.", normalization="off").model.said != hear("On 3/4.").model.said
    with pytest.raises(TextError, match="normalization"):
        hear("On 3/4.", normalization="fr-FR")


def test_phonemes_are_sounds_only() -> None:
    heard = hear("Hello, you.")
    assert [one.phoneme for one in heard.phonemes] == ["h", "ə", "l", "ˈO", "j", "u"]
    long = [PhonemeTiming("i", 0.0, 0.1), PhonemeTiming("ː", 0.1, 0.2)]
    assert phoneme_items(long) == [PhonemeTiming("iː", 0.0, 0.2)]


def test_unknown_phonemes_are_refused_before_the_first_output() -> None:
    outputs = stream(SteadyModel(), "Hello there. " * 20 + "<<a|№>>", [])
    with pytest.raises(TextError, match="№"):
        next(outputs)


def test_closing_the_stream_stops_the_model() -> None:
    model = SteadyModel()
    outputs = stream(model, "One two three. " * 20, [])
    next(outputs)
    outputs.close()  # type: ignore[attr-defined]
    assert model.closed == 1
    assert len(model.said) == 1


def test_loudness_does_not_depend_on_where_stretches_are_cut() -> None:
    audio = np.ones(4800, np.float32)
    changes = [(1000, 2.0), (1200, 0.5), (4790, 1.0)]
    whole = Loudness(RATE, 1.0).apply(audio, changes)
    assert whole[999] == 1.0
    assert whole[1700] == 0.5
    assert np.abs(np.diff(whole)).max() < 0.005
    for size in (7, 480, 1000, 1001):
        loudness = Loudness(RATE, 1.0)
        pieces = [loudness.apply(audio[:0], changes)]
        pieces += [loudness.apply(audio[i : i + size], []) for i in range(0, audio.size, size)]
        np.testing.assert_allclose(np.concatenate(pieces), whole, rtol=1e-5)
