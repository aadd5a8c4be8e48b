"""A certificate for development: an authority of this machine, and a server certificate by it.

The authority's key is thrown away once it has signed the one server certificate. So who tells a
client to trust the authority trusts this server, and nobody can make further certificates with it.
"""

import datetime
import ipaddress
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from menura.work.whole_files import write_whole

DAYS = 825
"""Validity of both; some systems refuse server certificates that are valid for longer."""

RENEW_DAYS = 30
"""A certificate that ends sooner is made anew at the start of the server."""


@dataclass(frozen=True)
class DevelopmentCertificate:
    """Files of a development certificate, PEM."""

    authority: Path
    """What clients have to trust."""

    server: Path
    """Certificate and private key of the server; readable for its owner only."""


def development_certificate(folder: Path, host: str) -> DevelopmentCertificate:
    """Returns the certificate in `folder`, made when absent, damaged, for other names, or ending.

    It is good for localhost, this machine's name, the loopback addresses and `host`, the address
    that the server listens on. Raises OSError when the folder cannot be written.
    """
    found = DevelopmentCertificate(folder / "authority.pem", folder / "server.pem")
    names = _names(host)
    if not _usable(found, names):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority, server = _made(names)
        write_whole(found.authority, authority, 0o644)
        write_whole(found.server, server, 0o600)
    return found


def _names(host: str) -> list[x509.GeneralName]:
    texts = dict.fromkeys(["localhost", socket.gethostname(), "127.0.0.1", "::1", host])
    names: list[x509.GeneralName] = []
    for text in texts:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            # An underscore and the like may stand in a machine's name, but not in a certificate.
            if re.fullmatch(r"[A-Za-z0-9.-]+", text):
                names.append(x509.DNSName(text))
        else:
            if not address.is_unspecified:
                names.append(x509.IPAddress(address))
    return names


def _usable(found: DevelopmentCertificate, names: list[x509.GeneralName]) -> bool:
    try:
        authority = x509.load_pem_x509_certificate(found.authority.read_bytes())
        content = found.server.read_bytes()
        server = x509.load_pem_x509_certificate(content)
        key = serialization.load_pem_private_key(content, None)
        server.verify_directly_issued_by(authority)
        covered = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    left = server.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return (
        key.public_key() == server.public_key()
        and set(names) <= set(covered)
        and left > datetime.timedelta(days=RENEW_DAYS)
    )


def _made(names: list[x509.GeneralName]) -> tuple[bytes, bytes]:
    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = _subject("Menura development authority")
    authority_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _builder(issuer, issuer, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(authority_id, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_id)
    server = (
        _builder(_subject("Menura"), issuer, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issued_by, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = serialization.Encoding.PEM
    return authority.public_bytes(pem), server.public_bytes(pem) + private


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A day ago, for clients whose clock is late.
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS - 1))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
