"""How a request wants its text spoken: pace, loudness and emotion, in new words and in old ones.

Section 5: `generation_config` goes before `voice.__experimental_controls` (a number from -1 to 1 or
a word for the pace, a list of emotions with levels), and that before the top-level `speed`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from menura.api.schemas import SpeechRequest
from menura.text.emotions import find_emotion
from menura.text.markup import SPEEDS, parse

_WORDS = {"slow": 0.8, "normal": 1.0, "fast": 1.2}
_OLD_WORDS = {"slowest": -1.0, "slow": -0.5, "normal": 0.0, "fast": 0.5, "fastest": 1.0}
_CONTROLS = "voice.__experimental_controls"
_MOST_EMOTIONS = 5


@dataclass(frozen=True)
class Controls:
    """What holds at the start of the text, and the names of fields that change nothing."""

    speed: float = 1.0
    volume: float = 1.0
    emotion: str = ""
    ignored: tuple[str, ...] = ()


def read_controls(body: SpeechRequest) -> Controls:
    """The controls of a request; what is not understood is ignored and named."""
    config = body.generation_config
    ignored = []
    old_speed, old_emotion, unread = _old_controls(body.voice)
    ignored += unread
    emotion = old_emotion
    if config is not None and config.emotion:
        emotion = _emotion_names(config.emotion)
        if not _understood(emotion):
            ignored.append("generation_config.emotion")
    speed = _WORDS[body.speed or "normal"]
    speed = old_speed if old_speed is not None else speed
    volume = None if config is None else config.volume
    if config is not None and config.speed is not None:
        speed = config.speed
    ignored += _ignored_marks(body.transcript)
    return Controls(speed, 1.0 if volume is None else volume, emotion, tuple(ignored))


def _old_controls(voice: str | Mapping[str, Any]) -> tuple[float | None, str, list[str]]:
    controls = {} if isinstance(voice, str) else voice.get("__experimental_controls")
    if not controls:
        return None, "", []
    if not isinstance(controls, Mapping):
        return None, "", [_CONTROLS]
    ignored = []
    speed = None
    if (sent := controls.get("speed")) is not None:
        speed = _old_speed(sent)
        if speed is None:
            ignored.append(f"{_CONTROLS}.speed")
    emotion = _emotion_names(controls.get("emotion"))
    if controls.get("emotion") and not _understood(emotion):
        ignored.append(f"{_CONTROLS}.emotion")
    return speed, emotion, ignored


def _old_speed(sent: object) -> float | None:
    """A factor for the old scale, of which -1 is the slowest and 1 the fastest."""
    value = _OLD_WORDS.get(sent.lower()) if isinstance(sent, str) else sent
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    value = min(max(float(value), -1.0), 1.0)
    slowest, fastest = SPEEDS
    return 1.0 + value * (fastest - 1.0 if value > 0 else 1.0 - slowest)


def _emotion_names(sent: object) -> str:
    """Emotions as one text: a name, or a list of them."""
    items = sent if isinstance(sent, list) else [sent]
    return ", ".join(item[:60] for item in items[:_MOST_EMOTIONS] if isinstance(item, str))


def _understood(emotion: str) -> bool:
    return bool(emotion.strip()) and not find_emotion(emotion)[1]


def _ignored_marks(transcript: str) -> list[str]:
    script = parse(transcript)
    codes = {warning.code for warning in script.warnings}
    ignored = []
    if any(find_emotion(stretch.delivery.emotion)[1] for stretch in script.stretches):
        ignored.append("transcript.emotion")
    if "text_laughter_silent" in codes:
        ignored.append("transcript.laughter")
    if "text_tag_ignored" in codes:
        ignored.append("transcript.tags")
    return ignored
