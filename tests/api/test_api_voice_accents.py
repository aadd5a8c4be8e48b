"""Accents of voices over HTTP: attached and taken away, spoken with; the catalogue; previews."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import Running, check_error, clone, form, running, speech, wav

from menura.library.refinements import BetterState
from menura.library.stock import ALIASES, stock_id
from menura.models import states

PAGE = Path(__file__).parents[2] / "docs" / "voices.md"
HEART = stock_id("menura-1", "af_heart")
STAND_IN = "11111111-2222-4333-8444-555555555555"
OWN_STAND_IN = "11111111-2222-4333-8444-666666666666"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("data")
    ids = {STAND_IN: "am_michael", OWN_STAND_IN: OWN}
    with running(data, engine="tiny_voices:VoicesEngine", voice_ids=ids) as server:
        yield server


OWN = str(uuid.uuid4())
"""An id that no voice has."""


def attach(client: httpx.Client, voice: str, *accents: str) -> httpx.Response:
    """Asks for accents."""
    return client.patch(f"/voices/{voice}/accents", json={"accents": list(accents)})


def spoken(server: Running, client: httpx.Client, voice: str, **fields: object) -> str:
    """Pitch and language of what is said."""
    answer = client.post("/tts/bytes", json=speech(voice=voice, **fields))
    assert answer.status_code == 200, answer.text
    return server.noted("pitch")[-1]


def stored_pitch(client: httpx.Client, voice: str) -> int:
    """The pitch of a stored voice."""
    data = client.get(f"/voices/{voice}/export").content
    return round(float(states.load(data).tensors["pitch"][0]))


def test_an_attached_accent_is_spoken(server: Running, client: httpx.Client) -> None:
    voice = clone(client, "Ada")
    own = stored_pitch(client, voice)
    assert spoken(server, client, voice, language="es") == f"pitch {own} in es-ES"
    shown = attach(client, voice, "castilian", "australian", "castilian", "general-american")
    assert shown.status_code == 200, shown.text
    assert shown.json()["locales"] == [
        {"locale": "en-US", "is_native": True},
        {"locale": "es-ES", "is_native": False, "accent": "castilian"},
        {"locale": "en-AU", "is_native": False, "accent": "australian", "spoken_as": "en-GB"},
    ]
    assert client.get(f"/voices/{voice}").json() == shown.json()
    # A localized voice of this engine is an octave higher.
    for language, heard in (("es", "es-ES"), ("es_MX", "es-ES"), ("en-AU", "en-GB")):
        got = spoken(server, client, voice, language=language)
        assert got == f"pitch {2 * own} in {heard}"
    assert spoken(server, client, voice, language="en") == f"pitch {own} in en-US"
    listed = client.get("/voices", params={"language": "es", "is_owner": "true"}).json()["data"]
    assert [found["id"] for found in listed] == [voice]
    assert attach(client, voice).json() == shown.json(), "an empty change"


def test_a_bare_code_takes_the_attached_region(server: Running, client: httpx.Client) -> None:
    answer = client.post(
        "/voices/clone", data=form(language="es", name="Ana"), files={"clip": wav()}
    )
    voice = answer.json()["id"]
    own = stored_pitch(client, voice)
    attach(client, voice, "british")
    assert spoken(server, client, voice, language="en") == f"pitch {2 * own} in en-GB"
    assert spoken(server, client, voice, language="en-US") == f"pitch {own} in en-US"


def test_an_accent_follows_a_voice_that_got_better(server: Running, client: httpx.Client) -> None:
    voice = clone(client, "Ada")
    attach(client, voice, "castilian", "british")
    library = server.services.library
    owner = client.get(f"/voices/{voice}").json()["user_id"]
    path = library.voices.ref(library.voices.get(owner, voice)).state
    assert path is not None
    state = states.load(path)
    state.tensors["pitch"][0] = 345
    assert library.refinements.improve(
        voice, BetterState(state.snapshot, states.save(state), 9, {})
    )
    assert spoken(server, client, voice, language="es") == "pitch 690 in es-ES"
    accents = {a.accent: a for a in library.voices.get(owner, voice).accents}
    assert accents["castilian"].made_of == library.voices.get(owner, voice).digest
    assert accents["british"].made_of != library.voices.get(owner, voice).digest, "not asked yet"


def test_taking_an_accent_away(server: Running, client: httpx.Client) -> None:
    voice = clone(client, "Ada")
    own = stored_pitch(client, voice)
    attach(client, voice, "castilian", "mexican")
    path = f"/voices/{voice}/accents"
    answer = client.delete(f"{path}/castilian")
    assert answer.status_code == 200
    assert [found["locale"] for found in answer.json()["locales"]] == ["en-US", "es-MX"]
    assert spoken(server, client, voice, language="es") == f"pitch {2 * own} in es-ES"
    assert client.delete(f"{path}/mexican/").json()["locales"] == answer.json()["locales"][:1]
    assert spoken(server, client, voice, language="es") == f"pitch {own} in es-ES"
    check_error(client.delete(f"{path}/mexican"), 404, "accent_not_attached")
    check_error(client.delete(f"{path}/general-american"), 400, "accent_is_native")
    folder = server.settings.data / "voices"
    assert client.delete(f"/voices/{voice}").status_code == 204
    assert not list(folder.glob(f"{voice}*")), "its files go with it"


def test_accents_that_cannot_be_attached(server: Running, client: httpx.Client) -> None:
    voice = clone(client, "Ada")
    check_error(attach(client, voice, "british", "irish"), 400, "accent_not_localizable")
    check_error(attach(client, voice, "British English"), 400, "accent_not_localizable")
    check_error(attach(client, HEART, "castilian"), 403, "voice_not_owned")
    check_error(attach(client, STAND_IN, "castilian"), 403, "voice_not_owned")
    check_error(attach(client, "id", "castilian"), 404, "voice_not_found")
    check_error(client.patch(f"/voices/{voice}/accents", json={}), 400, "field_missing")
    all_ten = ["australian", "british", "canadian-french", "castilian", "european-portuguese"]
    all_ten += ["hindi", "indian-english", "italian", "japanese", "mandarin"]
    many = attach(client, voice, *all_ten)
    assert "At most 10" in check_error(many, 400, "accents_too_many")["message"]
    mix = {"name": "M", "voices": [{"id": voice, "weight": 1}]}
    mixed = client.post("/voices/mix", json=mix).json()["id"]
    check_error(attach(client, mixed, "castilian"), 403, "voice_not_a_clone")
    assert len(client.get(f"/voices/{voice}").json()["locales"]) == 1
    with server.client() as other:
        check_error(attach(other, voice, "castilian"), 404, "voice_not_found")
        check_error(other.delete(f"/voices/{voice}/accents/british"), 404, "voice_not_found")


def test_the_catalogue_has_what_the_model_speaks(client: httpx.Client) -> None:
    accents = client.get("/accents/").json()["accents"]
    ids = [accent["id"] for accent in accents]
    assert ids == sorted(ids)
    assert {accent["language"] for accent in accents} == {"en", "es"}
    by_id = {accent["id"]: accent for accent in accents}
    assert by_id["australian"] == {
        "id": "australian",
        "name": "Australian English",
        "language": "en",
        "locale": "en-AU",
        "is_locale_default": True,
        "is_localizable": True,
        "spoken_as": "en-GB",
    }
    assert not by_id["irish"]["is_localizable"]
    locales = client.get("/locales").json()["locales"]
    american = next(locale for locale in locales if locale["locale"] == "en-US")
    assert american["display_name"] == "English (United States)"
    assert american["accents"][0] == "general-american"
    assert "southern-us" in american["accents"]


def test_a_preview_is_made_once(server: Running, client: httpx.Client) -> None:
    voice = clone(client, "Ada")
    assert client.get(f"/voices/{voice}").json()["preview_file_url"] is None
    asked = {"expand[]": "preview_file_url"}
    listed = client.get("/voices", params={**asked, "is_owner": "true"}).json()["data"]
    url = listed[0]["preview_file_url"]
    assert url == f"{server.url}/voices/{voice}/preview"
    before = len(server.noted("pitch"))
    first = client.get(url)
    assert (first.status_code, first.headers["content-type"]) == (200, "audio/mpeg")
    assert client.get(url).content == first.content
    assert len(server.noted("pitch")) == before + 1
    assert httpx.get(url).status_code == 401
    with server.client() as other:
        check_error(other.get(url), 404, "voice_not_found")
        assert other.get(f"/voices/{HEART}/preview").status_code == 200
    assert len(list((server.settings.data / "previews").glob(f"{voice}*"))) == 1
    client.delete(f"/voices/{voice}")
    assert not list((server.settings.data / "previews").glob(f"{voice}*"))


def test_ids_of_the_settings_answer_as_voices(server: Running, client: httpx.Client) -> None:
    shown = client.get(f"/voices/{STAND_IN}").json()
    assert (shown["id"], shown["name"]) == (STAND_IN, "Michael")
    check_error(client.get(f"/voices/{OWN_STAND_IN}"), 404, "voice_not_found")


def test_the_page_shows_the_ids_that_are_answered() -> None:
    rows = re.findall(r"\| `([0-9a-f-]{36})` \| `(\w+)` \|", PAGE.read_text(encoding="utf-8"))
    assert dict(rows) == ALIASES


def test_an_own_voice_may_stand_in(server: Running, client: httpx.Client) -> None:
    voice = clone(client, "Ada")
    attach(client, voice, "castilian")
    own = stored_pitch(client, voice)
    voices = server.services.library.voices
    voices._aliases = {**voices._aliases, OWN_STAND_IN: voice}
    shown = client.get(f"/voices/{OWN_STAND_IN}").json()
    assert (shown["id"], shown["name"], len(shown["locales"])) == (OWN_STAND_IN, "Ada", 2)
    assert spoken(server, client, OWN_STAND_IN, language="es") == f"pitch {2 * own} in es-ES"
    body = check_error(client.delete(f"/voices/{OWN_STAND_IN}"), 403, "voice_not_owned")
    assert "stands for" in body["message"]
    with server.client() as other:
        check_error(other.get(f"/voices/{OWN_STAND_IN}"), 404, "voice_not_found")
