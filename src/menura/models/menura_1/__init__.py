"""menura-1: Kokoro-82M, dequantised, with low-rank voice adapters."""

from menura.models.menura_1.model import Menura1
from menura.settings import Settings


def load(settings: Settings) -> Menura1:
    """Loads the model. Raises ModelFilesError."""
    return Menura1(settings)
