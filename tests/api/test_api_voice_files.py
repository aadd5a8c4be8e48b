"""Voices out of voices over HTTP: localizing, mixing, exporting, importing."""

import json
import struct
import uuid
from collections.abc import Iterator

import httpx
import pytest
from serving import Running, check_error, clone, running, speech, wav

from menura.library.stock import stock_id
from menura.models import states

HEART = stock_id("menura-1", "af_heart")
MICHAEL = stock_id("menura-1", "am_michael")
OLD = {"Cartesia-Version": "2024-11-13"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("data")
    engine = "tiny_voices:VoicesEngine"
    with running(data, engine=engine, max_upload_bytes=2_000_000) as server:
        yield server


def pitch(client: httpx.Client, voice: str) -> float:
    """The pitch of a stored voice of the tiny engine."""
    data = client.get(f"/voices/{voice}/export").content
    return float(states.load(data).tensors["pitch"][0])


def count(client: httpx.Client) -> int:
    """How many voices the caller has."""
    return len(client.get("/voices", params={"limit": 100, "is_owner": "true"}).json()["data"])


def localize(client: httpx.Client, voice: str, **fields: object) -> httpx.Response:
    """Asks for a localized voice as today's clients do."""
    return client.post("/voices/localize", json={"voice_id": voice, "name": "Neu", **fields})


def test_localizing_as_today(client: httpx.Client) -> None:
    source = clone(client, "Ada")
    answer = localize(client, source, accent="castilian", tagline="t", description="d")
    assert answer.status_code == 200, answer.text
    voice = answer.json()
    assert voice["id"] != source
    assert (voice["name"], voice["language"], voice["tagline"]) == ("Neu", "es", "t")
    assert voice["locales"] == [{"locale": "es-ES", "is_native": True}]
    assert (voice["base_voice_id"], voice["accent"]) == (source, "castilian")
    assert (voice["mode"], voice["advice"]) == ("similarity", [])
    assert voice["report"]["localised_from"] == "en-US"
    assert voice["refinement"]["state"] == "waiting"
    assert pitch(client, voice["id"]) == 2 * pitch(client, source)
    assert client.get(f"/voices/{source}").json()["language"] == "en"
    assert client.post("/tts/bytes", json=speech(voice=voice["id"])).status_code == 200


def test_localizing_as_of_old(client: httpx.Client) -> None:
    body = {
        "voice_id": HEART,
        "name": "Corazón",
        "description": "d",
        "language": "es",
        "original_speaker_gender": "female",
        "dialect": "mx",
    }
    voice = client.post("/voices/localize", json=body, headers=OLD).json()
    assert voice["locales"] == [{"locale": "es-ES", "is_native": True}]
    assert voice["gender"] == voice["report"]["gender"] == "feminine"
    assert voice["is_public"] is False
    (advice,) = voice["advice"]
    assert advice["code"] == "dialect_nearest"
    assert "Mexican Spanish" in advice["sentence"]
    assert "es-ES" in advice["sentence"]


@pytest.mark.parametrize(
    ("fields", "locale", "nearest"),
    [
        ({"accent": "general-american"}, "en-US", False),
        ({"accent": "southern-us"}, "en-US", True),
        ({"accent": "british"}, "en-GB", False),
        ({"accent": "australian"}, "en-GB", True),
        ({"accent": "indian-english"}, "en-GB", True),
        ({"accent": "mexican", "language": "es"}, "es-ES", True),
        ({"language": "en", "dialect": "uk"}, "en-GB", False),
        ({"language": "en-AU", "dialect": None}, "en-GB", True),
        ({"language": "en"}, "en-US", False),
    ],
)
def test_accents_and_dialects(
    client: httpx.Client, fields: dict[str, object], locale: str, nearest: bool
) -> None:
    voice = localize(client, HEART, **fields).json()
    assert voice["locales"][0]["locale"] == locale
    assert [advice["code"] for advice in voice["advice"]] == ["dialect_nearest"] * nearest


def test_an_accent_by_its_old_name(client: httpx.Client) -> None:
    body = {"voice_id": HEART, "name": "Neu", "accent": "British English"}
    voice = client.post(
        "/voices/localize", json=body, headers={"Cartesia-Version": "2026-03-01"}
    ).json()
    assert voice["locales"][0]["locale"] == "en-GB"
    assert voice["accent"] == "British English"
    check_error(localize(client, HEART, accent="British English"), 400, "accent_not_localizable")


@pytest.mark.parametrize(
    ("fields", "code", "listed"),
    [
        ({}, "field_missing", "castilian"),
        ({"language": "de"}, "language_not_supported", "fr-FR"),
        ({"language": "en", "dialect": "mx"}, "dialect_not_supported", "British English"),
        ({"accent": "high-german"}, "accent_not_localizable", "parisian"),
        ({"accent": "irish"}, "accent_not_localizable", "british"),
        ({"accent": "british", "language": "es"}, "accent_not_supported", "castilian"),
        ({"accent": "castilian", "name": ""}, "request_invalid", ""),
        ({"accent": "castilian", "name": "x" * 201}, "request_invalid", ""),
        ({"accent": "castilian", "original_speaker_gender": "robot"}, "request_invalid", "male"),
    ],
)
def test_what_cannot_be_localized_says_why(
    client: httpx.Client, fields: dict[str, object], code: str, listed: str
) -> None:
    body = check_error(localize(client, HEART, **fields), 400, code)
    assert listed in body["message"]
    assert count(client) == 0


def test_only_own_and_stock_voices_are_used(server: Running, client: httpx.Client) -> None:
    mine = clone(client, "Mine")
    with server.client() as other:
        for unknown in (mine, str(uuid.uuid4()), "x"):
            check_error(localize(other, unknown, accent="british"), 404, "voice_not_found")
            mixed = {"name": "M", "voices": [{"id": unknown, "weight": 1}]}
            check_error(other.post("/voices/mix", json=mixed), 404, "voice_not_found")
            check_error(other.get(f"/voices/{unknown}/export"), 404, "voice_not_found")


def test_mixing(client: httpx.Client) -> None:
    mine = clone(client, "Ada")
    own = pitch(client, mine)
    parts = [{"id": mine, "weight": 3}, {"id": HEART, "weight": 1}]
    answer = client.post("/voices/mix", json={"name": "Between", "voices": parts, "tagline": "t"})
    assert answer.status_code == 200, answer.text
    voice = answer.json()
    assert (voice["name"], voice["language"], voice["mode"]) == ("Between", "en", "")
    assert pitch(client, voice["id"]) == pytest.approx(0.75 * own + 50)
    assert "0.75 Ada" in voice["report"]["mix"]
    two = [{"id": HEART, "weight": 0.5}, {"id": MICHAEL, "weight": 0.5}]
    both = client.post("/voices/mix", json={"name": "Both", "voices": two}).json()
    assert both["gender"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"voices": [{"weight": 1}]},
        {"voices": [{"id": HEART, "embedding": [1.0] * 192, "weight": 1}]},
        {"voices": [{"embedding": [1.0] * 191, "weight": 1}]},
        {"voices": [{"embedding": [0.0] * 192, "weight": 1}]},
        {"name": "x", "voices": []},
        {"name": "x", "voices": [{"id": HEART, "weight": 1}] * 17},
        {"name": "x", "voices": [{"id": HEART, "weight": 0}]},
        {"name": "x", "voices": [{"id": HEART, "weight": -1}]},
        {"name": "x", "voices": [{"id": HEART, "weight": "1"}]},
        {"name": "x", "voices": [{"id": HEART}]},
        {"name": "x", "voices": [{"embedding": [0.0] * 192, "weight": 1}]},
    ],
)
def test_mixes_that_cannot_be(client: httpx.Client, body: dict[str, object]) -> None:
    answer = client.post("/voices/mix", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["message"]
    infinite = '{"name": "x", "voices": [{"id": "' + HEART + '", "weight": 1e999}]}'
    check_error(client.post("/voices/mix", content=infinite), 400, "request_invalid")
    assert count(client) == 0


def export(client: httpx.Client, voice: str) -> bytes:
    """The file of a voice."""
    answer = client.get(f"/voices/{voice}/export")
    assert answer.status_code == 200, answer.text
    return answer.content


def test_a_voice_moves_to_another_organisation(server: Running, client: httpx.Client) -> None:
    source = clone(client, "Ada Lovelace")
    answer = client.get(f"/voices/{source}/export")
    assert answer.headers["content-type"] == "application/octet-stream"
    named = 'attachment; filename="ada-lovelace.voice.safetensors"'
    assert answer.headers["content-disposition"] == named
    with server.client() as other:
        got = other.post("/voices/import", files={"file": ("x", answer.content)})
        assert got.status_code == 200, got.text
        voice = got.json()
        assert voice["id"] != source
        assert (voice["name"], voice["is_owner"]) == ("Ada Lovelace", True)
        assert (voice["mode"], voice["transcript"]) == ("similarity", "heard words")
        assert voice["advice"][0]["code"] == "clip_short"
        assert other.post("/tts/bytes", json=speech(voice=voice["id"])).status_code == 200
        assert pitch(other, voice["id"]) == pitch(client, source)
        again = other.post(
            "/voices/import", files={"file": answer.content}, data={"name": "Zwei"}
        ).json()
        assert again["name"] == "Zwei"
        assert count(other) == 2
    assert not server.leftovers()


def test_stock_voices_are_not_exported(client: httpx.Client) -> None:
    check_error(client.get(f"/voices/{HEART}/export"), 403, "voice_not_exportable")


def changed(data: bytes, **tensor: object) -> bytes:
    """A voice file whose header says something else of its tensor."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["pitch"].update(tensor)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def test_files_that_are_no_voices_are_refused_and_leave_nothing(
    server: Running, client: httpx.Client
) -> None:
    data = export(client, clone(client, "Ada"))
    before = sorted(path.name for path in (server.settings.data / "voices").iterdir())
    wrong = {
        b"\x80\x04K\x01.": "state_broken",
        wav(): "state_broken",
        data[:-1]: "state_broken",
        changed(data, shape=[2]): "state_broken",
        changed(data, dtype="F64"): "state_type_not_allowed",
        changed(data, shape=[1, 1]): "voice_state_invalid",
        data.replace(b"menura-1-2026-11", b"menura-9-2026-11"): "voice_of_another_base",
        data.replace(b'\\"version\\":1', b'\\"version\\":7'): "voice_card_invalid",
        data.replace(b'"menura.voice"', b'"menura_voice"'): "voice_card_missing",
        data[:-4] + struct.pack("<f", float("inf")): "state_not_finite",
    }
    for file, code in wrong.items():
        check_error(client.post("/voices/import", files={"file": file}), 400, code)
    too_large = client.post("/voices/import", files={"file": bytes(3_000_000)})
    assert "a voice is smaller" in check_error(too_large, 413, "upload_too_large")["remedy"]
    check_error(client.post("/voices/import", files={"file": b""}), 400, "field_missing")
    check_error(client.post("/voices/import", files={"clip": b"x"}), 400, "field_missing")
    check_error(client.post("/voices/import", json={}), 400, "upload_not_multipart")
    long = client.post("/voices/import", files={"file": data}, data={"name": "x" * 201})
    check_error(long, 400, "voice_name_invalid")
    assert count(client) == 1
    assert sorted(path.name for path in (server.settings.data / "voices").iterdir()) == before
    assert not server.leftovers()


def test_the_description_shows_the_calls(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    assert {"LocalizeRequest", "MixRequest"} <= set(described["components"]["schemas"])
    for path in ("/voices/localize", "/voices/mix", "/voices/import"):
        assert "post" in described["paths"][path]
    assert "get" in described["paths"]["/voices/{voice_id}/export"]
