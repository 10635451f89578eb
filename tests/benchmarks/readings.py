"""What readings cost: tenfour's, in pandas and numpy, next to the same ones hand-written in polars and in DuckDB.

Run with `make bench`: 10,000 engineers over 260 weeks, 5 million worklogs. Each engine works in a process of its own
on as many threads as there are cores, reads the same Parquet files and has to come to the same readings: every column
is compared before anything is told. Then the cost of one new week on a short and on a long history.
`--engineers 1000 --repeats 1` for a quick look.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow.parquet import read_schema

from tests.benchmarks.readings_world import COLUMNS, FIRST_WEEK, World

ROOT = Path(__file__).resolve().parents[2]
SQL = Path(__file__).with_name("readings_duckdb.sql")
THREADS = os.cpu_count() or 1
ENGINES = ("tenfour", "polars", "duckdb")
PARTS = ("read", "compute")
MOST = {"polars": 4.0, "duckdb": 2.0}  # CPU seconds of tenfour to compute, in multiples of theirs
KEYS = ["engineer_id", "week_start"]
SAME = 1e-9
HISTORIES = (26, 104, 260)


def in_tenfour(folder: Path, world: World) -> dict[str, Any]:
    from transforms.metrics.readings import weekly_readings
    from transforms.schedule import weekly_hours

    tables, reading = measured(
        lambda: {name: pd.read_parquet(parquet(folder, name), columns=used) for name, used in COLUMNS.items()}
    )

    def compute() -> pd.DataFrame:
        worklogs, pages = tables["worklogs"], tables["pages"]
        calendar = [tables[name] for name in ("engineers", "schedules", "holidays", "leave")]
        return weekly_readings(
            tables["engineers"],
            weekly_hours(*calendar, FIRST_WEEK, world.last_week + pd.Timedelta(days=6)),
            worklogs[worklogs["recorded_at"] < world.as_of],
            tables["sprint_credits"],
            tables["sprints"],
            pages[pages["paged_at"] < world.as_of],
            tables["vibes"],
            known=tables["known"],
            withheld=tables["withheld"],
        )

    readings, computing = measured(compute)
    cost = {"read": reading, "compute": computing, "peak_mb": peak_megabytes()}
    readings.to_parquet(parquet(folder, "in_tenfour"), index=False)
    return cost


def in_polars(folder: Path, world: World) -> dict[str, Any]:
    import polars

    from tests.benchmarks.readings_polars import readings

    tables, reading = measured(
        lambda: {name: polars.read_parquet(parquet(folder, name), columns=used) for name, used in COLUMNS.items()}
    )
    table, computing = measured(lambda: readings(tables, *world.bounds))
    cost = {"read": reading, "compute": computing, "peak_mb": peak_megabytes()}
    table.write_parquet(parquet(folder, "in_polars"))
    return cost


def in_duckdb(folder: Path, world: World) -> dict[str, Any]:
    import duckdb

    database = duckdb.connect()
    database.execute(f"set threads = {THREADS}; set timezone = 'UTC'")

    def read() -> None:
        for name, used in COLUMNS.items():
            database.execute(f"create table {name} as select {', '.join(used)} from '{parquet(folder, name)}'")

    bounds = dict(zip(("first", "last", "as_of"), world.bounds, strict=True))
    _, reading = measured(read)
    _, computing = measured(lambda: database.execute(SQL.read_text(), bounds))
    cost = {"read": reading, "compute": computing, "peak_mb": peak_megabytes()}
    database.execute(f"copy readings to '{parquet(folder, 'in_duckdb')}'")
    return cost


def fill(folder: Path, world: World) -> dict[str, Any]:
    from tests.benchmarks import readings_new_week

    readings_new_week.fill(folder, world)
    return {}


def new_week(folder: Path, world: World) -> dict[str, Any]:
    from tests.benchmarks import readings_new_week

    _, cost = measured(readings_new_week.new_week(folder, world))
    return {**cost, "peak_mb": peak_megabytes()}


JOBS: dict[str, Callable[[Path, World], dict[str, Any]]] = {
    "world": lambda folder, world: world.write(folder),
    "tenfour": in_tenfour,
    "polars": in_polars,
    "duckdb": in_duckdb,
    "fill": fill,
    "new_week": new_week,
}


def parquet(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def measured(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """The result of some work, and its seconds: by the clock, and of the CPU over all threads."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    result = work()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    return result, {"wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def peak_megabytes() -> float:
    """Peak memory of this process; not getrusage, whose peak begins with that of whoever started it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def child(job: str, folder: Path, world: World) -> dict[str, Any]:
    """One job in a process of its own."""
    threads = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS"), str(THREADS))
    size = ["--engineers", str(world.engineers), "--weeks", str(world.weeks)]
    command = [sys.executable, __file__, "--child", job, str(folder), *size]
    environment = {**os.environ, **threads}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def compare_engines(world: World, repeats: int) -> list[str]:
    """Tell what each engine took; returns the bounds that tenfour does not keep."""
    runs: dict[str, list[dict[str, Any]]] = {engine: [] for engine in ENGINES}
    with tempfile.TemporaryDirectory() as name:
        rows = child("world", Path(name), world)
        for _ in range(repeats):
            for engine in ENGINES:
                runs[engine].append(child(engine, Path(name), world))
        for engine in MOST:
            differing = differences(Path(name), engine)
            assert not differing, f"{engine} comes to other readings than tenfour: {', '.join(differing)}"
    told(f"{world.engineers:,} engineers, {world.weeks} weeks, {THREADS} threads, {repeats} runs each: least/median")
    told(", ".join(f"{count:,} {table}" for table, count in rows.items()))
    told(f"the three agree in every column, to {SAME:g}")
    for engine, costs in runs.items():
        parts = [f"{part} {spread(costs, part, 'wall')} s wall {spread(costs, part, 'cpu')} s CPU" for part in PARTS]
        peak = statistics.median(cost["peak_mb"] for cost in costs)
        told(f"{engine:<8} {', '.join(parts)}, {peak:,.0f} MB peak")
    broken = []
    for engine, most in MOST.items():
        ratios = [least_cpu(runs["tenfour"], parts) / least_cpu(runs[engine], parts) for parts in (PARTS[1:], PARTS)]
        told(f"CPU of tenfour / {engine}: {ratios[0]:.2f} to compute (at most {most:g}), {ratios[1]:.2f} with reading")
        broken += [f"more than {most:g} x the CPU of {engine}"] if ratios[0] > most else []
    return broken


def differences(folder: Path, engine: str) -> list[str]:
    """The columns in which an engine's readings are not tenfour's."""

    def table(of: str, columns: list[str]) -> pd.DataFrame:
        return pd.read_parquet(parquet(folder, f"in_{of}"), columns=columns)

    order = table(engine, KEYS).sort_values(KEYS).index
    found = []
    for name in read_schema(parquet(folder, "in_tenfour")).names:
        ours, theirs = table("tenfour", [name])[name], table(engine, [name])[name].take(order)
        if len(ours) != len(theirs):
            return [f"{len(theirs)} rows in place of {len(ours)}"]
        if ours.dtype.kind in "fi":
            is_same = np.allclose(ours, theirs, rtol=SAME, atol=SAME, equal_nan=True)
        else:
            is_same = np.array_equal(ours.to_numpy(), theirs.to_numpy())
        found += [] if is_same else [name]
    return found


def compare_histories(engineers: int, repeats: int) -> None:
    """Tell what one new week takes on histories of several lengths."""
    least = {}
    for weeks in HISTORIES:
        world = World(engineers, weeks)
        with tempfile.TemporaryDirectory() as name:
            child("fill", Path(name), world)
            costs = [child("new_week", Path(name), world) for _ in range(repeats)]
        least[weeks] = min(cost["cpu"] for cost in costs)
        median = statistics.median(cost["cpu"] for cost in costs)
        peak = statistics.median(cost["peak_mb"] for cost in costs)
        label = f"one new week of {engineers:,} engineers on {weeks} weeks"
        told(f"{label}: {least[weeks]:.2f}/{median:.2f} s CPU, {peak:,.0f} MB peak")
    told(f"CPU on {HISTORIES[-1]} weeks / on {HISTORIES[0]}: {least[HISTORIES[-1]] / least[HISTORIES[0]]:.2f}")


def spread(costs: list[dict[str, Any]], part: str, unit: str) -> str:
    values = [cost[part][unit] for cost in costs]
    return f"{min(values):.2f}/{statistics.median(values):.2f}"


def least_cpu(costs: list[dict[str, Any]], parts: tuple[str, ...]) -> float:
    """CPU seconds of the parts in the run that took least: there, what else the machine did counts least."""
    return float(min(sum(cost[part]["cpu"] for part in parts) for cost in costs))


def told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=2, help="used by this script itself")
    parser.add_argument("--engineers", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=260)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    world = World(chosen.engineers, chosen.weeks)
    if chosen.child:
        job, folder = chosen.child
        sys.stdout.write(json.dumps(JOBS[job](Path(folder), world)))
        return
    broken = compare_engines(world, chosen.repeats)
    compare_histories(max(1, chosen.engineers // 5), chosen.repeats)
    if broken:
        sys.exit(f"tenfour takes {', and '.join(broken)}")


if __name__ == "__main__":
    main()
