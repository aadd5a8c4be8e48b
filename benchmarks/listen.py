"""Writes docs/listen.html: a speaker, the nearest stock voice and the clones side by side.

    python -m benchmarks.listen

Takes the audio that `clone_eval` has kept and codes it as small MP3 files in docs/listen. All are
brought to one loudness, since the louder of two always sounds better. The page needs no network and
no script, so it works from a folder as from a server.
"""

import argparse
import html
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from benchmarks import clone_eval
from benchmarks.known import LISTING
from benchmarks.machine import RESULTS, ROOT
from benchmarks.speakers import read_speakers
from menura.audio.encode import encode
from menura.audio.formats import OutputFormat
from menura.audio.loudness import normalise_loudness

Row = dict[str, Any]
Audio = NDArray[np.float32]
PAGE = ROOT / "docs" / "listen.html"
MOST_BYTES = 3_000_000
SOURCE_SECONDS = 8.0
LUFS = -20.0
_MP3 = OutputFormat("mp3", 24000, bit_rate=32000)
_FADE_SECONDS = 0.2

COLUMNS = {
    "source": "The speaker (part of the clip)",
    "stock": "Nearest stock voice",
    "first": "Clone: first voice",
    "refined": "Clone: refined, similarity",
    "stability": "Clone: refined, stability",
}


@dataclass(frozen=True)
class Sample:
    """One piece of audio of the page."""

    file: str
    """Beside the page, with forward slashes."""

    caption: str
    """What is told under it; may be empty."""


@dataclass(frozen=True)
class Line:
    """One speaker of the page."""

    speaker: str
    text: str
    """What all but the source say."""

    samples: Mapping[str, Sample]
    """By column; one that is missing was not made."""


def shortened(audio: Audio, rate: int, seconds: float = SOURCE_SECONDS) -> Audio:
    """The beginning of a recording, faded out where it is cut."""
    most = round(seconds * rate)
    if audio.size <= most:
        return audio
    out = audio[:most].copy()
    fade = round(_FADE_SECONDS * rate)
    out[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return out


def coded(audio: Audio, rate: int) -> bytes:
    """Audio as a small MP3 of a common loudness."""
    return encode(normalise_loudness(audio, rate, LUFS), rate, _MP3)


def page(lines: Sequence[Line], circumstances: str) -> str:
    """The whole page as HTML."""
    head = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in COLUMNS.values())
    body = "\n".join(_row(line) for line in lines)
    return _PAGE.format(head=head, body=body, circumstances=html.escape(circumstances))


def _row(line: Line) -> str:
    cells = "".join(_cell(line.speaker, column, line.samples.get(column)) for column in COLUMNS)
    name, text = html.escape(line.speaker), html.escape(line.text)
    return (
        f'<tr><th scope="row">{name}</th>{cells}</tr>\n'
        f'<tr class="text"><td></td><td colspan="{len(COLUMNS)}">The voices say: “{text}”</td></tr>'
    )


def _cell(speaker: str, column: str, sample: Sample | None) -> str:
    title = html.escape(COLUMNS[column])
    if sample is None:
        return f'<td data-title="{title}">not made</td>'
    label = html.escape(f"{COLUMNS[column]}, {speaker}", quote=True)
    return (
        f'<td data-title="{title}"><audio controls preload="none" aria-label="{label}" '
        f'src="{html.escape(sample.file, quote=True)}"></audio>'
        f"<small>{html.escape(sample.caption)}</small></td>"
    )


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Menura: listen to clones</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; }}
body {{ padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ padding: .5rem; text-align: left; vertical-align: top; }}
tr.text td {{ border-bottom: 1px solid; padding-top: 0; }}
audio {{ display: block; width: 100%; min-width: 9rem; }}
@media (max-width: 60rem) {{
  thead {{ display: none; }}
  tr, td, th {{ display: block; }}
  td[data-title]::before {{ content: attr(data-title); font-weight: bold; }}
}}
</style>
</head>
<body>
<main>
<h1>Listen to clones</h1>
<p>Each row is one real person. From left to right: a part of the clip that was cloned, the stock
voice that is most like the person, and Menura's clones of the clip. The clones and the stock voice
say a sentence that the person never said. All are brought to one loudness.
<a href="results.md">Figures of all of it</a>.</p>
<p>The number is the rescaled likeness by WeSpeaker over all judged sentences of that voice: 0 is a
stranger, 1 another recording of the same person. <q>First</q> is the voice that an answer brings,
<q>refined</q> the one that replaces it in the background.</p>
<table>
<caption>{circumstances}</caption>
<thead><tr><th scope="col">Speaker</th>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table>
<h2>Where the recordings come from</h2>
<p>Speakers named <code>vctk</code>: CSTR VCTK Corpus, Yamagishi, Veaux and MacDonald, The Centre
for Speech Technology Research, University of Edinburgh. Speakers named <code>libritts</code>:
LibriTTS, Zen and others, from public-domain readings of LibriVox volunteers. Both are under
<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>. The recordings were
shortened, brought to one loudness and coded as MP3. All other audio on this page is synthetic
speech; none of it was said by these people, and none of it may be used to deceive anyone.</p>
</main>
</body>
</html>
"""


def gather(result: Row, kept: Path, folder: Path) -> list[Line]:
    """Codes the audio of all cloned speakers into `folder`; returns the lines of the page."""
    speakers = {speaker.name: speaker for speaker in read_speakers(LISTING)}
    lines = []
    for name, nearest in result["nearest"].items():
        number = f"{nearest['sentence']:02d}.flac"
        sources = {
            "stock": (kept / "nearest" / name / number, _caption(nearest, nearest["voice"])),
            **{
                column: (kept / mode / name / stage / number, _stage(result, mode, name, stage))
                for column, mode, stage in (
                    ("first", "similarity", "first"),
                    ("refined", "similarity", "refined"),
                    ("stability", "stability", "refined"),
                )
            },
        }
        found = {"source": (shortened(speakers[name].clip, 16000), 16000, "")}
        for column, (path, caption) in sources.items():
            if path.is_file() and caption:
                found[column] = (*soundfile.read(path, dtype="float32"), caption)
        samples = {}
        for column, (audio, rate, caption) in found.items():
            file = folder / f"{name}-{column}.mp3"
            file.write_bytes(coded(audio, rate))
            samples[column] = Sample(f"{folder.name}/{file.name}", caption)
        lines.append(Line(name, nearest["text"], samples))
    return lines


def _stage(result: Row, mode: str, name: str, stage: str) -> str:
    row = result["modes"].get(mode, {}).get("speakers", {}).get(name)
    if row is None:
        return ""
    voice = row["stages"][stage]
    return _caption(voice, f"after {voice['made_seconds']:.0f} s")


def _caption(row: Row, what: str) -> str:
    return f"{row['likeness']['wespeaker']['rescaled']:.2f}, {what}"


def main() -> None:
    """Reads the command line and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--result", type=Path, default=RESULTS / "clone_eval.json")
    parser.add_argument("--kept", type=Path, default=clone_eval.CACHE, help="by clone_eval")
    parser.add_argument("--page", type=Path, default=PAGE)
    arguments = parser.parse_args()
    result = json.loads(arguments.result.read_text())
    folder: Path = arguments.page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.mp3"):
        old.unlink()
    lines = gather(result, arguments.kept, folder)
    where = (
        f"Made {result['date']} at commit {result['commits']} on {result['machine']['processor']}"
    )
    arguments.page.write_text(page(lines, where), encoding="utf-8")
    size = arguments.page.stat().st_size + sum(f.stat().st_size for f in folder.glob("*.mp3"))
    if size > MOST_BYTES:
        raise SystemExit(f"The page takes {size / 1e6:.1f} MB; at most 3 MB may be kept.")
    sys.stdout.write(f"{arguments.page.name} and {folder.name}/: {size / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
