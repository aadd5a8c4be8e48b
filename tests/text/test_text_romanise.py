"""Words in scripts that a language's rules cannot read."""

import pytest

from menura.text.romanise import romanise


@pytest.mark.parametrize(
    ("text", "language", "written"),
    [
        ("Добрый день, мир!", "en-US", "dobryy den, mir!"),
        ("Καλημέρα 12", "es-ES", "kalimera 12"),
        ("Weißenburg łódź naïve", "en-GB", "Weißenburg łódź naïve"),
        ("नमस्ते Ада", "hi-IN", "नमस्ते ada"),
        ("今日は、コーヒー", "ja-JP", "今日は、コーヒー"),
        ("你好 мир", "zh-CN", "你好 mir"),
        ("", "en-US", ""),
    ],
)
def test_only_words_that_cannot_be_read_are_romanised(
    text: str, language: str, written: str
) -> None:
    assert romanise(text, language) == written


def test_han_is_not_read_as_english() -> None:
    written = romanise("你好", "en-US")
    assert written.isascii()
    assert written
