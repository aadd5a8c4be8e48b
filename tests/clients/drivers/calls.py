"""Notes how a client's calls ended, and keeps the audio they gave; for all Python drivers.

A driver is a program that uses one client as its documentation does, against the server named in
the JSON of its first argument, and knows nothing else of Menura. It runs in the environment of
that client, so this module has nothing but the standard library.
"""

import json
import sys
import traceback
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GIVEN = json.loads(sys.argv[1])
"""`url`, `tls_url`, `key`, `clip` (a WAV file), `out` (an empty folder), `text`, `voice`."""

TEXT = str(GIVEN["text"])
VOICE = str(GIVEN["voice"])
OUT = Path(GIVEN["out"])
RATE = 24000
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE}
WAV = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": RATE}
MP3 = {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}

_ended: dict[str, dict[str, str | None]] = {}


@contextmanager
def call(name: str) -> Iterator[None]:
    """One call of the table; a failed one is noted, and the driver goes on."""
    try:
        yield
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__}: {error}"[:300]
        _ended[name] = {"error": f"{text} ({Path(place.filename).name}:{place.lineno})"}
        traceback.print_exc()
    else:
        _ended.setdefault(name, {"error": None})
    (OUT / "calls.json").write_text(json.dumps(_ended, indent=2))


@contextmanager
def refused(kind: type[Exception], *words: str) -> Iterator[None]:
    """The call inside has to be refused, with an error that has these words."""
    try:
        yield
    except kind as error:
        told = str(error)
    else:
        raise AssertionError("that was not refused")
    missing = [word for word in words if word not in told]
    assert not missing, f"{missing} is not in {told!r}"


def heard(name: str, audio: bytes, *, kind: str = "wav", text: str = TEXT) -> None:
    """Keeps audio that a call gave; whether it says `text` is found out later.

    `kind` is a file's ending, or `raw` for 16-bit samples at 24 kHz.
    """
    assert audio, "no audio at all"
    file = OUT / f"{name}.{'wav' if kind == 'raw' else kind}"
    if kind == "raw":
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(audio)
    else:
        file.write_bytes(audio)
    _ended[name] = {"error": None, "audio": file.name, "text": text}
