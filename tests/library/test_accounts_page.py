"""The page on accounts says what the code does."""

import re
from pathlib import Path

from menura.library.plans import PLANS

PAGE = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")


def test_the_table_of_plans_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)`[^|]*\| (\w+) \| (\w+) \| (\w+) \| (\w+) \|$", PAGE, re.M)
    assert rows == [
        (
            name,
            *("any" if n is None else str(n) for n in (plan.contexts, plan.streams, plan.sockets)),
            "yes" if plan.pro_cloning else "no",
        )
        for name, plan in PLANS.items()
    ]
