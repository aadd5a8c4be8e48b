"""What the TLS port needs: a context, and the certificate that the settings name.

Some clients only speak `wss://` (docs/compatibility.md), so a server on one's own machine needs
a TLS port beside the plain one.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path

from menura.errors import ServerError
from menura.settings import Settings


@dataclass(frozen=True)
class Encryption:
    """How the TLS port answers."""

    context: ssl.SSLContext
    authority: Path | None
    """The development authority that clients have to trust; None for a certificate of one's own."""


def encryption(settings: Settings) -> Encryption | None:
    """What the settings ask for, None when they ask for no TLS port.

    Raises ServerError when they contradict each other or a certificate cannot be used.
    """
    if settings.tls_self_signed:
        if settings.tls_cert or settings.tls_key:
            raise ServerError(
                "tls_settings_contradict",
                "There is a TLS certificate, and a development certificate is asked for too.",
                "Give --tls-cert and --tls-key, or --tls-self-signed.",
            )
        # Not before it is needed: it takes a tenth of a second to load.
        from menura.api.certificates import development_certificate

        folder = settings.data / "tls"
        try:
            made = development_certificate(folder, settings.host)
        except OSError as error:
            raise ServerError(
                "tls_certificate_unwritable",
                f"The development certificate cannot be written: {error.strerror or error}.",
                f"Make room and writing rights in {folder}.",
            ) from error
        return Encryption(_context(made.server, None), made.authority)
    if settings.tls_cert is None:
        if settings.tls_key is None:
            return None
        raise ServerError(
            "tls_settings_contradict",
            "There is a TLS key without its certificate.",
            "Give the certificate too, with --tls-cert.",
        )
    return Encryption(_context(settings.tls_cert, settings.tls_key), None)


def _context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])

    def password() -> str:
        # Without this, OpenSSL would ask on the terminal and the server would hang.
        raise ValueError("the key has a password")

    try:
        context.load_cert_chain(certificate, key, password)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ServerError(
            "tls_certificate_unusable",
            f"The TLS certificate {certificate} cannot be used: {reason}.",
            "Give a PEM file with the certificate and its chain, and its key without a password "
            "in the same file or with --tls-key.",
        ) from error
    return context
