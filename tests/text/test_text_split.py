"""Sentences are found where they end, and utterances have comfortable lengths and pauses."""

import pytest

from menura.text.prepare import prepare
from menura.text.sentences import Break, segments
from menura.text.split import PAUSES, cut_word
from menura.text.utterance import Word

ENGLISH = [
    ("One. Two.", ["One.", "Two."]),
    ("Is it? Yes! Fine.", ["Is it?", "Yes!", "Fine."]),
    ("Dr. Smith met Mrs. Jones. They left.", ["Dr. Smith met Mrs. Jones.", "They left."]),
    ("Pi is 3.14 today. Good.", ["Pi is 3.14 today.", "Good."]),
    ("J. K. Rowling wrote it. I read it.", ["J. K. Rowling wrote it.", "I read it."]),
    ("He lives in the U.S. He is well.", ["He lives in the U.S.", "He is well."]),
    ("The U.S. Army came.", ["The U.S. Army came."]),
    ("We met at 5 p.m. It rained.", ["We met at 5 p.m.", "It rained."]),
    ("Well... maybe. No.", ["Well... maybe.", "No."]),
    ('He said "Stop!" and left. She stayed.', ['He said "Stop!" and left.', "She stayed."]),
    ('"I know." He left.', ['"I know."', "He left."]),
    ("Apples, pears, etc. are fruit. So?", ["Apples, pears, etc. are fruit.", "So?"]),
    ("See No. 5 and Fig. 2. Then go.", ["See No. 5 and Fig. 2.", "Then go."]),
    ("Did he say no. Yes.", ["Did he say no.", "Yes."]),
    ("Wait!! What?!", ["Wait!!", "What?!"]),
    ("visit www.example.com. Now.", ["visit www.example.com.", "Now."]),
    ("1. First\n2. Second", ["1. First", "2. Second"]),
    ("A heading\n\nText here.", ["A heading", "Text here."]),
]
OTHERS = [
    ("zh-CN", "你好。你好吗？很好！", ["你好。", "你好吗？", "很好！"]),
    ("ja-JP", "「はい。」と言った。そう。", ["「はい。」", "と言った。", "そう。"]),
    ("hi-IN", "यह है। वह है॥", ["यह है।", "वह है॥"]),
    ("es-ES", "El Sr. López vino. ¿Qué? Nada.", ["El Sr. López vino.", "¿Qué?", "Nada."]),
    ("fr-FR", "Mme. Roux est là. Ça va ? Oui.", ["Mme. Roux est là.", "Ça va ?", "Oui."]),
]


def cut(text: str, language: str) -> list[str]:
    return [text[s.start : s.end] for s in segments(text, language)]


@pytest.mark.parametrize(("text", "expected"), ENGLISH)
def test_english_sentences(text: str, expected: list[str]) -> None:
    assert cut(text, "en-US") == expected


@pytest.mark.parametrize(("language", "text", "expected"), OTHERS)
def test_sentences_of_other_languages(language: str, text: str, expected: list[str]) -> None:
    assert cut(text, language) == expected


def test_kinds_of_break() -> None:
    endings = [s.ending for s in segments("One. Two.\nThree.\n\nFour", "en-US")]
    assert endings == [Break.SENTENCE, Break.LINE, Break.PARAGRAPH, Break.PARAGRAPH]


def test_a_wrapped_line_is_not_an_end() -> None:
    text = "This paragraph was wrapped by an editor at some column and\ngoes on in the next line."
    assert cut(text, "en-US") == [text]


def test_a_sentence_without_an_end_is_cut_at_a_blank() -> None:
    text = "word " * 1000
    parts = cut(text, "en-US")
    assert len(parts) > 5
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(part.strip().endswith("word") for part in parts)


def test_the_first_utterance_is_short_and_ends_at_punctuation() -> None:
    text = (
        "When the rain had stopped at last, the children of the village ran down to the river to "
        "see how high the water stood, and they came back with stories that nobody believed."
    )
    first, *rest = prepare(text, "en-US")
    assert first.words[-1].text == "last,"
    assert first.pause == 0.0
    assert rest


def test_short_sentences_of_a_paragraph_are_joined() -> None:
    text = "I know this. You know that. He sees it. She does not. We go. They stay. It rains. " * 3
    utterances = list(prepare(text, "en-US"))
    assert all(len(u.phonemes) >= 60 for u in utterances[1:-1])


def test_pauses_follow_the_layout() -> None:
    line = "This is a sentence that is long enough to stand alone in its own utterance, I think."
    utterances = list(prepare(f"{line} {line}\n{line}\n\n{line}", "en-US"))
    ends = [u.pause for u in utterances if u.words[-1].text == "think."]
    assert ends == [PAUSES[Break.SENTENCE], PAUSES[Break.LINE], PAUSES[Break.PARAGRAPH], 0.0]


def test_utterances_have_comfortable_lengths() -> None:
    text = "the old man walked slowly along the river and thought of all the years gone by " * 40
    sizes = [len(u.phonemes) for u in prepare(text, "en-US")]
    assert max(sizes) <= 290
    assert min(sizes[1:-1]) >= 60


def test_an_utterance_without_a_stop_gets_one() -> None:
    (utterance,) = prepare("A heading without a stop", "en-US")
    assert utterance.phonemes.endswith(".")


def test_a_word_that_is_too_long_is_shared_out() -> None:
    parts = cut_word(Word("abcdefgh", 3, "ab " * 40, "(", ", "), 60)
    assert len(parts) > 1
    assert "".join(part.text for part in parts) == "abcdefgh"
    assert all(len(p.before + p.phonemes + p.after) <= 60 for p in parts)
    assert parts[0].before == "("
    assert parts[-1].after == ", "
    assert [p.start for p in parts] == sorted(p.start for p in parts)
