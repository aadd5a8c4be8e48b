"""Makes the benchmarks importable, whose notes on the machine the results carry."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

if str(ROOT) not in sys.path:  # benchmarks/ is not installed, only run from the project's root
    sys.path.insert(0, str(ROOT))
