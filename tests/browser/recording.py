"""Steps of recording a clip in the browser."""

from playwright.sync_api import Page, expect

COUNTDOWN_MS = 2200


def open_clone(page: Page) -> None:
    """Goes there by the menu."""
    page.get_by_role("link", name="Clone", exact=True).click()
    expect(page.get_by_role("heading", name="Clone a voice")).to_be_visible()


def begin(page: Page) -> None:
    """Records, without waiting for the countdown."""
    page.clock.install()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.clock.run_for(COUNTDOWN_MS)
    page.get_by_role("timer").wait_for()


def recorded_seconds(page: Page) -> float:
    """How long the clip in the browser's own keeping is."""
    seconds: float = page.evaluate(
        """async () => {
            const { recordings } = await import("./storage.js");
            const all = await recordings.all();
            const head = all.find((one) => one.id === "clip");
            const parts = all.filter((one) => one.id.startsWith("clip/"));
            return head ? parts.reduce((sum, one) => sum + one.samples.length, 0) / head.rate : 0;
        }"""
    )
    return seconds
