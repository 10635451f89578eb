"""Numbers, dates and statuses in the words of the site. Missing values are said, never drawn as 0."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

import pandas as pd

from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import (
    N_,
    NBSP,
    Words,
    _,
    clock_text,
    day_text,
    days_text,
    decimal,
    ordinal,
)

MINUS: Final = "\u2212"
DASH: Final = "\u2013"
NOTHING: Final = "\u2013"

METRIC_NAMES: Final[Mapping[str, str]] = Words(
    {
        **{metric: one.title for metric, one in METRIC_DEFINITIONS.items()},
        "together": N_("Several together"),
        "policy": N_("Policy"),
    }
)

# WITHIN: as the words stand in the middle of a sentence.
METRICS_WITHIN: Final = Words(
    {
        **{metric: one.within for metric, one in METRIC_DEFINITIONS.items()},
        "together": N_("several together"),
        "policy": N_("policy"),
    }
)

STATUS_WORDS: Final = Words({"green": N_("Green"), "yellow": N_("Yellow"), "red": N_("Red"), "unknown": N_("Unknown")})
STATUS_WITHIN: Final = Words({"green": N_("green"), "yellow": N_("yellow"), "red": N_("red"), "unknown": N_("unknown")})
STATUS_CALLS: Final = Words(
    {"green": N_("Green"), "yellow": N_("Yellow · watch"), "red": N_("Red · act"), "unknown": N_("Unknown")}
)
# TRANSLATORS: one letter each, for the cells of a strip of weeks
STATUS_LETTERS: Final = Words({"green": N_("G"), "yellow": N_("Y"), "red": N_("R"), "unknown": N_("U")})
STATUS_ORDER: Final = {"red": 0, "yellow": 1, "unknown": 2, "green": 3}

LEVEL_STATUS: Final = {"none": "green", "soft": "yellow", "hard": "red", "unknown": "unknown"}
LEVEL_WORDS: Final = Words(
    {"none": N_("No signal"), "soft": N_("Soft signal"), "hard": N_("Hard signal"), "unknown": N_("Unknown")}
)

VERDICT_STATUS: Final = {"keep": "green", "watch": "yellow", "return": "red", "insufficient": "unknown"}
VERDICT_WORDS: Final = Words(
    {"keep": N_("Keep"), "watch": N_("Watch"), "return": N_("Return"), "insufficient": N_("Too early")}
)
RECOMMENDATION_WORDS: Final = Words(
    {
        "stay": N_("Stay on 4×10"),
        "watch": N_("Watch"),
        "return": N_("Propose a return"),
        "insufficient": N_("Too few weeks to say"),
    }
)
SEVERITY_WORDS: Final = Words({"notice": N_("Notice"), "warning": N_("Warning"), "critical": N_("Critical")})
SEVERITY_WITHIN: Final = Words({"notice": N_("notice"), "warning": N_("warning"), "critical": N_("critical")})
SEVERITY_STATUS: Final = {"notice": "unknown", "warning": "yellow", "critical": "red"}
SOURCE_NAMES: Final = Words(
    {
        "jira": "Jira",
        "tempo": "Tempo",
        "pagerduty": "PagerDuty",
        "alertops": "AlertOps",
        "vibes": N_("Vibes files"),
        "leave": N_("Leave file"),
        "decisions": N_("Decisions files"),
    }
)
SOURCE_STATE_WORDS: Final = Words(
    {
        "ok": N_("Complete"),
        "late": N_("Late"),
        "incomplete": N_("Incomplete"),
        "failed": N_("Failed"),
        "off": N_("Not connected"),
    }
)


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
    return sign + decimal(abs(fixed), digits)


def percent(value: Any, digits: int = 1, *, signed: bool = False) -> str:
    text = number(value, digits, signed=signed)
    return text if text == NOTHING else tied(_("{number} %", number=text))


def duration(seconds: Any) -> str:
    """Seconds as people say them: `45 s`, `6.5 min`, `2.4 h`."""
    if is_missing(seconds):
        return NOTHING
    if seconds < 59.5:
        return tied(_("{seconds} s", seconds=number(seconds, 0)))
    if seconds < 59.95 * 60:
        return tied(_("{minutes} min", minutes=number(seconds / 60, 1)))
    return tied(_("{hours} h", hours=number(seconds / 3600, 1)))


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


def tied(text: str) -> str:
    """A short text that stays on one line: a number and its unit, a date."""
    return text.replace(" ", NBSP)


def capital(text: str) -> str:
    """The text with its first letter large, as a sentence or a label begins."""
    return text[:1].upper() + text[1:]


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
    return clock_text(time(int(clock) % 24, int(60 * clock) % 60))


def day(value: date | pd.Timestamp, *, weekday: bool = False, year: bool = True) -> str:
    """`16 Nov 2026`, `Mon 16 Nov 2026`, `16 Nov`."""
    text = day_text(value, "yMMMd" if year else "MMMd")
    return tied(_("{weekday} {day}", weekday=day_text(value, "EEE"), day=text) if weekday else text)


def week_title(week_start: pd.Timestamp) -> str:
    """`16–22 November 2026`, `30 March – 5 April 2026`, `29 December 2025 – 4 January 2026`."""
    return days_text(week_start, week_start + pd.Timedelta(days=6))


def week_number(week_start: pd.Timestamp) -> str:
    """`week 47`, as sentences name a week of the same year."""
    return tied(_("week {number}", number=week_start.isocalendar().week))


def month_title(month: pd.Timestamp | date) -> str:
    """`November 2026`."""
    return day_text(month, "yMMMM")


def instant(moment: datetime) -> str:
    """`Mon 23 Nov 2026, 00:00 CST`."""
    clock = clock_text(moment.time())
    return _("{day}, {time} {zone}", day=day(moment, weekday=True), time=clock, zone=moment.tzname())


def iso(value: pd.Timestamp | date) -> str:
    return f"{value:%Y-%m-%d}"


_NTH_WEEK: Final = {
    "st": N_("{n}st week"),
    "nd": N_("{n}nd week"),
    "rd": N_("{n}rd week"),
    "th": N_("{n}th week"),
}


def weeks_running(count: int) -> str:
    """How long a state has lasted, as a badge: `New`, `2nd week`, `12th week`."""
    return _("New") if count <= 1 else tied(_(_NTH_WEEK[ordinal(count)], n=count))


def lozenge(status: str, word: str | None = None) -> dict[str, str]:
    """A status as the page shows it: shape by `status`, and a word; colour comes last."""
    return {"status": status, "word": word or STATUS_WORDS[status]}
