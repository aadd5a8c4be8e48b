"""A pytest plugin that lets the SDK's own generated tests reach a Menura server.

It drops the mark that skips every test that needs a server, gives requests the real key, and
rewrites placeholders (`placeholders.py`) as they leave. Neither the tests nor the SDK are changed.

Environment: `TEST_API_BASE_URL` and `MENURA_CONTRACT_KEY`, the server and a key of it;
`MENURA_CONTRACT_REPORT`, a file that gets a line of JSON for each test.
"""

import json
import os
from pathlib import Path

import httpx
import pytest
from placeholders import Sent, rewritten
from seeds import Seeds

DISABLED = "Mock server tests are disabled"
URL = os.environ["TEST_API_BASE_URL"]
KEY = os.environ["MENURA_CONTRACT_KEY"]
REPORT = Path(os.environ["MENURA_CONTRACT_REPORT"])

seeds = Seeds(URL, KEY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Drops the marks that skip."""
    for item in items:
        for node in item.listchain():
            node.own_markers = [
                mark
                for mark in node.own_markers
                if not (mark.name == "skip" and mark.kwargs.get("reason") == DISABLED)
            ]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Writes down how a test ended."""
    if report.when != "call" and not report.failed and not report.skipped:
        return
    line = {"test": report.nodeid, "outcome": report.outcome, "why": _why(report)}
    with REPORT.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _why(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(report.longrepr or "") if crash is None else str(crash.message)
    return text[:500]


def _real(request: httpx.Request) -> httpx.Request:
    """The request with real values and the real key."""
    sent = Sent(
        request.method,
        str(request.url),
        request.content,
        request.headers.get("content-type", ""),
    )
    real = rewritten(sent, seeds.find)
    headers = httpx.Headers(request.headers)
    headers["authorization"] = f"Bearer {KEY}"
    for name in ("content-length", "transfer-encoding"):
        headers.pop(name, None)
    return httpx.Request(
        real.method, real.url, headers=headers, content=real.content, extensions=request.extensions
    )


_send, _async_send = httpx.Client.send, httpx.AsyncClient.send


def _sending(self: httpx.Client, request: httpx.Request, **options: object) -> httpx.Response:
    request.read()
    return _send(self, _real(request), **options)


async def _async_sending(
    self: httpx.AsyncClient, request: httpx.Request, **options: object
) -> httpx.Response:
    await request.aread()
    return await _async_send(self, _real(request), **options)


httpx.Client.send = _sending  # type: ignore[method-assign]
httpx.AsyncClient.send = _async_sending  # type: ignore[method-assign]
