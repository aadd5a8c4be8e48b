"""What of a growing text is ready to be spoken, and when."""

import pytest

from menura.api.contexts_text import SETTLING_SECONDS, FlushMark, Manner, PendingText, Piece
from menura.api.schemas import GenerationConfig

PLAIN = Manner()


def pending(*parts: str, delay: float = 3.0, step: float = 0.01) -> PendingText:
    """A text whose parts came one shortly after the other."""
    text = PendingText(delay)
    for number, part in enumerate(parts):
        text.add(part, PLAIN, number * step)
    return text


def taken(text: PendingText, now: float = 0.0) -> list[str]:
    """All that is ready; flushes by their number."""
    found = []
    while (step := text.take(now)) is not None:
        found.append(step.text if isinstance(step, Piece) else f"<{step.flush_id}>")
    return found


def tokens(text: str) -> list[str]:
    """As a language model yields them: a word with the blank before it."""
    words = text.split(" ")
    return [words[0], *(f" {word}" for word in words[1:])]


def test_sentences_leave_as_soon_as_they_are_whole() -> None:
    text = PendingText(3.0)
    spoken = []
    for number, token in enumerate(tokens("Well, it costs 3.14 at Dr. Smith. Is that fine? Yes")):
        text.add(token, PLAIN, number * 0.01)
        spoken += taken(text, number * 0.01)
    assert spoken == ["Well, it costs 3.14 at Dr. Smith.", " Is that fine?"]
    assert taken(text, 1.0) == []
    text.add(".", PLAIN, 1.0, last=True)
    assert taken(text, 1.0) == [" Yes."]


def test_a_stop_that_may_be_none_waits_a_moment() -> None:
    text = pending("It", " costs", " 3", ".")
    assert taken(text, 0.03) == []
    assert text.due == pytest.approx(0.03 + SETTLING_SECONDS)
    text.add("14", PLAIN, 0.05)
    assert taken(text, 0.5) == []
    text.add(" pounds", PLAIN, 0.5)
    text.add(".", PLAIN, 0.51)
    assert taken(text, 0.51 + SETTLING_SECONDS) == ["It costs 3.14 pounds."]


@pytest.mark.parametrize("end", ["!", "?", "。", "？", "।"])
def test_a_sure_end_waits_for_nothing(end: str) -> None:
    assert taken(pending("Hello", end)) == ["Hello" + end]


@pytest.mark.parametrize("whole", ["A whole sentence.", "It says so. ", 'He said "yes."'])
def test_whole_sentences_of_a_client_wait_for_nothing(whole: str) -> None:
    assert taken(pending(whole)) == [whole]


@pytest.mark.parametrize("part", ["See Dr.", "e.g.", "no end", "It is 3:", "Mr. "])
def test_what_does_not_end_is_held(part: str) -> None:
    text = pending(part)
    assert taken(text) == []
    assert text.due == pytest.approx(3.0)
    assert taken(text, 3.0) == [part]


def test_the_delay_counts_from_the_first_text_that_waits() -> None:
    text = PendingText(1.0)
    text.add("one", PLAIN, 0.0)
    text.add(" two", PLAIN, 0.9)
    assert text.due == 1.0
    # More comes all the time, so the last word may be unfinished; it waits for its rest.
    assert taken(text, 1.0) == ["one "]
    assert text.due == pytest.approx(1.9)
    text.add("three", PLAIN, 1.1)
    assert taken(text, 1.9) == ["twothree"]


def test_when_nothing_comes_the_last_word_is_taken_for_whole() -> None:
    assert taken(pending("one two", delay=1.0), 1.0) == ["one two"]


def test_a_long_first_sentence_is_parted_for_its_audio() -> None:
    long = "This sentence goes on for quite a while, and then, as they do, it goes on and on and"
    text = pending(*tokens(long + " on and on without ever coming to an end at all it seems"))
    assert taken(text) == ["This sentence goes on for quite a while,"]
    text.add(" so we wait, and wait", PLAIN, 1.0)
    assert taken(text, 1.0) == []


def test_a_text_without_any_end_is_bounded() -> None:
    text = pending("word " * 2000)
    assert sum(map(len, taken(text))) > 6000


def test_sentences_that_wait_together_are_spoken_in_one_go() -> None:
    text = pending("One is here. ", "Two is here. ", "Three is here.")
    assert taken(text) == ["One is here. Two is here. Three is here."]


def test_nothing_is_lost_or_added() -> None:
    whole = 'He said: "No.  Never!"\n\nThen — he left... 3.5 km, e.g. by car. 你好。再见 ok'
    for size in (1, 2, 3, 7, 100):
        text = PendingText(0.05)
        spoken = []
        for number, start in enumerate(range(0, len(whole), size)):
            text.add(whole[start : start + size], PLAIN, number * 0.04)
            spoken += taken(text, number * 0.04)
        assert size > 3 or len(spoken) > 3
        text.add("", PLAIN, 99.0, last=True)
        assert "".join([*spoken, *taken(text, 99.0)]) == whole


def test_signs_without_words_are_not_spoken_by_themselves() -> None:
    text = pending("Hello!", '"', "  ", "...")
    assert taken(text) == ["Hello!"]
    assert text.due is None
    text.add(" Bye", PLAIN, 9.0, flush=True)
    assert taken(text, 9.0) == ['"  ... Bye', "<1>"]
    text.add("...", PLAIN, 9.0, last=True)
    assert taken(text, 9.0) == []


def test_without_a_delay_every_message_is_flushed() -> None:
    text = pending("one", "two", "!", "three", delay=0)
    text.add("four", PLAIN, 1.0, last=True)
    assert taken(text, 1.0) == ["one", "<1>", "two", "<2>", "!three", "<3>", "four"]


def test_flushes_are_counted() -> None:
    text = PendingText(3.0)
    text.add("one", PLAIN, 0.0)
    assert text.flush_id == 1
    text.add("", PLAIN, 0.0, flush=True)
    text.add("", PLAIN, 0.0, flush=True)
    text.add("two", PLAIN, 0.0, flush=True, last=True)
    assert taken(text) == ["one", "<1>", "<2>", "two", "<3>"]
    assert text.flush_id == 4
    assert isinstance(FlushMark(1), FlushMark)


def test_another_manner_parts_the_text() -> None:
    fast = Manner(GenerationConfig.model_validate({"speed": 1.5}))
    text = PendingText(3.0)
    text.add("slow words", PLAIN, 0.0)
    text.add(" and fast ones", fast, 0.0)
    text.add(" still", fast, 0.0, last=True)
    steps = [text.take(0.0), text.take(0.0)]
    assert steps == [Piece("slow words", PLAIN), Piece(" and fast ones still", fast)]


def test_how_much_waits_is_known() -> None:
    text = pending("one two", " three.", " Four")
    assert text.characters == len("one two three. Four")
    assert taken(text) == ["one two three."]
    assert text.characters == len(" Four")


def test_marks_are_not_cut_and_tags_alone_are_not_spoken() -> None:
    parts = ("Wait", " <break", ' time="1', '.5s"/>', " for it. ", '<emotion value="sad"/>')
    text = PendingText(0.05)
    spoken = []
    for number, part in enumerate(parts):
        text.add(part, PLAIN, number * 0.04)
        spoken += taken(text, number * 0.04)
    assert spoken == ["Wait ", '<break time="1.5s"/> for it. ']
    assert text.due is None
    text.add("Gone.", PLAIN, 1.0, last=True)
    assert taken(text, 1.0) == ['<emotion value="sad"/>Gone.']


def test_a_silence_is_something_to_hear() -> None:
    assert taken(pending('<break time="1s"/>', delay=0)) == ['<break time="1s"/>', "<1>"]
    assert taken(pending('<speed ratio="1.2"/>', delay=0)) == []
