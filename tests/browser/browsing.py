"""Starts Chromium, lets pages in, and watches over them."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from menura.library.store import Library
from menura.settings import Settings

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # There is nobody to press "Allow", and no microphone.
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)

DESK = (1280, 860)
PHONE = (360, 740)

# Once, or whoever signs out would be in again after a reload; and in pages of the server only:
# about:blank has no storage.
_ENTER = """
if (location.origin === %s && !sessionStorage.getItem("test.entered")) {
  sessionStorage.setItem("test.entered", "yes");
  for (const [name, value] of Object.entries(%s)) sessionStorage.setItem(name, value);
}
"""


@dataclass(frozen=True)
class Playground:
    """A running server, and ways in."""

    url: str
    data: Path

    @property
    def address(self) -> str:
        """Address of the page."""
        return f"{self.url}/playground/"

    def keys(self) -> tuple[str, str]:
        """A normal and an admin key of a new organisation."""
        library = Library(Settings(data=self.data))
        try:
            owner = library.organisations.create("browser").id
            normal = library.keys.create("normal", organisation_id=owner)
            admin = library.keys.create("admin", admin=True, organisation_id=owner)
            return normal.secret, admin.secret
        finally:
            library.close()

    def enter(self, page: Page, hash_: str = "", *, admin: bool = False) -> str:
        """Opens a page with the key of a new organisation in its session; returns the key."""
        normal, admin_key = self.keys()
        keys = {"menura.key": normal, **({"menura.admin-key": admin_key} if admin else {})}
        page.add_init_script(_ENTER % (json.dumps(self.url), json.dumps(keys)))
        page.goto(self.address + hash_)
        page.locator("h1").first.wait_for()
        return normal


class Chromium:
    """Headless Chromium that runs from the first use until it is stopped."""

    def __init__(self) -> None:
        self._open: contextlib.ExitStack | None = None
        self._browser: Browser | None = None

    def started(self, path: str, *flags: str) -> Browser:
        """The browser; started, with more flags than FLAGS, where it does not run."""
        if self._browser is None:
            self._open = contextlib.ExitStack()
            driver = self._open.enter_context(sync_playwright())
            browser = driver.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
            self._open.callback(browser.close)
            self._browser = browser
        return self._browser

    def stop(self) -> None:
        """Ends it, if it runs."""
        if self._open is not None:
            self._open.close()
        self._open = self._browser = None


@contextlib.contextmanager
def watched(
    browser: Browser, url: str, *, size: tuple[int, int] = DESK, theme: str = "light"
) -> Iterator[BrowserContext]:
    """A profile of its own whose pages may neither complain nor leave the server."""
    host = urlsplit(url).netloc
    wrong: list[str] = []
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        # Moving things cost a machine without a graphics card more than all the rest.
        reduced_motion="reduce",
        accept_downloads=True,
        permissions=["microphone", "clipboard-read", "clipboard-write"],
        locale="en-GB",
    )

    def told(message: ConsoleMessage) -> None:
        # That a request was answered with an error is the page's business, not its fault.
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    def asked(place: str) -> None:
        parts = urlsplit(place)
        if parts.scheme not in ("blob", "data", "about") and parts.netloc != host:
            wrong.append(f"asked {parts.scheme}://{parts.netloc}")
        if "sk_car_" in place:
            wrong.append("a key is in an address")

    context.on("console", told)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("request", lambda request: asked(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: asked(socket.url)))
    context.set_default_timeout(60_000)
    try:
        yield context
    finally:
        context.close()
    assert not wrong, wrong


_AXE = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)}`));
}"""


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe has to complain about, with the elements; all of its rules, or those given."""
    # What is in order is not written down, which takes longer than to find it.
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_AXE, options)
    return found


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide
