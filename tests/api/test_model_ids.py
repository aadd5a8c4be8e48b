"""Names of models, and the page that shows them."""

import re
from pathlib import Path

import pytest

from menura.api.model_ids import (
    BASE,
    DATED,
    OPENAI,
    RECOGNISER,
    RECOGNISERS,
    RETIRED,
    TABLE,
    activates,
    check_model_id,
    check_recogniser_id,
    dated_id,
    usable_ids,
)
from menura.api.openai_speech import VOICES
from menura.errors import InputError
from menura.models.contract import ModelInfo

INFO = ModelInfo("menura-1-2026-11", "menura-1", ("en-US",), 24000, 510)
PAGE = Path(__file__).parents[2] / "docs" / "models.md"

SECTION_17 = {
    "sonic-3.6": BASE,
    "sonic-3.5": BASE,
    "sonic-3.5-2026-05-04": BASE,
    "sonic-3": BASE,
    "sonic-3-2026-01-12": BASE,
    "sonic-3-2025-10-27": BASE,
    "sonic-latest": BASE,
    "sonic-3-latest": BASE,
    "sonic-2": BASE,
    "sonic-2-2025-06-11": BASE,
    "sonic-2-2025-05-08": BASE,
    "sonic-2-2025-04-16": BASE,
    "sonic-2-2025-03-07": RETIRED,
    "sonic-turbo": BASE,
    "sonic-turbo-2025-06-04": BASE,
    "sonic-turbo-2025-03-07": RETIRED,
    "sonic": RETIRED,
    "sonic-2024-12-12": RETIRED,
    "sonic-2024-10-19": RETIRED,
    "sonic-preview": BASE,
    "sonic-english": BASE,
    "sonic-multilingual": BASE,
}
"""Every name of the wire's section 17."""


def rows(page: str, heading: str) -> dict[str, str]:
    """A table of the page, of names in code."""
    part = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", part, re.MULTILINE))


def test_the_page_shows_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = {BASE: "base model", RETIRED: "retired"}
    expected = {name: shown[meaning] for name, meaning in TABLE.items()}
    expected |= dict.fromkeys((RECOGNISER, *RECOGNISERS), "speech recogniser")
    assert rows(page, "Model names") == expected
    assert rows(page, "Voices by OpenAI's names") == {n: f"`{key}`" for n, key in VOICES.items()}


def test_every_name_of_the_wire_is_in_the_table() -> None:
    assert {name: TABLE.get(name) for name in SECTION_17} == SECTION_17


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        *((name, None) for name, meaning in TABLE.items() if meaning == BASE),
        *((name, "model_sunsetted") for name, meaning in TABLE.items() if meaning == RETIRED),
        ("menura-1", None),
        ("menura-1-2026-11", None),
        ("house-voice", None),
        ("pinned", None),
        ("tts-1-hd", None),
        ("sonic-9", "model_not_found"),
        ("menura-2", "model_not_found"),
        ("whisper-1", "model_not_found"),
        ("elsewhere", "model_not_found"),
        ("", "model_not_found"),
    ],
)
def test_names_of_the_base_model(asked: str, code: str | None) -> None:
    extra = {"house-voice": BASE, "pinned": "menura-1-2026-11", "elsewhere": "menura-2"}
    if code is None:
        check_model_id(asked, INFO, extra)
        return
    with pytest.raises(InputError) as caught:
        check_model_id(asked, INFO, extra)
    assert caught.value.code == code


def test_the_setting_goes_before_the_table() -> None:
    check_model_id("sonic-2024-10-19", INFO, {"sonic-2024-10-19": BASE})
    with pytest.raises(InputError):
        check_model_id("sonic-3", INFO, {"sonic-3": RETIRED})
    assert "sonic-3" not in usable_ids(INFO, {"sonic-3": RETIRED})
    assert "sonic-2024-10-19" in usable_ids(INFO, {"sonic-2024-10-19": BASE})


def test_names_of_the_recogniser() -> None:
    for name in (RECOGNISER, *RECOGNISERS):
        check_recogniser_id(name, {})
        assert name in usable_ids(INFO, {})
    check_recogniser_id("house-ears", {"house-ears": RECOGNISER})
    for name, code in (("tts-1", "model_not_found"), ("whisper-1", "model_sunsetted")):
        with pytest.raises(InputError) as caught:
            check_recogniser_id(name, {"whisper-1": RETIRED})
        assert caught.value.code == code


def test_all_that_is_listed_is_accepted() -> None:
    for name in usable_ids(INFO, {"house-voice": BASE}):
        try:
            check_model_id(name, INFO, {"house-voice": BASE})
        except InputError:
            check_recogniser_id(name, {})


def test_every_name_stands_for_a_dated_id() -> None:
    for name, meaning in TABLE.items():
        if meaning == BASE:
            dated = dated_id(name, INFO)
            assert dated == INFO.snapshot or TABLE[dated] == BASE
            assert dated_id(dated, INFO) == dated
    assert dated_id("sonic-3", INFO) == "sonic-3-2026-01-12"
    assert dated_id("sonic-3-2025-10-27", INFO) == "sonic-3-2025-10-27"
    for name in ("sonic-latest", "menura-1", "menura-1-2026-11", "tts-1", "house-voice"):
        assert dated_id(name, INFO) == "menura-1-2026-11"
    assert set(DATED.values()) <= set(TABLE)


def test_a_dated_id_is_asked_for_by_itself_or_by_its_alias() -> None:
    for tuned_as in ("sonic-3", "sonic-3-2026-01-12"):
        for aliases in (False, True):
            assert activates("sonic-3-2026-01-12", tuned_as, INFO, aliases=aliases)
            assert activates("menura-1-2026-11", tuned_as, INFO, aliases=aliases)
            assert all(activates(name, tuned_as, INFO, aliases=aliases) for name in OPENAI)
            assert not activates("sonic-3-2025-10-27", tuned_as, INFO, aliases=aliases)
            for alias in ("sonic-3", "menura-1"):
                assert activates(alias, tuned_as, INFO, aliases=aliases) is aliases
