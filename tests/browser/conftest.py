"""Real Chromium in front of a real server process with a small engine.

Chromium is Debian's (`apt-get install chromium`) or whatever MENURA_CHROMIUM names. Where there is
none the tests are skipped, and with MENURA_REQUIRE_BROWSER=1 they fail instead.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))
sys.path.insert(0, str(Path(__file__).parents[1] / "work"))

from browsing import Playground, chromium, watched
from server_process import process

# A busy machine takes its time.
expect.set_options(timeout=240_000)


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


# Not for the whole session: Playwright keeps an event loop running, which asynchronous tests of
# other folders could not stand.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Headless Chromium."""
    with chromium(chromium_path) as browser:
        yield browser


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
