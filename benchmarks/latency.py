"""How soon a server is heard, how much it speaks at a time, and whether its memory stays flat.

    python -m benchmarks.latency [--rounds 5] [--memory 2000] [--threads 2]

A server in a process of its own, and a client that measures on one open socket, as event stream
and as plain bytes: time from the request to the first audio, and whether a player that starts then
would ever wait. Then 1, 2, 4 and 8 contexts speak at a time, more requests come than may wait, a
long text is cancelled, and many short requests are made while memory is watched. The machine must
have nothing else to do. Writes `results/latency.json`; with `--memory 0`, what is known there of
memory stays, with the commit that it was measured at.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.goals import Goal
from benchmarks.latency_client import Heard, Socket, over_bytes, over_events
from benchmarks.latency_server import Server
from benchmarks.machine import RESULTS, circumstances, write_json

Row = dict[str, Any]
Say = Callable[[str], None]

VOICE = "Heart"
"""Name of the stock voice that speaks."""

SENTENCES = (
    "The train to Glasgow leaves at half past nine tonight.",
    "Could you repeat that, please?",
    "Thank you for calling; how can I help you today?",
    "Your order was sent this morning and arrives on Friday.",
    "I am sorry, but I did not understand your question.",
    "Yes, of course.",
    "The weather will stay cold and dry until the weekend.",
    "Please hold the line while I look that up for you.",
    "That comes to forty-two pounds and sixty pence.",
    "Turn left at the church and follow the river.",
)
"""None is longer than 60 characters."""

LONG = " ".join(SENTENCES) * 3
WAITING = 4
"""Texts that may wait in the server of the test of its bound."""


def percentiles(values: list[float]) -> dict[str, float]:
    """Middle, 95th and 99th percentile, and the largest."""
    found = np.percentile(values, [50, 95, 99])
    return {"p50": found[0], "p95": found[1], "p99": found[2], "max": max(values)}


def summary(heard: list[Heard], cpu: float) -> Row:
    """What a way of asking is like."""
    audio = sum(one.audio_seconds for one in heard)
    return {
        "requests": len(heard),
        "first_ms": percentiles([1000 * one.first_seconds for one in heard]),
        "with_a_gap": sum(one.gap_seconds > 0 for one in heard),
        "longest_gap_ms": max(1000 * one.gap_seconds for one in heard),
        "rtf": sum(one.seconds for one in heard) / audio,
        "cpu_rtf": cpu / audio,
    }


def first_audio(server: Server, rounds: int, sentences: int, say: Say) -> Row:
    """First audio of short sentences, one request at a time."""
    result: Row = {}
    with Socket(server.url, server.key, server.voice(VOICE)) as socket:
        ways: dict[str, Callable[[str], Heard]] = {
            "socket": socket.speak,
            "events": lambda text: over_events(server.url, server.key, server.voice(VOICE), text),
            "bytes": lambda text: over_bytes(server.url, server.key, server.voice(VOICE), text),
        }
        for way, speak in ways.items():
            say(f"first audio: {way}")
            speak(SENTENCES[0])
            cpu = server.cpu_seconds()
            heard = [speak(text) for _ in range(rounds) for text in SENTENCES[:sentences]]
            result[way] = summary(heard, server.cpu_seconds() - cpu)
    return result


def together(server: Server, contexts: int, rounds: int) -> Row:
    """Several contexts of one socket, each with a sentence after the other."""
    with Socket(server.url, server.key, server.voice(VOICE)) as socket:
        begun, cpu = time.perf_counter(), server.cpu_seconds()
        heard = socket.speak_together(
            [[SENTENCES[(i + j) % len(SENTENCES)] for j in range(rounds)] for i in range(contexts)]
        )
        seconds = time.perf_counter() - begun
    audio = sum(one.audio_seconds for one in heard)
    return {
        "contexts": contexts,
        **summary(heard, server.cpu_seconds() - cpu),
        "audio_seconds_a_second": audio / seconds,
    }


def refusals(server: Server, requests: int) -> Row:
    """What becomes of many requests at a time."""
    answers: Counter[str] = Counter()
    times: list[float] = []
    lock = threading.Lock()

    def ask(number: int) -> None:
        begun = time.perf_counter()
        text = SENTENCES[number % len(SENTENCES)]
        answer = httpx.post(
            **Server.request(server.url, server.key, server.voice(VOICE), text), timeout=600
        )
        name = "spoken" if answer.status_code == 200 else answer.json().get("error_code", "?")
        with lock:
            answers[f"{answer.status_code} {name}"] += 1
            if answer.status_code != 200:
                times.append(1000 * (time.perf_counter() - begun))

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = percentiles(times) if times else None
    return {"requests": requests, "answers": dict(sorted(answers.items())), "refused_ms": refused}


def cancelling(server: Server, rounds: int, pace: float) -> Row:
    """CPU time that a cancelled text still takes, and that as audio; `pace` is CPU to audio."""
    spent = []
    with Socket(server.url, server.key, server.voice(VOICE)) as socket:
        for _ in range(rounds):
            socket.begin_and_cancel(LONG)
            cpu = server.cpu_seconds()
            time.sleep(1.0)
            spent.append(server.cpu_seconds() - cpu)
    return {
        "rounds": rounds,
        "cpu_ms": percentiles([1000 * one for one in spent]),
        "audio_ms": percentiles([1000 * one / pace for one in spent]),
    }


def memory(server: Server, requests: int, say: Say) -> Iterator[Row]:
    """Resident memory of the server and its workers over many short requests, as it goes on."""
    points: list[tuple[int, float]] = []
    measured = {name: circumstances()[name] for name in ("date", "commit")}
    with Socket(server.url, server.key, server.voice(VOICE)) as socket:
        for number in range(requests):
            socket.speak("Yes.")
            done = number + 1
            if done % max(1, requests // 20) == 0 or done == requests:
                points.append((done, server.memory_mb()))
                say(f"memory after {done} requests: {points[-1][1]:.0f} MB")
                # What is loaded at the first uses is not a leak.
                settled = [mb for at, mb in points if at >= requests / 4] or [points[-1][1]]
                growth = settled[-1] - settled[0]
                yield {**measured, "requests": done, "mb": points, "growth_mb": growth}


def goals(result: Row) -> list[Row]:
    """The goals beside their figures."""
    rows = [
        Goal(f"first audio, {way}, {share}", result["first_audio"][way]["first_ms"][share],
             250.0, False, ".0f ms")
        for way in ("socket", "events", "bytes")
        for share in ("p50", "p95")
    ]  # fmt: skip
    rows.append(Goal("audio a cancelled text still takes, median",
                     result["cancelling"]["audio_ms"]["p50"], 100.0, False, ".0f ms"))  # fmt: skip
    if "memory" in result:
        rows.append(Goal("growth of memory", result["memory"]["growth_mb"], 50.0, False, ".0f MB"))
    return [row.row() for row in rows]


def run(arguments: argparse.Namespace, say: Say) -> Row:
    """Does the whole measurement; returns the result, which is written after every part."""
    options = {
        name: getattr(arguments, name) for name in ("rounds", "sentences", "memory", "threads")
    }
    result: Row = {**circumstances(), "options": options, "voice": VOICE}
    before = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    if not arguments.memory and "memory" in before:
        result["memory"] = before["memory"]

    def keep(part: str, found: object) -> None:
        result[part] = found
        write_json(arguments.out, result)

    with tempfile.TemporaryDirectory() as folder:
        data = str(arguments.data or folder)
        with Server(data, arguments.threads) as server:
            keep("first_audio", first_audio(server, arguments.rounds, arguments.sentences, say))
            rows: list[Row] = []
            for contexts in (1, 2, 4, 8):
                say(f"{contexts} contexts")
                rows.append(together(server, contexts, arguments.rounds))
                keep("together", rows)
            say("cancelling")
            pace = result["first_audio"]["socket"]["cpu_rtf"]
            keep("cancelling", cancelling(server, arguments.rounds, pace))
            if arguments.memory:
                for found in memory(server, arguments.memory, say):
                    keep("memory", found)
        say("more requests than may wait")
        with Server(data, arguments.threads, MENURA_SPEECH_QUEUE=str(WAITING)) as server:
            keep("refusals", {"waiting": WAITING, **refusals(server, 24)})
    keep("goals", goals(result))
    return result


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5, help="times that each sentence is said")
    parser.add_argument("--sentences", type=int, default=len(SENTENCES), help="of these; to try")
    parser.add_argument("--memory", type=int, default=2000, help="short requests; 0 for none")
    parser.add_argument("--threads", type=int, default=2, help="of the server's workers")
    parser.add_argument("--data", type=Path, help="a data folder with unpacked models")
    parser.add_argument("--out", type=Path, default=RESULTS / "latency.json")

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

    sys.stdout.write(json.dumps(run(parser.parse_args(), say)["goals"], indent=1) + "\n")


if __name__ == "__main__":
    main()
