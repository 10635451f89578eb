"""What judging costs: `tenfour judge` on simulated readings, reading and writing included.

Run with `make bench`: a team of 24 over 78 weeks, and 10,000 engineers over 104 weeks. Told are CPU seconds of whole
processes, what of them imports are, the parts of the work, and the peak of memory; beside them, in the same run, what
pandas needs to read the same two files and to write the statuses alone. The bounds of the issue are asserted.
`--engineers 1000 --repeats 1` for a quick look.
"""

import argparse
import filecmp
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
FILES = ("statuses.csv", "alerts.csv", "recommendations.csv", "team.csv")
IMPORTS = "import flows.cli, flows.judge"


@dataclass(frozen=True)
class Size:
    """How much is judged, and the most that it may cost."""

    engineers: int
    weeks_before: int
    weeks_during: int
    most_cpu: float | None = None  # whole process
    most_own_cpu: float | None = None  # without imports
    most_megabytes: float | None = None

    def __str__(self) -> str:
        return f"{self.engineers:,} engineers x {self.weeks_before + self.weeks_during} weeks"


SMALL = Size(24, 26, 52, most_own_cpu=0.3)
LARGE = Size(10_000, 52, 52, most_cpu=30, most_megabytes=2500)


def in_parts(readings: Path, out: Path) -> dict[str, float]:
    """The work of `judge` in one process, part by part."""
    from flows import judge
    from transforms.parameters import DecisionParameters

    cost: dict[str, float] = {}

    def timed(module: Any, name: str, part: str) -> None:
        work = getattr(module, name)

        def measured(*arguments: Any, **options: Any) -> Any:
            start = time.process_time()
            result = work(*arguments, **options)
            cost[part] = cost.get(part, 0) + time.process_time() - start
            return result

        setattr(module, name, measured)

    timed(judge, "read_exchange", "read")
    timed(judge, "decide", "decide")
    start = time.process_time()
    judge.judge(readings, out, DecisionParameters())
    total = time.process_time() - start
    return {**cost, "rest (tables, files)": total - sum(cost.values()), "peak_mb": peak_megabytes()}


def by_pandas(readings: Path, out: Path) -> dict[str, float]:
    """A yardstick: read both files with pandas, write the statuses once judged, decide nothing."""
    start = time.process_time()
    for name in ("weekly.csv", "incidents.csv"):
        pd.read_csv(readings / name)
    reading = time.process_time() - start
    statuses = pd.read_csv(out / "statuses.csv", keep_default_na=False)
    start = time.process_time()
    statuses.to_csv(out / "again.csv", index=False)
    return {"read": reading, "write": time.process_time() - start}


JOBS: dict[str, Callable[[Path, Path], dict[str, float]]] = {"parts": in_parts, "pandas": by_pandas}


def peak_megabytes() -> float:
    """Peak memory of this process; not getrusage, whose peak begins with that of whoever started it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def run(*arguments: str) -> tuple[str, float]:
    """What one Python process says, and its CPU seconds over all threads."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{arguments} ended with {process.returncode}"
    return said, usage.ru_utime + usage.ru_stime


def child(job: str, readings: Path, out: Path) -> dict[str, float]:
    said, _ = run(__file__, "--child", job, str(readings), str(out))
    return dict(json.loads(said.splitlines()[-1]))


def compare(size: Size, repeats: int) -> list[str]:
    """Tell what one size costs; returns the bounds that are not kept."""
    with tempfile.TemporaryDirectory() as name:
        readings, one, two = (Path(name) / folder for folder in ("readings", "one", "two"))
        options = {
            "--seed": 1,
            "--out": readings,
            "--engineers": size.engineers,
            "--weeks-before": size.weeks_before,
            "--weeks-during": size.weeks_during,
        }
        run("-m", "flows", "simulate", *(str(word) for option in options.items() for word in option))
        imports = min(run("-c", IMPORTS)[1] for _ in range(max(repeats, 3)))
        judge = ["-m", "flows", "judge", "--readings", str(readings), "--out"]
        whole = min(run(*judge, str(out))[1] for out in [one, two] * ((repeats + 1) // 2))
        differing = [file for file in FILES if not filecmp.cmp(one / file, two / file, shallow=False)]
        assert not differing, f"the same input gave other bytes: {', '.join(differing)}"
        parts, pandas = child("parts", readings, one), child("pandas", readings, one)
        megabytes = sum((readings / file).stat().st_size for file in ("weekly.csv", "incidents.csv")) / 1e6
    peak = parts.pop("peak_mb")
    told(f"{size}: {whole:.2f} s CPU ({imports:.2f} of it imports), {megabytes:,.0f} MB read, {peak:,.0f} MB peak")
    told("  " + ", ".join(f"{part} {seconds:.2f} s" for part, seconds in parts.items()))
    trivial = sum(pandas.values())
    told(f"  pandas: reads in {pandas['read']:.2f} s, writes the statuses in {pandas['write']:.2f} s")
    told(f"  all of judge without imports / what pandas needs to read and write: {(whole - imports) / trivial:.2f}")
    broken = []
    for most, found, what in (
        (size.most_cpu, whole, "s CPU"),
        (size.most_own_cpu, whole - imports, "s CPU beyond imports"),
        (size.most_megabytes, peak, "MB"),
    ):
        broken += [f"{size}: {found:.2f} {what}, more than {most:g}"] if most is not None and found > most else []
    return broken


def told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=3, help="used by this script itself")
    parser.add_argument("--engineers", type=int, default=LARGE.engineers)
    parser.add_argument("--repeats", type=int, default=2)
    chosen = parser.parse_args()
    if chosen.child:
        job, readings, out = chosen.child
        told(json.dumps(JOBS[job](Path(readings), Path(out))))
        return
    large = Size(chosen.engineers, LARGE.weeks_before, LARGE.weeks_during, LARGE.most_cpu, None, LARGE.most_megabytes)
    broken = compare(SMALL, max(chosen.repeats, 5)) + compare(large, max(chosen.repeats, 2))
    if broken:
        sys.exit("; ".join(broken))


if __name__ == "__main__":
    main()
