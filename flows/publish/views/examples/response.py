"""Incident response: what became of a page, and where it fell in the engineer's own schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pandas as pd

from flows.publish.views import wording
from flows.publish.views.examples.made_up import (
    MONDAYS,
    ON_4X10,
    ON_5X8,
    ON_9_80,
    Day,
    Pattern,
    date_of,
    engineer,
    engineers,
    group,
    readings,
    schedule,
    schedules,
    table,
)
from transforms.clean.pagerduty import clean_pages
from transforms.language import N_, Words, _
from transforms.metrics.response import is_acknowledged
from transforms.schedule import classify_shifts
from transforms.schemas.sources import Pages

_EXCLUDED: Final = ("test", "drill")
_MINUTE: Final = pd.Timedelta(minutes=1)


class Event(NamedTuple):
    """An entry of the pager's log, minutes after the incident was created; nobody acts where a service does."""

    minute: float
    kind: str
    who: str | None = None
    is_timeout: bool = False


class Counted(NamedTuple):
    """What is counted for Ana: minutes to acknowledge and to resolve, and as what."""

    acknowledge: float | None
    resolve: float | None
    counts_as: str


@dataclass(frozen=True)
class Case:
    """An incident that pages Ana at minute 0, unless it says otherwise. `expected`: worked out by hand."""

    name: str
    what: str
    events: tuple[Event, ...]
    expected: Counted
    title: str = "Checkout is slow"
    urgency: str = "high"


ACKNOWLEDGED: Final = "answered"
MISSED: Final = "missed"
PAGED: Final = "paged only"
APART: Final = "listed apart"
NOT_COUNTED: Final = "not counted"

_PAGED: Final = Event(0, "assign", "ana")


def _acknowledge(minute: float, who: str = "ana") -> Event:
    return Event(minute, "acknowledge", who)


def _times_out(minute: float, to: str) -> Event:
    return Event(minute, "assign", to, is_timeout=True)


CASES: Final = (
    Case(
        "Answered",
        "Ana answers after 4 min and resolves after 50",
        (_PAGED, _acknowledge(4), Event(50, "resolve", "ana")),
        Counted(4, 50, ACKNOWLEDGED),
    ),
    Case(
        "Timed out",
        "Nobody answers for 30 min: it times out to Ben",
        (_PAGED, _times_out(30, "ben"), _acknowledge(33, "ben")),
        Counted(30, None, MISSED),
    ),
    Case(
        "Came back",
        "It times out to Ben after 30 min, comes back, and Ana answers after 45",
        (_PAGED, _times_out(30, "ben"), _times_out(40, "ana"), _acknowledge(45)),
        Counted(45, None, ACKNOWLEDGED),
    ),
    Case(
        "Handed over",
        "Ana hands it to Ben after 5 min",
        (_PAGED, Event(5, "assign", "ben"), _acknowledge(7, "ben")),
        Counted(None, None, NOT_COUNTED),
    ),
    Case(
        "Taken over",
        "Ben has it first and hands it to Ana after 20 min, who answers 3 min later",
        (Event(0, "assign", "ben"), Event(20, "assign", "ana"), _acknowledge(23)),
        Counted(3, None, ACKNOWLEDGED),
    ),
    Case(
        "Twice",
        "Ana answers after 2 min, and again after 60",
        (_PAGED, _acknowledge(2), _acknowledge(60)),
        Counted(2, None, ACKNOWLEDGED),
    ),
    Case(
        "Two paged",
        "Ana and Ben are paged, Ben answers",
        (_PAGED, Event(0, "assign", "ben"), _acknowledge(3, "ben")),
        Counted(None, None, PAGED),
    ),
    Case(
        "Resolved",
        "Ana answers after 6 min; it resolves itself",
        (_PAGED, _acknowledge(6), Event(12, "resolve")),
        Counted(6, None, ACKNOWLEDGED),
    ),
    Case(
        "Over",
        "It resolves itself before anybody answers",
        (_PAGED, Event(3, "resolve")),
        Counted(None, None, PAGED),
    ),
    Case(
        "No answer",
        "Ana resolves after 15 min without an answer",
        (_PAGED, Event(15, "resolve", "ana")),
        Counted(None, 15, PAGED),
    ),
    Case(
        "Own alarm",
        "Ana triggers the incident herself",
        (Event(0, "trigger", "ana"), _PAGED, _acknowledge(1)),
        Counted(None, None, NOT_COUNTED),
    ),
    Case(
        "Test",
        "Its title says that it is a test",
        (_PAGED, _acknowledge(1)),
        Counted(None, None, NOT_COUNTED),
        title=_("Test page, please ignore"),
    ),
    Case(
        "Low urgency",
        "Its urgency is low; Ana answers after 40 min",
        (_PAGED, _acknowledge(40)),
        Counted(40, None, f"{APART}, {ACKNOWLEDGED}"),
        urgency="low",
    ),
)


class Week(NamedTuple):
    """The reading of Ana's week with all of CASES in it: pages by how they count, response rate, median minutes."""

    pages: int
    acknowledged: int
    missed: int
    low: int
    rate_pct: float
    median: float


# Answered after 2, 3, 4, 6 and 45 minutes, missed after 30: 5 of 6; in the middle of 2, 3, 4, 6, 30, 45 is 5.
EXPECTED_WEEK: Final = Week(pages=9, acknowledged=5, missed=1, low=1, rate_pct=83.333, median=5.0)


@dataclass(frozen=True)
class Call:
    """A page on a day of the made-up weeks by the engineer's clock. `expected`: where it falls, by SCHEDULES."""

    what: str
    day: Day
    clock: str
    expected: tuple[str, ...]


SCHEDULES: Final[tuple[Pattern, ...]] = (ON_5X8, ON_4X10, ON_9_80)
_SHIFTS: Final = Words(
    {
        "in_shift": N_("in shift"),
        "evening": N_("evening"),
        "rostered_day_off": N_("day off"),
        "night": N_("night"),
    }
)

CALLS: Final = (
    Call("Tue 07:59", (0, 1), "07:59", ("night", "night", "night")),
    Call("Tue 08:00", (0, 1), "08:00", ("in_shift", "in_shift", "in_shift")),
    Call("Tue 16:59", (0, 1), "16:59", ("in_shift", "in_shift", "in_shift")),
    Call("Tue 17:00", (0, 1), "17:00", ("evening", "in_shift", "in_shift")),
    Call("Tue 18:00", (0, 1), "18:00", ("evening", "in_shift", "evening")),
    Call("Tue 19:00", (0, 1), "19:00", ("evening", "evening", "evening")),
    Call("Tue 22:00", (0, 1), "22:00", ("night", "night", "night")),
    Call("Fri 10:00", (0, 4), "10:00", ("in_shift", "rostered_day_off", "in_shift")),
    Call("Next Fri 10:00", (1, 4), "10:00", ("in_shift", "rostered_day_off", "rostered_day_off")),
    Call("Fri 23:00", (0, 4), "23:00", ("night", "night", "night")),
    Call("Sat 11:00", (0, 5), "11:00", ("evening", "evening", "evening")),
)


def groups() -> list[dict[str, Any]]:
    """Both tables of the page."""
    return [_response_group(), _shift_group()]


def _response_group() -> dict[str, Any]:
    counted, week = responses()
    rows = [[_(case.name), _(case.what), _told(found)] for case, found in zip(CASES, counted, strict=True)]
    told = _(
        "{answered} of {all} answered: {rate}; median {time}",
        answered=week.acknowledged,
        all=week.acknowledged + week.missed,
        rate=wording.percent(week.rate_pct),
        time=_minutes(week.median),
    )
    rows.append([_("Together"), _("All of these in one week of Ana's"), told])
    return group(
        "response",
        label=_("Incident response"),
        title=_("What a page counts for Ana, who was paged"),
        text=_(
            "To answer is to acknowledge; the time runs from one's own page to one's own answer. A page that timed "
            "out away counts as missed, and with the time until it left, so who misses pages does not look faster. "
            "“Paged only” is neither answered nor missed."
        ),
        columns=[_("Case"), _("What happens"), _("Counts as")],
        rows=rows,
    )


def _told(found: Counted) -> str:
    """`answered after 4.0 min, resolved after 50.0 min`."""
    told = [_(found.counts_as)]
    if found.acknowledge is not None:
        # TRANSLATORS: {answer} is "answered", "missed" or such
        told = [_("{answer} after {time}", answer=told[0], time=_minutes(found.acknowledge))]
    if found.resolve is not None:
        told.append(_("resolved after {time}", time=_minutes(found.resolve)))
    return ", ".join(told)


def _shift_group() -> dict[str, Any]:
    return group(
        "shifts",
        label=_("Load by schedule"),
        title=_("Where a page falls in one's own schedule"),
        text=_(
            "By the clock where the engineer lives. A shift begins at 08:00 and lasts the day's hours and one hour "
            "of break; the night is 22:00 to 08:00 on every day. It is shown as load, never as a score."
        ),
        columns=[_("Paged at"), *(pattern.name for pattern in SCHEDULES)],
        rows=[
            [_(call.what), *(_SHIFTS[shift] for shift in found)] for call, found in zip(CALLS, shifts(), strict=True)
        ],
    )


def responses() -> tuple[list[Counted], Week]:
    """What each of CASES counts for Ana, and the reading of a week with all of them in it."""
    people = engineers(engineer("ana"), engineer("ben"))
    periods = schedules(schedule("ana", ON_5X8), schedule("ben", ON_5X8))
    ids = [f"I{number:02d}" for number in range(len(CASES))]
    starts = [MONDAYS[0].tz_localize("UTC") + pd.Timedelta(hours=9 + 2 * number) for number in range(len(CASES))]
    incidents = pd.DataFrame(
        {
            "incident_id": ids,
            "title": [case.title for case in CASES],
            "created_at": starts,
            "urgency": [case.urgency for case in CASES],
        }
    )
    entries = pd.DataFrame(
        [
            {
                "entry_id": f"{incident}-{number}",
                "incident_id": incident,
                "at": start + event.minute * _MINUTE,
                "kind": event.kind,
                "user_id": event.who,
                "is_timeout": event.is_timeout,
            }
            for incident, start, case in zip(ids, starts, CASES, strict=True)
            for number, event in enumerate(case.events)
        ]
    )
    users = pd.DataFrame({"user_id": ["ana", "ben"], "name": ["Ana", "Ben"]})
    rows, _problems = clean_pages(incidents, entries, users, people, _EXCLUDED, MONDAYS[0])
    pages = classify_shifts(rows, periods, people)
    reading = readings(people, periods, {"pages": pages})["ana", MONDAYS[0]]
    week = Week(
        int(reading["n_pages"]),
        int(reading["n_acknowledged_pages"]),
        int(reading["n_missed_pages"]),
        int(reading["n_low_urgency_pages"]),
        float(reading["response_rate_pct"]),
        float(reading["acknowledge_median_seconds"]) / 60,
    )
    mine = pages[pages["engineer_id"] == "ana"]
    mine = mine.assign(is_acknowledged=is_acknowledged(mine)).set_index("incident_id")
    by_incident = {str(row["incident_id"]): row for row in mine.reset_index().to_dict("records")}
    return [_counted(by_incident.get(incident)) for incident in ids], week


def _counted(page: dict[Any, Any] | None) -> Counted:
    if page is None:
        return Counted(None, None, NOT_COUNTED)
    counts_as = MISSED if page["is_censored"] else ACKNOWLEDGED if page["is_acknowledged"] else PAGED
    if page["urgency"] != "high":
        counts_as = f"{APART}, {counts_as}"
    return Counted(_in_minutes(page["acknowledge_seconds"]), _in_minutes(page["resolve_seconds"]), counts_as)


def shifts() -> list[tuple[str, ...]]:
    """Where each of CALLS falls, by SCHEDULES."""
    ids = [pattern.kind for pattern in SCHEDULES]
    people = engineers(*[engineer(who) for who in ids])
    periods = schedules(*[schedule(pattern.kind, pattern) for pattern in SCHEDULES])
    rows = [
        {
            "incident_id": f"{number:02d}",
            "engineer_id": who,
            "week_start": MONDAYS[call.day[0]],
            "paged_at": (date_of(call.day) + pd.Timedelta(f"{call.clock}:00")).tz_localize("UTC"),
            "acknowledge_seconds": None,
            "resolve_seconds": None,
            "is_censored": False,
            "urgency": "high",
            "shift": "in_shift",
        }
        for number, call in enumerate(CALLS)
        for who in ids
    ]
    found = classify_shifts(table(Pages, rows), periods, people)["shift"].tolist()
    return [tuple(found[start : start + len(ids)]) for start in range(0, len(found), len(ids))]


def _in_minutes(seconds: float) -> float | None:
    return None if pd.isna(seconds) else seconds / 60


def _minutes(minutes: float) -> str:
    return wording.duration(60 * minutes)
