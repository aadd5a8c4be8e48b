"""The page to listen to: small, accessible, without a network."""

import io
import re
from html.parser import HTMLParser

import numpy as np
import soundfile
from benchmarks.listen import COLUMNS, Line, Sample, coded, page, shortened

RATE = 24000


class Tags(HTMLParser):
    """Collects tags, and checks that those that must close do."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def close(self) -> None:
        super().close()
        assert not self._open


def parsed(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    tags.close()
    return tags


def lines() -> list[Line]:
    samples = {name: Sample(f"listen/ann-{name}.mp3", "0.71, after 15 s") for name in COLUMNS}
    del samples["stability"]
    return [Line("ann <1>", 'Is "it" here & there?', samples)]


def test_page_is_whole_and_every_audio_has_a_name() -> None:
    tags = parsed(page(lines(), "Made today")).found
    audio = [attributes for tag, attributes in tags if tag == "audio"]
    assert len(audio) == len(COLUMNS) - 1
    assert all("ann <1>" in str(attributes["aria-label"]) for attributes in audio)
    assert ("html", {"lang": "en"}) in tags
    assert sum(tag == "th" and a.get("scope") == "col" for tag, a in tags) == len(COLUMNS) + 1


def test_page_asks_nothing_of_the_network() -> None:
    tags = parsed(page(lines(), "")).found
    assert not [tag for tag, _ in tags if tag in ("script", "link", "img", "iframe")]
    sources = [str(a["src"]) for _, a in tags if "src" in a]
    assert all(re.fullmatch(r"listen/[\w-]+\.mp3", source) for source in sources)


def test_text_is_escaped_and_licences_are_named() -> None:
    text = page(lines(), "")
    assert "ann &lt;1&gt;" in text
    assert "here &amp; there?" in text
    assert "not made" in text
    assert "VCTK" in text
    assert "LibriTTS" in text
    assert "https://creativecommons.org/licenses/by/4.0/" in text


def test_audio_is_small_and_of_one_loudness() -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(4 * RATE).astype(np.float32)
    levels = []
    for gain in (0.01, 0.1):
        data = coded(noise * np.float32(gain), RATE)
        assert len(data) < 4 * 4400
        audio, rate = soundfile.read(io.BytesIO(data))
        assert rate == RATE
        levels.append(float(np.sqrt(np.mean(audio**2))))
    assert levels[0] / levels[1] < 1.05
    assert levels[1] / levels[0] < 1.05


def test_long_sources_are_faded_out() -> None:
    audio = np.ones(10 * RATE, dtype=np.float32)
    short = shortened(audio, RATE)
    assert short.size == 8 * RATE
    assert short[-1] == 0.0
    assert short[0] == 1.0
    assert shortened(audio[:RATE], RATE) is not None
    np.testing.assert_array_equal(shortened(audio[:RATE], RATE), audio[:RATE])
