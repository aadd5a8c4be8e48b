"""The fine-tunes of a data folder as a program on this machine uses them; named as people do."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from menura.catalogue import Catalogue, Voice, public_voice
from menura.datasets import SHORTEST_PREFIX, Datasets
from menura.errors import ConflictError, InputError, NotFoundError
from menura.library import consent
from menura.library.fine_tune_reports import Point, Sample, SourceClip, curve, samples, source_clips
from menura.library.fine_tune_tables import FineTune, FineTuneEvent
from menura.library.fine_tunes import OPEN, NewFineTune
from menura.library.paging import Window
from menura.settings import Settings
from menura.tuning.learning import learn_from
from menura.tuning.local import LOOK_SECONDS, LocalTrainer
from menura.tuning.requirements import accented_locale, spoken_locale
from menura.tuning.samples import save_samples

if TYPE_CHECKING:
    from menura.engine import Engine


class FineTunes:
    """The fine-tunes of a data folder. One is named by its id, the beginning of it, or its name.

    Args:
        catalogue: the library.
        settings: time budget, the speech that is needed.
        datasets: the datasets of the same data folder.
        engine: gives what computes, when it is needed.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        settings: Settings,
        datasets: Datasets,
        engine: Callable[[], "Engine"],
    ) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._datasets = datasets
        self._engine = engine

    def create(
        self,
        name: str,
        dataset: str,
        *,
        language: str = "en",
        description: str = "",
        accent: str | None = None,
        seconds: float | None = None,
        accept_consent: bool = False,
        given_by: consent.GivenBy = "program",
    ) -> FineTune:
        """Puts a fine-tune in line; `train` does the work here, or a server on the data folder.

        Args:
            name: of the fine-tune; its voices' names begin with it.
            dataset: what it learns from, named by id or name.
            language: of the recordings, such as `en` or `en-GB`.
            description: a note for people.
            accent: of the speaker, such as `british`; its voices have it. With a bare language it
                says which of its kinds is learned: `en` with `british` is `en-GB`.
            seconds: time budget of the training; the settings' own when absent.
            accept_consent: that `menura.library.consent.STATEMENT` is true; it is kept.
            given_by: how it was accepted.

        Raises NotFoundError, ConflictError, TextError for a language that the base model does not
        speak, InputError for an accent that it lacks, a dataset with too little speech, or without
        consent.
        """
        if not accept_consent:
            raise consent.consent_required()
        if not name.strip():
            raise InputError("fine_tune_name_empty", "The fine-tune has no name.", "Give one.")
        info = self._engine().model.info
        locale = spoken_locale(language, info)
        if accent is not None:
            locale = accented_locale(language, locale, accent, info)
        new = NewFineTune(
            name=name.strip(),
            description=description,
            language=language,
            locale=locale,
            model_id=info.snapshot,
            snapshot=info.snapshot,
            dataset_id=self._datasets.get(dataset).id,
            accent=accent,
            consent=consent.accepted(given_by),
            budget=seconds,
        )
        library = self._catalogue.library()
        learn_from(
            library,
            new.row(self._owner),
            least_seconds=self._settings.least_tune_seconds,
            budget=seconds or self._settings.tune_seconds,
        )
        return library.fine_tunes.create(self._owner, new)

    def list(self) -> Sequence[FineTune]:
        """Lists fine-tunes, newest first."""
        return self._catalogue.library().fine_tunes.list(self._owner, Window()).rows

    def get(self, name: str) -> FineTune:
        """Finds one. Raises NotFoundError, ConflictError when several fit."""
        everyone = self.list()
        fitting = [row for row in everyone if name in (row.id, row.name)]
        if not fitting and len(name) >= SHORTEST_PREFIX:
            fitting = [row for row in everyone if row.id.startswith((name, f"fine_tune_{name}"))]
        if len(fitting) > 1:
            raise ConflictError(
                "fine_tune_ambiguous",
                f"Several fine-tunes are called {name[:80]!r}.",
                f"Name one by its id: {', '.join(row.id for row in fitting[:5])}.",
            )
        if not fitting:
            raise NotFoundError(
                "fine_tune_not_found",
                f"There is no fine-tune {name[:80]!r}.",
                "List the fine-tunes to see what there is, or create one.",
            )
        return fitting[0]

    def train(self, name: str, on_news: Callable[[FineTune], None] | None = None) -> FineTune:
        """Trains until a fine-tune is over, and returns it.

        Others that have waited longer come first. Where a server trains on the same device, that
        is waited for. An interruption keeps the last checkpoint; the same call goes on from there.
        `on_news` hears whenever something became known. Raises NotFoundError.
        """
        identity = self.get(name).id

        def told(changed: str) -> None:
            if on_news is not None and changed == identity:
                on_news(self.get(identity))

        trainer = LocalTrainer(
            self._catalogue.library(),
            self._settings,
            lambda job: self._engine().tune(job),
            lambda: self._engine().model.info,
            self._prepare,
            told,
        )
        while (row := self.get(identity)).status in OPEN:
            told(identity)
            if not trainer.step():
                time.sleep(LOOK_SECONDS)
        return row

    def events(self, name: str, after: int = 0) -> Sequence[FineTuneEvent]:
        """What became known after an event, the oldest first. Raises NotFoundError."""
        store = self._catalogue.library().fine_tunes
        return store.events(self._owner, self.get(name).id, after)

    def curve(self, name: str) -> Sequence[Point]:
        """Losses and held-out scores in the order of time. Raises NotFoundError."""
        return curve(self._catalogue.library(), self._owner, self.get(name).id)

    def clips(self, name: str) -> Sequence[SourceClip]:
        """What the voices were made of. Raises NotFoundError."""
        return source_clips(self._catalogue.library(), self._owner, self.get(name))

    def samples(self, name: str) -> Sequence[Sample]:
        """Sentences that were kept out of the training, to be heard before and after.

        None until it is completed, and none of one that was imported. Raises NotFoundError.
        """
        return samples(self._catalogue.library(), self._owner, self.get(name))

    def save_samples(self, name: str, folder: str | Path) -> Sequence[Path]:
        """Writes them to WAV files, such as `1-recording.wav`; returns those that there are.

        Raises NotFoundError, InputError where nothing can be written.
        """
        return save_samples(self.samples(name), Path(folder))

    def voices(self, name: str) -> Sequence[Voice]:
        """The voices of a fine-tune; none until it is completed. Raises NotFoundError."""
        found = self._catalogue.library().fine_tunes.voices(self._owner, self.get(name).id)
        return [public_voice(row) for row in found]

    def cancel(self, name: str) -> FineTune:
        """Ends one that waits or is trained; it can be retried.

        Raises NotFoundError, ConflictError.
        """
        return self._catalogue.library().fine_tunes.cancel(self._owner, self.get(name).id)

    def retry(self, name: str) -> FineTune:
        """Puts one that failed in line again. Raises NotFoundError, ConflictError."""
        return self._catalogue.library().fine_tunes.retry(self._owner, self.get(name).id)

    def delete(self, name: str) -> FineTune:
        """Deletes one with its weights and voices for good; returns what it was.

        Raises NotFoundError.
        """
        row = self.get(name)
        self._catalogue.library().fine_tunes.delete(self._owner, row.id)
        return row

    def _prepare(self, row: FineTune) -> None:
        # What other organisations have in line comes in its turn, too; a server prepares that.
        if row.organisation_id == self._owner:
            self._datasets.prepare(row.dataset_id)

    @property
    def _owner(self) -> str:
        return self._catalogue.organisation_id
