"""Keys and usage: opened by an admin key; keys are made, shown once and revoked."""

import httpx
from browsing import Playground
from playwright.sync_api import BrowserContext, Page, expect
from serving import speech


def test_an_admin_key_opens_the_page(context: BrowserContext, playground: Playground) -> None:
    page = context.new_page()
    playground.enter(page, "#/keys")
    normal, admin = playground.keys()
    field = page.get_by_role("textbox", name="Admin key")
    field.fill(normal)
    field.press("Enter")
    expect(page.get_by_text("This is a normal key.")).to_be_visible()
    field.fill(admin)
    field.press("Enter")
    expect(page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()
    page.get_by_role("button", name="Lock this page").click()
    expect(field).to_be_visible()
    assert admin not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_a_key_is_shown_once_and_revoked(context: BrowserContext, playground: Playground) -> None:
    page = context.new_page()
    playground.enter(page, "#/keys", admin=True)
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What is it for?").fill("Reader app")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("Key", exact=True).input_value()
    assert voices(playground, secret) == 200
    page.get_by_role("button", name="I have kept it").click()
    row = page.get_by_role("row").filter(has_text="Reader app")
    expect(row).to_contain_text(secret[-4:])
    assert secret not in page.content()
    row.get_by_role("button", name="Revoke Reader app").click()
    page.get_by_role("button", name="Cancel").click()
    assert voices(playground, secret) == 200
    row.get_by_role("button", name="Revoke Reader app").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(row).to_have_count(0)
    assert voices(playground, secret) == 401


def voices(playground: Playground, key: str) -> int:
    """Status of a call with a key."""
    headers = {"X-API-Key": key}
    address = f"{playground.url}/voices?limit=1"
    return httpx.get(address, headers=headers, timeout=60, verify=False).status_code


def test_what_was_used_is_shown(context: BrowserContext, playground: Playground) -> None:
    page = context.new_page()
    key = playground.enter(page, "#/voices", admin=True)
    said = speech("fourteen signs")
    headers = {"X-API-Key": key}
    address = f"{playground.url}/tts/bytes"
    spoken = httpx.post(address, json=said, headers=headers, timeout=60, verify=False)
    assert spoken.is_success
    page.get_by_role("link", name="Keys and usage").click()
    expect(page.locator(".figures")).to_contain_text("14")
    expect(page.locator(".shares li")).to_have_text(["Speech14"])
    expect(page.locator(".chart-bar")).to_have_count(30)
    page.get_by_label("Time").select_option("7")
    expect(page.locator(".chart-bar")).to_have_count(7)
    page.get_by_text("As a table").click()
    expect(page.get_by_role("row").filter(has_text="14")).to_be_visible()
    page.get_by_label("Sums by").select_option("api_key")
    expect(page.locator(".shares li")).to_have_text(["normal14"])


def test_a_page_that_cannot_be_read_says_so(page: Page, playground: Playground) -> None:
    page.evaluate("sessionStorage.setItem('menura.admin-key', 'sk_car_admin_gone')")
    page.goto(f"{playground.address}#/keys")
    page.reload()
    expect(page.get_by_role("textbox", name="Admin key")).to_be_visible()
