"""What it costs to read and understand managers' vibes files, next to a plain csv pass over the same bytes.

Run with `make bench`. `--rows 1000` for a quick look. Scores of 500 engineers by two managers, week after week; half of
the notes hold a comma, so they stand in quotation marks. One row in a hundred has a mistake.
"""

import argparse
import csv
import io
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.builders.facts import day, engineer, engineers
from tests.builders.vibes import HEADER, MANAGERS, NEXT_WEEK
from transforms.clean.sheet import Sheet, read_sheet
from transforms.clean.vibes import VIBES_COLUMNS, CleanVibes, clean_vibes

ENGINEERS = [f"engineer-{number:03d}" for number in range(500)]
NOTES = ("kept the release calm", '"tired, after a week on call"')
RUNS = 5


def content(rows: int) -> bytes:
    """A file of that many rows, no two about the same engineer, week and manager."""
    weeks = -(-rows // (len(ENGINEERS) * len(MANAGERS)))
    newest = date.fromisoformat(NEXT_WEEK)
    keys = (
        (newest - timedelta(weeks=back), engineer_id, manager)
        for back in range(weeks)
        for engineer_id in ENGINEERS
        for manager in MANAGERS
    )
    lines = [
        f"{week},{engineer_id},{_score(number)},{NOTES[number % 2]},{manager},everyone,"
        f"2026-11-20T{number % 24:02d}:{number % 60:02d}:05Z"
        for number, (week, engineer_id, manager) in zip(range(rows), keys, strict=False)
    ]
    return "\n".join([HEADER, *lines, ""]).encode()


def _score(number: int) -> str:
    return "4/5" if number % 100 == 99 else str(number % 5 + 1)


def seconds(action: Callable[[], Any]) -> tuple[float, Any]:
    """The least CPU time of several runs, and what came of it."""
    best, result = float("inf"), None
    for _ in range(RUNS):
        start = time.process_time()
        result = action()
        best = min(best, time.process_time() - start)
    return best, result


def naive(text: bytes) -> int:
    return sum(len(row) == len(VIBES_COLUMNS.names) for row in csv.reader(io.StringIO(text.decode())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    text = content(rows)
    roster = engineers(*[engineer(name, employed_from=day("2000-01-03")) for name in ENGINEERS])
    plain, _ = seconds(lambda: naive(text))
    reading, sheet = seconds(lambda: read_sheet("vibes.csv", text, VIBES_COLUMNS))
    cleaning, cleaned = seconds(lambda: _cleaned(sheet, roster))
    sys.stdout.write(
        f"{rows} rows, {len(text) / 1e6:.1f} MB: read_sheet {reading:.2f} s CPU, clean_vibes {cleaning:.2f} s CPU, "
        f"together {reading + cleaning:.2f} s, {(reading + cleaning) / plain:.1f} times a csv pass ({plain:.3f} s); "
        f"{cleaned.rows_used} rows used, {len(cleaned.problems)} problems\n"
    )


def _cleaned(sheet: Sheet, roster: Any) -> CleanVibes:
    return clean_vibes([sheet], roster, MANAGERS, day(NEXT_WEEK))


if __name__ == "__main__":
    main()
