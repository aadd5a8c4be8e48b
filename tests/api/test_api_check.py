"""Checking a clip over HTTP: forms, errors, and nothing left behind."""

from collections.abc import Iterator

import httpx
import pytest
from serving import Running, check_error, running, wait_for, wav


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose engine can check clips."""
    data = tmp_path_factory.mktemp("data")
    with running(data, engine="tiny_checker:TinyChecker") as server:
        yield server


def post(client: httpx.Client, clip: bytes | None = None, **fields: str) -> httpx.Response:
    """Sends a clip to be checked."""
    return client.post("/voices/check", data=fields, files={"clip": clip or wav()})


def test_a_check_tells_everything_and_keeps_nothing(checker: Running) -> None:
    with checker.client() as client:
        answer = post(client, language="en_gb", mode="stability", enhance="0", transcript="words")
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert set(body) == {"transcript", "advice", "report", "timeline"}
        assert body["transcript"] == "heard words"
        assert body["report"] == {"speech_seconds": 0.2}
        assert body["timeline"]["speech"] == [{"start": 0.0, "end": 0.2}]
        assert body["timeline"]["peaks"] == [0.5, 1.0]
        assert [item["code"] for item in body["advice"]] == ["clip_short"]
        assert checker.noted("check en") == ["check en-GB stability False words"]
        assert client.get("/voices", params={"is_owner": "true"}).json()["data"] == []
    assert checker.leftovers() == []


def test_the_clip_is_all_that_is_needed(checker: Running) -> None:
    with checker.client() as client:
        assert post(client).status_code == 200
    assert "check None similarity None None" in checker.noted("check None")


def test_checks_load_no_model(checker: Running) -> None:
    with checker.client() as client:
        assert post(client).status_code == 200
    # The worker that speaks asks twice: for its card and for its stock voices.
    assert len(checker.noted("model loaded")) <= 2
    assert len(checker.noted("started")) == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"mode": "magic"}, "request_invalid"),
        ({"enhance": "perhaps"}, "request_invalid"),
        ({"language": "tlh"}, "language_not_supported"),
    ],
)
def test_bad_fields_are_refused(checker: Running, fields: dict[str, str], code: str) -> None:
    with checker.client() as client:
        check_error(post(client, **fields), 400, code)
    assert checker.leftovers() == []


def test_what_is_no_clip_is_refused(checker: Running) -> None:
    with checker.client() as client:
        check_error(post(client, b"no audio"), 400, "audio_unreadable")
        check_error(client.post("/voices/check", files={"other": b"x"}), 400, "field_missing")
        check_error(client.post("/voices/check", files={"clip": b""}), 400, "clip_empty")
        check_error(client.post("/voices/check", json={}), 400, "upload_not_multipart")
    with httpx.Client(base_url=checker.url, verify=False) as stranger:
        assert post(stranger).status_code == 401
    assert checker.leftovers() == []


def test_a_check_that_nobody_waits_for_is_stopped(checker: Running) -> None:
    with checker.client() as client:
        before = len(checker.noted("check over"))
        with pytest.raises(httpx.TimeoutException):
            client.post(
                "/voices/check",
                data={"transcript": "[hold]"},
                files={"clip": wav()},
                timeout=httpx.Timeout(30, read=1.0),
            )
        wait_for(lambda: len(checker.noted("check over")) > before)
        wait_for(lambda: not checker.leftovers())
        assert post(client).status_code == 200


def test_what_would_be_cloned_can_be_heard(checker: Running) -> None:
    with checker.client() as client:
        for enhance, snr in (("true", "31.5"), ("false", "18.2")):
            answer = client.post(
                "/voices/check/audio",
                data={"mode": "stability", "enhance": enhance},
                files={"clip": wav()},
            )
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"] == "audio/wav"
            assert answer.content == wav()
            assert answer.headers["menura-enhanced"] == enhance
            assert answer.headers["menura-snr"] == snr
        broken = client.post("/voices/check/audio", files={"clip": b"no audio"})
        check_error(broken, 400, "audio_unreadable")
        check_error(client.post("/voices/check/audio", files={"clip": b""}), 400, "clip_empty")
        bad = client.post("/voices/check/audio", data={"mode": "magic"}, files={"clip": wav()})
        check_error(bad, 400, "request_invalid")
    assert checker.noted("hearing")[:2] == ["hearing stability True", "hearing stability False"]
    assert checker.leftovers() == []
