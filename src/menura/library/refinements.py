"""Refinements of clones: how far each is, the clip that it goes on from, and better states.

A state of `OPEN` goes on, now or at the next start of a server; one of `OVER` is final:

- `waiting`: usable, and in line for the clone worker (others are first, or a new clip came).
- `running`: usable, and getting better.
- `interrupted`: the server was stopped meanwhile; it goes on at the next start.
- `done`: at full quality.
- `off`: not asked for.
- `failed`: something went wrong (see `error`); the voice stays as good as it was.
- `incomplete`: it cannot go on (see `error`); the voice stays as good as it was.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from menura.errors import ConflictError, MenuraError, NotFoundError
from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.tables import Refinement, Voice

OPEN = frozenset({"waiting", "running", "interrupted"})
OVER = frozenset({"done", "off", "failed", "incomplete"})


@dataclass(frozen=True)
class NewRefinement:
    """What is known when the first state of a voice is stored."""

    state: str
    score: float
    clip: str | None = None
    """Name of the upload's file; None when the refinement is over already."""

    request: Mapping[str, Any] = field(default_factory=dict)
    """JSON values from which the same job can be made again."""

    def row(self, voice_id: str) -> Refinement:
        """The row that goes with the voice's."""
        return Refinement(
            voice_id=voice_id,
            created_at=datetime.now(UTC),
            state=self.state,
            score=float(self.score),
            clip=self.clip,
            request=dict(self.request),
            crashes=0,
            error=None,
        )


@dataclass(frozen=True)
class BetterState:
    """A state that may replace the one of a voice."""

    snapshot: str
    data: bytes
    """The safetensors file."""

    score: float
    report: Mapping[str, Any]


class RefinementStore:
    """The refinements of one data folder. A voice that was deleted meanwhile is a NotFoundError."""

    def __init__(self, database: Database, blobs: BlobStore, clips: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._clips = clips

    def unfinished(self) -> Sequence[Refinement]:
        """All that are not over, the oldest first."""
        query = select(Refinement).where(Refinement.state.in_(OPEN))
        with self._database.read() as session:
            return session.scalars(query.order_by(Refinement.created_at)).all()

    def has_clip(self, refinement: Refinement) -> bool:
        """Whether the clip is still there."""
        return refinement.clip is not None and (self._clips.folder / refinement.clip).is_file()

    def mark(self, voice_id: str, state: str) -> None:
        """Moves an open refinement to another open state; one that is over stays so."""
        assert state in OPEN
        with self._database.write() as session:
            row = _find(session, voice_id)
            if row.state in OPEN:
                row.state = state

    def crashed(self, voice_id: str) -> int:
        """Counts a worker that died of this refinement and returns how many did."""
        with self._database.write() as session:
            row = _find(session, voice_id)
            row.crashes += 1
            return row.crashes

    def improve(self, voice_id: str, better: BetterState) -> bool:
        """Replaces the voice's state if the new one scores higher; tells whether it did.

        The new state is a file of its own and the row changes over in one transaction, so that
        whoever speaks has the one or the other as a whole. Raises ConflictError for a state of
        another base model.
        """
        with self._database.read() as session:
            row = _find(session, voice_id)
            if session.get_one(Voice, voice_id).snapshot != better.snapshot:
                raise ConflictError(
                    "refinement_other_model",
                    "The voice was made with another base model than the server has now.",
                    "The voice can be used with that model; clone the clip again for this one.",
                )
            if better.score <= row.score:
                return False
        blob = f"{voice_id}.{uuid.uuid4().hex[:8]}.safetensors"
        digest = self._blobs.write(blob, better.data)
        try:
            with self._database.write() as session:
                row = _find(session, voice_id)
                voice = session.get_one(Voice, voice_id)
                replaced = better.score > row.score
                old = voice.blob
                if replaced:
                    voice.blob, voice.digest = blob, digest
                    voice.report, row.score = dict(better.report), better.score
        except BaseException:
            self._blobs.delete(blob)
            raise
        if not replaced:
            self._blobs.delete(blob)
        elif old is not None:
            self._blobs.retire(old)
        return replaced

    def finish(self, voice_id: str, state: str, error: MenuraError | None = None) -> None:
        """Ends a refinement for good and removes its clip; one that is over stays as it is."""
        assert state in OVER
        with self._database.write() as session:
            row = _find(session, voice_id)
            if row.state in OVER:
                return
            clip, row.clip = row.clip, None
            row.state, row.request = state, {}
            if error is not None:
                row.error = {
                    "code": error.code,
                    "sentence": error.sentence,
                    "remedy": error.remedy,
                }
        if clip is not None:
            self._clips.delete(clip)

    def sweep(self) -> Sequence[str]:
        """Removes clips that no refinement names and that have lain for a while."""
        with self._database.read() as session:
            known = set(session.scalars(select(Refinement.clip)))
        return self._clips.sweep({name for name in known if name is not None})


def _find(session: Session, voice_id: str) -> Refinement:
    row = session.get(Refinement, voice_id)
    if row is None:
        raise NotFoundError(
            "refinement_not_found",
            f"The voice {voice_id} has no refinement.",
            "The voice may have been deleted a moment ago; list the voices.",
        )
    return row
