"""The tiny engine with real encoders; loaded as `tiny_encoder:EncodingEngine`."""

import time
from collections.abc import Iterator

import numpy as np
from tiny_engine import RATE, TinyEngine

from menura.audio.encode import Encoder
from menura.models.contract import WordTiming
from menura.speech.joining import write_joined
from menura.work.jobs import SpeechJob, SpeechOutput
from menura.work.join import JoinJob, JoinOutcome

WORD_SECONDS = 0.2


class EncodingEngine(TinyEngine):
    """Speaks each word as a tone of `WORD_SECONDS`, in every output format."""

    def _stretches(self, job: SpeechJob, pitch: float) -> Iterator[SpeechOutput]:
        encoder = Encoder(job.output, RATE, volume=job.volume)
        times = np.arange(round(WORD_SECONDS * RATE)) / RATE
        tone = (0.3 * np.sin(2 * np.pi * pitch * times)).astype(np.float32)
        for number, word in enumerate(job.text.split()):
            if word == "[fail]" and number:
                raise RuntimeError("secret detail that nobody outside may see")
            if "[slow]" in job.text:
                time.sleep(0.05)
            start = number * WORD_SECONDS
            timing = WordTiming(word, start, start + WORD_SECONDS)
            yield SpeechOutput(encoder.write(tone), (timing,))
        yield SpeechOutput(encoder.finish())

    def join(self, job: JoinJob) -> JoinOutcome:
        """As the true engine does."""
        return write_joined(job)
