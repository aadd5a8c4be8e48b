"""Recording when something is in the way: no microphone, too short, too long, interrupted."""

import re

from playwright.sync_api import Page, expect
from recording import begin, open_clone, recorded_seconds
from serving import wait_for

REFUSED = """error => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", error); };
}"""

TAPPED = """() => {
  window.AudioWorkletNode = class extends GainNode {
    constructor(context) {
      super(context);
      this.port = {};
      window.hear = (seconds) =>
        this.port.onmessage({ data: new Float32Array(seconds * context.sampleRate).fill(0.1) });
    }
  };
}"""
"""A microphone that gives what the test says, however much, and at once."""

HELD = """() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => (window.heard = await open(wish));
}"""

LEAVE = """() => new Promise((resolve) => {
  const told = () => document.querySelector("h1")?.textContent === "Voices"
    && resolve(heard.getTracks()[0].readyState);
  new MutationObserver(told).observe(document.body, { childList: true, subtree: true });
  document.querySelector('nav a[href="#/voices"]').click();
})"""
"""Goes to the voices; what the microphone does as they appear, before they are painted."""

LATE = """() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const answered = new Promise((resolve) => { window.answer = resolve; });
  navigator.mediaDevices.getUserMedia = async (wish) => {
    await answered;
    return (window.late = await open(wish));
  };
}"""


REASONS = {
    "NotAllowedError": "The browser may not use the microphone.",
    "NotFoundError": "No microphone was found.",
    "NotReadableError": "The microphone cannot be used.",
}


def test_why_there_is_no_sound_is_told_where_one_records(page: Page) -> None:
    open_clone(page)
    alert = page.get_by_role("alert")
    record = page.get_by_role("button", name="Record", exact=True)
    for error, told in REASONS.items():
        page.evaluate(REFUSED, error)
        record.click()
        expect(alert).to_contain_text(told)
        expect(alert).to_contain_text("drop a file instead")
        expect(record).to_be_enabled()
    # What was asked for once more is not told any longer.
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => new Promise(() => {}); }")
    record.click()
    expect(alert).to_have_count(0)


def test_a_recording_may_be_too_short_or_too_long(page: Page) -> None:
    page.route("**/voices/check", lambda route: route.abort())
    open_clone(page)
    page.evaluate(TAPPED)
    begin(page)
    page.evaluate("hear(0.5)")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("alert")).to_contain_text("That was too short.")
    assert recorded_seconds(page) == 0

    # Two minutes are the most, whatever comes.
    begin(page)
    page.evaluate("() => { for (let i = 0; i < 12; i++) hear(11); }")
    expect(page.get_by_text("The recording ended after two minutes")).to_be_visible()
    expect(page.get_by_text("Your recording")).to_be_visible()
    expect(page.get_by_role("button", name="Record again")).to_be_visible()
    assert recorded_seconds(page) == 121


def test_a_microphone_that_goes_away_ends_the_recording_and_nothing_is_lost(page: Page) -> None:
    page.route("**/voices/check", lambda route: route.abort())
    open_clone(page)
    page.evaluate(HELD)
    begin(page)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:0[1-9]"))
    page.evaluate("heard.getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.get_by_text("The microphone went away.")).to_be_visible()
    expect(page.get_by_text("Your recording")).to_be_visible()
    assert recorded_seconds(page) >= 1


def test_who_goes_elsewhere_keeps_the_recording_and_is_not_listened_to(
    page: Page,
) -> None:
    page.route("**/voices/check", lambda route: route.abort())
    open_clone(page)
    page.evaluate(HELD)
    begin(page)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:0[1-9]"))
    assert page.evaluate(LEAVE) == "ended"
    open_clone(page)
    expect(page.get_by_text("was kept from your last visit")).to_be_visible()
    assert recorded_seconds(page) >= 1

    # Nor is one who leaves before the browser has the answer about the microphone.
    page.get_by_role("button", name="Record again").click()
    page.evaluate(LATE)
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("Your browser asks for the microphone.")).to_be_visible()
    page.get_by_role("link", name="Voices", exact=True).click()
    expect(page.get_by_role("heading", name="Voices", level=1)).to_be_visible()
    page.evaluate("answer()")
    # Asked from here: in the page, its Content-Security-Policy keeps texts from being run later.
    wait_for(lambda: page.evaluate("window.late?.getTracks()[0].readyState") == "ended", 60)
