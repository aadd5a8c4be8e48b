"""Which datasets must stay as they are, since a fine-tune learns from them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from menura.errors import ConflictError
from menura.library.fine_tune_tables import FineTune
from menura.library.tables import Dataset


def check_changeable(session: Session, dataset: Dataset) -> None:
    """Raises ConflictError for a dataset that is being trained on.

    One whose fine-tune still waits in line may change: that is counted when training begins.
    """
    _check(session, dataset, ("training",), "is being trained on")


def check_deletable(session: Session, dataset: Dataset) -> None:
    """Raises ConflictError for a dataset that is being trained on, or will be."""
    _check(session, dataset, ("created", "training"), "needs")


def _check(session: Session, dataset: Dataset, statuses: tuple[str, ...], does: str) -> None:
    query = select(FineTune).where(
        FineTune.dataset_id == dataset.id,
        FineTune.status.in_(statuses),
        FineTune.deleted_at.is_(None),
    )
    user = session.scalars(query.limit(1)).first()
    if user is not None:
        raise ConflictError(
            "dataset_in_use",
            f"The fine-tune {user.name[:80]!r} ({user.id}) {does} this dataset.",
            "Wait until it is over, or cancel it first.",
        )
