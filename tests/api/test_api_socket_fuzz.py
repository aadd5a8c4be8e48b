"""Random and mutated messages: the socket answers them all and outlives them.

`MENURA_FUZZ_EXAMPLES` runs more of them, and other ones each time.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server_process import process
from socket_client import Client, address, message
from websockets.sync.client import connect

EXAMPLES = int(os.environ.get("MENURA_FUZZ_EXAMPLES", "25"))
VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
NAMES = ("a", "b", "c", "")

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
texts = (
    st.sampled_from(
        ["", " ", "Hello there. ", "no end", "!", '"', "\n\n", "3", ".", "你好。", "😀"]
    )
    | st.text(max_size=30)
    | st.text(alphabet="aé. ,!?'\"\n<>/break time=1s", max_size=40)
)
flags = st.sampled_from([True, False, None])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "transcript": texts,
    "continue": flags,
    "flush": flags,
    "cancel": st.sampled_from([None, False, True]),
    "add_timestamps": flags,
    "add_phoneme_timestamps": flags,
    "max_buffer_delay_ms": st.sampled_from([None, 0, 1, 50, 5000, 5001, -1]),
    "model_id": st.sampled_from(["sonic-3", "sonic-latest", "gone", ""]),
    "voice": st.sampled_from([VOICE, {"mode": "id", "id": VOICE}, {"id": "x"}, {}]),
    "language": st.sampled_from([None, "en", "es-ES", "xx", ""]),
    "locale": st.sampled_from([None, "en-GB"]),
    "generation_config": st.sampled_from([None, {}, {"speed": 1.5}, {"speed": 0}, {"emotion": 7}]),
    "normalization": st.sampled_from([None, "auto", "off", "en"]),
    "speed": st.sampled_from([None, "slow", "?"]),
    "duration": st.sampled_from([None, 1.5, -1]),
}


@st.composite
def objects(draw: st.DrawFn) -> str:
    """A message with some of its fields changed, some to what no client would send."""
    fields = message("words of it", draw(st.sampled_from(NAMES)))
    if draw(st.booleans()):
        fields = {"context_id": fields["context_id"]}
    for name in draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=5)):
        fields[name] = draw(FIELDS[name])
    if draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from([*sorted(FIELDS), "context_id", "output_format", "stream"]))
        fields[name] = draw(junk)
    return json.dumps(fields)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The text of a message with a part cut out or put in."""
    text = draw(objects())
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 12)))
    return text[:start] + draw(st.text(max_size=6)) + text[end:]


garbage = st.text(max_size=50) | st.binary(max_size=50)
messages = st.lists(
    # Mostly objects: garbage is soon understood as such.
    st.integers(0, 9).flatmap(lambda n: garbage if n == 0 else mutated() if n < 3 else objects()),
    min_size=3,
    max_size=12,
)


def encodable(data: str | bytes) -> str | bytes:
    """Text that can be sent: lone surrogates cannot."""
    return data if isinstance(data, bytes) else data.encode("utf-8", "replace").decode()


def test_no_message_breaks_the_socket(tmp_path: Path) -> None:
    sent, heard, codes = Counter[str](), Counter[str](), Counter[str]()
    probes = 0

    # A process of its own and no pings, since Hypothesis does not like others to use `random`.
    with (
        process(tmp_path / "data", MENURA_CONTEXTS_PER_SOCKET="8") as server,
        connect(
            address(server.url, api_key=str(server.first_key)),
            open_timeout=60,
            ping_interval=None,
        ) as socket,
    ):
        client = Client(socket)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize="MENURA_FUZZ_EXAMPLES" not in os.environ,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(messages)
        def send(batch: list[str | bytes]) -> None:
            nonlocal probes
            probes += 1
            client.events.clear()
            for data in batch:
                client.socket.send(encodable(data))
                sent["binary" if isinstance(data, bytes) else "text"] += 1
            finish(client, f"probe {probes}")
            for event in client.events:
                heard[event["type"]] += 1
                if event["type"] == "error":
                    codes[event["error_code"]] += 1
                    assert event["status_code"] < 500, event

        send()
        assert httpx.get(f"{server.url}/health").json() == {"ok": True}
    assert "unexpected error" not in server.log.read_text()
    assert heard["error"] > 0
    assert heard["chunk"] > 0
    print(  # noqa: T201 - the counts are asked for
        f"\nsent {dict(sent)} in {probes} batches; heard {dict(heard)}; errors {dict(codes)}"
    )


def finish(client: Client, probe: str) -> None:
    """Ends what the batch has begun and speaks a context that must work."""
    for name in NAMES:
        client.send(context_id=name or "none", cancel=True)
    client.say("still here", probe)
    assert client.whole(probe)[-2]["type"] == "chunk"
