"""Fine-tunes as files, for a program on this machine."""

import uuid
from pathlib import Path

from menura.catalogue import Catalogue
from menura.errors import ConflictError, InputError
from menura.library import model_files
from menura.library.fine_tune_tables import FineTune
from menura.library.paging import Window

SHORTEST_PREFIX = 4


class FineTuneFiles:
    """Exports and imports the fine-tunes of a data folder.

    One is named by its id, the beginning of it (four characters or more), or its name.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def export(self, name: str, path: str | Path) -> Path:
        """Writes a completed fine-tune and its voices into one file and returns the file's path.

        Raises NotFoundError, ConflictError when several fit or there is no model yet, InputError
        where nothing can be written.
        """
        target = Path(path)
        partial = target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}.part")
        library, owner = self._catalogue.library(), self._catalogue.organisation_id
        found = self._find(name)
        try:
            try:
                model_files.export(library, owner, found, partial)
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                "file_not_writable",
                f"The file {str(target)!r} cannot be written: {error.strerror or error}.",
                "Give a path in a folder that exists and that you may write to.",
            ) from error
        return target

    def import_file(self, path: str | Path, *, name: str | None = None) -> FineTune:
        """Keeps the fine-tune of an exported file with its voices, under its own name or another.

        Raises StateError for a file that is broken, foreign or of another model; nothing is kept
        then.
        """
        library, owner = self._catalogue.library(), self._catalogue.organisation_id
        adapter = library.uploads.folder / f"{uuid.uuid4()}.adapter"
        try:
            found = self._catalogue.inspect_model(Path(path), adapter)
            card = model_files.read_card(found.card)
            return model_files.keep(
                library, owner, card, found.voices, adapter, model_id=card.model_id, name=name
            )
        finally:
            adapter.unlink(missing_ok=True)

    def _find(self, name: str) -> str:
        store, owner = self._catalogue.library().fine_tunes, self._catalogue.organisation_id
        everyone = store.list(owner, Window()).rows
        fitting = [row.id for row in everyone if name in (row.id, row.name)]
        if not fitting and len(name) >= SHORTEST_PREFIX:
            fitting = [row.id for row in everyone if row.id.startswith(name)]
        if len(fitting) > 1:
            raise ConflictError(
                "fine_tune_name_ambiguous",
                f"{len(fitting)} fine-tunes fit {name[:80]!r}.",
                f"Use an id: {', '.join(fitting[:5])}.",
            )
        # An unknown name is refused as an unknown id is.
        return fitting[0] if fitting else store.get(owner, name).id
