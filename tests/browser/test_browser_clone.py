"""Cloning in the browser, with a microphone that hears a real recording."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from browsing import Playground, chromium
from looking import look, noted
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect
from tiny_studio import SAID

Audio = NDArray[np.float32]
SPEECH = Path(__file__).parents[2] / "docs" / "listen" / "vctk_p326-source.mp3"


@pytest.fixture(scope="module")
def speech() -> tuple[Audio, int]:
    """A man speaks for five seconds; and the rate in Hz."""
    audio, rate = soundfile.read(SPEECH, dtype="float32", always_2d=True)
    return audio.mean(axis=1), rate


@pytest.fixture(scope="module")
def browser(
    chromium_path: str,
    speech: tuple[Audio, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Browser]:
    """Chromium with a microphone that repeats the recording."""
    heard = tmp_path_factory.mktemp("microphone") / "speech.wav"
    soundfile.write(heard, *speech, subtype="PCM_16")
    with chromium(chromium_path, f"--use-file-for-fake-audio-capture={heard}") as browser:
        yield browser


def open_clone(page: Page) -> None:
    """Goes there by the menu."""
    page.get_by_role("link", name="Clone", exact=True).click()
    expect(page.get_by_role("heading", name="Clone a voice")).to_be_visible()


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


def test_record_clone_and_speak_through_a_reload(page: Page, playground: Playground) -> None:
    open_clone(page)
    page.get_by_role("radio", name="Lively").check()
    expect(page.get_by_text("Oh, brilliant, you made it!")).to_be_visible()
    page.get_by_label("Language of the recording").select_option("es-ES")
    expect(page.get_by_text("No te vas a creer")).to_be_visible()
    page.get_by_label("Language of the recording").select_option("en-GB")
    look(page, "clone-record")

    page.get_by_role("button", name="Record").click()
    page.get_by_role("timer").wait_for()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:(0[3-9]|1\d)"))
    assert page.locator(".meter-bars .on").count() > 0
    # In the middle of the recording: what was said so far is there again.
    page.reload()
    expect(page.get_by_text("was kept from your last visit")).to_be_visible()
    assert recorded_seconds(page) > 2
    page.get_by_role("button", name="Record again").click()
    page.get_by_role("button", name="Record").click()
    page.get_by_role("timer").wait_for()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:(0[5-9]|1\d)"))
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
    page.get_by_label("Choose a file").set_input_files(noisy)
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

    # The part that is chosen is what is sent: its end is moved by keys.
    end = page.get_by_role("slider", name="End of the chosen part")
    end.focus()
    with page.expect_response("**/voices/check") as answer:
        for _ in range(2):
            page.keyboard.press("Shift+ArrowLeft")
    length = audio.size / rate
    assert abs(answer.value.json()["timeline"]["seconds"] - (length - 2)) < 0.2
    page.get_by_role("radio", name="Stability").check()
    expect(page.get_by_role("radio", name="Take noise out")).to_be_checked()
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
