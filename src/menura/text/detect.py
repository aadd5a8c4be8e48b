"""Guesses the language of a text among those that are spoken."""

import threading
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from menura.text.utterance import Language

_BY_CODE: dict[str, Language] = {
    "en": "en-US", "es": "es-ES", "fr": "fr-FR", "hi": "hi-IN", "it": "it-IT", "ja": "ja-JP",
    "pt": "pt-BR", "zh": "zh-CN",
}  # fmt: skip
_LATIN = ["en", "es", "fr", "it", "pt"]
_MOST_CHARACTERS = 2000
_lock = threading.Lock()


def detect_language(text: str) -> Language | None:
    """The spoken language that a text is most likely written in; None when nothing tells.

    Scripts decide first: kana is Japanese, Devanagari Hindi, other Han characters Chinese. Latin
    letters are judged by py3langid, over its first 2,000 characters. Text that is mostly in a
    script that no spoken language uses gives None.
    """
    counts = {"kana": 0, "han": 0, "devanagari": 0, "latin": 0, "other": 0}
    for character in text[:_MOST_CHARACTERS]:
        if character.isalpha():
            counts[_script(character)] += 1
    total = sum(counts.values())
    if not total or counts["other"] > total / 2:
        return None
    if counts["kana"] and counts["kana"] + counts["han"] > counts["latin"] / 2:
        return "ja-JP"
    # A Han character says about as much as four letters.
    best = max(("han", 4), ("devanagari", 1), ("latin", 1), key=lambda p: counts[p[0]] * p[1])[0]
    if best == "han":
        return "zh-CN"
    if best == "devanagari":
        return "hi-IN"
    with _lock:
        code, _ = _identifier().classify(text[:_MOST_CHARACTERS])
    return _BY_CODE.get(str(code))


def _script(character: str) -> str:
    code = ord(character)
    if 0x3040 <= code <= 0x30FF or 0xFF66 <= code <= 0xFF9F:
        return "kana"
    if 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or code >= 0x20000:
        return "han"
    if 0x0900 <= code <= 0x097F:
        return "devanagari"
    if code < 0x0250 or 0x1E00 <= code <= 0x1EFF or 0xFF21 <= code <= 0xFF5A:
        return "latin"
    return "other"


@cache
def _identifier() -> Any:  # noqa: ANN401  (py3langid has no types)
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    folder = Path(str(files("py3langid")))
    identifier = LanguageIdentifier.from_modelpath(str(folder / MODEL_FILE))
    identifier.set_languages(_LATIN)
    return identifier
