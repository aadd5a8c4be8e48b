"""`menura keys`: create, list, revoke, rotate."""

from typing import Annotated

import typer

from menura.commands.describe import key_json, key_table
from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet

app = typer.Typer(help="Create, list and revoke API keys of the server.", no_args_is_help=True)

Organisation = Annotated[
    str | None,
    typer.Option(
        help="Name or id of the organisation; the default one when absent.", show_default=False
    ),
]


@app.command("create")
def create_key(
    description: Annotated[
        str, typer.Argument(help="What the key is for, such as the program that gets it.")
    ] = "",
    admin: Annotated[bool, typer.Option(help="For usage and key management only.")] = False,
    organisation: Organisation = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a key and print it. It is shown this once and kept nowhere."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            made = menura.keys.create(description, admin=admin, organisation=organisation)
        terminal.result({**key_json(made.key), "key": made.secret}, made.secret)


@app.command("list")
def list_keys(
    organisation: Annotated[
        str | None,
        typer.Option(help="Name or id of one organisation; all when absent.", show_default=False),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the keys that are in force."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            keys = menura.keys.list(organisation=organisation)
        terminal.result([key_json(key) for key in keys], key_table(keys))


@app.command("revoke")
def revoke_key(
    key_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the key, or the beginning of it.")
    ],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """End a key at once."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            key = menura.keys.revoke(key_id)
        terminal.result({"id": key.id, "revoked": True}, f"Revoked {key.id}.")


@app.command("rotate")
def rotate_tokens(
    at_once: Annotated[
        bool, typer.Option("--at-once", help="End the access tokens that are out, too.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Sign access tokens with a new secret. It also happens by itself every 30 days."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            made = menura.keys.rotate_tokens(at_once=at_once)
        terminal.result({"id": made}, f"Access tokens are signed with the secret {made} now.")
