"""The real base model, loaded once."""

import pytest
import torch

from menura.engine import Engine
from menura.models.menura_1.model import Menura1


@pytest.fixture(scope="session")
def model(engine: Engine) -> Menura1:
    """menura-1 with its true weights, as the engine has it."""
    model = engine.model
    assert isinstance(model, Menura1)
    torch.set_num_threads(min(torch.get_num_threads(), 2))
    return model
