"""The way in and out, the colours, and what the first load costs."""

import json
import re

from browsing import Playground
from playwright.sync_api import BrowserContext, Page, Request, Response, expect

FIRST_LOAD = 300_000


def test_a_key_is_tried_before_it_is_kept(context: BrowserContext, playground: Playground) -> None:
    normal, admin = playground.keys()
    page = context.new_page()
    page.goto(playground.url)
    assert page.url.startswith(playground.address)
    field = page.get_by_label("API key")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Paste a key first.")).to_be_visible()
    field.fill("sk_car_wrong")
    field.press("Enter")
    expect(page.get_by_text("The server does not know this key.")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill(admin)
    field.press("Enter")
    expect(page.get_by_text("This is an admin key")).to_be_visible()
    field.fill(f" {normal} ")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Speak", level=1)).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Speak", level=1)).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...localStorage}, document.cookie, location.href])")
    assert normal not in kept
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    assert normal not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_a_key_that_was_revoked_leads_back_to_the_door(page: Page, playground: Playground) -> None:
    page.evaluate("sessionStorage.setItem('menura.key', 'sk_car_revoked')")
    page.reload()
    expect(page.get_by_label("API key")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Sign in again.")


def test_pages_are_reached_by_menu_and_address(page: Page, playground: Playground) -> None:
    menu = page.get_by_role("navigation", name="Pages")
    menu.get_by_role("link", name="Voices").click()
    expect(page.get_by_role("heading", name="Voices", level=1)).to_be_visible()
    expect(page).to_have_title("Voices · Menura")
    expect(menu.get_by_role("link", name="Voices")).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.get_by_role("heading", name="Speak", level=1)).to_be_visible()
    page.goto(f"{playground.address}#/nowhere")
    expect(page.get_by_role("heading", name="Speak", level=1)).to_be_visible()


def test_colours_follow_the_system_until_someone_chooses(page: Page) -> None:
    root = page.locator(":root")
    expect(root).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Light colours").click()
    expect(root).to_have_attribute("data-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")


def test_the_first_load_is_small_and_local(context: BrowserContext, playground: Playground) -> None:
    answers: list[Response] = []
    page = context.new_page()
    page.on("response", lambda answer: answers.append(answer))
    playground.enter(page, "#/speak")
    expect(page.get_by_role("button", name="Voice")).to_contain_text("English")
    here = [answer for answer in answers if answer.url.startswith(playground.url)]
    assert here == [answer for answer in answers if not answer.url.startswith("blob:")]
    pages = [answer for answer in here if "/playground/" in answer.url]
    assert len(pages) > 10
    sizes = {answer.url: answer.request.sizes()["responseBodySize"] for answer in pages}
    assert sum(sizes.values()) <= FIRST_LOAD, json.dumps(sizes)


def test_other_pages_are_read_later_and_a_page_that_cannot_be_read_says_so(
    context: BrowserContext, playground: Playground
) -> None:
    asked: list[str] = []
    page = context.new_page()

    def note(request: Request) -> None:
        if request.url.endswith(".js"):
            asked.append(request.url.removeprefix(playground.address))

    page.on("request", note)
    others = re.compile(r"/pages/(clone|voices|pro|keys)\.js$")
    page.route(others, lambda route: route.abort())
    playground.enter(page)
    expect(page.get_by_role("button", name="Voice")).to_contain_text("English")
    page.get_by_role("link", name="Voices").click()
    expect(page.get_by_role("alert")).to_contain_text("This page could not be read.")
    named = page.locator("link[rel=modulepreload]").evaluate_all(
        "(links) => links.map((link) => link.getAttribute('href'))"
    )
    # Nothing else is asked for, and nothing that is not needed.
    first = {name for name in asked if not others.search(f"/{name}")}
    assert sorted(first) == sorted(["app.js", *named])
    page.unroute(others)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Voices", level=1)).to_be_visible()


def test_a_curve_of_values_that_differ_in_their_last_digit_is_drawn(page: Page) -> None:
    drawn = page.evaluate(
        """async () => {
          const { Curves } = await import("./components/curves.js");
          const points = [[0, 0.3], [1, 0.1 + 0.2]];
          return Curves({ title: "Even", series: [{ name: "one", points }], xLabel: "steps" }).type;
        }"""
    )
    assert drawn == "figure"
