"""`menura serve`: the HTTP server."""

from pathlib import Path
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
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Certificate (PEM) of a TLS port beside the plain one.",
            show_default=False,
        ),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Its private key (PEM), when it is not in the same file.",
            show_default=False,
        ),
    ] = None,
    tls_self_signed: Annotated[
        bool,
        typer.Option(
            "--tls-self-signed", help="A TLS port with a development certificate, made here."
        ),
    ] = False,
    tls_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="4443 when absent; 0 takes a free one.", show_default=False
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Run the HTTP server until it is stopped with Ctrl-C.

    On the first start it makes an API key and prints it once.
    """
    with Terminal(as_json) as terminal:
        settings = make_settings(
            data,
            host=host,
            port=port,
            tls_cert=tls_cert,
            tls_key=tls_key,
            tls_self_signed=tls_self_signed or None,
            tls_port=tls_port,
        )
        from menura.api.server import serve as run_server

        def started(at: "Started") -> None:
            lines = [f"Menura listens on {at.url}", f"Open {at.url}/playground/ in a browser"]
            if at.tls_url is not None:
                lines.append(f"and with TLS on {at.tls_url}")
            if at.authority is not None:
                lines += [
                    "Clients trust its development certificate with one of",
                    f"  SSL_CERT_FILE={at.authority}        (Python)",
                    f"  NODE_EXTRA_CA_CERTS={at.authority}  (JavaScript)",
                    f"  --cacert {at.authority}             (curl)",
                ]
            if at.first_key is not None:
                lines.append(f"API key, shown this once: {at.first_key}")
            elif not settings.api_keys:
                lines.append("Make another API key with: menura keys create")
            result = {"url": at.url, "api_key": at.first_key}
            if at.tls_url is not None:
                authority = None if at.authority is None else str(at.authority)
                result |= {"tls_url": at.tls_url, "tls_authority": authority}
            terminal.result(result, "\n".join(lines))

        run_server(settings, started)
