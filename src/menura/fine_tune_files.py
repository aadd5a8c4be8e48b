"""Fine-tunes as files, for a program on this machine."""

import uuid
from pathlib import Path

from menura.catalogue import Catalogue, whole_file
from menura.fine_tunes import FineTunes
from menura.library import model_files
from menura.library.fine_tune_tables import FineTune


class FineTuneFiles:
    """Exports and imports the fine-tunes of a data folder.

    Args:
        catalogue: the library.
        fine_tunes: finds them as they are named.
    """

    def __init__(self, catalogue: Catalogue, fine_tunes: FineTunes) -> None:
        self._catalogue = catalogue
        self._fine_tunes = fine_tunes

    def export(self, name: str, path: str | Path) -> Path:
        """Writes a completed fine-tune and its voices into one file and returns the file's path.

        Raises NotFoundError, ConflictError when several fit or there is no model yet, InputError
        where nothing can be written.
        """
        target = Path(path)
        library, owner = self._catalogue.library(), self._catalogue.organisation_id
        found = self._fine_tunes.get(name).id
        with whole_file(target) as partial:
            model_files.export(library, owner, found, partial)
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
