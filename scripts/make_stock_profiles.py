"""Embeds the stock voices' speech and takes their pitch, for clones to start from the nearest one.

python scripts/make_stock_profiles.py
"""

import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import VoiceState
from menura.models.menura_1.model import Menura1
from menura.packaged import write_digest
from menura.settings import Settings
from menura.text.prepare import prepare

TEXT = "The rainbow is a division of white light into many beautiful colors, she said quietly."
TARGET = Path(__file__).parents[1] / "src/menura/models/menura_1/stock_profiles.safetensors"


def planned_pitch(model: Menura1, state: VoiceState) -> NDArray[np.float32]:
    """Geometric mean of the planned F0 in Hz, as an array of one."""
    phonemes = " ".join(u.phonemes for u in prepare(TEXT, "en-US"))
    style = model.style(np.asarray(state.tensors["style"]), len(phonemes))
    with torch.no_grad():
        f0 = model.network.plan(model.tokens(phonemes), style).f0
    return np.array([float(f0[f0 > 30].log().mean().exp())], np.float32)


def main() -> None:
    """Speaks one sentence with each stock voice; writes embeddings in fp16 and mean F0."""
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        model = Menura1(Settings(data=Path(folder)))
        encoder = SpeakerEncoder()
        profiles = {}
        for voice in model.stock_voices():
            state = model.stock_state(voice.key)
            audio = np.concatenate(
                [part.audio for u in prepare(TEXT, "en-US") for part in model.speak(u, state)]
            )
            profiles[voice.key] = encoder.embed_array(audio, 24000).astype(np.float16)
            profiles[f"pitch/{voice.key}"] = planned_pitch(model, state)
    save_file(profiles, TARGET)
    write_digest(TARGET)


if __name__ == "__main__":
    main()
