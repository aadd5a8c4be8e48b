"""What the playground costs to open: bytes, requests, time until it can be used.

    python -m benchmarks.playground

Starts a server with the true model, waits until it is ready, and opens the page in headless
Chromium (`chromium`, or what MENURA_CHROMIUM names), each time in a new profile, so with an empty
cache. Needs the packages of the tests. Writes `results/playground.json`.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks.goals import Goal
from benchmarks.latency_server import KEY, Server
from benchmarks.machine import RESULTS, circumstances, write_json

FIRST_LOAD_KB = 300
INTERACTIVE_MS = 1000

_PATIENCE_MS = 60_000
_SETTLE_MS = 2_000
_NET = ("http", "https", "ws", "wss")

# Runs before the page. Notes when the text box of Speak is there and the picker names a voice,
# which it does once all voices are read.
_WATCH = """
sessionStorage.setItem("menura.key", KEY);
const watch = new MutationObserver(() => {
  if (!document.querySelector("textarea:enabled")) return;
  if (!document.querySelector(".picker .voice-name")) return;
  watch.disconnect();
  // Shown with the next frame.
  requestAnimationFrame(() => setTimeout(() => { window.interactiveMs = performance.now(); }));
});
watch.observe(document, { childList: true, subtree: true });
"""

_TRANSFERS = """
() => performance.getEntriesByType("navigation")
  .concat(performance.getEntriesByType("resource"))
  .map((one) => [new URL(one.name).pathname, one.transferSize, one.encodedBodySize,
                 one.decodedBodySize])
"""


def load(browser: Browser, url: str) -> dict[str, Any]:
    """Opens the page in a new profile; types into its box.

    Returns:
        `interactive_ms`, `elsewhere` (requests to other hosts), and of the page's own files and of
        its calls of the API each `requests`, `transferred`, `packed` and `unpacked` in bytes.
    """
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: asked.append(socket.url)))
    try:
        page = context.new_page()
        page.add_init_script(_WATCH.replace("KEY", f"'{KEY}'"))
        page.goto(f"{url}/playground/", wait_until="commit")
        # Not `wait_for_function`: the page's policy allows no code from strings.
        end = time.monotonic() + _PATIENCE_MS / 1000
        while not page.evaluate("window.interactiveMs"):
            if time.monotonic() > end:
                raise TimeoutError("the page did not get ready")
            page.wait_for_timeout(50)
        box = page.locator("textarea")
        box.press_sequentially("ready")
        if box.input_value() != "ready":
            raise RuntimeError("the text box does not take what is typed")
        taken = float(page.evaluate("window.interactiveMs"))
        # The other pages are read a while after the first one.
        page.wait_for_timeout(_SETTLE_MS)
        page.wait_for_load_state("networkidle")
        sizes = page.evaluate(_TRANSFERS)
    finally:
        context.close()
    host = urlsplit(url).netloc
    other = [
        one for one in asked if one.startswith(("http", "ws")) and urlsplit(one).netloc != host
    ]
    of_page = [row for row in sizes if row[0].startswith("/playground/")]
    return {
        "interactive_ms": taken,
        "elsewhere": len(other),
        "files": _sums(of_page),
        "calls": _sums([row for row in sizes if row not in of_page]),
    }


def _sums(rows: list[list[Any]]) -> dict[str, int]:
    transferred, packed, unpacked = (sum(row[k] for row in rows) for k in (1, 2, 3))
    return {
        "requests": len(rows),
        "transferred": transferred,
        "packed": packed,
        "unpacked": unpacked,
    }


def summary(loads: list[dict[str, Any]]) -> dict[str, Any]:
    """Figures of all loads: times as percentiles, sizes of the largest load."""
    times = [one["interactive_ms"] for one in loads]
    largest = max(loads, key=lambda one: one["files"]["transferred"])
    p50, p95 = (float(np.percentile(times, share)) for share in (50, 95))
    elsewhere = sum(one["elsewhere"] for one in loads)
    whole = largest["files"]["transferred"] / 1000
    goals = [
        Goal("first load", whole, FIRST_LOAD_KB, least=False, style=".0f kB"),
        Goal("interactive after (p50)", p50, INTERACTIVE_MS, least=False, style=".0f ms"),
        Goal("requests to other hosts", elsewhere, 0, least=False, style=".0f"),
    ]
    return {
        "goals": [goal.row() for goal in goals],
        "interactive_ms": {"p50": p50, "p95": p95, "all": times},
        "files": largest["files"],
        "calls": largest["calls"],
        "requests_to_other_hosts": elsewhere,
    }


def main() -> None:
    """Opens the page so many times and writes the result."""
    parser = argparse.ArgumentParser(prog="benchmarks.playground", description=__doc__)
    parser.add_argument("--loads", type=int, default=10)
    parser.add_argument("--data", help="data folder of the server; a new one if left out")
    options = parser.parse_args()
    chromium = shutil.which(os.environ.get("MENURA_CHROMIUM", "chromium"))
    if chromium is None:
        parser.error("there is no Chromium here; install it, or name it in MENURA_CHROMIUM")
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as fresh, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with Server(options.data or fresh, threads=os.cpu_count() or 1) as server:
            # The first load finds Chromium's own code cold; it does not count.
            load(browser, server.url)
            loads = [load(browser, server.url) for _ in range(options.loads)]
        version = browser.version
        browser.close()
    result = {
        **circumstances(),
        "options": {"loads": options.loads, "browser": f"Chromium {version}"},
        "load_before": before,
        **summary(loads),
    }
    write_json(RESULTS / "playground.json", result)
    sys.stderr.write(f"{result['goals']}\n")


if __name__ == "__main__":
    main()
