"""Contexts on a socket: continuation, buffering, flush, cancel, expiry, interleaving."""

import json

import pytest
from serving import Running, wait_for
from socket_client import audio, dial, fresh, kinds, words

WORD = 2400
"""Bytes of one spoken word of the tiny engine."""

LONG = "[slow] " + "word " * 500


def test_the_example_of_the_description(server: Running) -> None:
    with dial(server) as client:
        client.say("Hello, ", "c1", **{"continue": True, "add_timestamps": True})
        client.say("world.", "c1", **{"continue": False})
        events = client.whole("c1")
        assert words(events) == ["Hello,", "world."]
        assert len(audio(events)) == 2 * WORD
        assert events[-1] == {"type": "done", "context_id": "c1", "done": True, "status_code": 206}
        assert kinds(events)[-1] == "done"
        assert {e["flush_id"] for e in events if e["type"] == "chunk"} == {1}
        assert not client.rest()


def test_texts_are_joined_as_they_are(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        for part in ("Hel", "lo wor", "ld", ". How", " are you"):
            client.say(part, context, **{"continue": True, "add_timestamps": True})
        client.say("", context)
        events = client.whole(context)
    assert words(events) == ["Hello", "world.", "How", "are", "you"]


def test_times_go_on_over_all_texts_of_a_context(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        asked = {"add_timestamps": True, "add_phoneme_timestamps": True}
        client.say("One two. ", context, **{"continue": True, "flush": True, **asked})
        client.until("flush_done", context)
        client.say("Three.", context)
        events = client.whole(context)
    starts = [t for e in events if e["type"] == "timestamps" for t in e["word_timestamps"]["start"]]
    # Between the sentences is the pause that there would be within one text.
    assert starts == [0.0, 0.05, 0.25]
    sounds = [e for e in events if e["type"] == "phoneme_timestamps"]
    assert [t for e in sounds for t in e["phoneme_timestamps"]["start"]] == starts
    assert len(audio(events)) == 3 * WORD + 0.15 * 24000 * 2


def test_a_whole_sentence_does_not_wait_and_an_unfinished_one_does(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say("A sentence is there. And the", context, **{"continue": True})
        client.until("chunk", context)
        wait_for(lambda: server.noted("closed A sentence is there."))
        assert not server.noted("speak  And the")
        client.say(" rest", context)
        client.whole(context)
    assert any("And the rest" in line for line in server.noted("speak"))


def test_text_without_an_end_waits_for_its_delay_only(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say("no end here", context, **{"continue": True, "max_buffer_delay_ms": 200})
        assert len(audio(client.until("chunk", context))) == WORD


def test_without_a_delay_each_message_is_spoken_and_flushed(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        asked = {"continue": True, "max_buffer_delay_ms": 0}
        client.say("one two", context, **asked)
        client.say("three", context, **asked)
        client.say(" ", context, **{"max_buffer_delay_ms": 0})
        events = client.whole(context)
    assert kinds(events) == ["chunk", "flush_done", "chunk", "flush_done", "done"]
    assert [e["flush_id"] for e in events if e["type"] == "flush_done"] == [1, 2]
    assert [e["flush_id"] for e in events if e["type"] == "chunk"] == [1, 1, 2]


def test_flushes_are_counted_and_told_after_their_audio(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say("first words", context, **{"continue": True})
        client.send(context_id=context, transcript="", flush=True, **{"continue": True})
        client.say("second words", context, **{"continue": True, "flush": True})
        client.send(context_id=context, transcript="", flush=True, **{"continue": True})
        client.say("third", context)
        events = client.whole(context)
    assert kinds(events) == [
        *("chunk", "flush_done", "chunk", "flush_done", "flush_done", "chunk", "done"),
    ]
    flushes = [e["flush_id"] for e in events if e["type"] in ("chunk", "flush_done")]
    assert flushes == [1, 1, 1, 2, 2, 2, 3, 4]


def test_what_ends_a_context_needs_no_proper_fields(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say("hello there", context, **{"continue": True})
        client.send(
            context_id=context,
            transcript="",
            model_id="no-such-model",
            voice={"mode": "id", "id": 7},
            output_format={"container": "wav"},
            **{"continue": False},
        )
        events = client.whole(context)
        assert len(audio(events)) == 2 * WORD
        client.send(context_id=context, transcript="", **{"continue": False})
        assert not client.rest(), "it ends what has ended already"


def test_later_messages_may_change_only_how_the_text_is_spoken(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say("plain and", context, **{"continue": True})
        client.say(
            " faster.",
            context,
            generation_config={"speed": 1.5},
            voice="no-such-voice",
            language="xx",
            **{"continue": True},
        )
        client.say(" still fast", context)
        client.whole(context)
    speeds = {line.split(" speed ")[1] for line in server.noted("speak plain and")}
    assert speeds == {"1.0 volume 1.0"}
    later = [line for line in server.noted("speak") if " faster." in line or "still fast" in line]
    assert {line.split(" speed ")[1] for line in later} == {"1.5 volume 1.0"}


@pytest.mark.parametrize("first", ["", " ", "...", "¿?", "—\n"])
def test_a_context_does_not_begin_without_words(server: Running, first: str) -> None:
    context = fresh()
    with dial(server) as client:
        client.say(first, context, **{"continue": True})
        error = client.until("error", context)[-1]
        assert (error["status_code"], error["error_code"]) == (400, "transcript_empty")
        assert "punctuation" in error["error"]
        client.say("words", context)
        assert len(audio(client.whole(context))) == WORD


def test_cancelling_ends_with_one_done(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say(f"cancelled {LONG}", context, **{"continue": True})
        client.say("and more", context, **{"continue": True})
        client.until("chunk", context)
        for _ in range(3):
            client.send(context_id=context, cancel=True)
        events = client.whole(context)
        wait_for(lambda: server.noted("closed cancelled"))
        wait_for(lambda: server.services.pool.speech.busy == 0)
        assert len(audio(events)) < 100 * WORD
        assert kinds(client.events).count("done") == 1
        client.send(context_id=context, cancel=True)
        client.send(context_id="never heard of", cancel=True)
        client.send(context_id=context, transcript="", **{"continue": False})
        assert not client.rest()
        client.say("again", context)
        assert len(audio(client.until("chunk", context)))


def test_cancelling_at_once_says_done_too(server: Running) -> None:
    with dial(server) as client:
        for number in range(10):
            client.say(LONG, str(number))
            client.send(context_id=str(number), cancel=True)
        for number in range(10):
            assert client.whole(str(number))[-1]["type"] == "done"
        assert not client.rest()


def test_a_context_expires_after_its_last_audio(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say("That was all.", context, **{"continue": True})
        events = client.whole(context)
        assert len(audio(events)) == 3 * WORD
        client.send(context_id=context, transcript=" ", **{"continue": False})
        assert not client.rest()
        client.events.clear()
        client.say("It opens again.", context, **{"add_timestamps": True})
        events = client.whole(context)
        assert events[0]["word_timestamps"]["start"] == [0.0]


def test_contexts_take_turns(server: Running) -> None:
    with dial(server) as client:
        for name in "abc":
            client.say(f"[slow] {'word ' * 20}", name)
        for name in "abc":
            assert len(audio(client.whole(name))) == 21 * WORD
    order = "".join(e["context_id"] for e in client.events if e["type"] == "chunk")
    # None is done before another has begun, and all go on in between.
    assert max(order.index(name) for name in "abc") < 15
    assert min(order.rindex(name) for name in "abc") > 45
    changes = sum(left != right for left, right in zip(order, order[1:], strict=False))
    assert changes > 30


def test_a_name_that_is_used_again_is_spoken_after_the_first(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say("[slow] one two three", context, **{"add_timestamps": True})
        client.say("four", context, **{"add_timestamps": True})
        client.until("done", context)
        while kinds(client.events).count("done") < 2:
            client.next()
    assert words(client.events) == ["[slow]", "one", "two", "three", "four"]
    assert client.events[-1]["type"] == "done"


def test_an_error_costs_only_its_context(server: Running) -> None:
    with dial(server) as client:
        client.say("[slow] " + "good " * 10, "good")
        client.say("some [fail] words", "bad")
        error = client.until("error", "bad")[-1]
        assert (error["status_code"], error["error_code"]) == (500, "internal_error")
        assert len(audio(client.whole("good"))) == 11 * WORD
        assert "secret" not in json.dumps(client.events)
        assert not [e for e in client.rest() if e["context_id"] == "bad"]


def test_a_crash_of_the_worker_costs_only_what_it_spoke(server: Running) -> None:
    with dial(server) as client:
        client.say("[crash]", "crashed")
        assert client.until("error", "crashed")[-1]["error_code"] == "worker_lost"
        client.say("after it", "after")
        assert len(audio(client.whole("after"))) == 2 * WORD


def test_large_stretches_leave_in_messages_that_clients_take(server: Running) -> None:
    form = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 48000}
    with dial(server) as client:
        client.say("word " * 200, "large", output_format=form)
        chunks = [e for e in client.whole("large") if e["type"] == "chunk"]
    assert max(len(chunk["data"]) for chunk in chunks) <= 64_000


def test_marks_hold_over_all_texts_of_a_context(server: Running) -> None:
    context = fresh()
    with dial(server) as client:
        client.say('<speed ratio="1.5"/>marked one.', context, **{"continue": True, "flush": True})
        client.until("flush_done", context)
        client.say("marked two.", context, **{"continue": True, "flush": True})
        client.say("marked three.", context, generation_config={"speed": 0.8})
        client.whole(context)
    later = [line for line in server.noted("speak marked") if "two" in line or "three" in line]
    assert [line.split(" speed ")[1] for line in later] == ["1.5 volume 1.0", "0.8 volume 1.0"]
