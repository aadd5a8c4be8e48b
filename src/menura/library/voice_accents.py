"""Accents attached to clones: a localized state for each, beside the voice's own."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from menura.errors import InputError, NotFoundError
from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.tables import Voice, VoiceAccent
from menura.library.voice_query import Aliases, find_own
from menura.text.utterance import Language

MOST_ACCENTS = 10
"""Of one voice, the native one included."""


@dataclass(frozen=True)
class NewAccent:
    """An accent to be attached."""

    accent: str
    """The slug."""

    locale: str
    spoken: Language


class AccentStore:
    """The attached accents of one data folder."""

    def __init__(self, database: Database, blobs: BlobStore, aliases: Aliases) -> None:
        self._database = database
        self._blobs = blobs
        self._aliases = aliases

    def attach(
        self,
        organisation_id: str,
        voice: Voice,
        accents: Sequence[NewAccent],
        states: dict[Language, bytes],
    ) -> Voice:
        """Adds accents that the voice lacks, all or none, with the states that speak them.

        `voice` is the record that the states were made of. Raises NotFoundError,
        PermissionDeniedError, InputError for more than MOST_ACCENTS.
        """
        blobs = {spoken: _blob_name(voice.id, spoken) for spoken in states}
        written: dict[Language, str] = {}
        try:
            for spoken, data in states.items():
                written[spoken] = self._blobs.write(blobs[spoken], data)
            with self._database.write() as session:
                row = find_own(session, organisation_id, voice.id, "changed", self._aliases)
                there = {accent.accent for accent in row.accents}
                new = [accent for accent in accents if accent.accent not in there]
                check_room(len(there) + len(new))
                row.accents += [
                    VoiceAccent(
                        accent=accent.accent,
                        created_at=datetime.now(UTC),
                        locale=accent.locale,
                        spoken=accent.spoken,
                        blob=blobs[accent.spoken],
                        digest=written[accent.spoken],
                        made_of=voice.digest,
                    )
                    for accent in new
                ]
                return row
        except BaseException:
            for spoken in written:
                self._blobs.delete(blobs[spoken])
            raise

    def detach(self, organisation_id: str, voice_id: str, slug: str) -> Voice:
        """Takes an accent away. Raises NotFoundError, PermissionDeniedError."""
        with self._database.write() as session:
            row = find_own(session, organisation_id, voice_id, "changed", self._aliases)
            found = [accent for accent in row.accents if accent.accent == slug]
            if not found:
                raise NotFoundError(
                    "accent_not_attached",
                    f"The accent {slug[:80]!r} is not attached to this voice.",
                    "Attached are: "
                    + (", ".join(accent.accent for accent in row.accents) or "none")
                    + ".",
                )
            row.accents.remove(found[0])
        # A job may have been given its path a moment ago, and another accent may share it.
        self._blobs.retire(found[0].blob)
        return row

    def renew(self, voice_id: str, spoken: Language, data: bytes, made_of: str) -> None:
        """Replaces the state that speaks a language by one made of the state with that digest."""
        blob = _blob_name(voice_id, spoken)
        digest = self._blobs.write(blob, data)
        old = set()
        try:
            with self._database.write() as session:
                for accent in session.query(VoiceAccent).filter_by(
                    voice_id=voice_id, spoken=spoken
                ):
                    old.add(accent.blob)
                    accent.blob, accent.digest, accent.made_of = blob, digest, made_of
        except BaseException:
            self._blobs.delete(blob)
            raise
        for name in old:
            self._blobs.retire(name)
        if not old:
            self._blobs.delete(blob)


def check_room(attached: int) -> None:
    """Raises InputError where a voice would have too many accents."""
    if attached >= MOST_ACCENTS:
        raise InputError(
            "accents_too_many",
            f"The voice would have {attached + 1} accents, the native one included.",
            f"At most {MOST_ACCENTS} are possible; delete some first.",
        )


def _blob_name(voice_id: str, spoken: Language) -> str:
    return f"{voice_id}.{spoken}.{uuid.uuid4().hex[:8]}.safetensors"
