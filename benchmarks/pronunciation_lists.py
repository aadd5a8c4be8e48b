"""Draws the words of the pronunciation benchmark: 50 of the 5,000 most frequent, by a fixed seed.

    pip install --no-deps wordfreq msgpack
    python benchmarks/pronunciation_lists.py

Reads the frequency lists inside wordfreq (code Apache-2.0) and keeps only the 50 words of each
language, in benchmarks/pronunciation_words.json.
"""

import gzip
import importlib.util
import json
import random
import re
from pathlib import Path

import msgpack

HERE = Path(__file__).parent
SEED = 20261122
MOST_FREQUENT = 5000
LEFT_OUT = frozenset(["गांड"])
"""An obscenity among the most frequent words."""

PATTERNS = {
    "en": r"[a-z]{2,}",
    "es": r"[a-záéíóúüñ]{2,}",
    "fr": r"[a-zàâçéèêëîïôùûüœ]{2,}",
    "hi": r"[\u0900-\u0963]{2,}",
    "it": r"[a-zàèéìòù]{2,}",
    "ja": r"[\u3040-\u30ff\u4e00-\u9fff]{2,}",
    "pt": r"[a-záàâãçéêíóôõú]{2,}",
    "zh": r"[\u4e00-\u9fff]{2,}",
}


def main() -> None:
    """Writes the lists."""
    spec = importlib.util.find_spec("wordfreq")
    if spec is None or spec.origin is None:
        raise SystemExit("wordfreq is not installed.")
    lists = {}
    for language, pattern in PATTERNS.items():
        path = Path(spec.origin).parent / "data" / f"small_{language}.msgpack.gz"
        bins = msgpack.unpackb(gzip.decompress(path.read_bytes()))[1:]
        words = [w for group in bins for w in group if re.fullmatch(pattern, w)]
        words = [w for w in words if w not in LEFT_OUT][:MOST_FREQUENT]
        lists[language] = sorted(random.Random(SEED).sample(words, 50))
    target = HERE / "pronunciation_words.json"
    target.write_text(json.dumps(lists, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
