"""The engine with the real model on real speech."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from menura.audio.formats import OutputFormat
from menura.engine import Engine
from menura.errors import AudioError, CancelledError, NotFoundError, TextError
from menura.models import states
from menura.work.jobs import CloneJob, SpeechJob, VoiceRef

FLOATS = OutputFormat("raw", 24000, "pcm_f32le")
HEART = VoiceRef(stock="af_heart")


def job(text: str, voice: VoiceRef = HEART, **more: float) -> SpeechJob:
    return SpeechJob(text, voice, "en-US", FLOATS, **more)  # type: ignore[arg-type]


def spoken(engine: Engine, wanted: SpeechJob) -> np.ndarray:
    return np.frombuffer(b"".join(o.data for o in engine.speak(wanted)), np.float32)


@pytest.fixture(scope="module")
def cloned(engine: Engine, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice file, cloned in two steps."""
    clip = shared_data / "clone_eval" / "vctk_p326_00_ref.flac"
    heard: list[tuple[str, float]] = []
    *_, outcome = engine.clone(
        CloneJob(clip, "en-US", steps=2), lambda stage, share: heard.append((stage, share))
    )
    assert outcome.transcript
    # Two before the first voice, and two after it where those made it better.
    assert outcome.report["steps"] in (2, 4)
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert shares[-1] <= 1.0
    path = tmp_path_factory.mktemp("voice") / "voice.safetensors"
    path.write_bytes(states.save(outcome.state))
    assert path.stat().st_size <= 8_000_000
    return path


def test_speech_is_loud_enough_and_not_clipped(engine: Engine) -> None:
    audio = spoken(engine, job("Good morning, everyone."))
    assert 0.8 < audio.size / 24000 < 3.0
    assert 0.02 < np.sqrt(np.mean(audio**2)) < 0.3
    assert np.abs(audio).max() <= 1.0


def test_words_are_timed_in_order_and_in_the_callers_spelling(engine: Engine) -> None:
    text = "It costs $12.50. Really?"
    outputs = list(engine.speak(job(text)))
    words = [w for o in outputs for w in o.words]
    position = 0
    for word in words:
        position = text.index(word.text, position) + len(word.text)
    assert [w.text for w in words] == ["It", "costs", "$12.50.", "Really?"]
    edges = [edge for w in words for edge in (w.start, w.end)]
    assert edges == sorted(edges)
    seconds = sum(len(o.data) for o in outputs) / 4 / 24000
    assert edges[-1] <= seconds + 0.01


@pytest.mark.parametrize(("language", "natives"), [("en-US", "ab"), ("es", "e")])
def test_a_clone_speaks_the_asked_language_whatever_its_clip_is_in(
    engine: Engine, tmp_path: Path, language: str, natives: str
) -> None:
    text = "Buenos días a todos. Mañana por la tarde vamos a visitar a mis abuelos en el pueblo."
    said = spoken(engine, SpeechJob(text, VoiceRef(stock="ef_dora"), "es-ES", FLOATS))
    clip = tmp_path / "clip.wav"
    soundfile.write(clip, said, 24000)
    wanted = CloneJob(clip, language, steps=1, refine=False)
    (outcome,) = engine.clone(wanted, lambda *_: None)
    assert str(outcome.report["start_voice"])[0] in natives
    assert "pueblo" in outcome.transcript
    assert ("clip_language" in [item.code for item in outcome.advice]) == (language != "es")


def test_speed_and_volume(engine: Engine) -> None:
    text = "She sells sea shells by the sea shore."
    normal = spoken(engine, job(text))
    fast = spoken(engine, job(text, speed=1.5))
    quiet = spoken(engine, job(text, volume=0.5))
    assert fast.size < 0.8 * normal.size
    assert np.abs(quiet).max() == pytest.approx(0.5 * np.abs(normal).max(), rel=0.02)


def test_the_same_seed_gives_the_same_speech(engine: Engine) -> None:
    assert np.array_equal(spoken(engine, job("Again.")), spoken(engine, job("Again.")))


def test_first_audio_leaves_before_the_rest_is_spoken(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken(engine, job("Yes."))  # what a voice needs once is there then
    pieces = 0
    generator = engine.model.network.decoder.generator  # type: ignore[attr-defined]
    transformed = generator.transformed

    def counted(x: torch.Tensor) -> torch.Tensor:
        nonlocal pieces
        pieces += 1
        result: torch.Tensor = transformed(x)
        return result

    monkeypatch.setattr(generator, "transformed", counted)
    outputs = engine.speak(job("One sentence is here. Another one follows it. " * 50))
    assert next(output for output in outputs if not output.empty).data
    outputs.close()  # type: ignore[attr-defined]
    engine.model.deactivate()  # type: ignore[attr-defined]  # waits for what is under way
    # The first one, and those that were begun beside it.
    assert 1 <= pieces <= 3


def test_a_clone_differs_from_its_start_and_survives_its_file(engine: Engine, cloned: Path) -> None:
    voice = VoiceRef(state=cloned)
    text = "This voice was made from a recording."
    first = spoken(engine, job(text, voice))
    stock = spoken(engine, job(text))
    assert first.size != stock.size or not np.allclose(first, stock, atol=1e-3)
    fresh = Engine(engine.settings)
    assert np.allclose(spoken(fresh, job(text, voice)), first, atol=1e-4)
    assert np.array_equal(spoken(engine, job(text)), stock)


def test_a_cancelled_clone_leaves_the_model_as_it_was(engine: Engine, shared_data: Path) -> None:
    before = spoken(engine, job("Nothing has changed."))

    def cancel(stage: str, share: float) -> None:
        if share > 0.3:
            raise CancelledError("cancelled", "The clone was cancelled.")

    clip = shared_data / "clone_eval" / "vctk_p326_00_ref.flac"
    with pytest.raises(CancelledError):
        list(engine.clone(CloneJob(clip, "en-US", steps=2), cancel))
    assert np.array_equal(spoken(engine, job("Nothing has changed.")), before)


def test_a_transcript_that_cannot_fit_is_refused(engine: Engine, shared_data: Path) -> None:
    clip = shared_data / "clone_eval" / "vctk_p326_00_ref.flac"
    words = "these words were never said by anybody in this short clip " * 12
    with pytest.raises(AudioError, match="transcript|phonemes"):
        list(engine.clone(CloneJob(clip, "en-US", transcript=words, steps=1), lambda *_: None))


def test_unknown_voices_and_empty_texts_are_refused(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="no stock voice"):
        list(engine.speak(job("Hello.", VoiceRef(stock="zz_nobody"))))
    with pytest.raises(NotFoundError, match="file is gone"):
        list(engine.speak(job("Hello.", VoiceRef(state=Path("deleted.safetensors")))))
    with pytest.raises(TextError, match="nothing that can be spoken"):
        list(engine.speak(job("…!?")))


@pytest.mark.parametrize(
    ("language", "voice", "text"),
    [
        ("en-GB", "bf_emma", "The colour of the aeroplane."),
        ("es-ES", "ef_dora", "Buenos días a todos."),
        ("fr-FR", "ff_siwis", "Bonjour tout le monde."),
        ("hi-IN", "hf_alpha", "नमस्ते, आप कैसे हैं?"),
        ("it-IT", "if_sara", "Buongiorno a tutti."),
        ("ja-JP", "jf_alpha", "こんにちは、元気ですか。"),
        ("pt-BR", "pf_dora", "Bom dia a todos."),
        ("zh-CN", "zf_xiaobei", "大家早上好。"),
    ],
)
def test_every_language_speaks(engine: Engine, language: str, voice: str, text: str) -> None:
    wanted = SpeechJob(text, VoiceRef(stock=voice), language, FLOATS)
    audio = spoken(engine, wanted)
    assert 0.6 < audio.size / 24000 < 4.0
    assert np.sqrt(np.mean(audio**2)) > 0.01
