"""Speak: text goes out, sound and words come back, and the take is kept."""

import base64
import io
import json
import wave
from pathlib import Path

import pytest
from browsing import Playground
from playwright.sync_api import Page, Route, WebSocket, expect

TEXT = "Good morning, dear lyrebird."


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Text").fill(text)


def speak(page: Page, text: str) -> None:
    write(page, text)
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.get_by_role("button", name="WAV")).to_be_visible()


def test_a_text_is_heard_while_it_is_spoken(
    page: Page, playground: Playground, tmp_path: Path
) -> None:
    sockets: list[WebSocket] = []
    received: list[str] = []

    def opened(socket: WebSocket) -> None:
        sockets.append(socket)
        socket.on("framereceived", lambda data: received.append(str(data)))

    page.on("websocket", opened)
    page.reload()
    expect(page.get_by_role("button", name="Voice")).to_contain_text("English")
    speak(page, TEXT)
    # One may have been opened by the page before it was loaded again.
    assert sockets
    for socket in sockets:
        assert "access_token=" in socket.url
        assert "sk_car_" not in socket.url
    events = [json.loads(data) for data in received]
    audio = b"".join(base64.b64decode(e["data"]) for e in events if e["type"] == "chunk")
    # The engine takes 200 ms for each word.
    assert len(audio) == 2 * 24000 * 4 // 5
    expect(page.locator(".word")).to_have_text(["Good", "morning,", "dear", "lyrebird."])
    # It began by itself, and the last word is lit when it is over.
    expect(page.locator(".word.now")).to_have_text("lyrebird.")
    figures = page.locator(".figures")
    expect(figures).to_contain_text("real time")
    expect(figures).to_contain_text("800 ms")
    with page.expect_download() as saving:
        page.get_by_role("button", name="WAV").click()
    assert saving.value.suggested_filename == "Good-morning-dear-lyrebird.wav"
    with wave.open(io.BytesIO(Path(saving.value.path()).read_bytes())) as file:
        assert (file.getframerate(), file.getnframes()) == (24000, 19200)
    with page.expect_download() as saving:
        page.get_by_role("button", name="MP3").click()
    assert Path(saving.value.path()).read_bytes()[:3] in (b"ID3", b"\xff\xfb\x94", b"\xff\xfb\x90")


_LATE = """async () => {
  const { Playback } = await import("./sound/playback.js");
  const playback = new Playback(24000);
  const seen = [];
  playback.position.subscribe((seconds) => seen.push(seconds));
  const over = (seconds) => new Promise((done) => {
    const look = () => (playback.position.value >= seconds ? done() : setTimeout(look, 5));
    look();
  });
  playback.add(new Float32Array(2400));
  await playback.play(0);
  await over(0.1);
  await new Promise((done) => setTimeout(done, 100));
  playback.add(new Float32Array(2400));
  playback.finish();
  await over(0.19);
  playback.close();
  return seen;
}"""


def test_words_do_not_go_back_when_sound_comes_late(page: Page) -> None:
    seen: list[float] = page.evaluate(_LATE)
    assert len(seen) > 5
    assert seen == sorted(seen)


def test_speech_that_is_asked_for_too_early_waits_for_the_voices(page: Page) -> None:
    held: list[Route] = []
    page.route("**/v1/models", lambda route: held.append(route))
    page.reload()
    write(page, TEXT)
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.locator("button[aria-busy=true]")).to_have_text("Speak")
    for route in held:
        route.continue_()
    expect(page.locator(".word")).to_have_count(4)


def test_takes_are_kept_in_the_browser(page: Page) -> None:
    speak(page, "Remember this.")
    speak(page, "And this.")
    takes = page.locator(".takes li")
    expect(takes).to_have_count(2)  # the button of the first take is there before the second
    page.reload()
    expect(takes).to_have_count(2)
    expect(takes.first).to_contain_text("And this.")
    page.get_by_role("button", name="Open: Remember this.").click()
    expect(page.locator(".word")).to_have_text(["Remember", "this."])
    takes.nth(1).get_by_role("button", name="Use this text").click()
    expect(page.get_by_role("textbox", name="Text")).to_have_value("Remember this.")
    takes.first.get_by_role("button", name="Remove this take").click()
    expect(takes).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(takes).to_have_count(2)
    page.get_by_role("button", name="Clear all").click()
    page.get_by_role("button", name="Remove all").click()
    expect(takes).to_have_count(0)


def test_what_was_typed_survives_a_reload(page: Page) -> None:
    write(page, "Half a senten")
    page.get_by_label("Emotion").select_option("calm")
    page.reload()
    expect(page.get_by_role("textbox", name="Text")).to_have_value("Half a senten")
    expect(page.get_by_label("Emotion")).to_have_value("calm")


@pytest.mark.parametrize("way", ["button", "key"])
def test_speech_is_stopped(page: Page, way: str) -> None:
    write(page, "[slow] " + "on and on " * 200)
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.locator(".word").nth(3)).to_be_visible()
    if way == "button":
        page.get_by_role("button", name="Stop", exact=True).click()
    else:
        expect(page.locator("kbd")).to_have_text("Esc")
        page.keyboard.press("Escape")
    expect(page.get_by_text("What came until then is here.").last).to_be_visible()
    expect(page.locator(".takes li")).to_have_count(0)
    # The socket is still good for the next text.
    speak(page, TEXT)
    expect(page.locator(".word")).to_have_count(4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("  ", "Type what you would like to hear."),
        ("[text-error] word", "The text has a bad symbol"),
    ],
)
def test_what_is_wrong_is_said_in_words(page: Page, text: str, told: str) -> None:
    write(page, text)
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.get_by_text(told)).to_be_visible()


def test_the_same_as_a_program(page: Page) -> None:
    write(page, "It's me.")
    page.get_by_label("Speed").fill("1.2")
    page.get_by_role("button", name="As code").click()
    shown = page.get_by_label("Program")
    expect(shown).to_contain_text("curl ")
    expect(shown).to_contain_text("It'\\''s me.")
    expect(shown).to_contain_text('"speed": 1.2')
    page.get_by_label("Python").check()
    expect(shown).to_contain_text("client.tts.generate(")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "sk_car_" not in copied
    compile(copied, "copied", "exec")
    page.get_by_label("JavaScript").check()
    expect(shown).to_contain_text("await fetch(")


def test_a_voice_is_searched_heard_and_chosen_by_keyboard_alone(page: Page) -> None:
    expect(page.get_by_role("button", name="Voice")).to_contain_text("English")
    keys = page.keyboard

    def reach(what: str) -> None:
        """Tabs until the element with this name or text has the focus."""
        for _ in range(40):
            keys.press("Tab")
            focused = page.evaluate(
                "(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
                "(document.activeElement)"
            )
            if str(focused).strip().startswith(what):
                return
        raise AssertionError(f"the Tab key does not lead to {what!r}")

    page.evaluate("document.activeElement.blur()")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    expect(page.locator(".picker")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Choose a voice")).to_be_visible()
    expect(page.get_by_label("Search voices")).to_be_focused()
    keys.type("senora")
    expect(page.locator(".voice-list li")).to_have_count(1)
    reach("Play a sample of Dora")
    keys.press("Enter")
    reach("Dora")
    keys.press("Enter")
    expect(page.locator(".picker")).to_be_focused()
    expect(page.locator(".picker")).to_contain_text("Dora")
    reach("Text")
    keys.type("Buenos días.")
    keys.press("Control+Enter")
    expect(page.get_by_role("button", name="WAV")).to_be_visible()
    # While it is played at first, the button stops it.
    expect(page.get_by_role("button", name="Play this take").first).to_be_visible()
    reach("Play this take")
    keys.press("Tab")
    position = page.get_by_role("slider", name="Position in this take")
    expect(position).to_be_focused()
    keys.press("Home")
    expect(position).to_have_attribute("aria-valuenow", "0")
