"""The tiny engine with speech to text; loaded as `tiny_transcriber:TinyTranscriber`."""

import time

from tiny_engine import TinyEngine

from menura.audio.recognise import RATE, Segment, Word
from menura.audio.spool import spooled
from menura.models.contract import Progress
from menura.work.transcribe import TranscribeJob, TranscriptOutcome

PHRASES = (" Good morning.", " R&D --> now, señor.")


class TinyTranscriber(TinyEngine):
    """Hears the same two phrases in every recording, each as long as half of it.

    The language `xx-hold` waits until it is stopped.
    """

    def transcribe(self, job: TranscribeJob, progress: Progress) -> TranscriptOutcome:
        """Decodes the recording as the true engine does."""
        self.note(f"transcribe {job.language} {job.words} {job.headerless}")
        progress("decode", 0.0)
        try:
            while job.language == "xx-hold":
                time.sleep(0.02)
                progress("transcribe", 0.0)
            with spooled(
                job.file,
                sample_rate=RATE,
                max_seconds=self.settings.max_transcribe_seconds,
                headerless=job.headerless,
            ) as spool:
                half = round(spool.seconds / 2, 3)
                segments = [
                    phrase(text, half * number, half, job.words)
                    for number, text in enumerate(PHRASES)
                ]
                return TranscriptOutcome(job.language or "es", spool.seconds, segments)
        finally:
            self.note("transcribe over")


def phrase(text: str, start: float, seconds: float, words: bool) -> Segment:
    """A phrase whose words are evenly long."""
    parts = text.split()
    step = seconds / len(parts)
    timed = tuple(
        Word(f" {part}", start + step * n, start + step * (n + 1)) for n, part in enumerate(parts)
    )
    return Segment(text, start, start + seconds, timed if words else (), (1, 2), -0.25, 1.5, 0.01)
