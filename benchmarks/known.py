"""What is known of the speakers before anything is cloned: embeddings, quality, prosody.

It is kept in a folder of its own, since it does not hang on what a benchmark measures: delete
`build/benchmarks/known` to judge the recordings again.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import prosody
from benchmarks.panel import SHARED, Panel
from benchmarks.speakers import Speaker, read_speakers
from benchmarks.units import FOLDER, Units
from menura.judging.report import Embeddings, likeness, mean

Row = dict[str, Any]
KNOWN = FOLDER / "known"
LISTING = SHARED / "data" / "clone_eval.tsv"


@dataclass(frozen=True)
class Known:
    """Recordings of all speakers, judged; by the speaker's name.

    An embedding table holds the clip first, then the targets.
    """

    speakers: dict[str, Speaker]
    embeddings: dict[str, dict[str, Embeddings]]
    figures: dict[str, Row]

    def likeness(self, name: str, found: dict[str, Embeddings]) -> dict[str, dict[str, float]]:
        """How like a speaker embedded speech is, by each encoder."""
        return {
            encoder: likeness(
                table,
                own=self.embeddings[name][encoder][1:],
                clip=self.embeddings[name][encoder][:1],
                others=self.others(name, encoder),
            ).figures()
            for encoder, table in found.items()
        }

    def others(self, name: str, encoder: str) -> Embeddings:
        """Targets of all other speakers."""
        rows = [e[encoder][1:] for other, e in self.embeddings.items() if other != name]
        return np.concatenate(rows)


def read_known(panel: Panel) -> Known:
    """Reads the speakers of `clone_eval`; judges those that are not yet kept."""
    units = Units(KNOWN)
    speakers = {speaker.name: speaker for speaker in read_speakers(LISTING)}
    figures = {
        name: units.need(name, {"targets": len(speaker.targets)}, partial(_judge, panel, speaker))
        for name, speaker in speakers.items()
    }
    embeddings = {name: load_embeddings(units.folder(name)) for name in speakers}
    return Known(speakers, embeddings, figures)


def _judge(panel: Panel, speaker: Speaker, folder: Path) -> Row:
    save_embeddings(folder, panel.embed((speaker.clip, *speaker.targets)))
    # Where the list has no words, or the clip was cut, they are heard.
    pairs = zip(speaker.transcripts, speaker.targets, strict=True)
    own = prosody.measure(speaker.targets, [text or panel.hear(audio) for text, audio in pairs])
    clip = prosody.measure([speaker.clip], [panel.hear(speaker.clip)])
    return {
        "quality": mean([panel.quality(audio) for audio in speaker.targets]),
        "prosody": own.figures(),
        "clip_apart": prosody.apart(clip.figures(), own.figures()),
    }


def save_embeddings(folder: Path, tables: dict[str, Embeddings]) -> None:
    """Keeps embedding tables beside a unit."""
    np.savez(folder / "embeddings.npz", **tables)  # type: ignore[arg-type]


def load_embeddings(folder: Path) -> dict[str, Embeddings]:
    """Reads what `save_embeddings` wrote."""
    with np.load(folder / "embeddings.npz") as file:
        return {name: file[name] for name in file.files}
