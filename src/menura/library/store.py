"""The library of one data folder: organisations and what they own and used."""

from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.dataset_files import DatasetFileStore
from menura.library.datasets import DatasetStore
from menura.library.dictionaries import DictionaryStore
from menura.library.files import FileStore
from menura.library.fine_tune_queue import FineTuneQueue
from menura.library.fine_tunes import FineTuneStore
from menura.library.keys import KeyStore
from menura.library.ledger import Ledger
from menura.library.organisations import OrganisationStore
from menura.library.refinements import RefinementStore
from menura.library.stock import ALIASES
from menura.library.tokens import TokenStore
from menura.library.tuned_models import TunedModelFiles
from menura.library.utterances import UtteranceStore
from menura.library.voice_accents import AccentStore
from menura.library.voices import VoiceStore
from menura.settings import Settings


class Library:
    """Opens the library in the data folder, bringing it up to date and tidying it.

    Safe to use from several threads, and beside other processes that have the same folder open.
    Raises ServerError when the folder or the database cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._database = Database(settings.database)
        self.blobs = BlobStore(settings.data / "voices")
        self.uploads = BlobStore(settings.data / "uploads")
        """Clips that are being worked on; nothing in here outlives its clone."""

        self.organisations = OrganisationStore(self._database)
        self.keys = KeyStore(self._database, self.organisations)
        self.tokens = TokenStore(self._database)
        self.ledger = Ledger(self._database)
        self.previews = BlobStore(settings.data / "previews")
        """Short speech of voices; can be made anew at any time."""

        aliases = {**ALIASES, **{str(key): voice for key, voice in settings.voice_ids.items()}}
        self.voices = VoiceStore(self._database, self.blobs, self.uploads, self.previews, aliases)
        self.accents = AccentStore(self._database, self.blobs, aliases)
        self.refinements = RefinementStore(self._database, self.blobs, self.uploads)
        self.files = FileStore(self._database, BlobStore(settings.data / "files"))
        self.dictionaries = DictionaryStore(self._database)
        recordings = BlobStore(settings.data / "datasets")
        self.datasets = DatasetStore(self._database, recordings)
        self.dataset_files = DatasetFileStore(self._database, recordings)
        self.utterances = UtteranceStore(self._database, recordings)
        tuned = TunedModelFiles(BlobStore(settings.data / "adapters"), self.blobs, self.previews)
        self.fine_tunes = FineTuneStore(self._database, tuned, settings.data / "tuning")
        self.tuning_queue = FineTuneQueue(self._database, tuned)
        self.sweep()

    def sweep(self) -> None:
        """Removes files that no row names, an hour after they were written or superseded."""
        self.voices.sweep()
        self.refinements.sweep()
        self.files.sweep()
        self.dictionaries.sweep()
        self.datasets.sweep()
        self.fine_tunes.sweep()

    def close(self) -> None:
        """Closes the database."""
        self._database.close()
