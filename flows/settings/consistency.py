"""Checks what no single key can show: ids that exist, names given once, days that are Mondays.

Works on the config as read, so that these findings appear together with those about its shape; what has the wrong
shape is skipped here. Schedules are looked at in `periods`.
"""

import re
import zoneinfo
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import holidays

from flows.settings.findings import Finding, Loc, did_you_mean, entries, joined, readable_day, value_at
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


def _ids(raw: dict[str, object], section: str) -> list[str]:
    return [entry["id"] for _, entry in entries(raw, section) if isinstance(entry.get("id"), str)]  # type: ignore[misc]


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
                    for loc, entry in entries(raw, section)
                    if isinstance(value := entry.get(name), str)
                ]
            )
    boards = [
        ((*loc, "jira_board_ids", position), board)
        for loc, entry in entries(raw, "teams")
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
    for loc, engineer in entries(raw, "engineers"):
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
        day = readable_day(value_at(raw, loc))
        if day and day.weekday() != 0:
            monday = day - day.weekday() * _ONE_DAY
            yield Finding(loc, f"{day} is a {day:%A}, weeks start on Monday; did you mean {monday}?")
    start, switch = (readable_day(value_at(raw, loc)) for loc in places[:2])
    if start and switch and start >= switch:
        yield Finding(places[0], f"{start} is not before the switch on {switch}; the baseline lies before the switch")


def _bad_rules(raw: dict[str, object]) -> Iterator[Finding]:
    rules = value_at(raw, ("metrics", "billable", "rules"))
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        kind, value = (rule.get("kind"), rule.get("value")) if isinstance(rule, dict) else (None, None)
        if not isinstance(value, str):
            continue
        loc = ("metrics", "billable", "rules", index, "value")
        if kind == "worklog_property" and not re.fullmatch(r"[^=\s]+=.+", value):
            yield Finding(loc, f'"{value}" does not say which value; expected for example "billing.billable=true"')
        if kind == "custom_field" and not re.fullmatch(r"customfield_\d+=\S.*", value):
            what = "does not say which field holds which value"
            yield Finding(loc, f'"{value}" {what}; expected for example "customfield_10050=Client"')


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
            if isinstance(month, int) and isinstance(day, int) and not readable_day(f"2024-{month:02d}-{day:02d}"):
                yield Finding((*loc, index, f"{end}_day"), f"month {month} has no day {day}")


def _bad_employments(raw: dict[str, object]) -> Iterator[Finding]:
    for loc, engineer in entries(raw, "engineers"):
        first, last = readable_day(engineer.get("employed_from")), readable_day(engineer.get("employed_to"))
        if first and last and last < first:
            yield Finding((*loc, "employed_to"), f"{last} is before the first day of employment, {first}")
