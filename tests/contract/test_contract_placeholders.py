"""What stands in for the placeholders of the SDK's tests, and how the list of failures is held."""

import json

import pytest
from placeholders import Sent, clip, rewritten

from known import Outcome, verdict

SERVER = "http://127.0.0.1:4010"


def find(kind: str) -> str:
    """The kind itself, so that one sees what was asked for."""
    return kind.replace(" ", "_")


def sent(method: str, path: str, body: object = None) -> Sent:
    """A request as the SDK would send it."""
    content = b"" if body is None else json.dumps(body).encode()
    return rewritten(Sent(method, SERVER + path, content, "application/json"), find)


@pytest.mark.parametrize(
    ("method", "path", "real"),
    [
        ("GET", "/voices/id", "/voices/voice"),
        ("DELETE", "/voices/id", "/voices/new_voice"),
        ("PATCH", "/voices/id/accents", "/voices/new_voice/accents"),
        (
            "DELETE",
            "/voices/id/accents/british",
            "/voices/new_voice_with_accents/accents/british",
        ),
        ("GET", "/pronunciation-dicts/id", "/pronunciation-dicts/dictionary"),
        ("GET", "/fine-tunes/id/voices", "/fine-tunes/fine-tune/voices"),
        ("DELETE", "/datasets/id/files/fileID", "/datasets/dataset/files/new_dataset_file"),
        ("GET", "/voices?limit=0&q=q", "/voices?limit=10&q=q"),
        (
            "GET",
            "/fine-tunes/id/voices?ending_before=ending_before&starting_after=starting_after",
            "/fine-tunes/fine-tune/voices?starting_after=voice",
        ),
        (
            "GET",
            "/datasets/id/files?starting_after=starting_after",
            "/datasets/dataset/files?starting_after=dataset_file",
        ),
        (
            "POST",
            "/stt?encoding=pcm_s16le&sample_rate=0",
            "/stt?encoding=pcm_s16le&sample_rate=16000",
        ),
        ("GET", "/voices/6ccbfb76?limit=3", "/voices/6ccbfb76?limit=3"),
    ],
)
def test_paths_and_queries(method: str, path: str, real: str) -> None:
    assert sent(method, path).url == SERVER + real


def test_bodies() -> None:
    told = {
        "voice_id": "voice_id",
        "language": "en",
        "locale": "locale",
        "save": False,
        "generation_config": {"speed": 0, "volume": 0, "emotion": "neutral"},
        "items": [{"text": "text"}],
    }
    assert json.loads(sent("POST", "/tts/sse", told).content) == {
        "voice_id": "voice",
        "language": "en",
        "save": False,
        "generation_config": {"speed": 1, "volume": 1, "emotion": "neutral"},
        "items": [{"text": "text"}],
    }
    assert json.loads(sent("POST", "/access-token", {"expires_in": 0}).content) == {
        "expires_in": 60
    }


def test_calls_that_the_tests_answer_themselves_stay_as_they_are() -> None:
    told = {"generation_config": {"speed": 0}}
    assert json.loads(sent("POST", "/tts/bytes", told).content) == told


def test_forms_get_a_clip_and_ids() -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="clip"; filename="upload"\r\n\r\n'
        b"Example data\r\n"
        b'--x\r\nContent-Disposition: form-data; name="base_voice_id"\r\n\r\nbase_voice_id\r\n'
        b"--x--\r\n"
    )
    url = SERVER + "/voices/clone"
    real = rewritten(Sent("POST", url, form, "multipart/form-data; boundary=x"), find).content
    assert b"\r\n\r\n" + clip() + b"\r\n--x" in real
    assert b'name="base_voice_id"\r\n\r\nvoice\r\n' in real


def ended(test: str, outcome: str, why: str = "") -> Outcome:
    """How a test of the SDK ended."""
    return Outcome("test_voices.py", test, outcome, why)


def known(*tests: str) -> list[dict[str, object]]:
    """A list with one reason."""
    return [{"file": "test_voices.py", "reason": "not there yet", "tests": list(tests)}]


def test_a_failure_with_a_reason_is_good() -> None:
    outcomes = [
        ended("A::one[loose]", "failed"),
        ended("A::one[strict]", "failed"),
        ended("A::two[loose]", "failed"),
        ended("A::two[strict]", "passed"),
        ended("A::three", "skipped"),
    ]
    found = verdict(outcomes, known("A::one", "A::two[loose]"))
    assert found.good
    assert found.counts == {"test_voices.py": {"failed": 3, "passed": 1, "skipped": 1}}
    assert found.reasons == {"not there yet": 3}


def test_a_failure_without_a_reason_is_not() -> None:
    found = verdict([ended("A::one[loose]", "failed", "404")], known())
    assert not found.good
    assert [one.why for one in found.unknown] == ["404"]


@pytest.mark.parametrize("outcomes", [["passed"], ["passed", "failed"], []])
def test_a_reason_whose_test_passes_or_is_gone_is_not(outcomes: list[str]) -> None:
    ends = [ended(f"A::one[{number}]", outcome) for number, outcome in enumerate(outcomes)]
    found = verdict(ends, known("A::one"))
    assert found.over == ["test_voices.py A::one"]
    assert not found.good
