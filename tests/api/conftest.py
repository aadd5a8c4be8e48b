"""Fixtures of a running server."""

from collections.abc import Iterator

import httpx
import pytest
from fine_tune_side import Side
from serving import Running, running

from menura.api import preparing, training
from menura.api.routes import fine_tune_events


@pytest.fixture(scope="session", autouse=True)
def _hurried() -> Iterator[None]:
    """What a server looks at again and again, it looks at more often here."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LISTEN_SECONDS", "POLL_SECONDS", "RETRY_SECONDS"):
            patch.setattr(training, name, 0.1)
        patch.setattr(preparing, "_RETRY_SECONDS", 0.1)
        patch.setattr(fine_tune_events, "POLL_SECONDS", 0.1)
        yield


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all files of tests that want nothing special of it."""
    with running(tmp_path_factory.mktemp("data"), max_upload_bytes=2_000_000) as server:
        yield server


@pytest.fixture(scope="session")
def whole_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One whose small engine can do all that is asked for."""
    data = tmp_path_factory.mktemp("whole") / "data"
    with running(data, engine="tiny_whole:TinyWhole", max_upload_bytes=2_000_000) as server:
        yield server


@pytest.fixture(scope="session")
def pro_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that fine-tunes, and tells as much of a training as the true one."""
    data = tmp_path_factory.mktemp("pro")
    with running(data, engine="tiny_pro:TinyPro", least_tune_seconds=6.0) as server:
        yield server


@pytest.fixture(scope="module")
def server(shared_server: Running) -> Running:
    """The server, as if it had been started for this file; organisations keep tests apart."""
    return shared_server.afresh()


@pytest.fixture
def client(server: Running) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def side(server: Running) -> Iterator[Side]:
    """An organisation of a server that fine-tunes."""
    side = Side(server)
    yield side
    side.client.close()
    for path in server.settings.data.glob("release-*"):
        path.unlink()
