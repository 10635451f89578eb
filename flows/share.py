"""What a weekly run leaves beside the managers' files: what is wrong in them, and an empty file for the next week."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

import pandas as pd

from flows.publish.exports import csv_bytes, table_rows
from flows.sources.vibes import VIBES_PATTERN
from flows.vibes_check import template
from flows.workspace import Workspace
from transforms.weeks import iso_week

PROBLEMS_FILE: Final = "problems_vibes.csv"
PROBLEM_COLUMNS: Final = ("file", "line", "column", "rule", "severity", "found", "message")
_SOURCES: Final = ("vibes", "leave", "decisions")
# What is typed here is for people, not for lists.
_FREE_TEXT: Final = ("note", "why")
# Sync programs leave names alone that begin with ~ and end with .tmp, and no reader takes it for a vibes file.
_ASIDE: Final = "~tenfour-problems.tmp"

# Name, content, and how to write it: True where that changed anything.
_File = tuple[str, bytes, Callable[[Path, bytes], bool]]


def write_back(workspace: Workspace, week: pd.Timestamp) -> tuple[str, ...]:
    """Write the problems of the week's files, and next week's template if there is none; sentences for the summary.

    A past run that is told again from the record writes nothing. Nor does a run that finds no vibes file: the folder
    may be the place of a share that is not mounted, and the source's own message says what is missing.
    Errors: none. What cannot be written is said, and the run goes on: all of it stands on the site, too.
    """
    if workspace.recorded is not None:
        return ()
    folder = workspace.settings.vibes_dir
    try:
        names = {path.name.casefold() for path in folder.iterdir()}
    except OSError as error:
        return (_not_written(PROBLEMS_FILE, error),)
    if not any(fnmatch(name, VIBES_PATTERN) for name in names):
        return ()
    problems = problems_csv(workspace.tables.read("problems", first=week, last=week))
    files: list[_File] = [(PROBLEMS_FILE, problems, _replace)]
    next_week = week + pd.Timedelta(days=7)
    to_fill_in = f"vibes_{iso_week(next_week)}.csv"
    # Whatever is there by that name, in whatever letters, may be somebody's work.
    if to_fill_in.casefold() not in names:
        files.append((to_fill_in, template(workspace.settings, next_week), _create))
    return _written(folder, files)


def problems_csv(problems: pd.DataFrame) -> bytes:
    """The problems of people's files (table `Problems`) as a file for a spreadsheet, by file and line.

    They are said in the language of the run that found them, that of the site.

    Missing: what was typed as a note or a reason is left out; a problem of a whole file has no line.
    """
    ours = problems[problems["source"].isin(_SOURCES)]
    ordered = ours.sort_values(["file", "line", "column", "rule"], kind="stable")
    shown = ordered.assign(
        line=ordered["line"].astype(object).where(ordered["line"] > 0, None),
        found=ordered["found"].mask(ordered["column"].isin(_FREE_TEXT), ""),
    )
    return csv_bytes(PROBLEM_COLUMNS, table_rows(shown[list(PROBLEM_COLUMNS)]))


def _written(folder: Path, files: Sequence[_File]) -> tuple[str, ...]:
    """Write each of the files; what was written, and what could not be."""
    done, failures = [], []
    for name, content, write in files:
        try:
            done += [name] if write(folder / name, content) else []
        except OSError as error:
            failures.append(_not_written(name, error))
    news = [f"Written into the vibes folder: {' and '.join(done)}."] if done else []
    return (*news, *failures)


def _not_written(name: str, error: OSError) -> str:
    return (
        f"{name} could not be written into the vibes folder ({error.strerror}). Nothing else is missing, and the site "
        "lists every problem. Close the file where it is open, and see that this account may write there."
    )


def _replace(path: Path, content: bytes) -> bool:
    """Write a file of our own aside, then put it in place. False, and nothing touched, where it says that already."""
    if path.exists() and path.read_bytes() == content:
        return False
    aside = path.with_name(_ASIDE)
    aside.unlink(missing_ok=True)  # left by a run that was killed
    _create(aside, content)
    try:
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    return True


def _create(path: Path, content: bytes) -> bool:
    """Write a file that nobody else has made by now, whole or not at all. False where somebody was faster."""
    try:
        stream = path.open("xb")
    except FileExistsError:
        return False
    try:
        with stream:
            # Whoever may save files in the folder may save this one.
            with suppress(OSError):
                path.chmod(path.parent.stat().st_mode & 0o666)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return True
