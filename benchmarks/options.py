"""The command line of measurements that keep what is done, so that a stopped run goes on."""

import argparse
import sys
from pathlib import Path


def parser_of(doc: str | None, cache: Path, out: Path) -> argparse.ArgumentParser:
    """A parser with the options that they all have; `doc` is that of the module."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0] if doc else "")
    parser.add_argument("--threads", type=int, default=2, help="of product and judges")
    parser.add_argument("--fresh", action="store_true", help="measure anew what is kept")
    parser.add_argument("--cache", type=Path, default=cache, help="folder of what is kept")
    parser.add_argument("--out", type=Path, default=out)
    return parser


def say(line: str) -> None:
    """Tells how far a measurement is."""
    sys.stderr.write(line + "\n")
