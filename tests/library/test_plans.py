"""Plans, prices, and organisations that have them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from menura.errors import InputError, NotFoundError
from menura.library.plans import (
    PLANS,
    fine_tune_amount,
    infill_amount,
    make_plan,
    shown_credits,
    speech_amount,
    transcription_amount,
)
from menura.library.store import Library
from menura.settings import Settings


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    yield library
    library.close()


def test_plans_are_those_of_the_description() -> None:
    table = {name: (plan.contexts, plan.streams, plan.sockets) for name, plan in PLANS.items()}
    assert table == {
        "unlimited": (None, None, None),
        "free": (2, 8, 20),
        "pro": (3, 12, 30),
        "startup": (5, 20, 50),
        "scale": (15, 60, 150),
        "enterprise": (None, None, None),
    }
    assert {name for name, plan in PLANS.items() if not plan.pro_cloning} == {"free"}


def test_prices_are_those_of_the_description() -> None:
    assert shown_credits(speech_amount(100)) == 100
    assert shown_credits(speech_amount(3, pro=True)) == 4.5
    assert shown_credits(infill_amount(20)) == 320
    assert shown_credits(transcription_amount(7.0)) == 3.5
    assert transcription_amount(0.0001) == 1, "what was written down is never free"
    assert shown_credits(fine_tune_amount()) == 1_000_000


@pytest.mark.parametrize(
    ("plan", "changes", "code"),
    [
        ("huge", {}, "plan_unknown"),
        ("free", {"name": "x"}, "plan_limit_unknown"),
        ("free", {"contexts": -1}, "plan_limit_invalid"),
        ("free", {"contexts": True}, "plan_limit_invalid"),
        ("free", {"credits": 1.5}, "plan_limit_invalid"),
        ("free", {"credits": 10**30}, "plan_limit_invalid"),
        ("free", {"pro_cloning": None}, "plan_limit_invalid"),
    ],
)
def test_what_is_no_plan_is_refused(plan: str, changes: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        make_plan(plan, changes)
    assert caught.value.code == code


def test_an_organisation_keeps_its_plan(library: Library, tmp_path: Path) -> None:
    default = library.organisations.default()
    assert library.organisations.plan(default.id) == PLANS["unlimited"]
    made = library.organisations.create("Radio", "free", {"credits": 10})
    library.organisations.set_plan(default.id, "pro", {"contexts": None})
    library.close()
    again = Library(Settings(data=tmp_path))
    assert [(found.organisation.name, found.plan.name) for found in again.organisations.list()] == [
        *[("default", "pro"), ("Radio", "free")],
    ]
    plan = again.organisations.plan(made.id)
    assert (plan.contexts, plan.credits, plan.pro_cloning) == (2, 10, False)
    assert again.organisations.plan(default.id).sockets is None
    assert again.organisations.set_plan(made.id, "scale").plan.credits is None
    again.close()


def test_what_is_no_organisation_is_refused(library: Library) -> None:
    with pytest.raises(InputError):
        library.organisations.create("  ")
    with pytest.raises(InputError):
        library.organisations.create("Radio", "huge")
    with pytest.raises(NotFoundError):
        library.organisations.set_plan("none", "free")
    # Nothing was half-written: only the default one may be there.
    library.organisations.default()
    assert [found.organisation.name for found in library.organisations.list()] == ["default"]
