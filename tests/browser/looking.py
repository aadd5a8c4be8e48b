"""Looks at a page as people do who need more than the usual: both themes, a phone, axe.

With MENURA_SCREENS=1 what is seen is kept as pictures in docs/screens.
"""

import os
from pathlib import Path
from typing import Literal

from browsing import DESK, PHONE, Playground, scrolls_sideways, violations
from playwright.sync_api import Page, expect
from tiny_engine import events

from menura.settings import Settings

SCREENS = Path(__file__).parents[2] / "docs" / "screens"


def look(page: Page, name: str) -> None:
    """Asserts that nothing is wrong with the page as it is now, in both themes and widths."""
    found = []
    themes: tuple[Literal["dark", "light"], ...] = ("dark", "light")
    for theme in themes:
        # Without motion, or axe would see colours on their way.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        # Even the shortest change of colour takes a frame or two.
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
        # Colours differ between the themes, and nothing else does.
        found += violations(page, [] if theme == "light" else ["color-contrast"])
        _keep(page, f"{name}-{theme}")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    if scrolls_sideways(page):
        found.append("wider than a phone")
    # As high as the page is, so that the bar at the bottom of the window is at its bottom.
    height: int = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": PHONE[0], "height": max(PHONE[1], height)})
    _keep(page, f"{name}-phone")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    assert not found, (name, found)


def noted(playground: Playground, start: str) -> list[str]:
    """What the engine noted so far."""
    return list(events(Settings(data=playground.data)).of(start))


def _keep(page: Page, name: str) -> None:
    if os.environ.get("MENURA_SCREENS") == "1":
        SCREENS.mkdir(exist_ok=True)
        # Or the header, which stays in sight, is drawn in the middle.
        page.evaluate("scrollTo(0, 0)")
        # Waveforms and bars are drawn a moment after a change.
        page.wait_for_timeout(400)
        # What lies behind an open dialog is dimmed as far as the window goes, and no further.
        whole = not page.locator("dialog[open]").count()
        page.screenshot(path=SCREENS / f"{name}.png", full_page=whole)
