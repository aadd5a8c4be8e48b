"""Real Chromium in front of a real server process with a small engine.

Chromium is Debian's (`apt-get install chromium`) or whatever MENURA_CHROMIUM names. Where there is
none the tests are skipped, and with MENURA_REQUIRE_BROWSER=1 they fail instead.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, expect

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))
sys.path.insert(0, str(Path(__file__).parents[1] / "work"))

from browsing import Chromium, Playground, watched
from server_process import process

# A busy machine takes its time.
expect.set_options(timeout=60_000)

FOLDER = Path(__file__).parent
SPEECH = FOLDER.parents[1] / "docs" / "listen" / "vctk_p326-source.mp3"

CHROMIUM = Chromium()
"""One for all tests of this folder: its start costs more than most of them."""


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Stops Chromium when other tests come.

    Playwright keeps an event loop running, which asynchronous tests could not stand.
    """
    if nextitem is None or FOLDER not in nextitem.path.parents:
        CHROMIUM.stop()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is."""
    found = shutil.which(os.environ.get("MENURA_CHROMIUM", "chromium"))
    if found is None:
        reason = "there is no Chromium here; install it, or name it in MENURA_CHROMIUM"
        if os.environ.get("MENURA_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def playground(
    chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Playground]:
    """A server that runs as long as the tests do; each test has an organisation of its own."""
    folder = tmp_path_factory.mktemp("playground")
    little = {"MENURA_LEAST_TUNE_SECONDS": "6"}
    with process(folder / "data", "tiny_studio:TinyStudio", **little) as server:
        server.wait_until_ready()
        yield Playground(server.url, folder / "data")


@pytest.fixture(scope="session")
def speech() -> tuple[NDArray[np.float32], int]:
    """A man speaks for five seconds; and the rate in Hz."""
    audio, rate = soundfile.read(SPEECH, dtype="float32", always_2d=True)
    return audio.mean(axis=1), rate


@pytest.fixture(scope="session")
def microphone(
    speech: tuple[NDArray[np.float32], int], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What the microphone hears, again and again."""
    heard = tmp_path_factory.mktemp("microphone") / "speech.wav"
    soundfile.write(heard, *speech, subtype="PCM_16")
    return heard


@pytest.fixture
def browser(chromium_path: str, microphone: Path) -> Browser:
    """Headless Chromium with a microphone that repeats a recording."""
    return CHROMIUM.started(chromium_path, f"--use-file-for-fake-audio-capture={microphone}")


@pytest.fixture
def context(browser: Browser, playground: Playground) -> Iterator[BrowserContext]:
    """A fresh profile; the test fails if a page complains or asks another host for anything."""
    with watched(browser, playground.url) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext, playground: Playground) -> Page:
    """An open playground, signed in."""
    page = context.new_page()
    playground.enter(page)
    return page
