"""Dialects: which are spoken as such, and which by their nearest."""

import pytest

from menura.errors import TextError
from menura.text.dialects import DIALECTS, find_dialect
from menura.text.languages import SPOKEN


@pytest.mark.parametrize(
    ("language", "dialect", "spoken", "native"),
    [
        ("en", "us", "en-US", True),
        ("en", "UK", "en-GB", True),
        ("en", "au", "en-GB", False),
        ("en", "in", "en-GB", False),
        ("en", "so", "en-US", False),
        ("es", "pe", "es-ES", True),
        ("es", "mx", "es-ES", False),
        ("pt", "br", "pt-BR", True),
        ("pt", "eu", "pt-BR", False),
        ("fr", "eu", "fr-FR", True),
        ("fr", "ca", "fr-FR", False),
        ("fr", None, "fr-FR", True),
        ("ja", "", "ja-JP", True),
        ("en-GB", None, "en-GB", True),
        ("en_au", None, "en-GB", False),
        ("pt-PT", None, "pt-BR", False),
        ("es-AR", None, "es-ES", False),
    ],
)
def test_dialects(language: str, dialect: str | None, spoken: str, native: bool) -> None:
    found = find_dialect(language, dialect)
    assert (found.spoken, found.native) == (spoken, native)
    assert found.name


def test_every_dialect_ends_at_a_spoken_language_of_its_own() -> None:
    for language, known in DIALECTS.items():
        for entry in known.values():
            assert entry.spoken in SPOKEN
            assert entry.spoken[:2] == entry.tag[:2] == language


@pytest.mark.parametrize(
    ("language", "dialect", "code", "listed"),
    [
        ("de", None, "language_not_supported", "fr-FR"),
        ("en", "ca", "dialect_not_supported", "au (Australian English)"),
        ("it", "eu", "dialect_not_supported", "Leave the dialect out"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    language: str, dialect: str | None, code: str, listed: str
) -> None:
    with pytest.raises(TextError) as caught:
        find_dialect(language, dialect)
    assert caught.value.code == code
    assert listed in caught.value.remedy
