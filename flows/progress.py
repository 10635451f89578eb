"""How far a run is: a bar on a terminal, plain lines in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

# step, how many of them are done, how many there are (0: nobody knows yet)
Report = Callable[[str, int, int], None]
_LINES_A_STEP = 5


def silent(step: str, done: int, total: int) -> None:
    """Nobody is watching."""


def as_lines(say: Callable[[str], None]) -> Report:
    """A few lines per step: the first, the last, and some between."""

    def report(step: str, done: int, total: int) -> None:
        if not total:
            say(f"{step}: {done}")
            return
        every = max(1, total // _LINES_A_STEP)
        if done in (0, total) or done % every == 0:
            say(f"{step}: {done} of {total}")

    return report


@contextmanager
def shown() -> Iterator[Report]:
    """Progress on standard error, in the form that suits it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield as_lines(lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total or None)
            bar.update(tasks[step], completed=done)

        yield report
