"""One organisation can never see, use or guess at another's things, on any route."""

import importlib
import json
import pkgutil
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from isolation_cases import CASES, DESCRIPTION, WITHOUT_IDS, Case
from serving import Running, clone, wav
from socket_client import address
from tiny_preparer import utterances
from websockets.sync.client import connect

import menura.api.routes
from menura.library.fine_tunes import NewFineTune
from menura.library.keys import NewKey
from menura.work.prepare import PrepareOutcome

NUMBERED = [(route, number) for route, cases in CASES.items() for number in range(len(cases))]


class Side:
    """One organisation with its two kinds of key."""

    def __init__(self, server: Running, name: str = "Secret") -> None:
        self.name = name
        """Of all that it makes."""

        library = server.services.library
        self.server = server
        self.id = library.organisations.create("side").id
        self.dataset = ""
        """The one that holds the recording or utterance that was made last."""

        self._keys: list[NewKey] = [
            library.keys.create(admin=admin, organisation_id=self.id) for admin in (False, True)
        ]
        self.normal, self.admin = (server.client(key.secret) for key in self._keys)

    def close(self) -> None:
        """Closes the clients."""
        self.normal.close()
        self.admin.close()

    def make(self, kind: str) -> str:
        """Makes a thing and returns its id."""
        match kind:
            case "voice":
                return clone(self.normal, self.name)
            case "file":
                sent = {"file": ("secret.wav", b"data")}
                answer = self.normal.post("/files", data={"purpose": "fine_tune"}, files=sent)
            case "dictionary":
                answer = self.normal.post("/pronunciation-dicts", json={"name": self.name})
            case "dataset":
                answer = self.normal.post("/datasets", json={"name": self.name})
            case "dataset file" | "utterance":
                return self._record(kind)
            case "fine-tune":
                return self._tune()
            case _:
                answer = self.admin.post("/api-keys", json={"description": self.name})
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    def _record(self, kind: str) -> str:
        """A recording, or the first utterance of one, past the routes: no worker is the point."""
        self.dataset = self.make("dataset")
        library = self.server.services.library
        source = library.uploads.folder / "secret.wav"
        source.write_bytes(wav())
        files = library.dataset_files
        row = files.adopt(
            self.id, self.dataset, source, filename=self.name, digest=uuid.uuid4().hex
        ).row
        assert files.claim("test", self.dataset) is not None
        files.partial(row.id).write_bytes(wav())
        assert files.note(row.id, "test", PrepareOutcome({}, (), utterances()))
        found = library.utterances.all(self.id, self.dataset)
        return row.id if kind == "dataset file" else found[0].id

    def _tune(self) -> str:
        """A fine-tune, past the routes: its dataset is empty, so that it fails in a moment."""
        new = NewFineTune(
            name=self.name,
            description="",
            language="en",
            locale="en-US",
            model_id="menura-1-2026-11",
            snapshot="menura-1-2026-11",
            dataset_id=self.make("dataset"),
        )
        return self.server.services.library.fine_tunes.create(self.id, new).id

    def ask(self, route: str, case: Case, identity: str) -> tuple[int, str]:
        """Sends a case's request about a thing: status and text of the answer.

        The thing's id, the answer's own and times are left out of the text.
        """
        method, path = route.split(" ")
        if method == "WS":
            return self._ask_on_socket(path, case, identity)
        if case.kind in ("dataset file", "utterance"):
            if not self.dataset:
                made = self.normal.post("/datasets", json={"name": "Another"})
                self.dataset = str(made.json()["id"])
            path = path.replace("{dataset_id}", self.dataset)
        if case.kind == "voice" and "{fine_tune_id}" in path:
            path = path.replace("{fine_tune_id}", self._tune())
        path = path.replace("{number}", "1").replace("{sound}", "tuned")
        for name in (
            "voice_id",
            "fine_tune_id",
            "dataset_id",
            "utterance_id",
            "file_id",
            "dictionary_id",
            "key_id",
        ):
            path = path.replace(f"{{{name}}}", identity)
        path = path.replace("{accent_id}", "british")
        client = self.admin if path.startswith(("/api-keys", "/usage")) else self.normal
        answer = client.request(method, path, **put_id(case.request, identity))
        return answer.status_code, clean(answer.text, identity)

    def _ask_on_socket(self, path: str, case: Case, identity: str) -> tuple[int, str]:
        headers = {"X-API-Key": self._keys[0].secret}
        with connect(address(self.server.url, path), additional_headers=headers) as socket:
            socket.send(json.dumps(put_id(case.request["json"], identity)))
            event = json.loads(socket.recv(timeout=60))
        return event["status_code"], clean(json.dumps(event), identity)


@pytest.fixture(scope="module")
def owner(server: Running) -> Iterator[Side]:
    side = Side(server)
    yield side
    side.close()


@pytest.fixture(scope="module")
def stranger(server: Running) -> Iterator[Side]:
    side = Side(server, "Own")
    yield side
    side.close()


def put_id(value: Any, identity: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value with the id wherever it says ID."""
    match value:
        case str():
            return value.replace("ID", identity)
        case dict():
            return {name: put_id(part, identity) for name, part in value.items()}
        case list():
            return [put_id(part, identity) for part in value]
    return value


def clean(text: str, identity: str) -> str:
    """What an answer says, without the ids that differ from call to call."""
    try:
        body = json.loads(text)
    except ValueError:
        return text.replace(identity, "ID")
    envelope = body.get("error") if isinstance(body, dict) else None
    for part in (body, envelope):
        if isinstance(part, dict):
            part.pop("request_id", None)
    return json.dumps(body).replace(identity, "ID")


def never_given(identity: str) -> str:
    """An id of the same form that nobody has."""
    prefix, mark, rest = identity.rpartition("_")
    return f"{prefix}{mark}{rest[::-1]}" if mark else str(uuid.uuid4())


def routes_of_the_server() -> set[str]:
    """Method and path of every route in the folder of routes."""
    found = set()
    for module in pkgutil.iter_modules(menura.api.routes.__path__):
        router = importlib.import_module(f"menura.api.routes.{module.name}").router
        for route in router.routes:
            methods = getattr(route, "methods", None) or {"WS"}
            found |= {f"{method} {route.path}" for method in methods - {"HEAD"}}
    return found


def test_every_route_has_its_case() -> None:
    known = CASES.keys() | WITHOUT_IDS
    assert not CASES.keys() & WITHOUT_IDS
    assert routes_of_the_server() == known, "add new routes to tests/api/isolation_cases.py"
    for route in WITHOUT_IDS:
        assert "_id}" not in route


@pytest.mark.parametrize(("route", "number"), NUMBERED, ids=[f"{r} {n}" for r, n in NUMBERED])
def test_what_is_anothers_does_not_exist(
    owner: Side, stranger: Side, route: str, number: int
) -> None:
    case = CASES[route][number]
    mine = owner.make(case.kind)
    seen = stranger.ask(route, case, mine)
    assert seen == stranger.ask(route, case, never_given(mine)), "a stranger could tell it is there"
    assert seen[0] in (200, 400, 404)
    assert "Secret" not in seen[1]
    # The small engine cannot do all that the owner may ask for, but it gets as far as being asked.
    assert (owner.ask(route, case, mine) == seen) == case.hidden


def test_no_list_shows_what_is_anothers(server: Running, owner: Side, stranger: Side) -> None:
    kinds = ("voice", "file", "dictionary", "key", "dataset", "fine-tune")
    things = [owner.make(kind) for kind in kinds]
    lists = {
        route.split(" ")[1]
        for route in routes_of_the_server() - DESCRIPTION
        if route.startswith("GET ") and "{" not in route
    }
    assert {"/voices", "/files", "/pronunciation-dicts", "/api-keys", "/v1/audio/voices"} <= lists
    shown = set()
    for path in lists:
        for version in ("2024-06-10", "2026-08-14"):
            for client in (stranger.normal, stranger.admin):
                text = client.get(path, headers={"Cartesia-Version": version}).text
                assert not [thing for thing in (*things, owner.id, "Secret") if thing in text]
            for client in (owner.normal, owner.admin):
                text = client.get(path, headers={"Cartesia-Version": version}).text
                shown |= {thing for thing in things if thing in text}
    assert shown == set(things), "each of them is in a list of its owner"


def test_usage_is_ones_own(owner: Side, stranger: Side) -> None:
    voice = owner.make("voice")
    before = stranger.admin.get("/usage/credits").json()["data"][0]["credits"]
    body = CASES["POST /tts/bytes"][0].request["json"]
    assert owner.normal.post("/tts/bytes", json={**body, "voice": voice}).is_success
    assert owner.admin.get("/usage/credits").json()["data"][0]["credits"] > 0
    assert stranger.admin.get("/usage/credits").json()["data"][0]["credits"] == before
