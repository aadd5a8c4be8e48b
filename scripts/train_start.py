"""Trains what a clone starts from: the map from speaker embeddings to voice adapters.

    python scripts/train_start.py ../shared/data/speakers_251.tsv --minutes 60 [--anew --rate 1]

The list is tab-separated with the columns `path` (relative to its folder) and `speaker`, one
recording of some seconds each; no transcripts are needed. A step speaks, in each process, a window
of a sentence with a stock voice near one speaker, adapted by the map, and follows the gradient of
likeness (CAM++ at three speeds), naturalness (DistillMOS) and clear words (the phoneme classifier).
Eight speakers are held out and tell how it goes. What is packaged was trained anew for 927 steps on
likeness at one speed and naturalness, and then as is written here for about 260 steps of two.
"""

import argparse
import csv
import math
import multiprocessing
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from menura.audio.pitch import f0_track
from menura.judging.naturalness import SHORT_WINDOW, NaturalnessScorer
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.menura_1 import voices
from menura.models.menura_1.adapter import Adapter
from menura.models.menura_1.features import log_mel
from menura.models.menura_1.free_speech import sentences
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.melody import shape_pitch
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.network import Plan
from menura.models.menura_1.phoneme_classifier import phoneme_classifier
from menura.models.menura_1.speaker import VIEWS, embed_views, window
from menura.models.menura_1.start import FILE, RANK, LearnedStart, pack, unpack
from menura.models.menura_1.state import Prosody
from menura.models.menura_1.stock_profiles import nearest_voices, pitch_of
from menura.packaged import write_digest
from menura.settings import Settings
from menura.text.prepare import prepare

HELD_OUT = ("103", "1034", "1069", "118", "1246", "1502", "200", "2391")
CROPS = 4
"""Random crops of 4 to 10 s of each recording: a clip to clone is short too."""

FRAMES = 64
"""Length of the windows in frames of 25 ms."""

LIKENESS, NATURALNESS, WISHED = 3.0, 0.8, 4.8
"""Weights of the losses; naturalness is in every second step."""

ARTICULATION = 1.0
"""Weight of a nat of the phoneme classifier's error."""

VIEWED = 8 * 16000
"""Samples of a recording that are embedded at other speeds."""

MORE_SENTENCES = (
    "The train to the coast leaves at seven, so we should pack the bags tonight.",
    "A young fox crossed the road, stopped for a moment, and looked straight at us.",
    "He had never seen such a large library, with ladders reaching to the ceiling.",
    "Why would anyone paint the kitchen purple and then complain about the light?",
    "They walked along the river until the path ended at a small wooden bridge.",
    "My grandmother kept her recipes in a blue tin on the top shelf of the pantry.",
    "The engine coughed twice, went silent, and refused to start for an hour.",
    "Could you choose something cheaper, or is this the only jacket you have?",
    "In the evening the children built a fire and told each other ghost stories.",
    "We were joking about the weather when thunder shook the whole house.",
    "Every measure of the song was good, but the last voyage of the melody was pure joy.",
    "The judge asked both sides to be brief, because the afternoon was getting short.",
)


@dataclass(frozen=True)
class Speaker:
    """One speaker of the list."""

    name: str
    embeddings: Tensor
    """Of the whole recording and of its crops, [1 + CROPS, 192]."""

    views: tuple[Tensor, ...]
    """Of the whole recording in each of the VIEWS, [192]."""

    pitch: float
    starts: tuple[str, ...]
    """The three stock voices nearest in sound and pitch."""


def read_speakers(
    table: Path, encoder: SpeakerEncoder, rng: np.random.Generator, first: int, step: int
) -> list[Speaker]:
    """Embeds every so many of the recordings of a list."""
    speakers = []
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows[first::step]:
        audio, rate = soundfile.read(table.parent / row["path"], dtype="float32")
        embeddings = [encoder.embed_array(audio, rate)]
        for _ in range(CROPS):
            length = min(audio.size, int(rate * rng.uniform(4, 10)))
            begin = int(rng.integers(0, audio.size - length + 1))
            embeddings.append(encoder.embed_array(audio[begin : begin + length], rate))
        track = f0_track(audio, rate, 0.0125)
        pitch = float(np.exp(np.log(track.hz[track.voiced]).mean())) if track.voiced.any() else 150
        near = sorted(
            nearest_voices(embeddings[0], "en-US", 5),
            key=lambda pair: 0.4 * abs(math.log2(pitch / pitch_of(pair[0]))) - pair[1],
        )
        name = row["speaker"].removeprefix("libri_")
        starts = tuple(key for key, _ in near[:3])
        sound = resample(torch.from_numpy(audio)[None], rate, 16000)
        with torch.no_grad():
            views = (torch.from_numpy(embeddings[0]), *embed_views(encoder, sound[:, :VIEWED])[1:])
        embedded = torch.tensor(np.stack(embeddings))
        speakers.append(Speaker(name, embedded, views, pitch, starts))
    return speakers


class Trainer:
    """The map, its optimiser, and the networks that judge it."""

    def __init__(
        self, model: Menura1, encoder: SpeakerEncoder, mean: Tensor, chosen: argparse.Namespace
    ) -> None:
        self.rate: float = chosen.rate
        self.classifier = phoneme_classifier(torch.device("cpu"))
        self.model, self.encoder = model, encoder
        self.scorer = NaturalnessScorer()
        self.rng = np.random.default_rng(1)
        generator = torch.Generator().manual_seed(1)
        self.decoder = model.network.decoder
        self.adapter = Adapter(self.decoder, RANK, generator)
        self.start = LearnedStart(self.decoder, generator)
        self.start.mean = mean
        if not chosen.anew:
            self.start.load_state_dict(unpack(load_file(FILE)))
        self.mean = {name: value.clone() for name, value in self.start.state_dict().items()}
        self._plans: dict[tuple[str, str], tuple[Plan, Tensor, Tensor]] = {}
        start = self.start
        # A gain is multiplied by an embedding of length one, so it may move faster than a weight.
        rates: list[tuple[list[nn.Parameter], float]] = [
            ([*start.down, *start.up], 6e-4),
            ([start.gain], 4e-3),
            ([start.code], 2e-3),
            ([start.offset], 1.5e-3),
            ([start.bias, start.style_bias], 1e-3),
            ([start.style], 6e-4),
        ]
        self.optimiser = torch.optim.AdamW(
            [{"params": params, "lr": rate, "full": rate} for params, rate in rates],
            betas=(0.9, 0.98),
            weight_decay=0.0,
        )

    def step(self, number: int, share: float, speaker: Speaker) -> tuple[float, float, float]:
        """One step on one speaker; the likeness, naturalness and error of words that it had."""
        rate = min(1, number / 30) * (0.05 + 0.95 * (1 + math.cos(math.pi * share)) / 2)
        rate *= self.rate
        for group in self.optimiser.param_groups:
            group["lr"] = group["full"] * rate
        rng = self.rng
        voice = speaker.starts[0 if rng.random() < 0.7 else int(rng.integers(1, 3))]
        texts = (*sentences("en-US"), *MORE_SENTENCES)
        pitch = speaker.pitch * float(np.exp(rng.normal(0, 0.05)))
        audio, sounds = self._speak(
            speaker.embeddings[int(rng.integers(0, 1 + CROPS))],
            *self._plan(voice, texts[int(rng.integers(0, len(texts)))], pitch),
            float(rng.random()),
            int(rng.integers(1 << 30)),
        )
        low = resample(audio, 24000, 16000)
        view = int(rng.integers(0, len(VIEWS)))
        cosine = self.encoder.embed(resample(low, *VIEWS[view]))[0] @ speaker.views[view]
        error = self.classifier.error(log_mel(audio), sounds)
        loss = LIKENESS * (1 - cosine) + ARTICULATION * error
        natural = math.nan
        if number % 2 == 0:
            score = self.scorer.score(low, window=SHORT_WINDOW)[0]
            loss = loss + NATURALNESS * (WISHED - score)
            natural = float(score.detach())
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        for parameter in self.start.parameters():
            gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            dist.all_reduce(gradient)
            parameter.grad = gradient / dist.get_world_size()
        nn.utils.clip_grad_norm_(self.start.parameters(), 5.0)
        self.optimiser.step()
        keep = min(0.97, number / (number + 10))
        with torch.no_grad():
            for name, parameter in self.start.named_parameters():
                self.mean[name].lerp_(parameter, 1 - keep)
        return float(cosine.detach()), natural, float(error.detach())

    @torch.no_grad()
    def evaluate(self, speakers: list[Speaker]) -> tuple[float, float, float]:
        """Mean likeness, naturalness and error of the running average for held-out speakers."""
        kept = {name: value.clone() for name, value in self.start.state_dict().items()}
        self.start.load_state_dict(self.mean)
        likeness, natural, errors = [], [], []
        for speaker in speakers:
            for text in (sentences("en-US")[2], MORE_SENTENCES[5]):
                plan = self._plan(speaker.starts[0], text, speaker.pitch)
                audio, sounds = self._speak(speaker.embeddings[0], *plan, 0.3, 5)
                low = resample(audio, 24000, 16000)
                errors.append(float(self.classifier.error(log_mel(audio), sounds)))
                likeness.append(float(self.encoder.embed(low)[0] @ speaker.embeddings[0]))
                natural.append(float(self.scorer.score(low, window=SHORT_WINDOW)))
        self.start.load_state_dict(kept)
        return float(np.mean(likeness)), float(np.mean(natural)), float(np.mean(errors))

    def save(self) -> None:
        """Writes the running average, with its digest."""
        save_file(pack(self.mean), FILE)
        write_digest(FILE)

    def _plan(self, voice: str, text: str, pitch: float) -> tuple[Plan, Tensor, Tensor]:
        if (voice, text) not in self._plans:
            language = "en-GB" if voice.startswith("b") else "en-US"
            phonemes = " ".join(u.phonemes for u in prepare(text, language))
            style = self.model.style(voices.tables()[voice], len(phonemes))
            with torch.no_grad():
                tokens = self.model.tokens(phonemes)
                plan = self.model.network.plan(tokens, style)
                sounds = tokens[0].repeat_interleave(2 * plan.durations)
            self._plans[voice, text] = plan, style, sounds
        plan, style, sounds = self._plans[voice, text]
        factor = float(np.clip(pitch / pitch_of(voice), 0.5, 2.0))
        return shape_pitch(plan, Prosody(pitch=factor)), style, sounds

    def _speak(
        self, embedding: Tensor, plan: Plan, style: Tensor, sounds: Tensor, where: float, seed: int
    ) -> tuple[Tensor, Tensor]:
        """Speaks a window of a plan for an embedding: [1, samples] at 24 kHz, and its tokens."""
        spare = plan.text.shape[2] - FRAMES - 10
        begin = 10 + int(where * spare) if spare > 0 else 0
        part = window(plan, begin, FRAMES)
        tensors, shift = self.start(embedding)
        self.adapter.use(tensors)
        with self.adapter.attached():
            audio = self.decoder(
                part.text,
                part.f0,
                part.energy,
                style[:, :STYLE] + shift,
                torch.Generator().manual_seed(seed),
            )
        return audio, sounds[2 * begin : 2 * (begin + FRAMES)]


def read_together(table: Path, encoder: SpeakerEncoder) -> list[Speaker]:
    """Embeds the recordings of a list, each process its share of them."""
    rank, size = dist.get_rank(), dist.get_world_size()
    mine = read_speakers(table, encoder, np.random.default_rng(1), rank, size)
    parts: list[list[Speaker]] = [[] for _ in range(size)]
    dist.all_gather_object(parts, mine)
    return [speaker for part in parts for speaker in part]


def work(rank: int, chosen: argparse.Namespace) -> None:
    """One of the processes: each speaks for another speaker, and all follow the mean gradient."""
    meeting = f"tcp://127.0.0.1:{chosen.port}"
    dist.init_process_group("gloo", meeting, rank=rank, world_size=chosen.processes)
    torch.set_num_threads(1)
    encoder = SpeakerEncoder()
    speakers = read_together(chosen.table, encoder)
    held = [speaker for speaker in speakers if speaker.name in HELD_OUT]
    others = [speaker for speaker in speakers if speaker.name not in HELD_OUT]
    mean = torch.stack([speaker.embeddings[0] for speaker in others]).mean(dim=0)
    trainer = Trainer(Menura1(Settings(data=chosen.data)), encoder, mean, chosen)
    trainer.rng = np.random.default_rng(100 + rank)

    def tell() -> None:
        if rank == 0:
            sys.stderr.write(f"\nheld out: {trainer.evaluate(held)}\n")
        dist.barrier()

    tell()
    shared = np.random.default_rng(7)
    order: list[int] = []
    began, number = time.monotonic(), 0
    while True:
        # One clock for all, or their rates would drift apart.
        passed = torch.tensor([(time.monotonic() - began) / 60 / chosen.minutes])
        dist.broadcast(passed, 0)
        if float(passed) >= 1:
            break
        while len(order) < chosen.processes:
            order += list(shared.permutation(len(others)))
        now, order = order[: chosen.processes], order[chosen.processes :]
        heard = trainer.step(number, float(passed), others[now[rank]])
        number += 1
        if rank == 0:
            told = ", ".join(f"{figure:.2f}" for figure in heard)
            sys.stderr.write(f"\r{number} steps, {100 * float(passed):.0f} %: {told} ")
        if number % 100 == 0:
            tell()
            if rank == 0:
                trainer.save()
    if rank == 0:
        trainer.save()
    tell()


def main() -> None:
    """Trains for a time and writes the packaged weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--processes", type=int, default=2, help="a core each")
    parser.add_argument(
        "--anew", action="store_true", help="do not go on from the packaged weights"
    )
    parser.add_argument("--rate", type=float, default=0.6, help="factor; 1 to begin anew")
    parser.add_argument("--port", type=int, default=29517, help="where the processes meet")
    parser.add_argument("--data", type=Path, default=Path(".menura-data"))
    chosen = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=work, args=(rank, chosen)) for rank in range(chosen.processes)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        sys.exit(1)


if __name__ == "__main__":
    main()
