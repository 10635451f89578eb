"""Whole runs, measured from outside: wall and CPU seconds, and what share of them is Prefect's own.

Run with `make bench`. Everything happens in a temporary copy of the inputs; ratios of one run are worth more than the
seconds, which depend on the machine.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMPTY_FLOW = "import flows; from prefect import flow; flow(lambda: None, name='empty')()"
BUILD_AGAIN = ["-m", "flows", "weekly", "--no-prefect"]


def measured(label: str, arguments: list[str], folder: Path) -> float:
    """Run one Python process to its end; print and return its wall seconds."""
    environment = {
        **os.environ,
        "TENFOUR_CONFIG": str(ROOT / "config"),
        "TENFOUR_DATA": str(folder / "data"),
        "TENFOUR_SITE": str(folder / "site"),
        "PREFECT_HOME": str(folder / "prefect"),
    }
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.stdout.write(f"{label:<44} {wall:7.1f} s wall {cpu:7.1f} s CPU\n")
    return wall


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "data" / "inputs", folder / "data" / "inputs")
        empty = measured("an empty Prefect flow", ["-c", EMPTY_FLOW], folder)
        first = measured("first run, plain (55 weeks, 6 months)", BUILD_AGAIN, folder)
        second = measured("second run of the same week, plain", BUILD_AGAIN, folder)
        through = measured("second run of the same week, through Prefect", ["-m", "flows", "weekly"], folder)
    sys.stdout.write(f"second / first run {second / first:.2f}; Prefect run / plain run {through / second:.2f}; ")
    sys.stdout.write(f"empty flow / Prefect run {empty / through:.2f}\n")


if __name__ == "__main__":
    main()
