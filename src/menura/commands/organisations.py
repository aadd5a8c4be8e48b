"""`menura organisations`: create, list, plan."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from menura.commands.describe import organisation_json, organisation_table
from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet

if TYPE_CHECKING:
    from menura.catalogue import Organisations
    from menura.library.organisations import Account

app = typer.Typer(
    help="Organisations: each has its own voices, keys, limits and usage.", no_args_is_help=True
)

Plan = Annotated[str, typer.Argument(help="unlimited, free, pro, startup, scale or enterprise.")]
Contexts = Annotated[
    int | None,
    typer.Option(min=0, help="Speech requests and contexts at once.", show_default="the plan's"),
]
Streams = Annotated[
    int | None,
    typer.Option(min=0, help="Speech-to-text requests at once.", show_default="the plan's"),
]
Credits = Annotated[
    int | None,
    typer.Option(min=0, help="Credits in a calendar month.", show_default="no limit"),
]
ProCloning = Annotated[
    bool | None,
    typer.Option(help="Whether voices may be fine-tuned.", show_default="the plan's"),
]


@app.command("create")
def create_organisation(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    plan: Plan = "unlimited",
    contexts: Contexts = None,
    streams: Streams = None,
    credits: Credits = None,
    pro_cloning: ProCloning = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make an organisation. Keys for it: menura keys create --organisation NAME."""
    limits = _given(contexts, streams, credits, pro_cloning)
    _change(data, as_json, lambda everyone: everyone.create(name, plan, **limits))


@app.command("list")
def list_organisations(data: Data = None, as_json: Json = False) -> None:
    """List organisations with their plans; the first is the default one."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            found = menura.organisations.list()
        terminal.result(
            [organisation_json(account) for account in found], organisation_table(found)
        )


@app.command("plan")
def set_plan(
    name: Annotated[
        str, typer.Argument(metavar="ORGANISATION", help="Name or id, or the id's beginning.")
    ],
    plan: Plan,
    contexts: Contexts = None,
    streams: Streams = None,
    credits: Credits = None,
    pro_cloning: ProCloning = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Put an organisation on a plan. Limits of its own that it had before are dropped."""
    limits = _given(contexts, streams, credits, pro_cloning)
    _change(data, as_json, lambda everyone: everyone.set_plan(name, plan, **limits))


def _change(
    data: Path | None, as_json: bool, change: Callable[["Organisations"], "Account"]
) -> None:
    """Does something to an organisation and shows it."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            account = change(menura.organisations)
        terminal.result(organisation_json(account), organisation_table([account]))


def _given(
    contexts: int | None, streams: int | None, credits: int | None, pro_cloning: bool | None
) -> dict[str, int | bool]:
    named = {
        "contexts": contexts,
        "streams": streams,
        "credits": credits,
        "pro_cloning": pro_cloning,
    }
    return {name: value for name, value in named.items() if value is not None}
