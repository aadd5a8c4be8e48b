"""Which language a text is spoken in."""

import pytest

from menura.errors import InputError, TextError
from menura.text.choice import choose_language

ENGLISH = "The weather was fine this morning, so we went out early."
SPANISH = "El tiempo estaba muy bueno esta mañana, así que salimos temprano."


@pytest.mark.parametrize(
    ("text", "language", "locale", "voice", "expected"),
    [
        (ENGLISH, None, None, "en-US", "en-US"),
        (ENGLISH, None, None, "en-GB", "en-GB"),
        (ENGLISH, None, None, "es-ES", "en-US"),
        (SPANISH, None, None, "en-US", "es-ES"),
        (SPANISH, "", "", "en-US", "es-ES"),
        ("No.", None, None, "es-ES", "es-ES"),
        ("No.", None, None, "en-GB", "en-GB"),
        ("今天天气很好。", None, None, "en-US", "zh-CN"),
        ("おはよう", None, None, "en-US", "ja-JP"),
        ("1 2 3", None, None, "it-IT", "it-IT"),
        (SPANISH, "en", None, "en-GB", "en-GB"),
        (SPANISH, " EN ", None, "fr-FR", "en-US"),
        (SPANISH, None, "en_us", "en-GB", "en-US"),
    ],
)
def test_choice(
    text: str, language: str | None, locale: str | None, voice: str, expected: str
) -> None:
    assert choose_language(text, language, locale, voice) == expected


def test_refusals() -> None:
    with pytest.raises(InputError, match="Both"):
        choose_language(ENGLISH, "en", "en-US", "en-US")
    with pytest.raises(TextError) as caught:
        choose_language(ENGLISH, "x" * 10_000, None, "en-US")
    assert len(caught.value.message) < 500
