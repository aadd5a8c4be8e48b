"""Phoneme symbols to token ids; the table is part of the trained network."""

import functools
import json
from importlib import resources

from menura.errors import TextError


@functools.cache
def table() -> dict[str, int]:
    """Symbol to id."""
    text = resources.files(__package__).joinpath("symbols.json").read_text("utf-8")
    loaded: dict[str, int] = json.loads(text)
    return loaded


def token_ids(phonemes: str) -> list[int]:
    """Maps each symbol to its id. Raises TextError for symbols that the network does not know."""
    ids = table()
    unknown = sorted(set(phonemes) - set(ids))
    if unknown:
        raise TextError(
            "symbol_not_supported",
            f"menura-1 has no sound for the symbols {' '.join(unknown)!r}.",
            f"Its symbols are: {''.join(ids)}",
        )
    return [ids[symbol] for symbol in phonemes]
