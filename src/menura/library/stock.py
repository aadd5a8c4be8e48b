"""Ids of the voices that ship with a model, and the ids that clients have written into them."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

_NAMESPACE = uuid.UUID("6d656e75-7261-4a76-9f69-636573000001")
"""Made up once; the ids of all stock voices hang on it."""

ALIASES: Mapping[str, str] = {
    # Default of the Python examples, then LiveKit's present and former defaults.
    "6ccbfb76-1fc6-48f7-b71d-91ac6298247b": "af_heart",
    "f786b574-daa5-4673-aa0c-cbe3e8534c02": "af_bella",
    "794f9389-aac1-45b6-b726-9d9369183238": "af_nicole",
    # Used by the readme files of both SDKs.
    "e07c00bc-4134-4eae-9ea4-1a55fb45746b": "bf_emma",
    # Seen in documentation examples and tips.
    "694f9389-aac1-45b6-b726-9d9369183238": "af_sarah",
    "a0e99841-438c-4a64-b679-ae501e7d6091": "am_michael",
    "a5136bf9-224c-4d76-b823-52bd5efcffcc": "am_fenrir",
}
"""Voice ids of Cartesia that programs hard-code, and the stock voice that answers to each.

They are stand-ins, no likenesses. A model without such a stock voice answers with its first one.
"""


def stock_id(alias: str, key: str) -> str:
    """Id of a stock voice: the same on every machine and for every snapshot of a model."""
    return str(uuid.uuid5(_NAMESPACE, f"{alias}/{key}"))


def stock_time(snapshot: str) -> datetime:
    """When a stock voice counts as made: the month in the snapshot's id.

    Fixed, so that the list has the same order on every machine and clones come before.
    """
    found = re.search(r"-(\d{4})-(\d{2})(?:-\d{2})?$", snapshot)
    if found is None or not 1 <= int(found[2]) <= 12:
        return datetime(2026, 1, 1, tzinfo=UTC)
    return datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC)
