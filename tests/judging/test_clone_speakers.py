"""The speakers of the cloning benchmark: honest targets."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from benchmarks.speakers import RATE, cut_at_pauses, read_speakers, same_recording

from menura.audio.activity import Span


def test_no_target_is_the_clip_or_another_target(shared: Path) -> None:
    speakers = {s.name: s for s in read_speakers(shared / "data" / "clone_eval.tsv")}
    assert len(speakers) == 8
    for speaker in speakers.values():
        recordings = (speaker.clip, *speaker.targets)
        assert speaker.targets
        for i, one in enumerate(recordings):
            assert not any(same_recording(one, other) for other in recordings[i + 1 :])
    assert speakers["vctk_p326"].left_out == 2
    assert speakers["libritts_1995"].left_out == 0
    only = speakers["libritts_1320"]
    assert only.cut
    assert 8 < only.clip.size / RATE < 16
    assert all(target.size >= 3 * RATE for target in only.targets)


def test_rounding_does_not_hide_a_copy(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    clip, other = (0.1 * rng.standard_normal((2, RATE))).astype(np.float32)
    copy = clip + 1e-4 * rng.standard_normal(RATE).astype(np.float32)
    rows = ["path\tspeaker\trole\tgender"]
    for name, role, audio in (("a", "ref", clip), ("b", "target", copy), ("c", "target", other)):
        soundfile.write(tmp_path / f"{name}.flac", audio, RATE)
        rows.append(f"{name}.flac\tann\t{role}\tf")
    (tmp_path / "list.tsv").write_text("\n".join(rows) + "\n")
    (speaker,) = read_speakers(tmp_path / "list.tsv")
    assert speaker.left_out == 1
    assert len(speaker.targets) == 1
    assert not speaker.cut


def test_cut_at_pauses_loses_nothing() -> None:
    audio = np.arange(25 * RATE, dtype=np.float32)
    spans = [Span(0, 5), Span(5.5, 11), Span(11.4, 16), Span(16.6, 17.5), Span(18, 25)]
    clip, targets = cut_at_pauses(audio, spans)
    np.testing.assert_array_equal(np.concatenate([clip, *targets]), audio)
    assert clip.size == round(11.2 * RATE)
    assert [round(t.size / RATE, 1) for t in targets] == [5.1, 8.7]


def test_a_recording_that_cannot_be_cut_is_refused() -> None:
    audio = np.zeros(13 * RATE, dtype=np.float32)
    with pytest.raises(ValueError, match="no pause"):
        cut_at_pauses(audio, [Span(0, 13)])
    with pytest.raises(ValueError, match="too little"):
        cut_at_pauses(audio, [Span(0, 11), Span(11.5, 13)])
