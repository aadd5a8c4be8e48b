"""Playing speech while it is made, with whichever player the machine has."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Self

PLAYERS: dict[str, Sequence[str]] = {
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"),
    "aplay": ("-q", "-"),
    "paplay": ("--raw", "--format=s16le", "--rate=24000", "--channels=1"),
    "afplay": (),
}
"""Programs in the order in which they are looked for; `afplay` reads files only."""

_WAV_HEADER = 44


class Player:
    """One player at work, fed with a wav of 16-bit mono samples at 24 kHz as it comes.

    As a context it waits until all has been heard.

    Args:
        name: one of PLAYERS.
        program: its path.
    """

    def __init__(self, name: str, program: str) -> None:
        self.name = name
        self.played = False
        self.complaint = ""
        self._program = program
        self._reads_files = name == "afplay"
        self._skip = _WAV_HEADER if name == "paplay" else 0
        self._process: subprocess.Popen[bytes] | None = None
        self._sink: IO[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        if self._reads_files:
            self._folder = tempfile.TemporaryDirectory(prefix="menura-")
            self._sink = self._file.open("wb")
        else:
            self._process = subprocess.Popen(
                [self._program, *PLAYERS[self.name]],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            self._sink = self._process.stdin
        return self

    def write(self, data: bytes) -> None:
        """Feeds the next bytes; nothing happens when the player has ended."""
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        try:
            if self._sink is not None:
                self._sink.write(data[skipped:])
                self._sink.flush()
        except OSError:
            self._sink = None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is not None:
                self._stop()
            elif self._reads_files:
                self._play_file()
            else:
                self._wait()
        finally:
            if self._folder is not None:
                self._folder.cleanup()

    @property
    def _file(self) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / "speech.wav"

    def _play_file(self) -> None:
        from menura.audio.encode import complete_wav

        assert self._sink is not None
        self._sink.close()
        self._file.write_bytes(complete_wav(self._file.read_bytes()))
        done = subprocess.run([self._program, str(self._file)], capture_output=True, check=False)
        self._judge(done.returncode, done.stderr)

    def _wait(self) -> None:
        assert self._process is not None
        # communicate() closes the standard input, also after the player has broken it off.
        _, errors = self._process.communicate()
        self._judge(self._process.returncode, errors)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        elif self._sink is not None:
            self._sink.close()

    def _judge(self, code: int, errors: bytes) -> None:
        lines = errors.decode(errors="replace").strip().splitlines()
        # ffplay ends with 0 when it finds no sound device, and says so.
        self.played = code == 0 and not lines
        self.complaint = lines[-1] if lines else f"it ended with code {code}."


def find_player() -> Player | None:
    """The first player that is installed."""
    for name in PLAYERS:
        program = shutil.which(name)
        if program is not None:
            return Player(name, program)
    return None
