"""The library of one data folder: organisations, keys, voices and their files."""

from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.keys import KeyStore
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
        """Clips that are being worked on; nothing in here outlives its request."""

        self.keys = KeyStore(self._database)
        self.voices = VoiceStore(self._database, self.blobs)
        self.voices.sweep()
        self.uploads.sweep(())

    def close(self) -> None:
        """Closes the database."""
        self._database.close()
