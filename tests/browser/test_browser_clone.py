"""Cloning in the browser, with a microphone that hears a real recording."""

import base64
import re
from pathlib import Path

import numpy as np
import soundfile
from browsing import Playground
from looking import look, noted
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect
from recording import begin, open_clone, recorded_seconds
from tiny_studio import SAID

Audio = NDArray[np.float32]

HOLD_FILE = """text => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  window.held = new DataTransfer();
  held.items.add(new File([bytes], "kitchen.wav", { type: "audio/wav" }));
}"""
"""Takes a file as if by the mouse."""

DROP = """place => document.querySelector(place).dispatchEvent(
  new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }))"""
"""Lets it fall somewhere; gives whether the browser would open it."""


def drag(page: Page, over: Locator, start: float, end: float) -> None:
    """Drags with the mouse from one share of an element's width to another."""
    # It may be scrolled out of sight, or under the header, where the mouse does not reach it.
    over.hover()
    box = over.bounding_box()
    assert box is not None
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], height)
    page.mouse.down()
    page.mouse.move(box["x"] + (start + end) / 2 * box["width"], height)
    page.mouse.move(box["x"] + end * box["width"], height)
    page.mouse.up()


def chosen(page: Page, which: str) -> float:
    """An end of the chosen part, in seconds."""
    handle = page.get_by_role("slider", name=f"{which} of the chosen part")
    return float(handle.get_attribute("aria-valuenow") or "nan")


def test_record_clone_and_speak_through_a_reload(page: Page, playground: Playground) -> None:
    open_clone(page)
    page.get_by_role("radio", name="Lively").check()
    expect(page.get_by_text("Oh, brilliant, you made it!")).to_be_visible()
    page.get_by_label("Language of the recording").select_option("es-ES")
    expect(page.get_by_text("No te vas a creer")).to_be_visible()
    page.get_by_label("Language of the recording").select_option("en-GB")
    look(page, "clone-record")

    begin(page)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:(0[2-9]|1\d)"))
    assert page.locator(".meter-bars .on").count() > 0
    # In the middle of the recording: what was said so far is there again.
    page.reload()
    expect(page.get_by_text("was kept from your last visit")).to_be_visible()
    assert recorded_seconds(page) > 1
    page.get_by_role("button", name="Record again").click()
    begin(page)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:(0[3-9]|1\d)"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Heard:")).to_be_visible()
    expect(page.get_by_text(SAID)).to_be_visible()
    expect(
        page.get_by_text("of speech: a good length").or_(page.get_by_text("s are best"))
    ).to_be_visible()

    page.get_by_role("button", name="Clone", exact=True).click()
    expect(page.get_by_text("Give the voice a name.")).to_be_visible()
    expect(page.get_by_text("A voice is made only with the person's consent.")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Ada")
    page.get_by_role("checkbox").check()
    hold = playground.data / "hold-refinement"
    hold.touch()
    page.get_by_role("button", name="Clone", exact=True).click()
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Refining the voice")).to_be_visible()
    expect(page.get_by_role("meter", name="Likeness")).to_have_attribute(
        "aria-valuenow", re.compile("^8")
    )
    look(page, "clone-refining")
    hold.unlink()
    expect(page.get_by_text("at its full quality")).to_be_visible()
    expect(page.get_by_role("meter", name="Likeness")).to_have_attribute(
        "aria-valuenow", re.compile("^9")
    )
    assert noted(playground, "clone en")[-1] == "clone en-GB similarity False"

    page.get_by_label("Write something for it to say").fill("One two three")
    page.get_by_role("button", name="Speak", exact=True).click()
    page.get_by_role("button", name="Play what was said").wait_for()
    page.get_by_role("button", name="Try the other mode: stability").click()
    expect(page.get_by_role("heading", name="Ada (stability)")).to_be_visible()
    expect(page.get_by_role("heading", name="Clone for stability")).to_be_visible()
    expect(page.get_by_role("heading", name="Clone for similarity")).to_be_visible()
    expect(page.get_by_role("meter", name="Likeness")).to_have_count(2)
    assert noted(playground, "clone en")[-1] == "clone en-GB stability True"
    look(page, "clone-compared")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert saved.value.suggested_filename == "Ada-stability.menura.safetensors"
    page.get_by_role("button", name="Another language").click()
    page.get_by_role("dialog", name="Ada (stability) in another language").wait_for()
    page.keyboard.press("Escape")
    # The clip itself is gone from the form, and kept beside its voices.
    open_clone(page)
    page.get_by_role("button", name="Record").wait_for()


def test_a_noisy_file_gets_advice(
    page: Page, playground: Playground, speech: tuple[Audio, int], tmp_path: Path
) -> None:
    audio, rate = speech
    noise = np.random.default_rng(0).normal(0, 0.03, audio.size).astype(np.float32)
    noisy = tmp_path / "kitchen.wav"
    soundfile.write(noisy, audio + noise, rate, subtype="PCM_16")
    open_clone(page)
    page.evaluate(HOLD_FILE, base64.b64encode(noisy.read_bytes()).decode())
    # One that misses its place must not be opened instead of the page.
    assert page.evaluate(DROP, "h1") is False
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    page.evaluate(DROP, ".drop")
    expect(page.get_by_text("kitchen.wav")).to_be_visible()
    warning = page.locator("[data-code=clip_noisy]")
    expect(warning).to_be_visible()
    assert "Recommended here" in page.get_by_text("Quieter background").inner_text()
    look(page, "clone-noisy")

    page.get_by_role("button", name="Hear it with and without clean-up").click()
    page.get_by_role("radio", name="Cleaned").check()
    page.get_by_role("button", name="Play the cleaned clip").wait_for()
    levels = [int(text.split()[0]) for text in page.locator(".compare .hint").all_inner_texts()]
    assert levels[1] > levels[0] + 3

    # The part that is chosen is what is sent. A new one by the mouse, then its end, then by keys.
    length = audio.size / rate
    wave = page.get_by_role("slider", name="Position in the clip")
    drag(page, wave, 0.2, 0.5)
    assert abs(chosen(page, "Start") - 0.2 * length) < 0.1
    assert abs(chosen(page, "End") - 0.5 * length) < 0.1
    page.get_by_role("button", name="Use all of it").click()
    assert chosen(page, "Start") == 0
    with page.expect_response("**/voices/check") as answer:
        drag(page, wave, 0.995, 0.9)
    assert abs(answer.value.json()["timeline"]["seconds"] - 0.9 * length) < 0.2
    end = page.get_by_role("slider", name="End of the chosen part")
    end.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert abs(chosen(page, "End") - (0.9 * length - 1.1)) < 0.15
    page.get_by_role("radio", name="Stability").check()
    expect(page.get_by_role("radio", name="Take noise out")).to_be_checked()
    # What is left, four seconds, is enough for the other mode.
    expect(page.locator("[data-code=clip_short_for_stability]")).to_be_visible()
    # Nothing of this is lost.
    page.get_by_role("textbox", name="Name").fill("Noisy")
    page.reload()
    expect(page.get_by_text("kitchen.wav")).to_be_visible()
    expect(page.get_by_role("radio", name="Stability")).to_be_checked()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Noisy")
    # A clone whose answer a reload cuts off is taken up again by itself.
    page.get_by_role("checkbox").check()
    page.route("**/voices/clone", lambda route: None)
    with page.expect_request("**/voices/clone"):
        page.get_by_role("button", name="Clone", exact=True).click()
    page.unroute("**/voices/clone")
    page.reload()
    expect(page.get_by_role("heading", name="Noisy")).to_be_visible()
    assert noted(playground, "clone en")[-1] == "clone en-GB stability True"


def test_what_is_no_recording_is_told_in_words(page: Page, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Dear Ada")
    open_clone(page)
    page.get_by_label("Choose a file").set_input_files(text)
    expect(page.get_by_text("This browser cannot play the file")).to_be_visible()
    expect(
        page.locator("[data-code=audio_unreadable], [data-code=audio_not_audio]")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Clone", exact=True)).to_be_disabled()
