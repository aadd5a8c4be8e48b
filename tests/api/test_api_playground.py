"""The playground's files: what is given out, and what browsers are told about it."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import Running

FOLDER = Path(__file__).parents[2] / "src" / "menura" / "playground"
MODULES = sorted(FOLDER.rglob("*.js"))
FIRST_LOAD = 300_000


@pytest.fixture(scope="module")
def browser(server: Running) -> Iterator[httpx.Client]:
    """Asks as a browser does, without a key."""
    with httpx.Client(base_url=server.url, timeout=60, verify=False) as client:
        yield client


def test_a_browser_is_sent_to_the_playground_and_a_client_is_not(browser: httpx.Client) -> None:
    sent = browser.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert sent.status_code == 307
    assert sent.headers["location"] == "playground/"
    for accept in ("*/*", "application/json"):
        assert browser.get("/", headers={"Accept": accept}).json()["ok"] is True


def test_the_page_has_one_address(browser: httpx.Client) -> None:
    without = browser.get("/playground")
    assert without.status_code == 307
    assert without.headers["location"] == "playground/"
    page = browser.get("/playground/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert 'src="app.js"' in page.text


def test_the_page_names_the_modules_that_are_needed_first(browser: httpx.Client) -> None:
    page = browser.get("/playground/").text
    named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', page)
    assert len(named) == len(set(named))
    assert {"lib.js", "vendor/signals-core.js", "pages/speak.js", "components/wave.js"} < set(named)
    assert not {"app.js", "pages/clone.js", "pages/pro/list.js"} & set(named)
    assert all((FOLDER / name).is_file() for name in named)


def test_the_page_holds_no_script_or_style_of_its_own() -> None:
    page = (FOLDER / "index.html").read_text()
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page)
    assert not re.findall(r"<style|style=|\son\w+=|javascript:", page)
    assert not re.findall(r'(?:src|href)="(?:[a-z]+:|/)', page), "it works behind a prefix, offline"


@pytest.mark.parametrize("name", ["", "app.js", "style.css", "mark.svg", "vendor/preact.js"])
def test_browsers_are_told_to_be_strict(browser: httpx.Client, name: str) -> None:
    answer = browser.get(f"/playground/{name}")
    assert answer.status_code == 200
    rules = dict(
        rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
    )
    assert rules["default-src"] == "'none'"
    for kind in ("script-src", "style-src", "connect-src", "worker-src"):
        assert rules[kind] == "'self'"
    for kind in ("base-uri", "form-action", "frame-ancestors"):
        assert rules[kind] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "microphone=(self)" in answer.headers["permissions-policy"]


@pytest.mark.parametrize("packing", ["gzip", "identity"])
def test_a_file_that_is_known_is_not_sent_again(browser: httpx.Client, packing: str) -> None:
    url, accept = "/playground/app.js", {"Accept-Encoding": packing}
    first = browser.get(url, headers=accept)
    assert first.headers.get("content-encoding", "identity") == packing
    assert first.content == (FOLDER / "app.js").read_bytes()
    assert first.headers["cache-control"] == "no-cache"
    again = browser.get(url, headers={**accept, "If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert not again.content
    other = browser.get(url, headers={**accept, "If-None-Match": '"another"'})
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["README.md", "none.js", "..%2fsettings.py", "vendor/licence.txt"])
def test_nothing_else_is_given_out(browser: httpx.Client, name: str) -> None:
    answer = browser.get(f"/playground/{name}")
    assert answer.status_code == 404
    assert answer.json()["error_code"] == "route_not_found"


def test_all_files_together_are_a_small_first_load(browser: httpx.Client) -> None:
    kinds = (".html", ".js", ".css", ".svg")
    names = [path for path in FOLDER.rglob("*") if path.suffix in kinds]
    answers = [browser.get(f"/playground/{path.relative_to(FOLDER)}") for path in names]
    sizes = [int(answer.headers["content-length"]) for answer in answers]
    assert 20_000 < sum(sizes) <= FIRST_LOAD


def test_modules_import_only_files_that_are_there() -> None:
    assert len(MODULES) > 20
    for path in MODULES:
        text = path.read_text()
        # Vendored modules are single lines; ours begin a line with it.
        begins = r"(?:^|[;}])" if path.parent.name == "vendor" else r"(?m:^)"
        named = re.findall(begins + r'(?:import|export)\b[^;"]*?\bfrom\s*"([^"]+)"', text)
        named += re.findall(begins + r'import\s*"([^"]+)"', text)
        named += re.findall(r'\bimport\("([^"]+)"\)', text)
        for name in named:
            assert name.startswith("."), f"{path.name} imports {name!r}, which is no file"
            assert (path.parent / name).is_file(), f"{path.name} imports {name!r}, which is missing"


def test_no_file_is_longer_than_one_can_read() -> None:
    own = [
        p for p in FOLDER.rglob("*.*") if p.suffix in (".js", ".css") and p.parent.name != "vendor"
    ]
    assert not {p.name: n for p in own if (n := len(p.read_text().splitlines())) > 400}


def test_the_licences_of_the_libraries_are_beside_them() -> None:
    text = (FOLDER / "vendor" / "licence.txt").read_text()
    for name in ("preact 11.2.0, MIT", "htm 3.1.1, Apache-2.0", "@preact/signals 2.11.4, MIT"):
        assert name in text
    assert text.count("Permission is hereby granted") == 3
