"""Schedule periods of the engineers: what is wrong with them, and which days of them can be used all the same.

Works on the config as read. Nothing is guessed: a period whose own days or hours are not clear is not used, and a day
that two periods claim is not given to either.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Final, NamedTuple

from flows.settings.findings import Finding, Loc, entries, path_of, readable_day, value_at
from flows.settings.set_aside import SetAside, shown

_ONE_DAY: Final = timedelta(days=1)
_FOREVER: Final = date.max
# What a run does where no day of the employment loses its schedule.
_OTHERWISE: Final = {
    "C005": "no day of the employment is touched",
    "C006": "the periods are used by their dates",
    "C008": "the days outside the employment are not used",
}
_NOT_USED: Final = "the period is not used; no day of the employment is touched"


class Span(NamedTuple):
    """Days from the first to the last, both included."""

    first: date
    last: date

    @property
    def end(self) -> date | None:
        """The last day; None where there is none."""
        return self.last if self.last < _FOREVER else None

    def __str__(self) -> str:
        return f"{self.first} to {self.end}" if self.end else f"{self.first} on"

    def both(self, other: "Span") -> list["Span"]:
        """The days of both, as one span or none."""
        common = Span(max(self.first, other.first), min(self.last, other.last))
        return [common] if common.first <= common.last else []

    def without(self, others: Iterable["Span"]) -> list["Span"]:
        """The days that none of the others has."""
        left = [self]
        for other in others:
            left = [part for one in left for part in one._outside(other)]
        return left

    def _outside(self, other: "Span") -> list["Span"]:
        if not self.both(other):
            return [self]
        before = [Span(self.first, other.first - _ONE_DAY)] if self.first < other.first else []
        after = [Span(other.last + _ONE_DAY, self.last)] if self.last > other.last else []
        return before + after


@dataclass(frozen=True)
class _Period:
    """A period that says which days it claims; `number` is its position in the list."""

    number: int
    loc: Loc
    days: Span

    def __str__(self) -> str:
        return f"the period from {self.days.first} to {self.days.end or 'now on'}"


class _Fault(NamedTuple):
    """Something wrong at a place. `lost`: the days of employment that are without a schedule because of it."""

    rule: str
    loc: Loc
    message: str
    advice: str = ""
    lost: Sequence[Span] = ()


class ExaminedSchedules(NamedTuple):
    """Every finding with its place; and for each engineer who has any, by position, the periods that can be used.

    A usable period is named by its position in the list, with the days on which it holds.
    """

    findings: list[tuple[Loc, SetAside]]
    usable: dict[int, dict[int, list[Span]]]


def is_of_schedules(finding: Finding) -> bool:
    """Whether a finding is about one engineer's schedules, so that a run can do without them."""
    return finding.loc[:1] == ("engineers",) and finding.loc[2:3] == ("schedules",)


def examine_schedules(raw: dict[str, object], of_shape: Sequence[Finding]) -> ExaminedSchedules:
    """Look at the schedules of every engineer. `of_shape`: what is known to be wrong with the shape of the config."""
    examined = ExaminedSchedules([], {})
    for loc, engineer in entries(raw, "engineers"):
        employment = _employment(engineer)
        if employment is None:
            continue  # that is a finding of its own, which stops every run
        own = [finding for finding in of_shape if finding.loc[:3] == (*loc, "schedules")]
        faults, usable = _examine((*loc, "schedules"), engineer.get("schedules"), employment, own)
        name = str(engineer.get("id", ""))
        examined.findings.extend((fault.loc, _set_aside(raw, fault, name)) for fault in faults)
        if faults:
            examined.usable[_position(loc, 1)] = usable
    return examined


def _employment(engineer: Mapping[str, object]) -> Span | None:
    first, last = readable_day(engineer.get("employed_from")), readable_day(engineer.get("employed_to"))
    if first is None or (last is None and engineer.get("employed_to") is not None):
        return None
    return Span(first, last or _FOREVER) if last is None or first <= last else None


def _examine(
    loc: Loc, listed: object, employment: Span, of_shape: Sequence[Finding]
) -> tuple[list[_Fault], dict[int, list[Span]]]:
    """The faults of one engineer's periods, and the days of each that can be used."""
    if not isinstance(listed, list) or not listed:
        message = of_shape[0].message if of_shape else "is empty; at least one is needed"
        return [_Fault("C001", loc, message, "list the schedules by date", [employment])], {}
    claims = [period for number in range(len(listed)) for period in _claim(loc, listed, number)]
    unclaimed = employment.without(period.days for period in claims)
    days_of = {period.number: employment.both(period.days) for period in claims}
    own = [
        fault._replace(lost=days_of.get(_number(fault), unclaimed))
        for fault in [*_of_shape(of_shape), *_of_hours(loc, listed, of_shape), *_of_extent(loc, listed)]
    ]
    faults = [*own, *_overlaps(claims, employment), *_disorder(claims), *_outside(claims, employment)]
    if len(claims) == len(listed):
        faults += _gaps(claims, employment, unclaimed)
    unusable = {_number(fault) for fault in own}
    usable = {
        period.number: _alone(period, claims, days_of[period.number])
        for period in claims
        if period.number not in unusable
    }
    return faults, {number: days for number, days in usable.items() if days}


def _number(fault: _Fault) -> int:
    """The position of the period that a fault is about."""
    return _position(fault.loc, 3)


def _position(loc: Loc, part: int) -> int:
    number = loc[part]
    assert isinstance(number, int), "engineers and their schedules are lists"
    return number


def _alone(period: _Period, claims: Sequence[_Period], days: Sequence[Span]) -> list[Span]:
    """The days that no other period claims."""
    others = [other.days for other in claims if other.number != period.number]
    return [part for span in days for part in span.without(others)]


def _claim(loc: Loc, listed: Sequence[object], number: int) -> list[_Period]:
    """The days that a period claims, if it says which."""
    entry = listed[number]
    first, last = _ends(entry)
    if first is None or last is None or last < first or _has_unclear_end(listed, number):
        return []
    return [_Period(number, (*loc, number), Span(first, last))]


def _ends(entry: object) -> tuple[date | None, date | None]:
    """First and last day of a period; None where they cannot be read."""
    if not isinstance(entry, dict):
        return None, None
    last = entry.get("to")
    return readable_day(entry.get("from")), _FOREVER if last is None else readable_day(last)


def _has_unclear_end(listed: Sequence[object], number: int) -> bool:
    """Whether a period has no end, though another follows, of which the beginning cannot be read."""
    return _ends(listed[number])[1] == _FOREVER and number + 1 < len(listed) and _ends(listed[number + 1])[0] is None


def _of_shape(findings: Sequence[Finding]) -> Iterator[_Fault]:
    for finding in findings:
        yield _Fault("C002", finding.loc, finding.message)


def _of_hours(loc: Loc, listed: Sequence[object], of_shape: Sequence[Finding]) -> Iterator[_Fault]:
    misshapen = {finding.loc for finding in of_shape}
    for number, entry in enumerate(listed):
        for fault in _contradictions((*loc, number), entry) if isinstance(entry, dict) else ():
            if fault.loc not in misshapen:
                yield fault


def _contradictions(loc: Loc, entry: Mapping[str, object]) -> Iterator[_Fault]:
    """What kind, day_off, hours and weeks say against each other."""
    kind, day_off, hours, weeks = (entry.get(name) for name in ("kind", "day_off", "hours", "weeks"))
    for name, value in (("hours", hours), ("weeks", weeks)):
        if value is not None and day_off is not None:
            message = f"not together with {name}: weekdays that {name} leaves out are free"
            yield _Fault("C003", (*loc, "day_off"), message, "remove one")
            return
    if hours is not None and weeks is not None:
        yield _Fault("C003", (*loc, "weeks"), "not together with hours: either alternates by week or not", "remove one")
    elif hours is not None and kind == "9/80":
        yield _Fault("C003", (*loc, "hours"), "9/80 alternates by week", 'list both weeks in "weeks"')
    elif kind == "4x10" and day_off is None and hours is None and weeks is None:
        advice = 'add "day_off" (for example "friday"), or "hours" for who works part-time'
        yield _Fault("C003", loc, "does not say which weekday is free", advice)
    elif kind == "9/80" and day_off is None and weeks is None:
        advice = (
            'add "day_off" (for example "friday"), or "weeks" for who works part-time or begins with the short week'
        )
        yield _Fault("C003", loc, "does not say which weekday is free every second week", advice)
    elif kind == "5x8" and day_off is not None:
        advice = 'remove it, or list the weekdays worked in "hours"'
        yield _Fault("C003", (*loc, "day_off"), "5x8 has no day off", advice)
    yield from _empty_weeks(loc, hours, weeks)


def _empty_weeks(loc: Loc, hours: object, weeks: object) -> Iterator[_Fault]:
    listed = [((*loc, "hours"), hours)]
    listed += [((*loc, "weeks", number), week) for number, week in enumerate(weeks if isinstance(weeks, list) else [])]
    for place, week in listed:
        if week == {}:
            yield _Fault("C003", place, "no weekday is listed", 'list those worked, for example {"monday": 6}')


def _of_extent(loc: Loc, listed: Sequence[object]) -> Iterator[_Fault]:
    for number, entry in enumerate(listed):
        first, last = _ends(entry)
        if first and last and last < first:
            message = f"{last} is before {first}, the first day of the period"
            yield _Fault("C004", (*loc, number, "to"), message, "correct one of them")
        elif first and last and _has_unclear_end(listed, number):
            message = "is missing, and the next period does not say when it begins: where this one ends is not known"
            yield _Fault("C004", (*loc, number, "to"), message, "give both")


def _by_date(claims: Iterable[_Period]) -> list[_Period]:
    return sorted(claims, key=lambda period: (period.days.first, period.number))


def _overlaps(claims: Sequence[_Period], employment: Span) -> Iterator[_Fault]:
    for earlier, later in combinations(_by_date(claims), 2):
        for days in earlier.days.both(later.days):
            begin = later.days.first
            is_later = begin > earlier.days.first
            advice = f'give the earlier one "to": "{begin - _ONE_DAY}"' if is_later else "keep one of them"
            yield _Fault("C005", (*later.loc, "from"), f"{later} overlaps {earlier}", advice, employment.both(days))


def _disorder(claims: Sequence[_Period]) -> Iterator[_Fault]:
    for before, period in pairwise(claims):
        if period.days.first < before.days.first:
            message = f"{period} is listed after {before}: they are out of order"
            yield _Fault("C006", (*period.loc, "from"), message, "list periods by date")


def _outside(claims: Sequence[_Period], employment: Span) -> Iterator[_Fault]:
    first, last = employment
    for period in claims:
        if period.days.first < first:
            message = f"{period.days.first} is before the employment, which begins on {first}"
            yield _Fault("C008", (*period.loc, "from"), message, "correct one of them")
        if period.days.first > last:
            message = f"{period.days.first} is after the employment, which ends on {last}"
            yield _Fault("C008", (*period.loc, "from"), message, "correct one of them")
        elif period.days.end and period.days.end > last:
            message = f"{period.days.end} is after the employment, which ends on {last}"
            yield _Fault("C008", (*period.loc, "to"), message, "correct one of them")


def _gaps(claims: Sequence[_Period], employment: Span, unclaimed: Sequence[Span]) -> Iterator[_Fault]:
    """Days of employment that no period claims, told at the period after them, or else at the last one."""
    ordered = _by_date(claims)
    for gap in unclaimed:
        before = [period for period in ordered if period.days.last < gap.first]
        after = [period for period in ordered if period.days.first > gap.last]
        if not after:
            end = employment.end
            until = f"until the employment ends on {end}" if end else "though the employment goes on"
            message = f"no schedule after {before[-1].days.last}, {until}"
            advice = 'remove "to", add a period, or set "employed_to"'
            yield _Fault("C007", (*before[-1].loc, "to"), message, advice, [gap])
            continue
        advice = f'give this one "from": "{gap.first}"'
        advice += f', or the earlier one "to": "{gap.last}"' if before else ""
        which = "" if before else ", where the employment begins,"
        yield _Fault(
            "C007", (*after[0].loc, "from"), f"no schedule from {gap.first}{which} to {gap.last}", advice, [gap]
        )


def _set_aside(raw: object, fault: _Fault, engineer_id: str) -> SetAside:
    return SetAside(
        rule=fault.rule,
        engineer_id=engineer_id,
        place=path_of(fault.loc),
        found=shown(value_at(raw, fault.loc)),
        message=fault.message,
        consequence=_without_schedule(fault.lost) if fault.lost else _OTHERWISE.get(fault.rule, _NOT_USED),
        advice=fault.advice,
        severity="error" if fault.lost else "warning",
    )


def _without_schedule(lost: Sequence[Span]) -> str:
    if len(lost) == 1 and lost[0].first == lost[0].last:
        days = f"{lost[0].first} counts"
    else:
        days = f"the days {' and '.join(f'from {span}' for span in lost)} count"
    return f"{days} as without a schedule: billable share and velocity are unknown"
