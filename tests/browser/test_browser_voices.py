"""Voices: found, changed, deleted and kept, taken home and made anew."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browsing import Playground
from playwright.sync_api import Locator, Page, expect
from serving import clone, wait_for


@pytest.fixture
def client(page: Page, playground: Playground) -> Iterator[httpx.Client]:
    """The same organisation, from outside; it has a voice called Ada."""
    key = page.evaluate("sessionStorage.getItem('menura.key')")
    with httpx.Client(
        base_url=playground.url, headers={"X-API-Key": key}, timeout=60, verify=False
    ) as client:
        clone(client, "Ada")
        page.goto(f"{playground.address}#/voices")
        expect(card(page, "Ada")).to_be_visible()
        yield client


def card(page: Page, name: str) -> Locator:
    """The card of a voice."""
    return page.get_by_role("article", name=name, exact=True)


def own(client: httpx.Client) -> list[str]:
    """Names of the organisation's voices."""
    return [v["name"] for v in client.get("/voices", params={"is_owner": "true"}).json()["data"]]


def test_voices_are_filtered(page: Page, client: httpx.Client) -> None:
    cards = page.get_by_role("article")
    expect(cards).to_have_count(5)
    page.get_by_label("Search voices").fill("SENORA")
    expect(cards).to_have_count(1)
    expect(page.get_by_text("1 voice", exact=True)).to_be_visible()
    page.get_by_label("Whose").select_option("own")
    expect(page.get_by_text("No voice fits.")).to_be_visible()
    page.get_by_role("button", name="Show all voices").click()
    page.get_by_label("Gender").select_option("masculine")
    expect(cards).to_have_count(1)
    page.get_by_label("Gender").select_option("")
    page.get_by_label("Language", exact=True).select_option("es")
    expect(cards).to_have_count(1)
    page.get_by_role("button", name="Play a sample of Dora").click()
    expect(page.get_by_role("button", name="a sample of Dora")).to_be_enabled()


def test_a_voice_is_renamed_and_described(page: Page, client: httpx.Client) -> None:
    card(page, "Ada").get_by_role("button", name="Edit Ada").click()
    dialog = page.get_by_role("dialog", name="Edit Ada")
    dialog.get_by_label("Name").fill("Ada Lovelace")
    dialog.get_by_label("Description").fill("First of all.")
    dialog.get_by_label("Gender").select_option("feminine")
    dialog.get_by_label("One more").select_option(label="British English")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("button", name="Take British English away")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(card(page, "Ada Lovelace")).to_contain_text("First of all.")
    (voice,) = client.get("/voices", params={"is_owner": "true"}).json()["data"]
    assert (voice["name"], voice["gender"]) == ("Ada Lovelace", "feminine")
    assert [one["locale"] for one in voice["locales"]] == ["en-US", "en-GB"]


def test_a_deleted_voice_can_come_back(page: Page, client: httpx.Client) -> None:
    card(page, "Ada").get_by_role("button", name="Delete Ada").click()
    expect(card(page, "Ada")).to_have_count(0)
    assert own(client) == ["Ada"]
    page.get_by_role("button", name="Undo").click()
    expect(card(page, "Ada")).to_be_visible()
    card(page, "Ada").get_by_role("button", name="Delete Ada").click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        page.get_by_role("button", name="Close this note").click()
    assert gone.value.status == 204
    expect(card(page, "Ada")).to_have_count(0)
    assert own(client) == []


def test_who_leaves_meant_to_delete(page: Page, client: httpx.Client) -> None:
    card(page, "Ada").get_by_role("button", name="Delete Ada").click()
    expect(card(page, "Ada")).to_have_count(0)
    page.goto("about:blank")
    wait_for(lambda: own(client) == [])


def test_a_voice_goes_home_as_a_file_and_comes_back(
    page: Page, client: httpx.Client, tmp_path: Path
) -> None:
    with page.expect_download() as saving:
        card(page, "Ada").get_by_role("button", name="Export Ada").click()
    file = tmp_path / saving.value.suggested_filename
    assert file.suffix == ".safetensors"
    saving.value.save_as(file)
    page.get_by_label("Voice files").set_input_files(file)
    expect(page.get_by_text("Ada is in your library now.")).to_be_visible()
    assert own(client) == ["Ada", "Ada"]
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no voice")
    page.get_by_label("Voice files").set_input_files(broken)
    expect(page.locator(".toast.error")).to_be_visible()


def test_a_voice_learns_another_language(page: Page, client: httpx.Client) -> None:
    card(page, "Ada").get_by_role("button", name="Another language for Ada").click()
    dialog = page.get_by_role("dialog", name="Ada in another language")
    dialog.get_by_label("Language").select_option("en")
    # Not the first of all, which nobody speaks natively.
    expect(dialog.get_by_label("Dialect")).to_have_value("british")
    dialog.get_by_label("Language").select_option("es")
    dialog.get_by_label("Dialect").select_option(label="Mexican Spanish")
    expect(dialog.get_by_label("Name")).to_have_value("Ada, Spanish")
    dialog.get_by_role("button", name="Make the voice").click()
    expect(card(page, "Ada, Spanish")).to_be_visible()
    expect(page.get_by_text("It gets nearer to the person by itself.")).to_be_visible()
    page.get_by_role("button", name="Speak with it").click()
    expect(page.get_by_role("button", name="Voice")).to_contain_text("Ada, Spanish")


def test_two_voices_are_mixed(page: Page, client: httpx.Client) -> None:
    page.get_by_role("button", name="Mix").click()
    dialog = page.get_by_role("dialog", name="Mix two voices")
    dialog.get_by_label("Second voice").select_option(label="Emma")
    dialog.get_by_label("Weight of the first").fill("30")
    dialog.get_by_label("Weight of the second").fill("90")
    expect(dialog).to_contain_text("75 %")
    dialog.get_by_label("Name of the new voice").fill("Between")
    dialog.get_by_role("button", name="Mix").click()
    expect(card(page, "Between")).to_be_visible()
    assert own(client) == ["Between", "Ada"]
