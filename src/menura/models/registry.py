"""Finds and loads base models by alias or snapshot id."""

from importlib.metadata import EntryPoint, entry_points

from menura.errors import NotFoundError
from menura.models.contract import BaseModel
from menura.settings import Settings

GROUP = "menura.models"


def registered() -> dict[str, EntryPoint]:
    """Entry points of all installed base models by alias."""
    return {point.name: point for point in entry_points(group=GROUP)}


def load_model(settings: Settings) -> BaseModel:
    """Loads the model that the settings name. Raises NotFoundError, ModelFilesError."""
    points = registered()
    if settings.model not in points:
        raise NotFoundError(
            "model_not_found",
            f"No base model {settings.model!r} is installed.",
            f"Installed are: {', '.join(sorted(points)) or 'none'}.",
        )
    model: BaseModel = points[settings.model].load()(settings)
    return model
