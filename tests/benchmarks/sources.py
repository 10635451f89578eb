"""What it costs to fetch: requests, seconds, memory and the share of JSON parsing, against the mocks' crowd.

Run with `make bench`. Server and client are processes of their own. The four look-back weeks of 200 engineers are what
a weekly run asks for; three years of 1,000 engineers are a first run. `--engineers 24 --weeks 26` for a quick look.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("jira", "pagerduty")
NEWEST = date(2026, 11, 16)
LOOK_BACK_WEEKS = 5  # the reported week and the four before it


def tenfour(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flows", *arguments]


@contextmanager
def served(source: str, engineers: int, weeks: int) -> Iterator[dict[str, str]]:
    """A mock in a process of its own; yields the environment that connects to it."""
    size = ["--engineers", str(engineers), "--weeks", str(weeks)]
    command = tenfour("mock", source, "--port", "0", *size)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        connection = {}
        for line in server.stdout:
            words = line.split()
            if words[:1] == ["export"]:
                name, _, value = words[1].partition("=")
                connection[name] = value
                if name.endswith(("TOKEN", "KEY")):
                    break
        try:
            yield connection
        finally:
            server.terminate()


def fetched(source: str, engineers: int, weeks: int, span: int) -> dict[str, Any]:
    """One fetch of the newest `span` weeks by a client in a process of its own."""
    first, last = NEWEST - timedelta(weeks=span - 1), NEWEST + timedelta(days=6)
    with tempfile.TemporaryDirectory() as name, served(source, engineers, weeks) as connection:
        config = Path(name) / "team_config.json"
        made = subprocess.run(
            tenfour("mock", "config", "--engineers", str(engineers), "--weeks", str(weeks)),
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        config.write_bytes(made.stdout)
        environment = {**os.environ, **connection, "TENFOUR_CONFIG": str(config)}
        command = [sys.executable, __file__, "--child", source, first.isoformat(), last.isoformat(), f"{name}/out"]
        child = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return dict(json.loads(child.stdout))


def measure(source: str, first: str, last: str, out: str) -> dict[str, Any]:
    """Collect one source in this process, and say what it cost."""
    import orjson

    from flows.collect_one import collect_source
    from flows.settings import load_settings
    from flows.sources import http

    cost = {"requests": 0, "bytes": 0, "parse": 0.0}

    class Counting:
        """orjson, with the clock running."""

        @staticmethod
        def loads(body: bytes) -> Any:
            start = time.thread_time()
            value = orjson.loads(body)
            cost["parse"] += time.thread_time() - start
            cost["requests"] += 1
            cost["bytes"] += len(body)
            return value

    http.orjson = Counting  # type: ignore[attr-defined, assignment]
    settings = load_settings(os.environ, ROOT)
    start, before = time.perf_counter(), time.process_time()
    collected = collect_source(settings, source, date.fromisoformat(first), date.fromisoformat(last), Path(out))
    return {
        "state": collected.fetched.state,
        "rows": collected.summary["rows"],
        "wall": time.perf_counter() - start,
        "cpu": time.process_time() - before,
        "peak_mb": peak_megabytes(),
        **cost,
    }


def peak_megabytes() -> float:
    """Peak memory of this process; not getrusage, whose peak begins with that of whoever started it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def told(label: str, cost: dict[str, Any]) -> None:
    rows = ", ".join(f"{count} {name}" for name, count in cost["rows"].items())
    sys.stdout.write(
        f"{label:<42} {cost['state']}: {cost['requests']:6d} requests {cost['bytes'] / 1e6:8.1f} MB "
        f"{cost['wall']:7.1f} s wall {cost['cpu']:7.1f} s CPU {cost['peak_mb']:7.0f} MB peak, "
        f"JSON {cost['parse'] / cost['cpu']:.0%} of CPU; {rows}\n"
    )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=4, help="used by this script itself")
    parser.add_argument("--engineers", type=int)
    parser.add_argument("--weeks", type=int)
    chosen = parser.parse_args()
    if chosen.child:
        sys.stdout.write(json.dumps(measure(*chosen.child)))
        return
    if chosen.engineers:
        weeks = chosen.weeks or LOOK_BACK_WEEKS
        cases = [(chosen.engineers, weeks, weeks)]
    else:
        cases = [(200, 26, LOOK_BACK_WEEKS), (1000, 156, 156)]
    for engineers, weeks, span in cases:
        for source in SOURCES:
            told(f"{source}, {engineers} engineers, {span} weeks", fetched(source, engineers, weeks, span))


if __name__ == "__main__":
    main()
