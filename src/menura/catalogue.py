"""The library as a program on this machine uses it: voices and keys, named as people do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from menura.errors import ConflictError, InputError, NotFoundError
from menura.library import voice_files
from menura.library.keys import NewKey
from menura.library.organisations import Account
from menura.library.organisations import not_found as organisation_not_found
from menura.library.plans import DEFAULT_PLAN
from menura.library.store import Library
from menura.library.tables import ApiKey
from menura.library.tables import Voice as VoiceRow
from menura.library.voice_query import VoiceFilter
from menura.library.voices import NewVoice
from menura.models import states
from menura.models.contract import BaseModel, VoiceState
from menura.settings import Settings
from menura.work.jobs import Advice
from menura.work.tuned_models import InspectModelJob, ModelOutcome, inspect_model
from menura.work.voices import VoiceOutcome, inspect
from menura.work.whole_files import replacing

_SHORTEST_PREFIX = 4


@dataclass(frozen=True)
class Voice:
    """A voice of the library: one that ships with the model, or a clone."""

    id: str
    name: str
    language: str
    """BCP-47 tag, such as `en-US`."""

    description: str
    gender: str | None
    stock: str | None
    """The model's own key of a stock voice, such as `af_heart`; None for a clone."""

    mode: str | None
    """How it was cloned: `similarity` or `stability`."""

    snapshot: str
    """The base model that it belongs to."""

    created_at: datetime
    transcript: str | None
    report: Mapping[str, Any]
    """Figures of the clone: steps, seconds, similarity before and after."""

    advice: Sequence[Advice]
    """What could be better about the clip."""

    consent: str | None = None
    """That the person agreed to being cloned, in words."""

    refinement: str | None = None
    """Of a clone: `done`, `off`, or how far the server is; see `menura.library.refinements`."""


class Catalogue:
    """The library of a data folder, opened when it is first needed.

    Args:
        settings: data folder and base model.
        model: gives the base model, when its stock voices are to be put into the library.
    """

    def __init__(self, settings: Settings, model: Callable[[], BaseModel]) -> None:
        self._settings = settings
        self._model = model
        self._opened: Library | None = None
        self._organisation: str | None = None

    def close(self) -> None:
        """Closes the library."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def organisation_id(self) -> str:
        """Who owns what is made here: the default organisation."""
        if self._organisation is None:
            self._organisation = self.library().organisations.default().id
        return self._organisation

    def organisation(self, name: str) -> str:
        """The id of an organisation. Raises NotFoundError, ConflictError when several fit."""
        store = self.library().organisations
        store.default()
        everyone = [account.organisation for account in store.list()]
        fitting = [row.id for row in everyone if name in (row.id, row.name)]
        fitting = fitting or [row.id for row in everyone if _begins(row.id, name)]
        if len(fitting) > 1:
            raise _ambiguous("organisation", name, fitting)
        if not fitting:
            raise organisation_not_found(name)
        return fitting[0]

    def library(self, *, stocked: bool = False) -> Library:
        """The open library. `stocked` puts the model's stock voices into it if need be."""
        if self._opened is None:
            self._opened = Library(self._settings)
        if stocked and not self._opened.voices.has_stock(self._settings.model):
            model = self._model()
            self._opened.voices.sync_stock(model.info, model.stock_voices())
        return self._opened

    def keep(self, new: NewVoice, state: VoiceState) -> "Voice":
        """Puts a voice into the library."""
        store = self.library().voices
        return public_voice(store.add(self.organisation_id, new, states.save(state)))

    def inspect(self, path: Path) -> VoiceOutcome:
        """Reads a voice file in full. Raises StateError unless it is a voice of the model."""
        return inspect(self._model(), path)

    def inspect_model(self, path: Path, adapter: Path) -> ModelOutcome:
        """Reads a fine-tune's file in full and writes its weights to `adapter`.

        Raises StateError unless all of it fits the model.
        """
        return inspect_model(self._model(), InspectModelJob(path, adapter))

    def row(self, name: str) -> VoiceRow:
        """Finds a voice's record. Raises NotFoundError, ConflictError when several fit."""
        store = self.library(stocked=True).voices
        try:
            return store.resolve(self.organisation_id, name)
        except NotFoundError:
            everyone = store.list(self.organisation_id).voices
            fitting = [row for row in everyone if _begins(row.id, name)]
            if len(fitting) > 1:
                raise _ambiguous("voice", name, [row.id for row in fitting]) from None
            if not fitting:
                raise
            return fitting[0]


class Voices:
    """The voices of a data folder. Wherever one is named, its id, the beginning of its id (four
    characters or more), a stock voice's key or its name will do, as long as only one fits.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def list(
        self, *, query: str | None = None, language: str | None = None, mine: bool | None = None
    ) -> Sequence[Voice]:
        """Lists voices, clones before stock voices, the newest first.

        `query` is part of a name, description or id; `mine` True shows clones only, False stock
        voices only.
        """
        where = VoiceFilter(q=query, language=language, is_owner=mine)
        store = self._catalogue.library(stocked=mine is not True).voices
        return [
            public_voice(row) for row in store.list(self._catalogue.organisation_id, where).voices
        ]

    def get(self, name: str) -> Voice:
        """Finds one voice. Raises NotFoundError, ConflictError when several fit."""
        return public_voice(self._catalogue.row(name))

    def export(self, name: str, path: str | Path) -> Path:
        """Writes a clone with all that is known of it into one file and returns the file's path.

        Raises NotFoundError, PermissionDeniedError for a stock voice, InputError where nothing can
        be written.
        """
        row = self._catalogue.row(name)
        voice_files.check_exportable(row)
        stored = self._catalogue.library().voices.ref(row).state
        assert stored is not None
        data = voice_files.write(row, states.load(stored))
        target = Path(path)
        with whole_file(target) as partial:
            partial.write_bytes(data)
        return target

    def import_file(self, path: str | Path, *, name: str | None = None) -> Voice:
        """Keeps the voice of an exported file, under its own name or another.

        Raises StateError for a file that is broken, foreign or of another model; nothing is kept
        then.
        """
        found = self._catalogue.inspect(Path(path))
        clean = None if name is None else clean_name(name)
        new = voice_files.imported(voice_files.read_card(found.card), found.state, clean)
        return self._catalogue.keep(new, found.state)

    def rename(self, name: str, new_name: str) -> Voice:
        """Renames a clone. Raises NotFoundError, PermissionDeniedError for a stock voice."""
        return self._change(name, "name", clean_name(new_name))

    def describe(self, name: str, description: str) -> Voice:
        """Gives a clone a description. Raises NotFoundError, PermissionDeniedError."""
        return self._change(name, "description", description)

    def delete(self, name: str) -> Voice:
        """Deletes a clone for good and returns what it was.

        Raises NotFoundError, PermissionDeniedError for a stock voice.
        """
        row = self._catalogue.row(name)
        self._catalogue.library().voices.delete(self._catalogue.organisation_id, row.id)
        return public_voice(row)

    def _change(self, name: str, field: str, value: str) -> Voice:
        row = self._catalogue.row(name)
        store = self._catalogue.library().voices
        return public_voice(store.update(self._catalogue.organisation_id, row.id, {field: value}))


class Keys:
    """API keys of the server on this data folder."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def create(
        self, description: str = "", *, admin: bool = False, organisation: str | None = None
    ) -> NewKey:
        """Makes a key; `secret` of the result is shown this once.

        `organisation` is a name, an id or the beginning of one; the default one when absent.
        Raises NotFoundError, ConflictError when several fit.
        """
        owner = None if organisation is None else self._catalogue.organisation(organisation)
        return self._catalogue.library().keys.create(
            description, admin=admin, organisation_id=owner
        )

    def list(self, *, organisation: str | None = None) -> Sequence[ApiKey]:
        """Lists keys that are in force, newest first: of one organisation, or of all."""
        owner = None if organisation is None else self._catalogue.organisation(organisation)
        return self._catalogue.library().keys.list(owner)

    def revoke(self, key_id: str) -> ApiKey:
        """Ends a key, named by its id or the beginning of it. Raises NotFoundError."""
        fitting = [key.id for key in self.list() if _begins(key.id, key_id)]
        if len(fitting) > 1:
            raise _ambiguous("key", key_id, fitting)
        return self._catalogue.library().keys.revoke(fitting[0] if fitting else key_id)

    def rotate_tokens(self, *, at_once: bool = False) -> str:
        """Signs access tokens with a new secret from now on and returns the secret's id.

        Tokens that are out stay good until they run out, unless `at_once` ends them.
        """
        return self._catalogue.library().tokens.rotate(at_once=at_once)


class Organisations:
    """Organisations of the server on this data folder, named by name, id or its beginning."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def create(self, name: str, plan: str = DEFAULT_PLAN, **limits: int | bool | None) -> Account:
        """Makes an organisation on a plan of `menura.library.plans`, with limits of its own.

        Raises InputError for an empty name, a plan or a limit that there is not.
        """
        store = self._catalogue.library().organisations
        made = store.create(name, plan, limits)
        return Account(made, store.plan(made.id))

    def list(self) -> Sequence[Account]:
        """Lists organisations with their plans, the default one first."""
        self._catalogue.library().organisations.default()
        return self._catalogue.library().organisations.list()

    def set_plan(self, name: str, plan: str, **limits: int | bool | None) -> Account:
        """Puts an organisation on a plan; limits of its own that it had are dropped.

        Raises NotFoundError, ConflictError when several fit, InputError as `create`.
        """
        owner = self._catalogue.organisation(name)
        return self._catalogue.library().organisations.set_plan(owner, plan, limits)


def public_voice(row: VoiceRow) -> Voice:
    """A voice as programs see it."""
    return Voice(
        id=row.id,
        name=row.name,
        language=row.locale,
        description=row.description,
        gender=row.gender,
        stock=row.stock_key,
        mode=row.mode,
        snapshot=row.snapshot,
        created_at=row.created_at,
        transcript=row.transcript,
        report=dict(row.report),
        advice=tuple(Advice(**finding) for finding in row.advice),
        consent=None if row.consent is None else row.consent.get("statement"),
        refinement=None if row.refinement is None else row.refinement.state,
    )


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to; it becomes the target when the block ends well, and is gone otherwise.

    Raises InputError where nothing can be written.
    """
    try:
        with replacing(target, anywhere=True) as partial:
            yield partial
    except OSError as error:
        raise InputError(
            "file_not_writable",
            f"The file {str(target)!r} cannot be written: {error.strerror or error}.",
            "Give a path in a folder with room that exists and that you may write to.",
        ) from error


def clean_name(name: str) -> str:
    """A voice's name without outer blanks. Raises InputError for an empty one."""
    clean = name.strip()
    if not clean:
        raise InputError("voice_name_empty", "The voice has no name.", "Give it a name.")
    return clean


def _begins(identity: str, text: str) -> bool:
    return len(text) >= _SHORTEST_PREFIX and identity.startswith(text.lower())


def _ambiguous(kind: str, text: str, fitting: Sequence[str]) -> ConflictError:
    return ConflictError(
        f"{kind}_id_ambiguous",
        f"{len(fitting)} {kind}s fit {text!r}.",
        f"Give more of an id: {', '.join(fitting[:5])}.",
    )
