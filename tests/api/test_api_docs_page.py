"""The page of the description: nothing from elsewhere, and examples that work."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from serving import Running

Call = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def server(whole_server: Running) -> Running:
    return whole_server.afresh()


@pytest.fixture(scope="module")
def description(server: Running) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.url}/openapi.json", timeout=120).json()
    return found


def json_calls(description: dict[str, Any]) -> Iterator[Call]:
    """Method, path and schema of all calls with a JSON body."""
    schemas = description["components"]["schemas"]
    for path, calls in description["paths"].items():
        for method, call in calls.items():
            kinds = call.get("requestBody", {}).get("content", {})
            if "application/json" in kinds:
                name = kinds["application/json"]["schema"]["$ref"].rpartition("/")[2]
                yield method.upper(), path, schemas[name]


def test_the_page_and_all_it_loads_come_from_here(server: Running) -> None:
    page = httpx.get(f"{server.url}/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"docs/viewer.js", "docs/viewer.css", "docs/start.js", "openapi.json"} < set(loaded)
    for place in loaded:
        assert not re.match(r"[a-z]+://|//|/", place), "it works behind a prefix, and offline"
        if not place.startswith("data:"):
            assert httpx.get(f"{server.url}/{place}", timeout=120).status_code == 200
    assert "<script>" not in page.text
    assert "style=" not in page.text


def test_the_browser_is_told_to_load_nothing_from_elsewhere(server: Running) -> None:
    for path in ("/docs", "/docs/start.js", "/docs/viewer.js", "/docs/viewer.css"):
        answer = httpx.get(f"{server.url}{path}")
        rules = dict(
            rule.strip().split(" ", 1)
            for rule in answer.headers["content-security-policy"].split(";")
        )
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self'"
        assert rules["connect-src"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert "unsafe" not in str(rules)
        assert "http" not in str(rules)
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "validatorUrl: null" in httpx.get(f"{server.url}/docs/start.js").text


def test_the_viewer_goes_out_packed_or_not(server: Running) -> None:
    url = f"{server.url}/docs/viewer.js"
    packed = httpx.get(url, headers={"Accept-Encoding": "gzip"})
    plain = httpx.get(url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert b"SwaggerUIBundle" in plain.content
    assert int(packed.headers["content-length"]) < 600_000
    assert httpx.get(f"{server.url}/docs/licence.txt").status_code == 404
    assert httpx.get(f"{server.url}/docs/../viewer.js").status_code == 404


def test_the_description_is_valid(description: dict[str, Any]) -> None:
    errors = [str(error) for error in OpenAPIV31SpecValidator(description).iter_errors()]
    assert not errors, errors[0]
    assert not [path for path in description["paths"] if path.startswith("/docs")]


def test_examples_are_accepted(server: Running, description: dict[str, Any]) -> None:
    voice = description["paths"]["/voices/{voice_id}"]["get"]["parameters"]
    named = next(one for one in voice if one["name"] == "voice_id")["example"]
    asked = 0
    with server.client() as client, server.client(_admin(server)) as admin:
        assert client.get(f"/voices/{named}").status_code == 200
        for method, path, schema in json_calls(description):
            example = schema.get("example") or schema["examples"][0]
            place = path.replace("{voice_id}", named)
            caller = admin if path.startswith("/api-keys") else client
            answer = caller.request(method, re.sub(r"{\w+}", "x" * 8, place), json=example)
            if answer.status_code == 400:
                assert answer.json()["error_code"] == "model_without_embeddings", answer.text
            else:
                # What an example names (a file, a dictionary, a voice) need not be there.
                assert answer.status_code in (200, 201, 403, 404), (path, answer.text)
            asked += 1
    assert asked >= 12


def _admin(server: Running) -> str:
    return server.services.library.keys.create(admin=True).secret
