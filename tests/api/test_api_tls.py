"""The TLS port beside the plain one, with a development certificate and with one of one's own."""

import ssl
import stat
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from server_process import process
from serving import speech

from menura.api.certificates import development_certificate
from menura.api.server import serve
from menura.api.tls import encryption
from menura.errors import ServerError
from menura.settings import Settings


def test_the_development_certificate_serves_clients_that_trust_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    authority = data / "tls" / "authority.pem"
    asked = {"MENURA_TLS_SELF_SIGNED": "true", "MENURA_TLS_PORT": "0"}
    with process(data, **asked) as server:
        assert server.tls_url is not None
        trust = ssl.create_default_context(cafile=authority)
        headers = {"X-API-Key": str(server.first_key)}
        for base, verify in ((server.tls_url, trust), (server.url, trust)):
            with httpx.Client(base_url=base, verify=verify, headers=headers, timeout=60) as client:
                assert client.get("/").json()["ok"]
                answer = client.post("/tts/bytes", json=speech("two words"))
                assert len(answer.content) == 2 * 1200 * 2
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            httpx.get(server.tls_url)
        assert server.stop() == 0

    before = authority.read_bytes()
    with process(data, **asked) as server:
        assert server.tls_url is not None
        assert authority.read_bytes() == before, "clients trust it once, not at every start"
        assert httpx.get(server.tls_url, verify=trust).status_code == 200


def test_a_certificate_of_ones_own(tmp_path: Path) -> None:
    made = development_certificate(tmp_path / "made", "127.0.0.1")
    trust = ssl.create_default_context(cafile=made.authority)
    with process(
        tmp_path / "data", MENURA_TLS_CERT=str(made.server), MENURA_TLS_PORT="0"
    ) as server:
        assert server.tls_url is not None
        assert httpx.get(server.tls_url, verify=trust).status_code == 200
        assert not (tmp_path / "data" / "tls").exists()


def test_without_a_certificate_there_is_one_port(tmp_path: Path) -> None:
    assert encryption(Settings(data=tmp_path)) is None


def test_the_development_certificate_is_for_this_machine_alone(tmp_path: Path) -> None:
    made = development_certificate(tmp_path, "192.0.2.7")
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    server = x509.load_pem_x509_certificate(made.server.read_bytes())
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    addresses = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    assert addresses == {"127.0.0.1", "::1", "192.0.2.7"}
    assert stat.S_IMODE(made.server.stat().st_mode) == 0o600
    keys = [path.name for path in tmp_path.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert keys == ["server.pem"], "the authority's key is nowhere, so it signs nothing more"


def test_the_development_certificate_is_kept_until_it_is_of_no_use(tmp_path: Path) -> None:
    def serial(host: str = "0.0.0.0") -> int:
        made = development_certificate(tmp_path, host)
        return x509.load_pem_x509_certificate(made.server.read_bytes()).serial_number

    first = serial()
    assert serial() == serial("localhost") == first
    other = serial("voices.example")
    assert other != first
    for name in ("server.pem", "authority.pem"):
        kept = serial("voices.example")
        (tmp_path / name).write_text("damage")
        assert serial("voices.example") != kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"tls_key": "key.pem"}, "tls_settings_contradict"),
        ({"tls_cert": "some.pem", "tls_self_signed": True}, "tls_settings_contradict"),
        ({"tls_cert": "no_such_file.pem"}, "tls_certificate_unusable"),
        ({"tls_cert": "garbage.pem"}, "tls_certificate_unusable"),
        ({"tls_cert": "authority.pem"}, "tls_certificate_unusable"),
        ({"tls_cert": "server.pem", "tls_key": "other/server.pem"}, "tls_certificate_unusable"),
        ({"tls_self_signed": True, "data": "garbage.pem"}, "tls_certificate_unwritable"),
    ],
)
def test_what_cannot_be_used_is_said_before_the_start(
    tmp_path: Path, given: dict[str, object], code: str
) -> None:
    (tmp_path / "garbage.pem").write_text("no certificate")
    development_certificate(tmp_path, "localhost")
    development_certificate(tmp_path / "other", "localhost")
    paths = {
        name: tmp_path / value if isinstance(value, str) else value for name, value in given.items()
    }
    with pytest.raises(ServerError) as caught:
        serve(Settings.model_validate({"data": tmp_path / "data", "port": 0, **paths}))
    assert caught.value.code == code
    assert caught.value.remedy
