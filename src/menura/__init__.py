"""Menura: open, self-hosted voice cloning."""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from menura.errors import (
    AudioError,
    AuthenticationError,
    BusyError,
    CancelledError,
    ConflictError,
    InputError,
    MenuraError,
    ModelFilesError,
    NotFoundError,
    PermissionDeniedError,
    QuotaError,
    ServerError,
    StateError,
    TextError,
    TooLargeError,
)

if TYPE_CHECKING:
    from menura.audio.formats import OutputFormat
    from menura.catalogue import Voice
    from menura.settings import Settings
    from menura.spoken import Speech
    from menura.studio import Menura

    __version__: str

# From 1.29 on ONNX Runtime reports to its maker and marks the machine with an id, unless this is
# set before its first import (onnxruntime pull request 27379). Menura has no telemetry.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__all__ = [
    "AudioError",
    "AuthenticationError",
    "BusyError",
    "CancelledError",
    "ConflictError",
    "InputError",
    "Menura",
    "MenuraError",
    "ModelFilesError",
    "NotFoundError",
    "OutputFormat",
    "PermissionDeniedError",
    "QuotaError",
    "ServerError",
    "Settings",
    "Speech",
    "StateError",
    "TextError",
    "TooLargeError",
    "Voice",
    "__version__",
]

_LATER = {
    "Menura": "menura.studio",
    "OutputFormat": "menura.audio.formats",
    "Settings": "menura.settings",
    "Speech": "menura.spoken",
    "Voice": "menura.catalogue",
}
"""Loaded when first used: PyTorch alone takes seconds, and `menura --help` needs none of it."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module exports
    if name == "__version__":
        # Each worker, and each process that decodes a clip, would pay a twentieth of a second.
        from importlib.metadata import version

        return version("menura")
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'menura' has no attribute {name!r}")
