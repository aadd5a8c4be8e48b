"""All judges together, and speech that is judged by them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch

from benchmarks import judges, words
from benchmarks.machine import ROOT
from benchmarks.product import RATE, Product, Spoken
from menura.audio.resample import resample
from menura.judging.report import Embeddings, mean
from menura.work.jobs import VoiceRef

Row = dict[str, Any]
SHARED = ROOT.parent / "shared"
SENTENCES = Path(__file__).with_name("sentences.txt")


class Panel:
    """All judges together.

    Args:
        judge_folder: folder of the judge that is kept out of the product.
        cache: folder of the product's unpacked models.
        threads: of PyTorch in this process and of Whisper. The product waits while judges work, so
            they may have its cores.
    """

    def __init__(self, judge_folder: Path, cache: Path, threads: int = 1) -> None:
        torch.set_num_threads(threads)
        self.encoders = judges.encoders(judge_folder)
        self._dnsmos = judges.Dnsmos()
        self._distillmos = judges.DistillMosJudge()
        self._listener = words.Listener(cache, threads)

    def embed(self, recordings: Sequence[judges.Audio]) -> dict[str, Embeddings]:
        """Embeddings [N, D] of recordings by each encoder."""
        return {
            name: np.stack([embed(audio) for audio in recordings])
            for name, embed in self.encoders.items()
        }

    def quality(self, audio: judges.Audio) -> dict[str, float]:
        """DNSMOS, P808 and DistillMOS of a recording."""
        return {**self._dnsmos.score(audio), **self._distillmos.score(audio)}

    def hear(self, audio: judges.Audio, language: str = "en-US") -> str:
        """The words of a recording."""
        return self._listener.hear(audio, language)

    def words(self, text: str, audio: judges.Audio, language: str = "en-US") -> Row:
        """What was heard of a written sentence, and its errors."""
        heard = self.hear(audio, language)
        errors = words.compare_in(language, text, heard)
        return {"text": text, "heard": heard, "errors": errors.errors, "words": errors.words}


def costs(spoken: Spoken) -> Row:
    """What a spoken sentence took."""
    return {
        "audio_seconds": spoken.length,
        "seconds": spoken.seconds,
        "cpu_seconds": spoken.cpu_seconds,
        "first_audio_seconds": spoken.first_seconds,
    }


def speak_all(
    product: Product,
    panel: Panel,
    voice: VoiceRef,
    sentences: Sequence[tuple[int, str]],
    keep: Path,
) -> tuple[list[Row], list[judges.Audio]]:
    """Speaks and judges numbered English sentences; returns rows and audio at 16 kHz.

    Audio goes to `keep` as FLAC at 24 kHz, named by the sentence's number.
    """
    product.speak("Warming up.", voice)  # loading is not what these times are about
    rows, outputs = [], []
    for number, text in sentences:
        spoken = product.speak(text, voice)
        soundfile.write(keep / f"{number:02d}.flac", spoken.audio, RATE)
        outputs.append(resample(spoken.audio, RATE, judges.RATE))
        judged = {**panel.words(text, outputs[-1]), "quality": panel.quality(outputs[-1])}
        rows.append({**judged, **costs(spoken)})
    return rows, outputs


def word_error_rate(rows: Sequence[Row]) -> float:
    """Errors a word over rows of sentences."""
    return words.total(words.WordErrors(row["errors"], row["words"]) for row in rows).rate


def summary(rows: Sequence[Row]) -> Row:
    """Word error rate, quality and speed over sentences."""
    audio = sum(row["audio_seconds"] for row in rows)
    return {
        "wer": word_error_rate(rows),
        "quality": mean([row["quality"] for row in rows]),
        "rtf": sum(row["seconds"] for row in rows) / audio,
        "rtf_cpu": sum(row["cpu_seconds"] for row in rows) / audio,
        "first_audio_seconds": float(np.median([row["first_audio_seconds"] for row in rows])),
    }


def rotation(start: int, count: int, sentences: Sequence[str]) -> list[tuple[int, str]]:
    """`count` numbered sentences from the one at `start` on, beginning again after the last.

    With starts that are `count` apart, all sentences come up evenly over many voices.
    """
    numbers = [(start + k) % len(sentences) for k in range(min(count, len(sentences)))]
    return [(number, sentences[number]) for number in numbers]
