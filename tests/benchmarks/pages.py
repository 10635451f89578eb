"""What a page costs a reader: bytes and requests, largest paint, blocked time and shifts, at a CPU four times slower.

Run with `make bench`. Every page kind is served from the loopback and loaded afresh five times by the same Chromium;
the medians of one run are worth more beside each other than alone. Other pages can be measured in the same run:
`pages.py --beside http://127.0.0.1:8000/`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from flows.publish.build import render_site  # noqa: E402 - a script finds the project by its own place
from tests.browser.conftest import ARGUMENTS, CHROMIUM  # noqa: E402
from tests.builders.many import many_engineers  # noqa: E402
from tests.builders.sites import KINDS, full_site_data  # noqa: E402

RUNS = 5
SLOWER = 4
# Blocked time is what every task of the main thread takes beyond 50 ms (web.dev, TBT), here from the first byte on.
WATCH = """
window.cost = {lcp: 0, cls: 0, tbt: 0};
new PerformanceObserver(list => list.getEntries().forEach(entry => { cost.lcp = entry.startTime; }))
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (!entry.hadRecentInput) cost.cls += entry.value; })).observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => { cost.tbt += Math.max(entry.duration - 50, 0); }))
  .observe({type: "longtask", buffered: true});
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A benchmark prints its table alone."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def load(browser: Browser, url: str) -> dict[str, float]:
    """One load into an empty cache, until a second after the last request."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    got = {"requests": 0.0, "bytes": 0.0}
    session.on("Network.requestWillBeSent", lambda _: got.update(requests=got["requests"] + 1))
    session.on("Network.dataReceived", lambda part: got.update(bytes=got["bytes"] + part["dataLength"]))
    page.add_init_script(WATCH)
    page.goto(url, wait_until="networkidle")
    page.wait_for_timeout(1000)
    found = page.evaluate("({...cost, elements: document.querySelectorAll('*').length})")
    context.close()
    return {**got, **found}


def measure(browser: Browser, label: str, url: str) -> None:
    loads = [load(browser, url) for _ in range(RUNS)]
    median = {key: statistics.median(one[key] for one in loads) for key in loads[0]}
    sys.stdout.write(
        f"{label:<28} {median['requests']:4.0f} {median['bytes'] / 1024:7.1f} KB {median['elements']:6.0f} "
        f"{median['lcp'] / 1000:7.2f} s {median['tbt']:7.0f} ms {median['cls']:7.3f}\n"
    )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", nargs="*", default=[], help="addresses of other pages to measure in the same run")
    others = parser.parse_args().beside
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        render_site(full_site_data(), folder / "site")
        render_site(many_engineers(50, asking=12), folder / "fifty")
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        sys.stdout.write(
            f"Chromium {browser.version}, CPU {SLOWER}x slower, median of {RUNS}\n"
            f"{'page':<28} {'req.':>4} {'decoded':>10} {'elem.':>6} {'LCP':>9} {'TBT':>10} {'CLS':>7}\n"
        )
        with served(folder) as address:
            for label, path in KINDS.items():
                measure(browser, label, f"{address}site/{path}")
            measure(browser, "week, 50 engineers", f"{address}fifty/index.html")
            measure(browser, "engineers, 50 engineers", f"{address}fifty/engineers/index.html")
        for url in others:
            measure(browser, url, url)
        browser.close()


if __name__ == "__main__":
    main()
