"""Runs real clients, unmodified, against a Menura server process: `make clients`.

    make clients [CLIENTS="[--dry] cartesia javascript"]

Each client has an environment of its own (`scripts/client_environments.py`) and a driver, a program
that uses it as its documentation does (`drivers/`). The server is a real process with the real
model, on a plain and a TLS port. Audio that a client got is decoded here and read back by Whisper:
a call counts only when the words are those of the text. Clones take few steps, since the clients
are the point. The run writes its clients' part of `benchmarks/results/clients.json`, and from the
whole of it `docs/compatibility.md`; with `--dry` it writes nothing. Any call that does not work
fails the run.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import httpx
import soundfile
from benchmarks.machine import RESULTS, ROOT, circumstances
from compatibility import page
from server_process import Process, process

import client_environments
from menura.audio.recognise import Recogniser, unpack
from menura.audio.resample import resample
from menura.models.menura_1.weights import cached_file
from menura.work.pool import ENGINE

DRIVERS = Path(__file__).parent / "drivers"
MODELS = Path(os.environ.get("MENURA_TEST_DATA", ROOT / "build" / "models")) / "cache"
TEXT = "The kettle is on the stove."
CLIP_TEXT = (
    "I walked along the river this morning and watched the boats come in. "
    "A fisherman was mending his nets in the sun."
)
VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
"""The voice that the Python SDK's examples use."""

ALIKE = 0.8
"""Share of the letters that Whisper has to hear; its spelling is its own."""

SECONDS = 1800
"""A driver that has not ended by then is ended."""


@dataclass(frozen=True)
class Client:
    """A client and how it is run."""

    name: str
    title: str
    driver: str
    package: str

    def command(self) -> list[str]:
        """The program that runs its driver, without the argument."""
        path = str(DRIVERS / self.driver)
        if path.endswith(".mjs"):
            return ["node", path]
        return [str(client_environments.python(self.name)), path]

    def version(self) -> str:
        """Version of the client that is installed."""
        folder = client_environments.FOLDER / self.name
        if self.driver.endswith(".mjs"):
            manifest = folder / "node_modules" / self.package / "package.json"
            return str(json.loads(manifest.read_text("utf-8"))["version"])
        code = f"import importlib.metadata as m; print(m.version({self.package!r}))"
        command = [str(client_environments.python(self.name)), "-c", code]
        return subprocess.check_output(command, text=True).strip()


CLIENTS = (
    Client("cartesia", "Cartesia, Python", "cartesia_newest.py", "cartesia"),
    Client("cartesia_2", "Cartesia, Python, line 2", "cartesia_2.py", "cartesia"),
    Client("javascript", "Cartesia, JavaScript", "javascript.mjs", "@cartesia/cartesia-js"),
    Client("openai", "OpenAI, Python", "openai_newest.py", "openai"),
    Client("livekit", "LiveKit", "livekit_plugin.py", "livekit-plugins-cartesia"),
    Client("pipecat", "Pipecat", "pipecat_services.py", "pipecat-ai"),
)


def main(names: list[str]) -> int:
    """Exit code: 0 when every call of every client works."""
    dry = "--dry" in names
    names = [name for name in names if name != "--dry"]
    chosen = [client for client in CLIENTS if client.name in names or not names]
    if unknown := set(names) - {client.name for client in chosen}:
        sys.stderr.write(f"No such client: {', '.join(sorted(unknown))}\n")
        return 2
    client_environments.main([client.name for client in chosen])
    cached_file(MODELS)
    unpack(MODELS)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="menura-clients-") as scratch:
        data = Path(scratch) / "data"
        data.mkdir()
        (data / "cache").symlink_to(MODELS.resolve())
        with process(
            data,
            engine=ENGINE,
            MENURA_TLS_SELF_SIGNED="true",
            MENURA_TLS_PORT="0",
            MENURA_CLONE_STEPS="2",
            MENURA_REFINE="off",
        ) as server:
            clip = Path(scratch) / "clip.wav"
            clip.write_bytes(_recording(server))
            for client in chosen:
                folder = Path(scratch) / client.name
                folder.mkdir()
                found[client.name] = {
                    "title": client.title,
                    "version": client.version(),
                    "date": circumstances()["date"],
                    "commit": circumstances()["commit"],
                    "calls": run(client, server, data, clip, folder),
                }
                _show(client, found[client.name]["calls"])
                if not dry:
                    _write(found)
    failed = [
        name for one in found.values() for name, call in one["calls"].items() if call["error"]
    ]
    return 1 if failed else 0


def _write(found: dict[str, Any]) -> None:
    file = RESULTS / "clients.json"
    before = json.loads(file.read_text("utf-8"))["clients"] if file.is_file() else {}
    every = {**before, **found}
    ordered = {client.name: every[client.name] for client in CLIENTS if client.name in every}
    results = {"machine": circumstances()["machine"], "clients": ordered}
    file.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    (ROOT / "docs" / "compatibility.md").write_text(page(results), "utf-8")


def _recording(server: Process) -> bytes:
    """A clip to clone and to write down, spoken by another stock voice."""
    server.wait_until_ready()
    with httpx.Client(base_url=server.url, timeout=300) as client:
        client.headers["X-API-Key"] = str(server.first_key)
        answer = client.post(
            "/tts/bytes",
            json={
                "model_id": "menura-1",
                "transcript": CLIP_TEXT,
                "voice": "a0e99841-438c-4a64-b679-ae501e7d6091",
                "language": "en",
                "output_format": {
                    "container": "wav",
                    "encoding": "pcm_s16le",
                    "sample_rate": 24000,
                },
            },
        )
        answer.raise_for_status()
        return answer.content


def run(
    client: Client, server: Process, data: Path, clip: Path, folder: Path
) -> dict[str, dict[str, str | float | None]]:
    """Runs a driver and listens to what it got: for each call an error or None, and the words."""
    authority = str(data / "tls" / "authority.pem")
    given = {
        "url": server.url,
        "tls_url": str(server.tls_url).replace("127.0.0.1", "localhost"),
        "key": server.first_key,
        "clip": str(clip),
        "clip_text": CLIP_TEXT,
        "text": TEXT,
        "voice": VOICE,
        "out": str(folder),
        "environment": str(client_environments.FOLDER / client.name),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MENURA_")}
    environment = {**kept, "SSL_CERT_FILE": authority, "NODE_EXTRA_CA_CERTS": authority}
    environment.pop("PYTHONPATH", None)
    try:
        code = subprocess.run(
            [*client.command(), json.dumps(given)],
            env=environment,
            cwd=folder,
            stdout=sys.stderr,
            timeout=SECONDS,
            check=False,
        ).returncode
        fault = f"ended with the code {code}" if code else None
    except subprocess.TimeoutExpired:
        fault = f"took more than {SECONDS} s"
    path = folder / "calls.json"
    calls = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if fault or not calls:
        calls["the driver itself"] = {"error": fault or "made no call"}
    listener = Recogniser(MODELS, 1, beam_size=1)
    for call in calls.values():
        if "audio" in call:
            call |= heard(listener, folder / call.pop("audio"), call["text"])
    return calls


def heard(listener: Recogniser, file: Path, text: str) -> dict[str, str | None]:
    """What Whisper hears in a file, and an error when that is not the text."""
    samples, rate = soundfile.read(file, dtype="float32")
    words = listener.transcribe(resample(samples, rate, 16000), "en").text
    if alike(words, text) >= ALIKE:
        return {"heard": words}
    return {"heard": words, "error": f"Whisper heard {words!r} in {len(samples) / rate:.1f} s"}


def alike(one: str, other: str) -> float:
    """Share of the letters that two texts have in common, in order."""
    texts = [re.sub(r"[^a-z]", "", text.lower()) for text in (one, other)]
    return SequenceMatcher(None, *texts, autojunk=False).ratio()


def _show(client: Client, calls: dict[str, dict[str, str | float | None]]) -> None:
    for name, call in calls.items():
        told = call["error"] or call.get("heard") or "works"
        sys.stdout.write(f"{client.name:12} {name:28} {told}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
