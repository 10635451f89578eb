"""Numbers, dates and statuses in the words of the site. Missing values are said, never drawn as 0."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import pandas as pd

from transforms.definitions import METRIC_DEFINITIONS

NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
DASH: Final = "\u2013"
NOTHING: Final = "\u2013"

METRIC_NAMES: Final[Mapping[str, str]] = {
    **{metric: one.title for metric, one in METRIC_DEFINITIONS.items()},
    "together": "Several together",
    "policy": "Policy",
}

STATUS_WORDS: Final = {"green": "Green", "yellow": "Yellow", "red": "Red", "unknown": "Unknown"}
STATUS_CALLS: Final = {"green": "Green", "yellow": "Yellow · watch", "red": "Red · act", "unknown": "Unknown"}
STATUS_LETTERS: Final = {"green": "G", "yellow": "Y", "red": "R", "unknown": "U"}
STATUS_ORDER: Final = {"red": 0, "yellow": 1, "unknown": 2, "green": 3}

LEVEL_STATUS: Final = {"none": "green", "soft": "yellow", "hard": "red", "unknown": "unknown"}
LEVEL_WORDS: Final = {"none": "No signal", "soft": "Soft signal", "hard": "Hard signal", "unknown": "Unknown"}

VERDICT_STATUS: Final = {"keep": "green", "watch": "yellow", "return": "red", "insufficient": "unknown"}
VERDICT_WORDS: Final = {"keep": "Keep", "watch": "Watch", "return": "Return", "insufficient": "Too early"}
RECOMMENDATION_WORDS: Final = {
    "stay": "Stay on 4×10",
    "watch": "Watch",
    "return": "Propose a return",
    "insufficient": "Too few weeks to say",
}
SEVERITY_WORDS: Final = {"notice": "Notice", "warning": "Warning", "critical": "Critical"}
SEVERITY_STATUS: Final = {"notice": "unknown", "warning": "yellow", "critical": "red"}
SOURCE_NAMES: Final = {
    "jira": "Jira",
    "tempo": "Tempo",
    "pagerduty": "PagerDuty",
    "alertops": "AlertOps",
    "vibes": "Vibes files",
    "leave": "Leave file",
    "decisions": "Decisions files",
}
SOURCE_STATE_WORDS: Final = {
    "ok": "Complete",
    "late": "Late",
    "incomplete": "Incomplete",
    "failed": "Failed",
    "off": "Not connected",
}


def is_missing(value: Any) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def rounded(value: Any, digits: int) -> float | None:
    """The number that text, chart and table all take: rounded half away from zero, or None."""
    if is_missing(value) or math.isinf(value):
        return None
    shifted = abs(float(value)) * 10**digits
    return math.copysign(math.floor(shifted + 0.5 + 1e-9) / 10**digits, value) + 0.0


def number(value: Any, digits: int = 1, *, signed: bool = False) -> str:
    """`81.2`, `−0.4`, `+1,204`; a dash when missing. The sign belongs to the rounded value: never `−0.0`."""
    fixed = rounded(value, digits)
    if fixed is None:
        return NOTHING
    sign = MINUS if fixed < 0 else "+" if signed and fixed > 0 else "±" if signed and fixed == 0 else ""
    return f"{sign}{abs(fixed):,.{digits}f}"


def percent(value: Any, digits: int = 1, *, signed: bool = False) -> str:
    text = number(value, digits, signed=signed)
    return text if text == NOTHING else f"{text}{NBSP}%"


def duration(seconds: Any) -> str:
    """Seconds as people say them: `45 s`, `6.5 min`, `2.4 h`."""
    if is_missing(seconds):
        return NOTHING
    if seconds < 59.5:
        return f"{number(seconds, 0)}{NBSP}s"
    if seconds < 59.95 * 60:
        return f"{number(seconds / 60, 1)}{NBSP}min"
    return f"{number(seconds / 3600, 1)}{NBSP}h"


def metric_value(metric: str, value: Any) -> str:
    """A value in the unit of a reading: percent, points per 40 hours, seconds, score."""
    if is_missing(value):
        return NOTHING
    if metric == "billable":
        return percent(value)
    if metric == "velocity":
        return f"{number(value)}{NBSP}{METRIC_DEFINITIONS['velocity'].short_unit}"
    if metric == "response":
        return duration(value)
    return number(value)


def signal_value(metric: str, value: Any) -> str:
    """A window's value as the why-table shows it; response is a factor of the own baseline."""
    if metric == "response" and not is_missing(value):
        return f"×{number(value, 2)}"
    return metric_value(metric, value)


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count}{NBSP}{one if count == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def sentences(text: Any) -> list[str]:
    """The sentences of a column that holds one a line."""
    return [] if is_missing(text) else [sentence(line) for line in str(text).splitlines() if line.strip()]


def sentence(text: Any) -> str:
    """A sentence made elsewhere, fit to be set: a number and its percent sign stay on one line."""
    return re.sub(r"(?<=\d) %", f"{NBSP}%", str(text).strip())


def typeset(text: str) -> str:
    """A formula or name of the core, fit to be set: `100 × sum`, `4×10`, `a − b`."""
    return re.sub(r"(?<=\d)( ?)x(?=[ \d])", r"\1×", text).replace(" - ", f" {MINUS} ")


def hour(clock: float) -> str:
    """A time of day given in hours: `08:00`."""
    return f"{int(clock):02d}:{int(60 * clock) % 60:02d}"


def day(value: date | pd.Timestamp, *, weekday: bool = False, year: bool = True) -> str:
    """`16 Nov 2026`, `Mon 16 Nov 2026`, `16 Nov`."""
    text = f"{value.day}{NBSP}{value:%b}" + (f"{NBSP}{value.year}" if year else "")
    return f"{value:%a}{NBSP}{text}" if weekday else text


def week_title(week_start: pd.Timestamp) -> str:
    """`16–22 November 2026`, `30 March – 5 April 2026`, `29 December 2025 – 4 January 2026`."""
    last = week_start + pd.Timedelta(days=6)
    if week_start.month == last.month:
        return f"{week_start.day}{DASH}{last.day} {last:%B} {last.year}"
    first_year = f" {week_start.year}" if week_start.year != last.year else ""
    return f"{week_start.day} {week_start:%B}{first_year} {DASH} {last.day} {last:%B} {last.year}"


def week_number(week_start: pd.Timestamp) -> str:
    """`week 47`, as sentences name a week of the same year."""
    return f"week{NBSP}{week_start.isocalendar().week}"


def instant(moment: datetime) -> str:
    """`Mon 23 Nov 2026, 00:00 CST`."""
    return f"{day(moment, weekday=True)}, {moment:%H:%M} {moment.tzname()}"


def iso(value: pd.Timestamp | date) -> str:
    return f"{value:%Y-%m-%d}"


def weeks_running(count: int) -> str:
    """How long a state has lasted, as a badge: `New`, `2nd week`, `12th week`."""
    if count <= 1:
        return "New"
    tail = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{tail}{NBSP}week"


def lozenge(status: str, word: str | None = None) -> dict[str, str]:
    """A status as the page shows it: shape by `status`, and a word; colour comes last."""
    return {"status": status, "word": word or STATUS_WORDS[status]}
