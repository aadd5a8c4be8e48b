"""Measures how the stock voices speak, so that a localized voice can borrow from the nearest.

python scripts/make_stock_prosody.py
"""

import json
import tempfile
from pathlib import Path

import torch

from menura.models.menura_1 import stock_prosody, voices
from menura.models.menura_1.model import MOST_SYMBOLS, Menura1
from menura.models.menura_1.state import Prosody
from menura.settings import Settings

TARGET = Path(__file__).parents[1] / "src/menura/models/menura_1/stock_prosody.json"


def main() -> None:
    """Plans a few sentences with each stock voice in its own language."""
    torch.set_num_threads(1)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        model = Menura1(Settings(data=Path(folder)))
        for voice in model.stock_voices():
            said = stock_prosody.phonemes(voice.language, MOST_SYMBOLS)
            manner = stock_prosody.measure(model, voices.tables()[voice.key], Prosody(), said)
            found[voice.key] = [round(manner.pitch, 4), round(manner.rate, 4)]
    lines = ",\n".join(f'  "{key}": {json.dumps(values)}' for key, values in found.items())
    TARGET.write_text(f"{{\n{lines}\n}}\n", "utf-8")


if __name__ == "__main__":
    main()
