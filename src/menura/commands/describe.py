"""Voices, keys and organisations as JSON values and as tables."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from menura.commands.show_clip import NAMES, show_clip
from menura.commands.terminal import details

if TYPE_CHECKING:
    from menura.catalogue import Voice
    from menura.library.organisations import Account
    from menura.library.tables import ApiKey


def voice_json(voice: "Voice") -> dict[str, Any]:
    """A voice as a JSON object."""
    return {
        "id": voice.id,
        "name": voice.name,
        "language": voice.language,
        "description": voice.description,
        "gender": voice.gender,
        "stock": voice.stock,
        "mode": voice.mode,
        "snapshot": voice.snapshot,
        "created_at": voice.created_at.isoformat().replace("+00:00", "Z"),
        "transcript": voice.transcript,
        "refinement": voice.refinement,
        "consent": voice.consent,
        "report": dict(voice.report),
        "advice": [dataclasses.asdict(finding) for finding in voice.advice],
    }


def voice_table(voices: Sequence["Voice"]) -> Table:
    """Voices for a person, one a line."""
    table = Table(box=None, pad_edge=False)
    for name in ("id", "name", "language", "kind", "description"):
        table.add_column(name, no_wrap=name == "id", overflow="fold")
    for voice in voices:
        kind = f"stock {voice.stock}" if voice.stock else "clone"
        table.add_row(voice.id, voice.name, voice.language, kind, voice.description)
    return table


def voice_details(voice: "Voice") -> Table:
    """All of one voice for a person."""
    report: Mapping[str, Any] = voice.report
    rows: dict[str, object] = {
        "id": voice.id,
        "name": voice.name,
        "language": voice.language,
        "kind": _kind(voice),
        "description": voice.description,
        "gender": voice.gender,
        "model": voice.snapshot,
        "made": f"{voice.created_at:%Y-%m-%d %H:%M} UTC",
        "transcript": voice.transcript,
        "refinement": voice.refinement,
        "consent": voice.consent,
    }
    rows |= {
        name.replace("_", " "): _figure(value)
        for name, value in report.items()
        if name not in NAMES
    }
    if NAMES.isdisjoint(report) and not voice.advice:
        return details(rows)
    whole = Table.grid()
    for part in (details(rows), "", show_clip(report, voice.advice)):
        whole.add_row(part)
    return whole


def key_json(key: "ApiKey") -> dict[str, Any]:
    """A key without its secret as a JSON object."""
    return {
        "id": key.id,
        "organisation": key.organisation_id,
        "description": key.description,
        "hint": key.hint,
        "admin": key.is_admin,
        "created_at": key.created_at.isoformat().replace("+00:00", "Z"),
    }


def key_table(keys: Sequence["ApiKey"]) -> Table:
    """Keys for a person, one a line."""
    table = Table(box=None, pad_edge=False)
    for name in ("id", "ends in", "kind", "made", "description"):
        table.add_column(name, no_wrap=name == "id", overflow="fold")
    for key in keys:
        kind = "admin" if key.is_admin else "normal"
        made = f"{key.created_at:%Y-%m-%d %H:%M}"
        table.add_row(key.id, f"…{key.hint}", kind, made, key.description)
    return table


def organisation_json(account: "Account") -> dict[str, Any]:
    """An organisation with its limits as a JSON object; null is no limit."""
    plan = account.plan
    return {
        "id": account.organisation.id,
        "name": account.organisation.name,
        "plan": plan.name,
        "contexts": plan.contexts,
        "streams": plan.streams,
        "sockets": plan.sockets,
        "credits": plan.credits,
        "pro_cloning": plan.pro_cloning,
    }


def organisation_table(accounts: Sequence["Account"]) -> Table:
    """Organisations for a person, one a line."""
    table = Table(box=None, pad_edge=False)
    names = ("id", "name", "plan", "contexts", "streams", "sockets", "credits a month", "pro")
    for name in names:
        table.add_column(name, no_wrap=name == "id", overflow="fold")
    for account in accounts:
        plan = account.plan
        limits = (plan.contexts, plan.streams, plan.sockets, plan.credits)
        table.add_row(
            account.organisation.id,
            account.organisation.name,
            plan.name,
            *("any" if limit is None else str(limit) for limit in limits),
            "yes" if plan.pro_cloning else "no",
        )
    return table


def _kind(voice: "Voice") -> str:
    if voice.stock:
        return f"stock voice {voice.stock}"
    return f"clone, {voice.mode}" if voice.mode else f"made by {voice.report.get('made_by', '?')}"


def _figure(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
