"""Fine-tunes over HTTP: exported and imported, deleted, and what their voices cannot do."""

from collections.abc import Iterator

import httpx
import pytest
from serving import Running, check_error, form, running, speech, wav
from tuned import Tuned, fine_tune, header, spoken_pitch

OLDEST = {"Cartesia-Version": "2024-06-10"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("data")
    with running(data, engine="tiny_tuned:TunedEngine", max_upload_bytes=2_000_000) as server:
        yield server


@pytest.fixture
def tuned(server: Running) -> Tuned:
    return fine_tune(server)


@pytest.fixture
def client(server: Running, tuned: Tuned) -> Iterator[httpx.Client]:
    with server.client(tuned.secret) as client:
        yield client


def files(server: Running) -> int:
    """How many files of voices and weights there are."""
    data = server.settings.data
    return sum(1 for folder in ("voices", "adapters") for _ in (data / folder).iterdir())


def test_a_fine_tune_goes_to_another_organisation(
    server: Running, tuned: Tuned, client: httpx.Client
) -> None:
    answer = client.get(f"/fine-tunes/{tuned.id}/export")
    assert answer.status_code == 200, answer.text
    assert 'filename="ada.fine-tune.safetensors"' in answer.headers["content-disposition"]
    with server.client() as other:
        check_error(other.get(f"/fine-tunes/{tuned.id}/export"), 404, "fine_tune_not_found")
        sent = {"file": ("x", answer.content)}
        made = other.post("/fine-tunes/import", files=sent, data={"name": "Moved"})
        assert made.status_code == 200, made.text
        body = made.json()
        assert (body["status"], body["name"]) == ("completed", "Moved")
        assert (body["model_id"], body["report"]) == ("sonic-3-2026-01-12", {"likeness": 0.9})
        assert body["id"] != tuned.id
        voices = other.get(f"/fine-tunes/{body['id']}/voices").json()["data"]
        assert {voice["fine_tune_id"] for voice in voices} == {body["id"]}
        calm = next(voice["id"] for voice in voices if voice["name"] == "Ada, calm")
        spoken = other.post("/tts/bytes", json=speech(voice=calm, model_id="sonic-3-2026-01-12"))
        assert header(spoken) == f"{body['id']}; active"
        assert spoken_pitch(server) == "160"
    assert not server.leftovers()


def test_what_is_no_fine_tune_is_refused(server: Running, client: httpx.Client) -> None:
    before = files(server)
    nothing = client.post("/fine-tunes/import", files={"name": (None, "x")})
    check_error(nothing, 400, "field_missing")
    for data in (b"no model", b"\0" * 1000):
        answer = client.post("/fine-tunes/import", files={"file": ("x", data)})
        check_error(answer, 400, "state_broken")
    large = client.post("/fine-tunes/import", files={"file": ("x", bytes(3_000_000))})
    check_error(large, 413, "upload_too_large")
    assert files(server) == before
    assert not server.leftovers()


def test_voices_of_fine_tunes_are_not_for_making_others(tuned: Tuned, client: httpx.Client) -> None:
    voice = tuned.voices[0]
    localized = client.post(
        "/voices/localize", json={"voice_id": voice, "name": "N", "accent": "british"}
    )
    check_error(localized, 400, "voice_not_localizable")
    accents = client.patch(f"/voices/{voice}/accents", json={"accents": ["british"]})
    check_error(accents, 400, "voice_not_localizable")
    parts = [{"id": voice, "weight": 1}]
    mixed = client.post("/voices/mix", json={"name": "M", "voices": parts})
    check_error(mixed, 400, "voice_not_mixable")
    numbers = client.post("/voices/mix", json={"voices": parts})
    check_error(numbers, 400, "voice_without_embedding")
    body = {"name": "E", "embedding": [1.0, *[0.0] * 191], "base_voice_id": voice}
    check_error(client.post("/voices", json=body), 400, "voice_not_mixable")
    cloned = client.post("/voices/clone", data=form(base_voice_id=voice), files={"clip": wav()})
    check_error(cloned, 400, "voice_not_mixable")
    told = check_error(client.get(f"/voices/{voice}/export"), 400, "voice_not_exportable")
    assert tuned.id in told["remedy"]


def test_voices_of_fine_tunes_are_listed_like_others(
    server: Running, tuned: Tuned, client: httpx.Client
) -> None:
    page = client.get("/voices", params={"is_owner": "true", "expand[]": "embedding"}).json()
    assert {voice["id"] for voice in page["data"]} == set(tuned.voices)
    assert {voice["fine_tune_id"] for voice in page["data"]} == {tuned.id}
    assert all("embedding" not in voice for voice in page["data"])
    with server.client(tuned.secret, **OLDEST) as old:
        assert set(tuned.voices) <= {voice["id"] for voice in old.get("/voices").json()}


def test_deleting_one_voice_leaves_the_rest(
    server: Running, tuned: Tuned, client: httpx.Client
) -> None:
    assert client.delete(f"/voices/{tuned.voices[0]}").status_code == 204
    left = client.get(f"/fine-tunes/{tuned.id}/voices").json()["data"]
    assert {voice["id"] for voice in left} == set(tuned.voices[1:])
    body = speech(model_id="sonic-3-2026-01-12")
    gone = client.post("/tts/bytes", json={**body, "voice": tuned.voices[0]})
    check_error(gone, 404, "voice_not_found")
    spoken = client.post("/tts/bytes", json={**body, "voice": tuned.voices[1]})
    assert header(spoken) == f"{tuned.id}; active"


def test_deleting_a_fine_tune_takes_its_voices_and_weights(
    server: Running, tuned: Tuned, client: httpx.Client
) -> None:
    data = server.settings.data
    body = speech(voice=tuned.voices[0], model_id="sonic-3-2026-01-12")
    assert header(client.post("/tts/bytes", json=body)) == f"{tuned.id}; active"
    assert list((data / "adapters").glob(f"{tuned.id}.*"))
    assert client.delete(f"/fine-tunes/{tuned.id}").status_code == 204
    check_error(client.get(f"/fine-tunes/{tuned.id}/export"), 404, "fine_tune_not_found")
    check_error(client.post("/tts/bytes", json=body), 404, "voice_not_found")
    assert not list((data / "adapters").glob(f"{tuned.id}.*"))
    assert not [v for v in tuned.voices if list((data / "voices").glob(f"{v}*"))]
    assert client.get("/voices", params={"is_owner": "true"}).json()["data"] == []


def test_a_voice_deleted_while_it_speaks_speaks_on(tuned: Tuned, client: httpx.Client) -> None:
    body = speech("[slow] " + "word " * 60, voice=tuned.voices[0], model_id="menura-1-2026-11")
    with client.stream("POST", "/tts/bytes", json=body) as answer:
        chunks = answer.iter_bytes()
        heard = len(next(chunks))
        assert client.delete(f"/fine-tunes/{tuned.id}").status_code == 204
        heard += sum(map(len, chunks))
    # 61 words of a fifth of a second, 16 bits at 24 kHz.
    assert heard == pytest.approx(61 * 0.2 * 48000, rel=0.02)
