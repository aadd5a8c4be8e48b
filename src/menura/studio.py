"""Menura inside a Python program: clone, speak and keep voices, without a server.

    from menura import Menura

    with Menura() as menura:
        voice = menura.clone("clip.wav", name="Ada")
        menura.speak("Hello there.", voice=voice).save("hello.wav")

The command line is made of this too. Work is done in the calling thread, one job at a time; for
many callers at once run the server, which may have the same data folder open meanwhile.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from menura.audio.encode import complete_wav
from menura.audio.formats import OutputFormat
from menura.catalogue import Catalogue, Keys, Organisations, Voice, Voices, clean_name, public_voice
from menura.datasets import Datasets
from menura.errors import AudioError, InputError, ServerError
from menura.fine_tunes import FineTunes
from menura.library.offspring import localised, mixed
from menura.library.refinements import NewRefinement
from menura.library.tuned_voices import blendable, localisable, whole_ref
from menura.library.voices import NewVoice, new_consent
from menura.models import states
from menura.models.contract import PhonemeTiming, Progress, WordTiming
from menura.settings import Settings
from menura.spoken import Speech
from menura.text.choice import choose_language
from menura.text.dialects import find_dialect
from menura.text.languages import resolve
from menura.text.markup import parse
from menura.text.pronunciations import Pronunciation
from menura.work.check import CheckJob, CheckOutcome
from menura.work.jobs import CloneJob, CloneOutcome, SpeechJob, SpeechOutput, said
from menura.work.options import SPEEDS, VOLUMES, known_emotion, output_format, within
from menura.work.voices import REFITTED, LocaliseJob, MixJob, make_voice

if TYPE_CHECKING:
    from menura.engine import Engine

MODES = ("similarity", "stability")
REFINE = ("wait", "off")


class Menura:
    """A data folder and a base model, used from one thread.

    Nothing is opened or loaded before it is needed; the model loads with the first speech or clone.

    Args:
        data: the data folder; the user's own one (or `MENURA_DATA`) when absent.
        settings: everything else that may be set; read from `MENURA_*` when absent.
    """

    def __init__(self, data: str | Path | None = None, *, settings: Settings | None = None) -> None:
        chosen = settings or Settings()
        if data is not None:
            chosen = chosen.model_copy(update={"data": Path(data)})
        self.settings = chosen
        self.catalogue = Catalogue(chosen, lambda: self.engine.model)
        self.voices = Voices(self.catalogue)
        self.keys = Keys(self.catalogue)
        self.organisations = Organisations(self.catalogue)
        self.datasets = Datasets(self.catalogue, chosen, lambda *job: self.engine.prepare(*job))
        self.fine_tunes = FineTunes(self.catalogue, chosen, self.datasets, lambda: self.engine)
        self._loaded: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the library; everything else is freed with the object."""
        self.catalogue.close()
        self._loaded = None

    @property
    def engine(self) -> "Engine":
        """What computes; its model is loaded on first use. Raises ModelFilesError."""
        if self._loaded is None:
            from menura.engine import Engine

            self._loaded = Engine(self.settings)
        return self._loaded

    def check(
        self,
        clip: str | Path,
        *,
        language: str | None = None,
        mode: str = "similarity",
        enhance: bool | None = None,
        transcript: str | None = None,
        on_progress: Progress | None = None,
    ) -> CheckOutcome:
        """Measures a recording as `clone` would and says what would make a better voice.

        Needs no base model and keeps nothing. Arguments as for `clone`; a `language` of None is the
        one that is heard. Raises AudioError, TextError, InputError, as `clone` would.
        """
        job = CheckJob(
            clip=Path(clip),
            language=None if language is None else resolve(language),
            mode=mode,
            enhance=enhance,
            transcript=transcript,
        )
        return self.engine.check(job, on_progress or _silent)

    def clone(
        self,
        clip: str | Path,
        *,
        name: str,
        language: str = "en",
        mode: str = "similarity",
        enhance: bool | None = None,
        transcript: str | None = None,
        description: str = "",
        steps: int = 0,
        refine: str = "wait",
        consent: str | None = None,
        on_progress: Progress | None = None,
    ) -> Voice:
        """Makes a voice from a recording and keeps it.

        Args:
            clip: any audio or video file with a second or more of one person's speech.
            name: of the new voice.
            language: of the voice, such as `en` or `pt-BR`; best that of the clip.
            mode: `similarity` keeps everything of the clip, `stability` sounds like a studio.
            enhance: clean the clip up first; None takes the mode's default (off, on).
            transcript: the words of the clip; heard when absent.
            description: a note for people.
            steps: of optimisation; 0 takes the settings' or the model's own number.
            refine: `wait` goes on to full quality, `off` stops at the first usable voice.
            consent: that the person agreed, in words; kept with the voice.
            on_progress: called with a stage and the share done in [0, 1]; the stage is `usable`
                once there is a first voice, then `refining`.

        Raises AudioError, TextError, InputError, ServerError; nothing is kept then.
        """
        if mode not in MODES:
            raise InputError(
                "mode_invalid", f"There is no mode {mode!r}.", f"Accepted: {', '.join(MODES)}."
            )
        if refine not in REFINE:
            raise InputError(
                "refine_invalid",
                f"A program cannot refine a voice in the way {refine!r}.",
                f"Accepted: {', '.join(REFINE)}; only the server goes on in the background.",
            )
        clean = clean_name(name)
        path = Path(clip)
        job = CloneJob(
            clip=path,
            language=resolve(language),
            mode=mode,
            enhance=enhance,
            transcript=transcript,
            steps=steps or self.settings.clone_steps,
            refine=refine == "wait",
        )
        digest = _file_digest(path)
        agreed = None if consent is None else new_consent(consent)
        outcome = best(self.engine.clone(job, on_progress or _silent))
        new = replace(new_voice(job, outcome, clean, description, digest), consent=agreed)
        store = self.catalogue.library().voices
        row = store.add(self.catalogue.organisation_id, new, states.save(outcome.state))
        return public_voice(row)

    def localize(
        self,
        voice: str | Voice,
        language: str,
        dialect: str | None = None,
        name: str | None = None,
        *,
        on_progress: Progress | None = None,
    ) -> Voice:
        """Makes a voice that speaks another language like its natives and stays the person.

        It takes about 40 seconds on two cores.

        Args:
            voice: a `Voice`, or the id, beginning of id, stock key or name of one; it stays.
            language: such as `fr` or `pt-BR`.
            dialect: `us uk au in so` for en, `pe mx` for es, `br eu` for pt, `eu ca` for fr. Where
                the model has no natives of it, the nearest are taken and the advice says so.
            name: of the new voice; the old one's with the language when absent.
            on_progress: hears the stage and the share done.

        Raises NotFoundError, ConflictError, TextError, StateError.
        """
        target = find_dialect(language, dialect)
        source = self.catalogue.row(voice.id if isinstance(voice, Voice) else voice)
        store = self.catalogue.library().voices
        job = LocaliseJob(
            store.ref(localisable(source)), source.locale, target.spoken, source.gender
        )
        state = make_voice(self.engine, job, on_progress or _silent).state
        clean = None if name is None else clean_name(name)
        done = NewRefinement("done", REFITTED)
        new = localised(source, state, target, name=clean, refinement=done)
        return self.catalogue.keep(new, state)

    def mix(self, voices: Mapping[str, float], *, name: str, description: str = "") -> Voice:
        """Makes a voice between voices.

        Args:
            voices: weights by id, beginning of id, stock key or name; scaled to a sum of 1.
            name: of the new voice.
            description: a note for people.

        Raises NotFoundError, ConflictError, InputError, StateError.
        """
        clean = clean_name(name)
        sources = [self.catalogue.row(voice) for voice in voices]
        store = self.catalogue.library().voices
        weights = tuple(float(weight) for weight in voices.values())
        job = MixJob(tuple(store.ref(blendable(source)) for source in sources), weights)
        state = make_voice(self.engine, job).state
        new = mixed(sources, weights, state, name=clean, description=description)
        return self.catalogue.keep(new, state)

    def stream(
        self,
        text: str,
        voice: str | Voice,
        *,
        language: str | None = None,
        output: str | OutputFormat = "wav",
        speed: float = 1.0,
        volume: float = 1.0,
        emotion: str = "",
        pronunciations: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> Iterator[SpeechOutput]:
        """Speaks a text and yields bytes with word timings as they are ready.

        The first bytes come before the rest is computed; closing the iterator stops the work. A
        streamed wav states no length. Arguments as for `speak`.
        """
        row = self.catalogue.row(voice.id if isinstance(voice, Voice) else voice)
        spoken = choose_language(parse(text).plain, language, None, row.locale)
        job = SpeechJob(
            text=text,
            voice=whole_ref(self.catalogue.library(), row, spoken),
            language=spoken,
            output=output_format(output),
            speed=within("speed", speed, SPEEDS),
            volume=within("volume", volume, VOLUMES),
            emotion=known_emotion(emotion),
            pronunciations=tuple(
                Pronunciation(word, said) for word, said in (pronunciations or {}).items()
            ),
            seed=seed,
        )
        return said(self.engine.speak(job))

    def speak(
        self,
        text: str,
        voice: str | Voice,
        *,
        language: str | None = None,
        output: str | OutputFormat = "wav",
        speed: float = 1.0,
        volume: float = 1.0,
        emotion: str = "",
        pronunciations: Mapping[str, str] | None = None,
        seed: int = 0,
        on_output: Callable[[SpeechOutput], None] | None = None,
    ) -> Speech:
        """Speaks a text.

        Args:
            text: of any length; it may hold the marks of `menura.text.markup`, such as
                `<break time="1s"/>`.
            voice: a `Voice`, or the id, beginning of id, stock key or name of one.
            language: of the text; told from the text when absent.
            output: `wav`, `mp3`, `raw` (16-bit samples at 24 kHz) or an `OutputFormat`.
            speed: factor of the pace, 0.6 to 1.5.
            volume: factor of the amplitude, 0.5 to 2.0.
            emotion: a name of `menura.text.emotions`, such as `happy` or `sad`.
            pronunciations: other text, or phonemes such as `<<m|ə|n>>`, by the word that is to
                be said so.
            seed: another number gives a slightly different rendering.
            on_output: called with each stretch as it is ready.

        Raises NotFoundError, ConflictError, TextError, InputError, StateError, ServerError.
        """
        chosen = self.voices.get(voice.id if isinstance(voice, Voice) else voice)
        form = output_format(output)
        data = bytearray()
        words: list[WordTiming] = []
        phonemes: list[PhonemeTiming] = []
        stream = self.stream(
            text,
            chosen,
            language=language,
            output=form,
            speed=speed,
            volume=volume,
            emotion=emotion,
            pronunciations=pronunciations,
            seed=seed,
        )
        for part in stream:
            data += part.data
            words += part.words
            phonemes += part.phonemes
            if on_output is not None:
                on_output(part)
        whole = complete_wav(bytes(data)) if form.container == "wav" else bytes(data)
        return Speech(whole, form, tuple(words), tuple(phonemes), chosen)


def best(outcomes: Iterable[CloneOutcome]) -> CloneOutcome:
    """The outcome of the highest score, the first of equals. Raises ServerError for none."""
    found: CloneOutcome | None = None
    for outcome in outcomes:
        if found is None or outcome.score > found.score:
            found = outcome
    if found is None:
        raise ServerError("clone_without_voice", "The clone ended without a voice.")
    return found


def new_voice(
    job: CloneJob, outcome: CloneOutcome, name: str, description: str, clip_digest: str
) -> NewVoice:
    """What the library keeps of a finished clone."""
    return NewVoice(
        name=name,
        locale=job.language,
        snapshot=outcome.state.snapshot,
        description=description,
        mode=job.mode,
        clip_digest=clip_digest,
        transcript=outcome.transcript,
        report=dict(outcome.report),
        advice=[dataclasses.asdict(finding) for finding in outcome.advice],
        refinement=NewRefinement("done" if job.refine else "off", outcome.score),
    )


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AudioError(
            "audio_file_missing",
            f"The clip {path.name!r} cannot be opened: {error.strerror or error}.",
            "Check the path.",
        ) from error


def _silent(stage: str, share: float) -> None:
    pass
