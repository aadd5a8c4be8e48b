"""Makes `docs/compatibility.md` from the results of `make clients`."""

from typing import Any

from benchmarks.markdown import section, table

Result = dict[str, Any]

INTRODUCTION = """\
# Clients

Each of these is the published package, unmodified, in an environment of its own, against a server
process with the real model. `make clients` runs them all and writes this page; audio is read back
by Whisper, and a call works when the words are those of the text. What each call does is in
`tests/clients/drivers`."""

ADDRESSES = """\
## Which address a client needs

| client | HTTP | sockets |
| --- | --- | --- |
| Cartesia, Python, 3 and newer | any | TLS, or `websocket_base_url="ws://HOST:PORT"` |
| Cartesia, Python, line 2 | any | plain with `localhost` in the address, TLS otherwise |
| Cartesia, JavaScript | any | TLS |
| OpenAI | any, with `/v1` at the end | none |
| LiveKit, Pipecat (Python) | any | any |

`menura serve --tls-self-signed` opens a TLS port with a certificate for development and prints how
clients trust it: `SSL_CERT_FILE` for Python, `NODE_EXTRA_CA_CERTS` for JavaScript."""

SDK = """\
## The SDK's own tests

`make contract` runs the generated tests of the Python SDK's source distribution against a server
process, with real values in place of their placeholders (`tests/contract/placeholders.py`). Each
failure has its reason in `tests/contract/known_failures.json`, and counts are in
`benchmarks/results/contract.json`."""


def page(results: Result) -> str:
    """The page, Markdown."""
    clients = results["clients"]
    names = _calls(clients)
    head = ["call", *(f"{client['title']} {client['version']}" for client in clients.values())]
    rows = [
        [name, *(_cell(client["calls"], name) for client in clients.values())] for name in names
    ]
    failed = [
        f"- {client['title']}, {name}: {call['error']}"
        for client in clients.values()
        for name, call in client["calls"].items()
        if call["error"]
    ]
    failures = "\n".join(["What does not work:", "", *failed]) if failed else ""
    legend = "An empty place is a call that the client does not have, or that was not tried."
    return (
        section(
            INTRODUCTION,
            table(head, rows),
            legend,
            failures,
            _taken(clients, results["machine"]),
            ADDRESSES,
            SDK,
        )
        + "\n"
    )


def _calls(clients: dict[str, Result]) -> list[str]:
    """All calls, each after those that come before it in every client."""
    names: list[str] = []
    for client in clients.values():
        at = 0
        for name in client["calls"]:
            if name in names:
                at = max(at, names.index(name) + 1)
            else:
                names.insert(at, name)
                at += 1
    return names


def _taken(clients: dict[str, Result], machine: Result) -> str:
    """When each client was run, of what, and where."""
    runs: dict[str, list[str]] = {}
    for client in clients.values():
        runs.setdefault(f"{client['date']}, commit {client['commit']}", []).append(client["title"])
    told = "; ".join(f"{', '.join(titles)}: {run}" for run, titles in runs.items())
    return f"{told}. {machine['processor']}, {machine['cores']} cores."


def _cell(calls: dict[str, Result], name: str) -> str:
    if name not in calls:
        return ""
    return "no" if calls[name]["error"] else "yes"
