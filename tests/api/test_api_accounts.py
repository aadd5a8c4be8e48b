"""API keys over HTTP, and what admin keys and normal keys open."""

import uuid
from collections.abc import Iterator

import httpx
import pytest
from serving import Running, check_error, running, speech

from menura.library.keys import NewKey


@pytest.fixture
def organisation(server: Running) -> str:
    return server.services.library.organisations.create("Radio").id


@pytest.fixture
def admin_key(server: Running, organisation: str) -> NewKey:
    return server.services.library.keys.create("the boss", admin=True, organisation_id=organisation)


@pytest.fixture
def admin(server: Running, admin_key: NewKey) -> Iterator[httpx.Client]:
    with server.client(admin_key.secret) as client:
        yield client


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a failure; OpenAI's routes have an envelope of their own."""
    body = answer.json()
    return answer.status_code, str(body["error"]["code"] if "error" in body else body["error_code"])


def test_a_key_is_made_used_shown_and_revoked(server: Running, admin: httpx.Client) -> None:
    answer = admin.post("/api-keys", json={"description": "Reader app"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["key"].startswith("sk_car_")
    assert not made["key"].startswith("sk_car_admin_")
    uuid.UUID(made["id"])
    with server.client(made["key"]) as client:
        assert client.post("/tts/bytes", json=speech()).status_code == 200
        shown = admin.get(f"/api-keys/{made['id']}").json()
        assert shown == {name: value for name, value in made.items() if name != "key"}
        assert shown["description"] == "Reader app"
        assert shown["hint"] == made["key"][-4:]
        for name in ("creator_email", "creator_still_in_org", "creator_image_url"):
            assert shown[name] is None
        assert admin.delete(f"/api-keys/{made['id']}").status_code == 204
        check_error(client.get("/voices"), 401, "api_key_wrong")
    check_error(admin.get(f"/api-keys/{made['id']}"), 404, "api_key_not_found")
    check_error(admin.delete(f"/api-keys/{made['id']}"), 404, "api_key_not_found")


def test_an_admin_makes_admins(server: Running, admin: httpx.Client) -> None:
    made = admin.post("/api-keys", json={"is_admin": True}).json()
    assert made["key"].startswith("sk_car_admin_")
    with server.client(made["key"]) as client:
        assert client.get("/api-keys").status_code == 200


def test_keys_are_listed_in_pages(admin: httpx.Client, admin_key: NewKey) -> None:
    ids = [admin.post("/api-keys", json={"description": f"Key {n}"}).json()["id"] for n in range(4)]
    everything = [*ids[::-1], admin_key.key.id]

    def page(**query: str | int) -> tuple[list[str], bool, str | None]:
        answer = admin.get("/api-keys", params=query)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return [key["id"] for key in body["data"]], body["has_more"], body["next_page"]

    assert page() == (everything, False, None)
    assert page(limit=1000) == (everything, False, None)
    assert page(limit=2) == (everything[:2], True, everything[1])
    assert page(limit=2, starting_after=everything[1]) == (everything[2:4], True, everything[3])
    assert page(limit=2, starting_after=everything[3]) == (everything[4:], False, None)
    assert page(starting_after=everything[4]) == ([], False, None)
    assert page(limit=2, ending_before=everything[4])[0] == everything[2:4]
    assert page(ending_before=everything[0]) == ([], False, None)
    assert page(q="KÉY 2")[0] == [ids[2]]
    assert page(q="boss")[0] == [admin_key.key.id]
    # A key that was revoked meanwhile still says where to go on.
    admin.delete(f"/api-keys/{everything[1]}")
    assert page(limit=2, starting_after=everything[1])[0] == everything[2:4]
    check_error(
        admin.get("/api-keys", params={"starting_after": ids[0], "ending_before": ids[1]}),
        *(400, "cursors_exclusive"),
    )
    check_error(admin.get("/api-keys?starting_after=none"), 400, "cursor_not_found")
    check_error(admin.get("/api-keys?limit=0"), 400, "request_invalid")


def test_twenty_keys_are_shown_unless_more_are_asked_for(
    server: Running, organisation: str, admin: httpx.Client
) -> None:
    for _ in range(101):
        server.services.library.keys.create(organisation_id=organisation)
    assert len(admin.get("/api-keys").json()["data"]) == 20
    assert len(admin.get("/api-keys?limit=500").json()["data"]) == 100


@pytest.mark.parametrize(
    "body", [{"description": 5}, {"is_admin": "yes"}, [], {"description": "x" * 501}]
)
def test_wrong_bodies_of_keys_are_refused(admin: httpx.Client, body: object) -> None:
    check_error(admin.post("/api-keys", json=body), 400, "request_invalid")


def test_each_kind_of_key_opens_its_own_routes(
    server: Running, client: httpx.Client, admin: httpx.Client
) -> None:
    # A link is a secret of its own; its tests are with those of files.
    public = {"/", "/health", "/ready", "/openapi.json", "/links/{file_id}"}
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api-keys", "/usage/credits"} <= paths.keys()
    with httpx.Client(base_url=server.url, timeout=120, verify=False) as nobody:
        for path in paths.keys() - public:
            for_admins = path.startswith(("/api-keys", "/usage"))
            wrong, code = (
                (client, "api_key_not_admin") if for_admins else (admin, "api_key_is_admin")
            )
            for method in paths[path]:
                assert refusal(nobody.request(method, path)) == (401, "api_key_missing")
                assert refusal(wrong.request(method, path)) == (403, code)


def test_nothing_secret_is_in_the_logs(
    server: Running, admin: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = admin.post("/api-keys", json={"description": "log"}).json()["key"]
    with httpx.Client(base_url=server.url, timeout=120, verify=False) as nobody:
        nobody.get("/voices", params={"api_key": secret})
        nobody.get("/voices", headers={"Authorization": f"Bearer {secret}x"})
    with server.client(secret) as client:
        token = client.post("/access-token", json={"grants": {"tts": True}}).json()["token"]
    with server.client(token) as client:
        client.post("/tts/bytes", json={})
    logged = "".join(capfd.readouterr())
    assert "path=/access-token" in logged
    assert secret not in logged
    assert token not in logged
    assert token.split(".")[2] not in logged


def test_keys_of_the_environment_make_tokens_and_are_told_apart_in_usage(
    server: Running, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running(
        tmp_path_factory.mktemp("env"), api_keys="plain-key, sk_car_admin_env"
    ) as configured:
        with configured.client("plain-key") as client:
            assert client.post("/tts/bytes", json=speech("four")).status_code == 200
            token = client.post("/access-token", json={"grants": {"tts": True}}).json()["token"]
        with configured.client(token) as client:
            assert client.post("/tts/bytes", json=speech("sixsix")).status_code == 200
        with configured.client("sk_car_admin_env") as admin:
            [used] = admin.get("/usage/credits?group_by=api_key").json()["data"]
            assert used["credits"] == 10
            query = {"api_key_id": used["group"]}
            assert admin.get("/usage/credits", params=query).json()["data"][0]["credits"] == 10
        # The same token means nothing to a server that has not this key.
        configured.settings.api_keys = ""
        with configured.client(token) as client:
            check_error(client.post("/tts/bytes", json=speech()), 401, "access_token_revoked")
