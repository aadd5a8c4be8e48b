"""Trains the phoneme classifier on speech of the base model, which knows what it says when.

    python scripts/train_phoneme_classifier.py --keep build/classifier.pt --minutes 40
    python scripts/train_phoneme_classifier.py --speech build/classifier.pt

The first call speaks for so many minutes and keeps the log-mels, the second trains on what was kept
(about five minutes on a core). Without `--speech` one call does both. Voices are mixes of two stock
voices; two thirds of them carry the learned start of a random speaker embedding, since clones do.
Embeddings are mixes of those of the stock voices, or of a table of real ones (`--embeddings`, a
.npy file [N, 192]).
"""

import argparse
import json
import math
import sys
import time
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1 import features, voices
from menura.models.menura_1.adapter import Adapter, scaled
from menura.models.menura_1.free_speech import sentences
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.melody import shape_pitch
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.phoneme_classifier import FILE, PhonemeClassifier, audible
from menura.models.menura_1.start import RANK, start_of
from menura.models.menura_1.state import Prosody
from menura.models.menura_1.stock_profiles import profiles
from menura.packaged import write_digest
from menura.settings import Settings
from menura.text.prepare import prepare

ENGLISH = 0.72
"""Share of English speech: its dictionary gives words without end, the others have few."""

LANGUAGES = {
    "e": "es-ES",
    "f": "fr-FR",
    "h": "hi-IN",
    "i": "it-IT",
    "j": "ja-JP",
    "p": "pt-BR",
    "z": "zh-CN",
}
"""Language of the stock voices whose keys begin so."""

SMALL_WORDS = (
    *("the", "her", "his", "a", "and", "of", "to", "in", "that", "was"),
    *("for", "on", "with", "as", "by", "up", "she", "he", "they", "from"),
)
FRAMES = 128
BATCH = 16
HELD_OUT = 12
"""One utterance in so many is for testing."""

Spoken = tuple[Tensor, Tensor]
"""Log-mel [80, T] in fp16 and token ids [T] in uint8."""


class Speaker:
    """Makes labelled speech of random words in random voices."""

    def __init__(self, model: Menura1, embeddings: Tensor, seed: int) -> None:
        self.model, self.embeddings = model, embeddings
        self.rng = np.random.default_rng(seed)
        self.adapter = Adapter(model.network.decoder, RANK, torch.Generator().manual_seed(seed))
        gold = json.loads((resources.files("misaki") / "data" / "us_gold.json").read_text("utf-8"))
        self.english = [
            word for word in gold if word.isascii() and word.islower() and len(word) > 2
        ]
        self.keys: dict[str, list[str]] = {}
        for key in voices.tables():
            self.keys.setdefault(key[0], []).append(key)

    @torch.no_grad()
    def speak(self) -> Spoken:
        """One utterance of some words."""
        phonemes, keys = self._words()
        rng, network = self.rng, self.model.network
        one, other = (voices.tables()[key].astype(np.float32) for key in rng.choice(keys, 2))
        part = rng.random()
        style = self.model.style(part * one + (1 - part) * other, len(phonemes))
        tokens = self.model.tokens(phonemes)
        plan = network.plan(tokens, style, speed=float(rng.uniform(0.85, 1.2)))
        plan = shape_pitch(plan, Prosody(pitch=float(np.exp(rng.normal(0, 0.15)))))
        timbre = style[:, :STYLE]
        noise = torch.Generator().manual_seed(int(rng.integers(1 << 30)))
        if rng.random() < 0.65:
            share = float(rng.uniform(0.3, 1.2))
            start = start_of(self._embedding(), network.decoder)
            self.adapter.use(scaled(start.tensors, share))
            timbre = timbre + share * start.shift
            with self.adapter.attached():
                audio = network.decoder(plan.text, plan.f0, plan.energy, timbre, noise)
        else:
            audio = network.decoder(plan.text, plan.f0, plan.energy, timbre, noise)
        sounds = tokens[0].repeat_interleave(2 * plan.durations)
        return features.log_mel(audio)[0, :, : sounds.numel()].half(), sounds.to(torch.uint8)

    def _words(self) -> tuple[str, list[str]]:
        rng = self.rng
        count = int(rng.integers(5, 9))
        if rng.random() < ENGLISH:
            lists = (self.english, SMALL_WORDS)
            text = " ".join(str(rng.choice(lists[int(rng.random() < 0.35)])) for _ in range(count))
            return _phonemes(text, "en-US"), self.keys["a"] + self.keys["b"]
        initial = str(rng.choice(list(LANGUAGES)))
        language = LANGUAGES[initial]
        known = " ".join(_phonemes(text, language) for text in sentences(language)).split()
        return " ".join(rng.choice(known, count)), self.keys[initial]

    def _embedding(self) -> Tensor:
        one, other = self.embeddings[self.rng.integers(len(self.embeddings), size=2)]
        mixed: Tensor = one + other if self.rng.random() < 0.5 else one
        return F.normalize(mixed, dim=0)


def _phonemes(text: str, language: str) -> str:
    return " ".join(utterance.phonemes for utterance in prepare(text, language))


class Trainer:
    """The classifier, its optimiser and the speech it learns from."""

    def __init__(self, speech: list[Spoken], steps: int, seed: int) -> None:
        held = max(4, len(speech) // HELD_OUT)
        self.test = speech[:held]
        self.speech = [pair for pair in speech[held:] if pair[1].numel() >= FRAMES]
        self.steps = steps
        self.rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        self.network = PhonemeClassifier(dropout=0.15)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), weight_decay=0.05)

    def step(self, number: int) -> float:
        """One step on a batch of damaged windows; the loss it had."""
        mels, sounds = zip(*(self._window() for _ in range(BATCH)), strict=True)
        target = torch.stack(sounds)
        heard = audible()[target]
        logits = self.network(torch.stack(mels)).transpose(1, 2)
        loss = F.cross_entropy(logits[heard], target[heard], label_smoothing=0.02)
        self.optimiser.zero_grad()
        torch.autograd.backward(loss)
        fall = (1 + math.cos(math.pi * number / self.steps)) / 2
        for group in self.optimiser.param_groups:
            group["lr"] = 2e-3 * min(1.0, number / 100) * (0.02 + 0.98 * fall)
        self.optimiser.step()
        return float(loss.detach())

    def _window(self) -> Spoken:
        """A stretch of speech at another level and tilt, with noise and a gap in its bands."""
        rng = self.rng
        mel, sounds = self.speech[int(rng.integers(len(self.speech)))]
        begin = int(rng.integers(sounds.numel() - FRAMES + 1))
        x = mel[:, begin : begin + FRAMES].float()
        tilt = torch.linspace(-1, 1, x.shape[0])[:, None] * float(rng.normal(0, 0.12))
        x = x + float(rng.normal(0, 0.1)) + tilt
        if rng.random() < 0.5:
            floor = torch.full_like(x, float(rng.uniform(-6, -1)))
            x = torch.logaddexp(4 * x, floor) / 4
        x = x + torch.randn_like(x) * float(rng.uniform(0, 0.08))
        gap = int(rng.integers(0, 70))
        x[gap : gap + int(rng.integers(0, 12))] = x.mean()
        return x, sounds[begin : begin + FRAMES].long()

    @torch.no_grad()
    def evaluate(self) -> tuple[float, float]:
        """Share of right frames and mean cross entropy on held-out utterances."""
        self.network.eval()
        right = frames = 0
        errors = []
        for mel, sounds in self.test:
            wanted = sounds.long()
            heard = audible()[wanted]
            found = self.network(mel.float()[None])[0].argmax(dim=0)
            right += int((found == wanted)[heard].sum())
            frames += int(heard.sum())
            errors.append(float(self.network.error(mel.float()[None], wanted)))
        self.network.train()
        return right / frames, float(np.mean(errors))

    def save(self) -> None:
        """Writes the weights in fp16, with their digest."""
        weights = {name: value.half() for name, value in self.network.state_dict().items()}
        save_file(weights, FILE)
        write_digest(FILE)


def main() -> None:
    """Speaks, trains, and writes the packaged weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speech", type=Path, nargs="*", help="files that --keep has written")
    parser.add_argument("--keep", type=Path, help="write the speech there and do not train")
    parser.add_argument("--minutes", type=float, default=40, help="of speaking")
    parser.add_argument("--embeddings", type=Path)
    parser.add_argument("--steps", type=int, default=1300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path(".menura-data"))
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    if chosen.speech:
        speech = [pair for file in chosen.speech for pair in torch.load(file, weights_only=True)]
    else:
        stock = np.stack([profile.astype(np.float32) for profile in profiles().values()])
        table = np.load(chosen.embeddings) if chosen.embeddings else stock
        speaker = Speaker(Menura1(Settings(data=chosen.data)), torch.from_numpy(table), chosen.seed)
        speech, began = [], time.monotonic()
        while time.monotonic() - began < 60 * chosen.minutes:
            speech.append(speaker.speak())
            sys.stderr.write(f"\r{len(speech)} utterances ")
    if chosen.keep:
        torch.save(speech, chosen.keep)
        return
    trainer = Trainer(speech, chosen.steps, chosen.seed)
    for number in range(chosen.steps):
        loss = trainer.step(number)
        if number % 200 == 199:
            right, error = trainer.evaluate()
            sys.stderr.write(f"{number + 1}: {loss:.2f}, held out {right:.3f} {error:.2f}\n")
    trainer.save()
    right, error = trainer.evaluate()
    sys.stderr.write(f"held out: {right:.3f} of frames right, cross entropy {error:.2f}\n")


if __name__ == "__main__":
    main()
