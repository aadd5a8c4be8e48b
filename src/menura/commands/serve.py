"""`menura serve`: the HTTP server."""

from typing import TYPE_CHECKING, Annotated

import typer

from menura.commands.terminal import Data, Json, Terminal, make_settings

if TYPE_CHECKING:
    from menura.api.server import Started


def serve(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; 127.0.0.1 when absent.", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="4010 when absent; 0 takes a free one.", show_default=False
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Run the HTTP server until it is stopped with Ctrl-C.

    On the first start it makes an API key and prints it once.
    """
    with Terminal(as_json) as terminal:
        settings = make_settings(data, host=host, port=port)
        from menura.api.server import serve as run_server

        def started(at: "Started") -> None:
            lines = [f"Menura listens on {at.url}"]
            if at.first_key is not None:
                lines.append(f"API key, shown this once: {at.first_key}")
            elif not settings.api_keys:
                lines.append("Make another API key with: menura keys create")
            terminal.result({"url": at.url, "api_key": at.first_key}, "\n".join(lines))

        run_server(settings, started)
