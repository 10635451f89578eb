"""Checks what no single key can show: ids that exist, schedules that fit together, days that are Mondays.

Works on the config as read, so that these findings appear together with those about its shape; what has the wrong
shape is skipped here.
"""

import itertools
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import holidays

from flows.settings.findings import Finding, Loc, did_you_mean, joined, value_at
from transforms.parameters import YearlySpan

_ONE_DAY: Final = timedelta(days=1)
_CRON_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_CRON_WORDS: Final = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "weekday": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_CRON_PART: Final = re.compile(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>[1-9]\d*))?")


def consistency_findings(raw: dict[str, object]) -> list[Finding]:
    """Every contradiction inside a config."""
    return [
        *_duplicates(raw),
        *_unknown_references(raw),
        *_bad_zones(raw),
        *_bad_calendars(raw),
        *_bad_crons(raw),
        *_bad_policy(raw),
        *_bad_rules(raw),
        *_bad_employments(raw),
        *_bad_spans(raw),
    ]


def _entries(raw: dict[str, object], section: str) -> Iterator[tuple[Loc, dict[str, object]]]:
    values = raw.get(section)
    for index, entry in enumerate(values if isinstance(values, list) else []):
        if isinstance(entry, dict):
            yield (section, index), entry


def _ids(raw: dict[str, object], section: str) -> list[str]:
    return [entry["id"] for _, entry in _entries(raw, section) if isinstance(entry.get("id"), str)]  # type: ignore[misc]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _duplicates(raw: dict[str, object]) -> Iterator[Finding]:
    keys = {
        "teams": ("id",),
        "managers": ("id",),
        "engineers": ("id", "jira_account_id", "pagerduty_user_id", "alertops_user_name"),
    }
    for section, names in keys.items():
        for name in names:
            yield from _repeated(
                [
                    # AlertOps knows its users whatever the case.
                    ((*loc, name), value.strip().casefold() if name == "alertops_user_name" else value)
                    for loc, entry in _entries(raw, section)
                    if isinstance(value := entry.get(name), str)
                ]
            )
    boards = [
        ((*loc, "jira_board_ids", position), board)
        for loc, entry in _entries(raw, "teams")
        for position, board in enumerate(_list(entry.get("jira_board_ids")))
    ]
    yield from _repeated(boards)


def _repeated(values: list[tuple[Loc, object]]) -> Iterator[Finding]:
    first_seen: dict[object, Loc] = {}
    for loc, value in values:
        if value in first_seen:
            section, index = first_seen[value][:2]
            yield Finding(loc, f'"{value}" is already used by {section}[{index}]; it must be given only once')
        else:
            first_seen[value] = loc


def _list(value: object) -> list[object]:
    return [item for item in value if isinstance(item, int | str)] if isinstance(value, list) else []


def _unknown_references(raw: dict[str, object]) -> Iterator[Finding]:
    locations = raw.get("locations")
    known = {
        "team": _ids(raw, "teams"),
        "manager": _ids(raw, "managers"),
        "location": list(locations) if isinstance(locations, dict) else [],
    }
    for loc, engineer in _entries(raw, "engineers"):
        for name, ids in known.items():
            value = engineer.get(name)
            if isinstance(value, str) and value not in ids:
                advice = did_you_mean(value, ids) or f"add it under {name}s"
                yield Finding((*loc, name), joined(f'there is no {name} "{value}"', advice))


def _zones(raw: dict[str, object]) -> Iterator[tuple[Loc, object]]:
    for loc in (("organisation", "timezone"), ("sources", "alertops", "timezone")):
        yield loc, value_at(raw, loc)
    locations = raw.get("locations")
    for name in locations if isinstance(locations, dict) else ():
        yield ("locations", name, "timezone"), value_at(raw, ("locations", name, "timezone"))


def _bad_zones(raw: dict[str, object]) -> Iterator[Finding]:
    for loc, zone in _zones(raw):
        if isinstance(zone, str) and not _is_zone(zone):
            advice = did_you_mean(zone, sorted(zoneinfo.available_timezones()))
            yield Finding(loc, joined(f'"{zone}" is not an IANA time zone such as America/Chicago', advice))


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _bad_calendars(raw: dict[str, object]) -> Iterator[Finding]:
    locations = raw.get("locations")
    for name in locations if isinstance(locations, dict) else ():
        country = value_at(raw, ("locations", name, "country"))
        subdivision = value_at(raw, ("locations", name, "subdivision"))
        if not isinstance(country, str) or not re.fullmatch("[A-Z]{2}", country):
            continue
        if isinstance(subdivision, str) and _has_calendar(country) and not _has_calendar(country, subdivision):
            advice = did_you_mean(subdivision, holidays.list_supported_countries()[country])
            yield Finding(
                ("locations", name, "subdivision"), joined(f'"{subdivision}" is not a part of {country}', advice)
            )
        elif not _has_calendar(country):
            yield Finding(("locations", name, "country"), f'no public holidays are known for "{country}"')


def _has_calendar(country: str, subdivision: str | None = None) -> bool:
    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return False
    return True


def _bad_crons(raw: dict[str, object]) -> Iterator[Finding]:
    for name in ("weekly_cron", "monthly_cron"):
        text = value_at(raw, ("schedule", name))
        if isinstance(text, str) and (problem := _cron_problem(text)):
            yield Finding(("schedule", name), f'"{text}" is not a cron line: {problem}; for example "0 6 * * 1"')


def _cron_problem(text: str) -> str:
    fields = text.split()
    if len(fields) != len(_CRON_FIELDS):
        return f"it has {len(fields)} fields, not 5 (minute, hour, day, month, weekday)"
    for field, (name, low, high) in zip(fields, _CRON_FIELDS, strict=True):
        for part in field.split(","):
            if not _is_cron_part(part, name, low, high):
                return f'"{part}" is no {name} from {low} to {high}'
    return ""


def _is_cron_part(part: str, name: str, low: int, high: int) -> bool:
    match = _CRON_PART.fullmatch(part)
    if match is None or (match["first"] == "*" and match["last"]):
        return False
    words = _CRON_WORDS.get(name, ())
    values = [_cron_value(text, words, low) for text in (match["first"], match["last"]) if text and text != "*"]
    return all(value is not None and low <= value <= high for value in values) and values == sorted(
        values, key=lambda value: value or 0
    )


def _cron_value(text: str, words: tuple[str, ...], low: int) -> int | None:
    if text.isdecimal():
        return int(text)
    return words.index(text.lower()) + low if text.lower() in words else None


def _bad_policy(raw: dict[str, object]) -> Iterator[Finding]:
    places: tuple[Loc, ...] = (("policy", "baseline_start"), ("policy", "switch_date"), ("sample", "as_of"))
    for loc in places:
        day = _day(value_at(raw, loc))
        if day and day.weekday() != 0:
            monday = day - day.weekday() * _ONE_DAY
            yield Finding(loc, f"{day} is a {day:%A}, weeks start on Monday; did you mean {monday}?")
    start, switch = (_day(value_at(raw, loc)) for loc in places[:2])
    if start and switch and start >= switch:
        yield Finding(places[0], f"{start} is not before the switch on {switch}; the baseline lies before the switch")


def _bad_rules(raw: dict[str, object]) -> Iterator[Finding]:
    rules = value_at(raw, ("metrics", "billable", "rules"))
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        if isinstance(rule, dict) and rule.get("kind") == "worklog_property":
            value = rule.get("value")
            if isinstance(value, str) and not re.fullmatch(r"[^=\s]+=.+", value):
                loc = ("metrics", "billable", "rules", index, "value")
                yield Finding(loc, f'"{value}" does not say which value; expected for example "billing.billable=true"')


def _bad_spans(raw: dict[str, object]) -> Iterator[Finding]:
    """Days that no year has, such as 30 February."""
    loc = ("decisions", "eligibility", "holiday_weeks", "spans")
    spans = value_at(raw, loc)
    for index, span in enumerate(spans if isinstance(spans, list) else []):
        for end in ("first", "last") if isinstance(span, dict) else ():
            month, day = (
                span.get(f"{end}_{part}", getattr(YearlySpan(), f"{end}_{part}")) for part in ("month", "day")
            )
            # 2024, so that 29 February is a day.
            if isinstance(month, int) and isinstance(day, int) and not _day(f"2024-{month:02d}-{day:02d}"):
                yield Finding((*loc, index, f"{end}_day"), f"month {month} has no day {day}")


@dataclass(frozen=True)
class _Period:
    """A schedule period whose days could be read."""

    loc: Loc
    first: date
    last: date | None

    def __str__(self) -> str:
        return f"the period from {self.first} to {self.last or 'now on'}"


def _bad_employments(raw: dict[str, object]) -> Iterator[Finding]:
    for loc, engineer in _entries(raw, "engineers"):
        first, last = _day(engineer.get("employed_from")), _day(engineer.get("employed_to"))
        if first and last and last < first:
            yield Finding((*loc, "employed_to"), f"{last} is before the first day of employment, {first}")
            continue
        schedules = engineer.get("schedules")
        entries = [entry for entry in schedules if isinstance(entry, dict)] if isinstance(schedules, list) else []
        for index, entry in enumerate(entries):
            yield from _bad_hours((*loc, "schedules", index), entry)
        periods = [
            _Period((*loc, "schedules", index), start, _day(entry.get("to")))
            for index, entry in enumerate(entries)
            if (start := _day(entry.get("from")))
        ]
        readable = len(periods) == len(_list_of(schedules)) and all(
            "to" not in entry or _day(entry["to"]) for entry in entries
        )
        if periods and readable:
            yield from _bad_sequence(periods)
            if first and (last or engineer.get("employed_to") is None):
                yield from _bad_cover(periods, first, last)


def _list_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _bad_hours(loc: Loc, entry: dict[str, object]) -> Iterator[Finding]:
    kind, day_off, hours = entry.get("kind"), entry.get("day_off"), entry.get("hours")
    if hours is not None and day_off is not None:
        yield Finding((*loc, "day_off"), "not together with hours: weekdays that hours leaves out are free; remove one")
    elif hours == {}:
        yield Finding((*loc, "hours"), 'no weekday is listed; expected for example {"monday": 6, "tuesday": 6}')
    elif kind == "4x10" and day_off is None and hours is None:
        yield Finding(
            loc, 'which weekday is free? Add "day_off" (for example "friday"), or "hours" for who works part-time'
        )
    elif kind == "5x8" and day_off is not None:
        yield Finding((*loc, "day_off"), '5x8 has no day off; remove it, or list the weekdays worked in "hours"')


def _bad_sequence(periods: list[_Period]) -> Iterator[Finding]:
    for period in periods:
        if period.last and period.last < period.first:
            yield Finding((*period.loc, "to"), f"{period.last} is before {period.first}, the first day of the period")
    for earlier, later in itertools.pairwise(periods):
        fits = f'"to": "{later.first - _ONE_DAY}"'
        if later.first <= earlier.first:
            yield Finding(
                (*later.loc, "from"),
                f"{later} overlaps {earlier} or is out of order; list periods by date, each once",
            )
        elif earlier.last is None or earlier.last >= later.first:
            yield Finding((*later.loc, "from"), f"{later} overlaps {earlier}; give the earlier one {fits}")
        elif later.first - earlier.last > _ONE_DAY:
            yield Finding(
                (*later.loc, "from"),
                f"no schedule from {earlier.last + _ONE_DAY} to {later.first - _ONE_DAY}; "
                f'give this one "from": "{earlier.last + _ONE_DAY}", or the earlier one {fits}',
            )


def _bad_cover(periods: list[_Period], first: date, last: date | None) -> Iterator[Finding]:
    start, end = periods[0], periods[-1]
    if start.first < first:
        yield Finding((*start.loc, "from"), f"{start.first} is before the employment, which begins on {first}")
    elif start.first > first:
        yield Finding((*start.loc, "from"), f"no schedule from {first}, the first day of employment, to {start.first}")
    if end.last and last and end.last > last:
        yield Finding((*end.loc, "to"), f"{end.last} is after the employment, which ends on {last}")
    elif end.last and (last is None or end.last < last):
        until = f"until the employment ends on {last}" if last else "though the employment goes on"
        yield Finding(
            (*end.loc, "to"), f'no schedule after {end.last}, {until}; remove "to", add a period, or set "employed_to"'
        )
    if last:
        for period in periods:
            if period.first > last:
                yield Finding((*period.loc, "from"), f"{period.first} is after the employment, which ends on {last}")
