"""Objects that stand for the SDK tests' placeholders, made through the API of the server.

Runs inside the SDK's environment, so it imports nothing but the standard library; it must not use
httpx, which the tests mock.
"""

import json
import urllib.error
import urllib.request
import uuid
from typing import Any

from placeholders import clip

Parts = dict[str, str | bytes]


class Seeds:
    """Makes objects of one organisation when they are asked for.

    Args:
        url: address of the server.
        key: API key of the organisation.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}", "Cartesia-Version": "2026-08-14"}
        self._shared: dict[str, str] = {}
        self._absent: set[str] = set()

    def find(self, kind: str) -> str:
        """The id of an object of this kind; see `placeholders.Find`.

        Where the server refuses to make one, an id that is not there: the test's own request shall
        show what the server lacks.
        """
        shared = kind.removeprefix("new ")
        if shared in self._absent:
            return "absent"
        try:
            if kind != shared:
                return self._make(shared)
            if kind not in self._shared:
                self._shared[kind] = self._make(kind)
        except urllib.error.HTTPError as error:
            error.close()
            self._absent.add(shared)
            return "absent"
        return self._shared[kind]

    def _make(self, kind: str) -> str:
        if kind == "voice":
            parts: Parts = {"name": "Seed", "language": "en", "clip": clip()}
            return str(self._form("/voices/clone", parts)["id"])
        if kind == "voice with accents":
            voice = self._make("voice")
            self._json("PATCH", f"/voices/{voice}/accents", {"accents": ["british"]})
            return voice
        if kind == "dictionary":
            return str(self._json("POST", "/pronunciation-dicts/", {"name": "Seed"})["id"])
        if kind == "dataset":
            described = {"name": "Seed", "description": ""}
            return str(self._json("POST", "/datasets/", described)["id"])
        if kind == "dataset with speech":
            # Apart from the one that other tests change, since a fine-tune holds on to its own.
            dataset = self._make("dataset")
            sent: Parts = {"purpose": "fine_tune", "file": clip()}
            self._form(f"/datasets/{dataset}/files", sent)
            return dataset
        if kind == "dataset file":
            files = f"/datasets/{self.find('dataset')}/files"
            self._form(files, {"purpose": "fine_tune", "file": clip()})
            return str(self._json("GET", files)["data"][0]["id"])
        if kind == "fine-tune":
            wanted = {
                "name": "Seed",
                "description": "",
                "language": "en",
                "model_id": "sonic-3-2026-01-12",
                "dataset": self.find("dataset with speech"),
            }
            return str(self._json("POST", "/fine-tunes/", wanted)["id"])
        raise LookupError(f"no way to make an object of the kind {kind!r}")

    def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        return self._call(method, path, content, "application/json")

    def _form(self, path: str, parts: Parts) -> dict[str, Any]:
        boundary = uuid.uuid4().hex
        lines = []
        for name, value in parts.items():
            file = '; filename="clip.wav"' if isinstance(value, bytes) else ""
            content = value if isinstance(value, bytes) else value.encode()
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
            lines.append(head.encode() + content + b"\r\n")
        body = b"".join(lines) + f"--{boundary}--\r\n".encode()
        return self._call("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def _call(
        self, method: str, path: str, content: bytes | None, content_type: str
    ) -> dict[str, Any]:
        headers = {**self._headers, "Content-Type": content_type}
        request = urllib.request.Request(
            self._url + path, data=content, headers=headers, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        found: dict[str, Any] = json.loads(text or b"{}")
        return found
