"""The real base model, loaded once."""

from pathlib import Path

import pytest
import torch

from menura.models.menura_1.model import Menura1
from menura.settings import Settings


@pytest.fixture(scope="session")
def model(cache: Path) -> Menura1:
    """menura-1 with its true weights."""
    torch.set_num_threads(min(torch.get_num_threads(), 2))
    return Menura1(Settings(data=cache))
