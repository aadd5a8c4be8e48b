"""Pro clones in the browser: files, one of them broken, a worker that dies, Retry, voices."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from browsing import Playground
from looking import look, noted
from playwright.sync_api import Locator, Page, Route, expect

CHARTS = (
    "Likeness to the speaker: pro clone 0.79",
    "Naturalness: pro clone 4.07, instant clone 3.6 after 400 steps",
    "Pronunciation error: pro clone 1.02, instant clone 1.4",
    "Overall score",
    "Timing: in training",
    "Melody: in training",
    "Loudness: in training",
    "Distance from the recordings",
    "Unlikeness in new sentences",
    "Unnaturalness in new sentences",
    "Unclear sounds in new sentences",
)


TRAINED_MS = 90_000
"""Time for a training, which has several workers begin."""


def recording(path: Path, pitch: float, seconds: float = 7.0) -> Path:
    """A recording of which the tiny engine takes two utterances of the first speaker: 4 s count."""
    times = np.arange(round(seconds * 16000)) / 16000
    soundfile.write(path, 0.2 * np.sin(2 * np.pi * pitch * times), 16000, subtype="PCM_16")
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two recordings, and one that is none."""
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"This is no sound at all. " * 40)
    return [
        recording(tmp_path / "first.wav", 200),
        recording(tmp_path / "second.flac", 300),
        broken,
    ]


def file_row(page: Page, name: str) -> Locator:
    """A file of the list."""
    return page.locator("[data-verdict]").filter(has_text=name)


def new_clone(page: Page, name: str) -> None:
    """From the menu to the recordings."""
    page.get_by_role("link", name="Pro clones", exact=True).first.click()
    page.get_by_role("link", name="New pro clone").click()
    expect(page.get_by_role("heading", name="What makes a good pro clone")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Language of the recordings").select_option("en-US")


def test_from_files_to_four_voices(page: Page, playground: Playground, files: list[Path]) -> None:
    new_clone(page, "Ada, professional")
    page.reload()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Ada, professional")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Create").click()

    # An upload that a reload cuts off: the same files are dropped again, what is there is skipped.
    def never(route: Route) -> None:
        pass

    page.get_by_label("Choose files").wait_for(state="attached")
    page.route("**/datasets/*/files", never)
    page.get_by_label("Choose files").set_input_files(files[:1])
    expect(page.locator("[data-upload=sending]")).to_be_visible()
    page.reload()
    page.unroute("**/datasets/*/files")
    expect(page.get_by_text("1 upload was cut off.")).to_be_visible()
    page.get_by_label("Choose files").set_input_files(files[:1])
    expect(file_row(page, "first.wav")).to_have_attribute("data-verdict", "fair")
    page.get_by_label("Choose files").set_input_files(files)
    expect(page.get_by_text("1 file is there already and was skipped.")).to_be_visible()
    expect(file_row(page, "second.flac")).to_have_attribute("data-verdict", "fair")
    bad = file_row(page, "broken.mp3")
    expect(bad).to_have_attribute("data-verdict", "unusable")
    expect(bad.locator(".note.warning")).to_be_visible()
    expect(page.locator("[data-upload]")).to_have_count(0)
    expect(page.get_by_role("meter", name="Speech that counts")).to_be_visible()

    # Two people were heard: the one who spoke most is taken, until somebody says otherwise.
    expect(page.get_by_role("radio", name="Speaker 1")).to_be_checked()
    use = page.get_by_role("checkbox", name="Train on: words 1").first
    expect(use).not_to_be_checked()
    page.get_by_role("radio", name="Speaker 2").check()
    expect(use).to_be_checked()
    expect(page.get_by_role("checkbox", name="Train on: words 0").first).not_to_be_checked()
    page.get_by_role("radio", name="Speaker 1").check()
    expect(use).not_to_be_checked()

    # The utterances can be heard, corrected and left out.
    words = page.get_by_role("button", name="Correct: words 0").first
    words.click()
    page.get_by_label("What is said, word for word").fill("[crash training]")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("corrected", exact=True)).to_be_visible()
    with page.expect_response("**/audio") as sound:
        page.get_by_role("button", name="Play the utterance at 0:00").first.click()
    # Four seconds of 16 bits at 24 kHz, behind a header.
    assert int(sound.value.headers["content-length"]) == 44 + 4 * 24000 * 2
    use.click()
    expect(use).to_be_checked()
    use.click()
    expect(use).not_to_be_checked()

    # A choice stays chosen while it is sent and older reports come in; one that is lost is undone.
    held: list[Route] = []
    page.route(
        "**/datasets/*",
        lambda route: held.append(route) if route.request.method == "PATCH" else route.fallback(),
    )
    page.get_by_role("radio", name="Speaker 2").click()
    with page.expect_response("**/report"):
        use.click()
    expect(page.get_by_role("radio", name="Speaker 2")).to_be_checked()
    held[0].abort()
    expect(page.get_by_role("radio", name="Speaker 1")).to_be_checked()
    page.unroute("**/datasets/*")
    expect(use).to_be_checked()
    use.click()
    expect(use).not_to_be_checked()
    look(page, "pro-recordings")

    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_text("Training needs the person's consent.")).to_be_visible()
    page.get_by_role("checkbox").check()
    look(page, "pro-train")
    page.get_by_role("button", name="Train").click()

    # The worker dies of it, again and again; the page says so and offers Retry.
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible(timeout=TRAINED_MS)
    assert len(noted(playground, "stage training")) >= 2
    expect(page.get_by_text("Failed", exact=True)).to_be_visible()
    look(page, "pro-failed")
    page.get_by_role("link", name="Look at the recordings").click()
    page.get_by_role("button", name="Correct: [crash training]").click()
    page.get_by_label("What is said, word for word").fill("[hold judging]")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Correct: [hold judging]")).to_be_visible()
    page.get_by_role("link", name="All pro clones").click()
    # The recordings have the same name, and may be listed before the pro clones are.
    page.locator("h2").get_by_role("link", name="Ada, professional", exact=True).click()
    page.get_by_role("button", name="Retry").click()

    judging = page.get_by_role("progressbar", name="Listening to the result")
    expect(judging).to_be_visible(timeout=TRAINED_MS)
    expect(page.get_by_role("img", name="Likeness to the speaker")).to_be_visible()
    page.reload()
    expect(judging).to_be_visible()
    for name in CHARTS:
        expect(page.get_by_role("img", name=name)).to_be_visible()
    look(page, "pro-training")

    # It is cancelled, and goes on from where it was.
    page.get_by_role("button", name="Cancel the training").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the training").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    (playground.data / "release-judging").touch()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("4 voices are in your library.")).to_be_visible(timeout=TRAINED_MS)
    (playground.data / "release-judging").unlink()

    expect(page.locator(".pro-voice")).to_have_count(4)
    row = page.get_by_role("row").filter(has_text="Likeness to the speaker")
    expect(row.get_by_role("cell")).to_have_text([re.compile("higher is better"), "0.62", "0.81"])
    expect(page.get_by_text("timing 25 %, melody 50 %, loudness 50 % nearer")).to_be_visible()
    expect(page.locator(".model-id code")).to_have_text("menura-1-2026-11")
    for words, name, seconds in (("recording", "recording", 4), ("pro clone", "tuned", 1)):
        with page.expect_response(f"**/samples/1/{name}") as sound:
            page.get_by_role("button", name=f"Play sentence 1: {words}").click()
        assert int(sound.value.headers["content-length"]) == 44 + seconds * 24000 * 2
    expect(page.get_by_role("button", name="Play sentence 2: instant clone")).to_be_visible()
    look(page, "pro-result")
    with page.expect_response("**/tts/bytes") as spoken:
        page.get_by_role("button", name="Play the voice").first.click()
    assert spoken.value.request.post_data_json["model_id"] == "menura-1-2026-11"
    with page.expect_download() as saved:
        page.get_by_role("button", name="Take the model home").click()
    assert saved.value.suggested_filename.startswith("Ada-professional")
    page.get_by_role("link", name="Speak with it").first.click()
    expect(page.get_by_role("heading", name="Speak", exact=True)).to_be_visible()
    page.get_by_role("link", name="Pro clones", exact=True).first.click()
    expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    look(page, "pro-list")
    come_back(page, saved.value.path())


def come_back(page: Page, file: Path) -> None:
    """The clone is deleted and taken in again from its file; another file is refused."""
    page.get_by_role("button", name="Delete Ada, professional").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No pro clones yet")).to_be_visible()
    picker = page.get_by_label("File of a pro clone")
    picker.set_input_files({"name": "x", "mimeType": "text/plain", "buffer": b"Dear Ada"})
    expect(page.locator(".toast.error")).to_be_visible()
    picker.set_input_files(file)
    expect(page.get_by_text("Ada, professional was taken in, with its voices.")).to_be_visible()
    # Its recordings have the same name; they are there before the list is shown anew.
    page.locator("h2").get_by_role("link", name="Ada, professional", exact=True).click()
    expect(page.locator(".pro-voice")).to_have_count(4)
    with page.expect_response("**/tts/bytes") as spoken:
        page.get_by_role("button", name="Play the voice").first.click()
    assert spoken.value.ok


def test_the_steps_before_recordings_look_right(page: Page) -> None:
    page.get_by_role("link", name="Pro clones", exact=True).first.click()
    expect(page.get_by_text("No pro clones yet")).to_be_visible()
    page.get_by_role("link", name="New pro clone").click()
    look(page, "pro-practices")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Give the clone a name.")).to_be_visible()
    look(page, "pro-details")
    # A draft is not lost by going elsewhere.
    page.get_by_role("textbox", name="Name").fill("Half done")
    page.get_by_role("link", name="All pro clones").click()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    page.get_by_role("link", name="Continue the draft").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Half done")


def test_an_upload_that_fails_is_retried_and_a_folder_is_taken(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "Ada" / "monday"
    folder.mkdir(parents=True)
    recording(folder / "one.wav", 220)
    (folder / "notes.txt").write_text("read slowly")
    new_clone(page, "Ada")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Choose a folder").wait_for(state="attached")
    page.route(
        "**/datasets/*/files",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.get_by_label("Choose a folder").set_input_files(tmp_path / "Ada")
    expect(page.get_by_text("1 is no recording and was left out.")).to_be_visible()
    expect(page.locator("[data-upload=failed]")).to_contain_text("The server does not answer.")
    page.unroute("**/datasets/*/files")
    page.get_by_role("button", name="Retry one.wav").click()
    expect(file_row(page, "one.wav")).to_have_attribute("data-verdict", "fair")


CRASHED = """async () => {
  const { collected } = await import("./pages/pro/learning.js");
  const point = (stage, begins, step, losses, scores) => ({ stage, begins, step, losses, scores });
  const found = collected([
    point("training", true, 0, {}, { delivery_f0: 2 }),
    point("training", false, 10, { f0: 1.9 }, {}),
    // The worker died and begins again.
    point("training", true, 0, {}, { delivery_f0: 2 }),
    point("training", false, 8, { f0: 1.8 }, {}),
    point("training", false, 0, { f0: 1.4 }, { delivery_f0: 1.3 }),
    point("judging", true, 0, {}, { likeness: 0.4 }),
    point("training", true, 90, { spectrum: 0.9 }, {}),
    point("judging", true, 100, { spectrum: 0.8 }, { likeness: 0.6 }),
    // Again, and goes on from step 80.
    point("training", true, 85, { spectrum: 0.95 }, {}),
    point("judging", true, 100, { spectrum: 0.7 }, { likeness: 0.65 }),
  ]);
  return [found.judged.get("f0"), found.delivery.get("f0"), found.scores.get("likeness"),
    found.losses.get("spectrum")];
}"""


def test_what_was_learned_twice_is_shown_once(page: Page) -> None:
    judged, delivery, likeness, spectrum = page.evaluate(CRASHED)
    assert judged == [[0, 2], [9, 1.3]]
    assert delivery == [[8, 1.8], [9, 1.4]]
    assert likeness == [[0, 0.4], [100, 0.65]]
    assert spectrum == [[85, 0.95], [100, 0.7]]
