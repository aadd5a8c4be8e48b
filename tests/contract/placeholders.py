"""Puts real values where the SDK's generated tests have placeholders.

The tests were generated for a mock server that accepts anything: ids are the word `id`, a clip is
the text `Example data`, a limit is 0. Menura refuses those, as it should, so this module rewrites a
request on its way out, and nothing else: no test is changed, and the server has no mode for it.

Runs inside the SDK's environment, so it imports nothing but the standard library.
"""

import io
import json
import wave
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Find = Callable[[str], str]
"""Gives the id of an object of a kind; a kind that begins with `new ` is not shared."""

KINDS = {
    "voices": "voice",
    "pronunciation-dicts": "dictionary",
    "datasets": "dataset",
    "fine-tunes": "fine-tune",
    "files": "file",
}
"""First part of a path, and the kind of object whose id comes next."""

FIELDS: dict[tuple[str, object], str] = {
    ("voice_id", "voice_id"): "voice",
    ("base_voice_id", "base_voice_id"): "voice",
    ("pronunciation_dict_id", "pronunciation_dict_id"): "dictionary",
    ("dataset", "dataset"): "dataset with speech",
}
"""Fields of JSON bodies whose placeholder stands for an object of this kind."""

VALUES: dict[tuple[str, object], object] = {
    ("expires_in", 0): 60,
    ("speed", 0): 1,
    ("volume", 0): 1,
    ("normalization", "normalization"): "auto",
    ("language", "language"): "en",
}
"""Fields of JSON bodies whose placeholder stands for a value out of a range."""

MOCKED = ("/tts/bytes", "/infill/bytes", "/voice-changer/bytes")
"""Calls that the tests answer by themselves, before a server could."""


@dataclass(frozen=True)
class Sent:
    """What a request carries."""

    method: str
    url: str
    content: bytes
    content_type: str = ""


def rewritten(sent: Sent, find: Find) -> Sent:
    """The request with real values."""
    parts = urlsplit(sent.url)
    if parts.path in MOCKED:
        return sent
    path = _path(sent.method, parts.path, find)
    query = urlencode(_query(parts.path, parse_qsl(parts.query, keep_blank_values=True), find))
    content = sent.content
    if sent.content_type.startswith("application/json") and content:
        content = json.dumps(_body(json.loads(content), find)).encode()
    elif sent.content_type.startswith("multipart/form-data"):
        content = _form(content, find)
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    return Sent(sent.method, url, content, sent.content_type)


def clip() -> bytes:
    """A second of a recording, for the tests that send the text `Example data` as one."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(b"\1\0" * 16000)
    return file.getvalue()


def _path(method: str, path: str, find: Find) -> str:
    parts = path.split("/")
    kind = KINDS.get(parts[1], "")
    alone = len([part for part in parts if part]) == 2
    if len(parts) > 2 and parts[2] == "id":
        # What is deleted, or gets accents, must not be missed by the tests that come after.
        changed = (method == "DELETE" and alone) or "accents" in parts
        if "british" in parts:
            kind = "voice with accents"
        parts[2] = find(f"new {kind}" if changed else kind)
    return "/".join(find("new dataset file") if part == "fileID" else part for part in parts)


def _query(path: str, query: list[tuple[str, str]], find: Find) -> list[tuple[str, str]]:
    kind = KINDS.get(path.split("/")[1], "")
    if path.endswith("/files"):
        kind = "dataset file"
    real = []
    for name, value in query:
        if (name, value) == ("limit", "0"):
            real.append((name, "10"))
        elif (name, value) == ("sample_rate", "0"):
            real.append((name, "16000"))
        elif (name, value) == ("starting_after", "starting_after"):
            real.append((name, find("voice" if path.endswith("/voices") else kind)))
        elif (name, value) != ("ending_before", "ending_before"):
            # The two cursors exclude each other, so only the first one is sent.
            real.append((name, value))
    return real


def _body(value: object, find: Find) -> object:
    if isinstance(value, list):
        return [_body(item, find) for item in value]
    if not isinstance(value, dict):
        return value
    # `locale` excludes `language`, which the tests give too.
    items = [(name, item) for name, item in value.items() if (name, item) != ("locale", "locale")]
    return {name: _field(name, item, find) for name, item in items}


def _field(name: str, value: object, find: Find) -> object:
    if isinstance(value, dict | list):
        return _body(value, find)
    if (name, value) in FIELDS:
        return find(FIELDS[name, value])
    # True is 1 and False is 0 to a table.
    return value if isinstance(value, bool) else VALUES.get((name, value), value)


def _form(content: bytes, find: Find) -> bytes:
    real = content.replace(b"\r\n\r\nExample data\r\n", b"\r\n\r\n" + clip() + b"\r\n")
    real = real.replace(b"\r\n\r\npurpose\r\n", b"\r\n\r\nfine_tune\r\n")
    for word in (b"base_voice_id", b"voice[id]"):
        if b"\r\n\r\n" + word + b"\r\n" in real:
            voice = find("voice").encode()
            real = real.replace(b"\r\n\r\n" + word, b"\r\n\r\n" + voice)
    return real
