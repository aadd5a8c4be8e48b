"""What the caller's organisation used, for admin keys."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from menura.api.account_schemas import CreditsBody, UsageBody
from menura.api.auth import configured_id, configured_keys
from menura.api.deps import AdminDep, ServicesDep
from menura.api.usage_window import usage_edges
from menura.library.ledger import Group
from menura.library.plans import shown_credits

router = APIRouter(prefix="/usage", tags=["Keys and usage"])

StartQuery = Annotated[
    str | None, Query(description="RFC 3339 with zone; seven days before the end when absent.")
]
EndQuery = Annotated[str | None, Query(description="RFC 3339 with zone; now when absent.")]
IntervalQuery = Annotated[
    Literal["day", "week", "month"] | None, Query(description="One stretch when absent.")
]
KeyQuery = Annotated[str | None, Query(description="Only what was used with this key.")]


@router.get("/credits", summary="Credits that were used")
async def credits_used(
    at: ServicesDep,
    caller: AdminDep,
    start_ts: StartQuery = None,
    end_ts: EndQuery = None,
    interval: IntervalQuery = None,
    api_key_id: KeyQuery = None,
    group_by: Annotated[Group | None, Query(description="Sums apart for each value.")] = None,
) -> UsageBody:
    """Sums in order of time, in whole days of UTC; stretches without use are there with 0."""
    edges = usage_edges(start_ts, end_ts, interval, datetime.now(UTC))
    configured = {configured_id(key) for key in configured_keys(at.settings)}
    if api_key_id and api_key_id not in configured:
        # The usage of a revoked key stays of interest; one that is not ours does not exist.
        await run_in_threadpool(
            at.library.keys.get, caller.organisation_id, api_key_id, revoked=True
        )
    used = await run_in_threadpool(
        at.library.ledger.usage,
        caller.organisation_id,
        edges,
        group_by=group_by,
        api_key_id=api_key_id or None,
    )
    return UsageBody(
        data=[
            CreditsBody(
                start_ts=part.start,
                end_ts=part.end,
                credits=shown_credits(part.amount),
                group=part.group,
            )
            for part in used
        ]
    )


@router.get("/agents", summary="Minutes of agents that were used")
async def agents_used(
    caller: AdminDep,
    start_ts: StartQuery = None,
    end_ts: EndQuery = None,
    interval: IntervalQuery = None,
) -> UsageBody:
    """Always empty: there are no agents here."""
    usage_edges(start_ts, end_ts, interval, datetime.now(UTC))
    return UsageBody(data=[])
