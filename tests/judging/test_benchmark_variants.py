"""Claims about modes, goals of languages and of voices, and their sections."""

from pathlib import Path
from typing import Any

import pytest
from benchmarks import localization, machine, modes, speed, tables_variants, words

OPTIONS = {"stage": "first", "sentences": 3, "threads": 2, "steps": 0}


def voice(bak: float, rescaled: float) -> dict[str, Any]:
    return {
        "likeness": {"wespeaker": {"raw": 0.5, "rescaled": rescaled}},
        "quality": {"bak": bak, "sig": 3.5, "ovrl": 3.2, "p808": 3.9},
        "wer": 0.02,
    }


PAIR = {
    "similarity, clean": voice(4.1, 0.8),
    "similarity, noisy": voice(3.0, 0.5),
    "similarity, noisy, enhance": voice(4.0, 0.6),
    "similarity, clean, enhance": voice(4.2, 0.7),
    "stability, clean": voice(4.2, 0.6),
    "stability, noisy": voice(4.1, 0.5),
}


def test_claims_that_hold() -> None:
    found = modes.claims({"a": PAIR, "b": PAIR})
    assert [round(row["value"], 2) for row in found] == [-0.1, 1.1, 0.2, 1.0, 0.1]
    assert all(row["met"] for row in found)
    assert all(row["pairs"] == 2 for row in found)


def test_claims_that_do_not_hold() -> None:
    worse = {
        **PAIR,
        "stability, noisy": voice(3.9, 0.5),
        "similarity, clean, enhance": voice(4.2, 0.8),
    }
    met = [row["met"] for row in modes.claims({"a": worse})]
    assert met == [False, True, True, True, False]


def test_claims_need_both_sides() -> None:
    part = {name: PAIR[name] for name in ("similarity, clean", "similarity, noisy")}
    (only,) = modes.claims({"a": part, "b": {}})
    assert only["pairs"] == 1


def test_section_on_modes() -> None:
    result = {
        **machine.circumstances(),
        "options": OPTIONS,
        "compared_with": {"a": "3 other recordings"},
        **modes.collect({"a": PAIR, "b": {}}),
    }
    text = tables_variants.modes(result)
    assert "| similarity, noisy | 1 | 0.50 | 3.00 | 3.50 | 3.20 | 3.90 | 2.0% |" in text
    assert "| a | stability, clean | 0.60 | 4.20 |" in text


def test_languages_are_judged_beside_natives_and_english() -> None:
    native = {"sentences": [{"errors": 1, "words": 10}]}
    person = {
        "sentences": [{"errors": 2, "words": 10}],
        "likeness": {"rescaled": 0.6},
        "english": 0.8,
        "quality": [{"p808": 4.0}],
        "seconds": 1.0,
    }
    made = {"date": "2026-01-02", "commit": "abc", "sentences": 2}
    ann = {"ann": person}
    other = {"ann": {**person, "english": 1.0}}
    found = localization.collect(
        {
            "fr-FR": {"natives": {"ff_siwis": native}, "speakers": ann, "made": made},
            "zh-CN": {"natives": {"zf": native}, "speakers": other, "made": made},
        }
    )
    french = found["languages"]["fr-FR"]
    assert french["wer"] == pytest.approx(0.2)
    assert french["native_wer"] == pytest.approx(0.1)
    assert french["kept"] == pytest.approx(0.75)
    met = {row["what"]: row["met"] for row in found["goals"]}
    assert not met["fr-FR: errors, natives + 5 points"]
    assert met["fr-FR: likeness kept of the English one"]
    assert not met["zh-CN: likeness kept of the English one"]
    assert "all languages: likeness kept of the English one" in met
    text = tables_variants.localization(
        {**machine.circumstances(), "options": {**OPTIONS, "speakers": ["ann"]}, **found}
    )
    row = "| zh-CN | signs | 20.0% | 10.0% | 0.60 | 1.00 | 0.60 | 4.00 | 1.0 s |"
    assert f"{row} 2 | 2026-01-02, abc |" in text


def test_languages_that_are_not_measured_keep_their_figures(tmp_path: Path) -> None:
    path = tmp_path / "localization.json"
    assert localization.earlier(path) == {}
    newer = {"date": "2026-02-03", "commit": "new", "sentences": 4}
    machine.write_json(
        path,
        {
            "date": "2026-01-02",
            "commits": "old",
            "options": {"sentences": 2},
            "rows": {"fr-FR": {"natives": {}}, "es-ES": {"natives": {}, "made": newer}},
        },
    )
    known = localization.earlier(path)
    assert known["fr-FR"]["made"] == {"date": "2026-01-02", "commit": "old", "sentences": 2}
    assert known["es-ES"]["made"] == newer


def test_every_language_has_sentences_and_natives() -> None:
    assert set(localization.TEXTS) == set(localization.NATIVES)
    assert all(len(set(lines)) == 8 for lines in localization.TEXTS.values())


def test_speed_section_and_goals() -> None:
    speech = {name: {"rtf": rtf, "rtf_cpu": rtf} for name, rtf in (("clone", 0.6), ("stock", 0.5))}
    twice = {"median": 12.0, "max": 60.0}
    switching = {
        "voices": 20,
        **dict.fromkeys(("first_ms", "again_ms", "extra_ms"), twice),
        "memory_mb": {"before": 900.0, "after": 980.0},
    }
    goals = speed.goals(speech, switching)
    assert [row["met"] for row in goals] == [False, True, True]
    text = tables_variants.speed(
        {
            **machine.circumstances(),
            "options": {"rounds": 6, "threads": 2, "stock": "af_heart"},
            "speech": speech,
            "switching": switching,
            "peak_mb": 1000.0,
            "goals": goals,
        }
    )
    assert "| real-time factor, clone to stock | 1.20 | ≤ 1.10 | **no** |" in text
    assert "| in memory | 12 ms | 60 ms |" in text


@pytest.mark.parametrize(
    ("language", "written", "heard", "errors", "count"),
    [
        ("fr-FR", "Où est la gare ?", "où est la gare", 0, 4),
        ("es-ES", "¿Qué hora es?", "que hora es", 1, 3),
        ("hi-IN", "कल सुबह", "कलसुबह", 0, 5),
        ("hi-IN", "बच्चे घर पर हैं।", "بچے گھر پر ہیں", 0, 11),
        ("hi-IN", "ऊपर एक लड़का है", "اوپر ایک لڑکا ہے", 0, 13),
        ("hi-IN", "बस स्टेशन तक", "حبس station تک", 3, 8),
        ("zh-CN", "火车站", "火車站", 0, None),
        ("ja-JP", "電車で行きましょう。", "でんしゃでいきましょう", 0, None),
        ("en-US", "It's two dogs.", "it is 2 dogs", 0, 4),
    ],
)
def test_errors_in_any_language(
    language: str, written: str, heard: str, errors: int, count: int | None
) -> None:
    found = words.compare_in(language, written, heard)
    assert found.errors == errors
    assert found.words == (count or found.words)
    assert words.compare_in(language, written, "").rate == 1.0
