"""Prepares one recording of a dataset: decoded, measured, cut, heard, each utterance judged.

The original stays as it is; beside it goes the audio that training reads. Nothing here grows with
the length of the recording but the list of its utterances.
"""

import errno
import tempfile
from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span
from menura.audio.background import tone_share
from menura.audio.clipping import clipped_spans
from menura.audio.decode import Source, decode_source
from menura.audio.quality import signal_to_noise
from menura.audio.recognise import RATE as HEARING_RATE
from menura.audio.recording import keep
from menura.audio.resample import resample
from menura.audio.spool import Spool
from menura.audio.transcribe import speech
from menura.cloning.advice import CLIPPED_SHARE, MUSIC_TONES, TWO_VOICES_LIKENESS
from menura.cloning.company import halves_likeness, window_embeddings
from menura.cloning.hear import Listener
from menura.errors import AudioError, ServerError
from menura.models.contract import Progress
from menura.tuning.cut import Piece, borders, cut
from menura.tuning.embed import embed
from menura.tuning.findings import advise, left_out
from menura.tuning.hear import hear, main_language
from menura.tuning.measure import measure
from menura.work.prepare import RATE, HeardUtterance, PrepareJob, PrepareOutcome

Audio = NDArray[np.float32]

LEAST_SNR_DB = 15.0
"""Under which an utterance is left out as noisy."""

MUSIC_SNR_DB = 25.0
"""Under which tones in the gaps are music and not the ringing of a clean room."""

AROUND_SECONDS = 2.0
"""Of the gaps on both sides of an utterance, which tell its noise."""

CLIPPED_PLACES_SECONDS = 0.1
"""Of an utterance of a clipped recording, from which on it is left out."""

_DECODED, _KEPT, _LISTENED = 0.05, 0.1, 0.2
"""Shares of the whole that are done after these."""


def prepare(
    job: PrepareJob, recogniser: Listener, progress: Progress
) -> Generator[PrepareOutcome, None, None]:
    """Yields what a recording is like, then the same with its utterances.

    Raises AudioError for what is no recording of speech, ServerError when the disk is full,
    ModelFilesError, and what `progress` raises.
    """
    try:
        with tempfile.TemporaryFile(dir=job.target.parent) as file:
            progress("decode", 0.0)
            try:
                source = decode_source(file, job.file, job.max_seconds, RATE)
            except AudioError as error:
                if error.code == "audio_too_long":
                    raise _too_long(job.max_seconds) from error
                raise
            if source.trimmed:
                raise _too_long(job.max_seconds)
            spool = Spool(file, source.rows, RATE)
            keep(
                spool,
                job.target,
                lambda share: progress("decode", _DECODED + (_KEPT - _DECODED) * share),
            )
            yield from _listen(spool, source, recogniser, progress)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise ServerError(
            "disk_full",
            "There is no room on the disk to prepare the recording.",
            "Make room in the data folder, then send the recording again.",
        ) from error


def _listen(
    spool: Spool, source: Source, recogniser: Listener, progress: Progress
) -> Generator[PrepareOutcome, None, None]:
    progress("listen", _KEPT)
    spans = []
    for span in speech(spool):
        progress("listen", _KEPT + (_LISTENED - _KEPT) * span.end / spool.seconds)
        spans.append(span)
    if not spans:
        raise AudioError(
            "audio_no_speech",
            "No speech was found in the recording; music, noise and singing do not count.",
            "Add recordings of one person who speaks clearly.",
        )
    figures = measure(spool, spans, source)
    advice = advise(figures)
    yield PrepareOutcome(figures.report(), advice, last=False)

    pieces = cut(spans, lambda start, end: _quietest(spool, start, end))
    clipped = figures.clipped_share >= CLIPPED_SHARE
    places = borders(pieces, spool.seconds)
    language, utterances = "", []
    if pieces:
        language = main_language(
            recogniser, lambda at: _hearing(spool, places[at]), [p.seconds for p in places]
        )
    for number, (piece, place) in enumerate(zip(pieces, places, strict=True)):
        progress("transcribe", _LISTENED + (1 - _LISTENED) * number / len(pieces))
        snr, problem = _sound(spool, spans, piece, place, clipped)
        heard, misheard = hear(recogniser, _hearing(spool, place), language)
        utterances.append(
            HeardUtterance(
                start=round(place.start, 3),
                end=round(place.end, 3),
                transcript=heard.text,
                # JSON knows no infinity, which stands for no word at all.
                confidence=round(max(heard.confidence, -10.0), 3),
                snr_db=round(snr, 1),
                problem=problem or misheard,
                embedding=embed(_speech_of(spool, piece), RATE),
            )
        )
    report = {**figures.report(), "language": language}
    taken = sum(one.end - one.start for one in utterances)
    report["seconds_too_short"] = round(max(figures.speech_seconds - taken, 0.0), 2)
    yield PrepareOutcome(report, advice + left_out(utterances), tuple(utterances))


def _sound(
    spool: Spool, spans: Sequence[Span], piece: Piece, place: Span, clipped: bool
) -> tuple[float, str | None]:
    """Signal-to-noise ratio of an utterance in dB, and what is wrong with its sound."""
    around = Span(max(place.start - AROUND_SECONDS, 0.0), place.end + AROUND_SECONDS)
    audio = spool.read(around.start, around.end)
    heard = [
        Span(max(s.start - around.start, 0.0), s.end - around.start)
        for s in spans
        if s.end > around.start and s.start < around.end
    ]
    snr = signal_to_noise(audio, RATE, heard)
    if snr < MUSIC_SNR_DB:
        tones = tone_share(audio, RATE, heard)
        if tones is not None and tones >= MUSIC_TONES:
            return snr, "music"
    if snr < LEAST_SNR_DB:
        return snr, "noise"
    inside = spool.read(place.start, place.end)
    if clipped:
        cut_off = sum(span.seconds for span in clipped_spans(inside, RATE))
        if cut_off >= CLIPPED_PLACES_SECONDS:
            return snr, "clipped"
    own = [Span(s.start - place.start, s.end - place.start) for s in piece]
    likeness = halves_likeness(window_embeddings(inside, RATE, own))
    if likeness is not None and likeness < TWO_VOICES_LIKENESS:
        return snr, "two_voices"
    return snr, None


def _hearing(spool: Spool, place: Span) -> Audio:
    return resample(spool.read(place.start, place.end), RATE, HEARING_RATE)


def _speech_of(spool: Spool, piece: Piece) -> Audio:
    return np.concatenate([spool.read(span.start, span.end) for span in piece])


def _quietest(spool: Spool, start: float, end: float) -> float:
    """The middle of the quietest 60 ms between two moments."""
    size = round(0.02 * RATE)
    audio = spool.read(start, end)
    powers = np.square(audio[: audio.size // size * size].reshape(-1, size)).mean(axis=1)
    smooth = np.convolve(powers, np.full(3, 1 / 3), mode="valid")
    return start + (int(smooth.argmin()) + 1.5) * 0.02


def _too_long(max_seconds: float) -> AudioError:
    limit = f"{max_seconds / 60:g} minutes" if max_seconds >= 120 else f"{max_seconds:g} s"
    return AudioError(
        "audio_too_long",
        f"The recording is longer than {limit}.",
        f"Add it in parts of at most {limit}.",
    )
