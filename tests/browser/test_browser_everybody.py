"""Every page in both themes and on a phone: no barrier, nothing wider than the window."""

from collections.abc import Callable

import httpx
from browsing import DESK, Playground, watched
from looking import look
from playwright.sync_api import Browser, Page, expect
from serving import form, wav

TEXT = (
    "The superb lyrebird of south-eastern Australia repeats whatever it hears: other birds, "
    "a camera, a chainsaw, the whistle of a train. It learns for years, from its elders."
)


def furnish(playground: Playground, key: str) -> None:
    """Gives an organisation something to show."""
    with httpx.Client(
        base_url=playground.url, headers={"X-API-Key": key}, timeout=60, verify=False
    ) as client:
        for name, text in (
            ("Grandmother", "Recorded in the kitchen in 1998, with the radio on."),
            ("Ada", "My own voice, from the phone."),
        ):
            sent = form(name=name, description=text)
            assert client.post("/voices/clone", data=sent, files={"clip": wav()}).is_success


def speak(page: Page) -> None:
    page.get_by_role("textbox", name="Text").fill(TEXT)
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.get_by_role("button", name="WAV")).to_be_visible()
    page.get_by_role("button", name="Pause this take").click()


def choose(page: Page) -> None:
    page.locator(".picker").click()
    expect(page.locator(".voice-list li")).to_have_count(6)


def edit(page: Page) -> None:
    page.get_by_role("button", name="Edit Grandmother").click()


def new_key(page: Page) -> None:
    page.get_by_role("button", name="New key").click()


def leave(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("Where do I find a key?").click()


VIEWS: dict[str, tuple[str, str, Callable[[Page], None] | None]] = {
    "speak": ("#/speak", ".picker .voice-mark", speak),
    "choose": ("#/speak", ".picker .voice-mark", choose),
    "voices": ("#/voices", ".voice-card", None),
    "edit": ("#/voices", ".voice-card", edit),
    "keys": ("#/keys", ".chart", None),
    "new-key": ("#/keys", ".chart", new_key),
    "sign-in": ("#/keys", ".chart", leave),
}
"""Views by name: the address, what has to be there first, and what is done then."""


def test_everybody_can_use_every_page(browser: Browser, playground: Playground) -> None:
    with watched(browser, playground.url) as context:
        page = context.new_page()
        furnish(playground, playground.enter(page, admin=True))
        for name, (address, first, act) in VIEWS.items():
            page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
            page.goto("about:blank")
            page.goto(playground.address + address)
            page.locator(first).first.wait_for()
            if act is not None:
                act(page)
            look(page, name)
