"""Organisations, each with its plan: made, listed, found."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from menura.errors import InputError, NotFoundError
from menura.library.database import Database
from menura.library.plans import DEFAULT_PLAN, Plan, make_plan
from menura.library.tables import Organisation, OrganisationPlan

_OLDEST = select(Organisation).order_by(Organisation.created_at, Organisation.id)


@dataclass(frozen=True)
class Account:
    """An organisation and its plan."""

    organisation: Organisation
    plan: Plan


class OrganisationStore:
    """All organisations of one data folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def default(self) -> Organisation:
        """Returns the first organisation, made on first use."""
        with self._database.read() as session:
            found = session.scalars(_OLDEST).first()
        if found is not None:
            return found
        with self._database.write() as session:
            found = session.scalars(_OLDEST).first()
            if found is None:
                found = Organisation(
                    id=str(uuid.uuid4()), name="default", created_at=datetime.now(UTC)
                )
                session.add(found)
            return found

    def create(
        self, name: str, plan: str = DEFAULT_PLAN, changes: Mapping[str, Any] | None = None
    ) -> Organisation:
        """Makes another organisation; its voices and keys are apart from all others.

        Raises InputError for an empty name, and as `set_plan`.
        """
        if not name.strip():
            raise InputError(
                "organisation_name_empty", "The organisation has no name.", "Give it a name."
            )
        make_plan(plan, changes)
        # The default one is the oldest, so it has to be there first.
        self.default()
        with self._database.write() as session:
            made = Organisation(
                id=str(uuid.uuid4()), name=name.strip(), created_at=datetime.now(UTC)
            )
            session.add(made)
            session.flush()
            session.add(_row(made.id, plan, changes))
            return made

    def list(self) -> Sequence[Account]:
        """Lists organisations, the oldest, which is the default one, first."""
        with self._database.read() as session:
            rows = {row.organisation_id: row for row in session.scalars(select(OrganisationPlan))}
            return [Account(found, _plan(rows.get(found.id))) for found in session.scalars(_OLDEST)]

    def plan(self, organisation_id: str) -> Plan:
        """The plan of an organisation."""
        with self._database.read() as session:
            return _plan(session.get(OrganisationPlan, organisation_id))

    def set_plan(
        self, organisation_id: str, plan: str, changes: Mapping[str, Any] | None = None
    ) -> Account:
        """Puts an organisation on a plan; earlier changes of its limits are dropped.

        Raises NotFoundError, and InputError for a plan or limit that there is not.
        """
        chosen = make_plan(plan, changes)
        with self._database.write() as session:
            found = session.get(Organisation, organisation_id)
            if found is None:
                raise not_found(organisation_id)
            session.merge(_row(organisation_id, plan, changes))
            return Account(found, chosen)


def not_found(organisation_id: str) -> NotFoundError:
    """The error for an organisation that there is not."""
    return NotFoundError(
        "organisation_not_found",
        f"There is no organisation {organisation_id[:80]!r}.",
        "List them with 'menura organisations list'; left out, the default one is taken.",
    )


def _row(organisation_id: str, plan: str, changes: Mapping[str, Any] | None) -> OrganisationPlan:
    return OrganisationPlan(
        organisation_id=organisation_id,
        plan=plan,
        changes=dict(changes or {}),
        changed_at=datetime.now(UTC),
    )


def _plan(row: OrganisationPlan | None) -> Plan:
    return make_plan(DEFAULT_PLAN) if row is None else make_plan(row.plan, row.changes)
