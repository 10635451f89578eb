"""The managers' share: whether it can be read and written, and what is in its files."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from flows.doctor.case import LATELY, Case
from flows.doctor.findings import Finding, listed, plural
from flows.sources.vibes import LEAVE_FILE, InputRead, read_decisions, read_leave, read_vibes
from transforms.clean.leave import CleanLeave, clean_leave
from transforms.clean.manager_decisions import CleanDecisions, clean_decisions
from transforms.clean.vibes import CleanVibes, clean_vibes
from transforms.weeks import monday_of

_PROBE: Final = ".tenfour-doctor-"


def examine_share(case: Case) -> Iterator[Finding]:
    """The folder, vibes*.csv, leave.csv and decisions*.csv, read as a run reads them."""
    folder = case.settings.vibes_dir
    try:
        with os.scandir(folder):
            pass
    except OSError as error:
        yield Finding(
            "share",
            "folder",
            "error",
            f"{folder}: cannot be read: {error.strerror}. Vibes are unknown.",
            "a folder that the account running tenfour can read",
            "Check sources.vibes.folder in the config, and that the share is mounted for that account.",
        )
        return
    yield _probe(folder)
    yield from _vibes(case, folder)
    yield _leave(case, folder)
    decisions = read_decisions(folder)
    if decisions is not None:
        yield _decisions(case, decisions)


def _probe(folder: Path) -> Finding:
    """Whether a file can be written; it is removed at once."""
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=_PROBE)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        return Finding(
            "share",
            "folder",
            "warning",
            f"{folder}: can be read but not written by this account ({error.strerror}). Runs read it, but cannot leave "
            "the list of problems and an empty file for the next week there.",
            "a folder in which managers and this account can save files",
            "Let this account write there, and make sure that the managers' accounts can.",
        )
    return Finding("share", "folder", "ok", f"{folder}: can be read and written.")


def _vibes(case: Case, folder: Path) -> Iterator[Finding]:
    read = read_vibes(folder)
    if read.state == "failed":
        advice = "Start one with: tenfour vibes template > vibes.csv"
        yield Finding("share", "vibes", "error", f"{read.message} Vibes are unknown.", "a vibes*.csv", advice)
        return
    managers = [manager.id for manager in case.config.managers]
    cleaned = clean_vibes(read.sheets, case.engineers, managers, monday_of(case.started))
    found = (
        f"{listed(file.name for file in read.files)}: {cleaned.rows_used} of {plural(cleaned.rows_read, 'row')} used, "
        f"{_counted(cleaned.problems)}; {_newest(case, cleaned.vibes)}."
    )
    yield _judged(case, "vibes", found, cleaned)
    if read.state == "late":
        yield Finding("share", "vibes", "warning", read.message, "files that nobody keeps locked")


def _judged(case: Case, what: str, found: str, cleaned: CleanVibes | CleanLeave | CleanDecisions) -> Finding:
    advice = "See every problem by line and column with: tenfour vibes check"
    if cleaned.rejected_share > case.config.limits.rejected_share:
        share = f"at most {100 * case.config.limits.rejected_share:.0f} % of the rows rejected (limits.rejected_share)"
        return Finding("share", what, "error", found, share, advice)
    severities = set(cleaned.problems["severity"])
    if "error" in severities:
        return Finding("share", what, "warning", found, "rows that can be used", advice)
    return Finding("share", what, "ok", found, advice=advice if "warning" in severities else "")


def _newest(case: Case, vibes: pd.DataFrame) -> str:
    if vibes.empty:
        return "no score yet"
    since = pd.Timestamp(case.started.date()) - pd.Timedelta(LATELY)
    scored = vibes.loc[vibes["vibes"].notna() & (vibes["week_start"] >= since), "engineer_id"]
    known = len(set(scored) & set(case.employed["engineer_id"]))
    newest = f"the newest is of {vibes['week_start'].max():%Y-%m-%d}"
    return f"{newest}; {known} of {len(case.employed)} engineers were scored in the last 4 weeks"


def _leave(case: Case, folder: Path) -> Finding:
    if not (folder / LEAVE_FILE).exists():
        found = f"There is no {LEAVE_FILE}: nobody's leave is taken off the available hours."
        return Finding("share", "leave", "info", found)
    read = read_leave(folder)
    if read.state == "failed":
        advice = "Billable share and velocity are unknown while it cannot be read; without the file they are not."
        return Finding("share", "leave", "error", read.message, "a file that can be read", advice)
    cleaned = clean_leave(read.sheets, case.engineers)
    days = plural(len(cleaned.leave) + len(cleaned.half_days), "day")
    found = f"{LEAVE_FILE}: {days} of leave, {_counted(cleaned.problems)}."
    return _judged(case, "leave", found, cleaned)


def _decisions(case: Case, read: InputRead) -> Finding:
    """The files by themselves; whether the reviews were held that they are about, a run says."""
    if read.state == "failed":
        return Finding(
            "share", "decisions", "error", read.message, "files that can be read", "Decisions are not shown."
        )
    managers = [manager.id for manager in case.config.managers]
    last_day = (monday_of(case.started) + pd.Timedelta(days=6)).date()
    cleaned = clean_decisions(read.sheets, case.engineers, managers, last_day)
    files = listed(file.name for file in read.files)
    found = f"{files}: {plural(len(cleaned.decisions), 'decision')}, {_counted(cleaned.problems)}."
    return _judged(case, "decisions", found, cleaned)


def _counted(problems: pd.DataFrame) -> str:
    counts = problems["severity"].value_counts()
    return ", ".join(plural(int(count), str(severity)) for severity, count in counts.items()) or "no problems"
