"""Emotions by name, and the modest changes of prosody that stand for them.

The base model has no emotions of its own, so a name is mapped to factors of pitch, melody, pace
and loudness. They follow what is agreed about the acoustics of emotional speech (Scherer 2003,
Juslin and Laukka 2003): joy, anger and fear raise pitch, melody, pace and loudness; sadness,
tiredness and tenderness lower them. The factors are kept small, so that a voice stays itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from menura.text.word_lists import words


@dataclass(frozen=True)
class Emotion:
    """Factors that an emotion puts on a voice's own prosody."""

    pitch: float = 1.0
    pitch_spread: float = 1.0
    pace: float = 1.0
    volume: float = 1.0

    def scaled(self, power: float) -> "Emotion":
        """The same, weaker (power below 1) or stronger."""
        return Emotion(
            self.pitch**power, self.pitch_spread**power, self.pace**power, self.volume**power
        )

    def times(self, other: "Emotion") -> "Emotion":
        """Both together."""
        return Emotion(
            self.pitch * other.pitch,
            self.pitch_spread * other.pitch_spread,
            self.pace * other.pace,
            self.volume * other.volume,
        )


_MOODS: Mapping[str, tuple[Emotion, str]] = {
    "neutral": (Emotion(), "neutral"),
    "happy": (
        Emotion(1.05, 1.15, 1.03, 1.05),
        "happy content grateful proud flirtatious joking comedic positivity trust",
    ),
    "excited": (
        Emotion(1.10, 1.30, 1.09, 1.15),
        "excited enthusiastic elated euphoric triumphant anticipation",
    ),
    "surprised": (Emotion(1.12, 1.35, 1.02, 1.10), "surprised amazed surprise"),
    "curious": (Emotion(1.05, 1.20, 1.00, 1.00), "curious curiosity confused skeptical"),
    "calm": (
        Emotion(0.97, 0.85, 0.93, 0.92),
        "calm peaceful serene contemplative affectionate sympathetic",
    ),
    "angry": (
        Emotion(1.05, 1.25, 1.07, 1.25),
        "angry mad outraged frustrated agitated threatened anger alarmed",
    ),
    "scornful": (
        Emotion(0.96, 1.15, 0.95, 1.05),
        "disgusted contempt envious sarcastic ironic",
    ),
    "sad": (
        Emotion(0.95, 0.72, 0.88, 0.85),
        "sad dejected melancholic disappointed hurt guilty rejected nostalgic wistful apologetic "
        "resigned sadness",
    ),
    "tired": (Emotion(0.94, 0.65, 0.85, 0.85), "bored tired distant"),
    "unsure": (Emotion(1.02, 0.90, 0.92, 0.90), "hesitant insecure mysterious"),
    "afraid": (Emotion(1.12, 1.15, 1.10, 1.05), "anxious panicked scared"),
    "firm": (Emotion(0.97, 1.10, 0.97, 1.12), "confident determined"),
}
_BY_NAME = {name: mood for mood, names in _MOODS.values() for name in words(names)}
NAMES = tuple(sorted(_BY_NAME))
"""Every emotion that has an effect, and `neutral`."""

_LEVELS = {"lowest": 0.4, "low": 0.7, "": 1.0, "medium": 1.0, "high": 1.4, "highest": 1.8}
_MOST_NAMES = 5


def find_emotion(written: str) -> tuple[Emotion, tuple[str, ...]]:
    """What emotions do to the prosody, and the names among them that are not known.

    `written` holds names with commas between, case does not matter; one may have a level
    (`anger:high`: lowest, low, high or highest) or two names for one thing (`Joking/Comedic`).
    """
    found = Emotion()
    unknown = []
    for item in written.split(",")[:_MOST_NAMES]:
        name, _, level = item.strip().lower().partition(":")
        if not name:
            continue
        known = [_BY_NAME[part.strip()] for part in name.split("/") if part.strip() in _BY_NAME]
        if known and level.strip() in _LEVELS:
            found = found.times(known[0].scaled(_LEVELS[level.strip()]))
        else:
            unknown.append(item.strip()[:40])
    return found, tuple(unknown)
