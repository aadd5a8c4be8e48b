"""Starts Chromium, lets pages in, and watches over them."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
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
        page.goto(f"{self.url}/playground/mark.svg")
        page.evaluate("key => sessionStorage.setItem('menura.key', key)", normal)
        if admin:
            page.evaluate("key => sessionStorage.setItem('menura.admin-key', key)", admin_key)
        page.goto(self.address + hash_)
        page.locator("h1").first.wait_for()
        return normal


@contextlib.contextmanager
def chromium(path: str, *flags: str) -> Iterator[Browser]:
    """Runs headless Chromium, with more flags than FLAGS where they are given."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


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


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe has to complain about, with the elements; all of its rules, or those given."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide
