"""Makes importable what the runs of clients, contract and fuzzer import."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

for folder in ("", "scripts", "tests/api", "tests/work"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))
