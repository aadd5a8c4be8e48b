"""The files of a tuned model: weights, states of its voices, sounds; all of them or none."""

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from menura.library.blobs import BlobStore


@dataclass(frozen=True)
class StoredVoice:
    """A voice whose file is written and whose row is not yet."""

    id: str
    blob: str
    digest: str


@dataclass(frozen=True)
class StoredModel:
    """A tuned model whose files are written and whose rows are not yet."""

    adapter: str
    digest: str
    voices: tuple[StoredVoice, ...]
    sounds: tuple[str, ...] = ()
    """Beside the weights."""


class TunedModelFiles:
    """Writes and removes the files of tuned models."""

    def __init__(self, adapters: BlobStore, voices: BlobStore, previews: BlobStore) -> None:
        self.adapters = adapters
        self._voices = voices
        self._previews = previews

    def write(
        self,
        fine_tune_id: str,
        adapter: Path,
        states: Sequence[bytes],
        sounds: Sequence[Path] = (),
    ) -> StoredModel:
        """Keeps weights and sounds, whose files stay where they are, and states; or nothing."""
        beginning = f"{fine_tune_id}.{uuid.uuid4().hex[:8]}"
        name = f"{beginning}.safetensors"
        voices: list[StoredVoice] = []
        kept: list[str] = []
        try:
            digest = self._adopt(adapter, name)
            for sound in sounds:
                kept.append(f"{beginning}.{len(kept) + 1}{sound.suffix}")
                self._adopt(sound, kept[-1])
            for state in states:
                voice_id = str(uuid.uuid4())
                blob = f"{voice_id}.safetensors"
                voices.append(StoredVoice(voice_id, blob, self._voices.write(blob, state)))
        except BaseException:
            self.remove(StoredModel(name, "", tuple(voices), tuple(kept)))
            raise
        return StoredModel(name, digest, tuple(voices), tuple(kept))

    def remove(self, model: StoredModel) -> None:
        """Removes what was written for rows that were not."""
        for name in (model.adapter, *model.sounds):
            self.adapters.delete(name)
        for voice in model.voices:
            self._voices.delete(voice.blob)

    def delete(self, fine_tune_id: str, voice_ids: Sequence[str]) -> None:
        """Removes everything of a fine-tune."""
        self.adapters.delete_all(f"{fine_tune_id}.")
        for voice_id in voice_ids:
            self._voices.delete_all(voice_id)
            self._previews.delete_all(voice_id)

    def _adopt(self, source: Path, name: str) -> str:
        partial = self.adapters.folder / f"{name}.part"
        try:
            try:
                # The training's folder keeps its own, in case that the rows cannot be written.
                os.link(source, partial)
            except OSError:
                shutil.copyfile(source, partial)
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            partial.replace(self.adapters.folder / name)
            self.adapters.seal(name)
        except BaseException:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
        return digest
