"""Helpers of the rule-based languages: sounds in a row, and where the stress mark goes."""

from dataclasses import dataclass


@dataclass
class Sound:
    """One sound of a word; `nucleus` sounds carry a syllable, `written` ones a stress accent."""

    text: str
    nucleus: bool = False
    written: bool = False


def nuclei(sounds: list[Sound]) -> list[int]:
    """Places of the sounds that carry a syllable."""
    return [i for i, sound in enumerate(sounds) if sound.nucleus]


def with_stress(sounds: list[Sound], primary: int | None, secondary: int | None = None) -> str:
    """Joins sounds with stress marks directly before the named ones."""
    out = ""
    for i, sound in enumerate(sounds):
        if i == primary:
            out += "ˈ"
        elif i == secondary:
            out += "ˌ"
        out += sound.text
    return out
