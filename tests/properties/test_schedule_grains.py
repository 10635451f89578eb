"""One engine, two grains: days are those that somebody who walks day by day finds, and weeks are the days summed."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.lives import FIRST, LAST, Facts, days, rosters
from transforms.schedule import HolidayOnDayOff, available_hours, weekly_hours
from transforms.schemas.roster import WEEKDAY_HOURS
from transforms.weeks import monday_of
from transforms.workdays import Workforce

KEYS = ["engineer_id", "week_start"]
HOURS = {
    "contract_hours": "scheduled_hours",
    "holiday_hours": "holiday_hours",
    "leave_hours": "leave_hours",
    "available_hours": "available_hours",
}
WEEK = pd.Timedelta(weeks=1)
rules = st.sampled_from(["none", "substitute"])
kinds = st.sampled_from(["5x8", "4x10", "9/80"])
# Sevenths have no exact binary form: sums must be made in the same order to be the same.
parts = st.sampled_from([1.0, 1 / 7])


def scaled(facts: Facts, part: float) -> Facts:
    """The same with hours that are a part of what they were."""
    tables = facts.tables()
    for name in ("schedules", "leave"):
        hours = [column for column in tables[name] if column.endswith("_hours")]
        tables[name] = tables[name].assign(**{column: tables[name][column] * part for column in hours})
    return Facts(**tables)


def walked(facts: Facts, rule: HolidayOnDayOff) -> list[tuple[object, ...]]:
    """Every day of employment, worked out one after the other, starting four weeks before they are asked for."""
    free = set(facts.holidays["holiday_date"])
    away = facts.leave.groupby(["engineer_id", "leave_date"])["leave_hours"].sum().to_dict()
    found: list[tuple[object, ...]] = []
    for person in facts.engineers.sort_values("engineer_id").to_dict("records"):
        who, owed = person["engineer_id"], 0
        rows = facts.schedules[facts.schedules["engineer_id"] == who].to_dict("records")
        for day in pd.date_range(max(person["employed_from"], FIRST - 4 * WEEK), min(person["employed_to"], LAST)):
            weeks = [row for row in rows if row["valid_from"] <= day and not row["valid_to"] < day]
            turn = [(monday_of(day) - monday_of(row["valid_from"])) // WEEK % row["cycle_weeks"] for row in weeks]
            hours = {row["cycle_week"]: row[WEEKDAY_HOURS[day.day_of_week]] for row in weeks}
            scheduled = hours[turn[0]] if weeks else 0.0
            is_closed, is_off = day in free and scheduled > 0, bool(weeks) and scheduled == 0 and day.day_of_week < 5
            if rule == "substitute" and owed and scheduled > 0 and day not in free:
                owed, is_closed = owed - 1, True
            if day in free and is_off:
                owed += weeks[0]["schedule"] == "4x10" or (weeks[0]["schedule"] == "9/80" and max(hours.values()) > 0)
            holiday = scheduled if is_closed else 0.0
            leave = min(away.get((who, day), 0.0), scheduled - holiday)
            if day >= FIRST:
                found.append((who, day, bool(weeks), scheduled, holiday, leave, scheduled - holiday - leave, is_off))
    return found


@given(rosters(), rules, kinds, st.sampled_from([None, "first", "last"]))
def test_days_are_those_that_one_finds_who_walks_day_by_day(
    facts: Facts, rule: HolidayOnDayOff, kind: str, lost: str | None
):
    """Every kind of schedule; ben's first or last period may be lost."""
    people = facts.engineers
    ends = people["employed_to"].fillna(LAST)
    starts = facts.schedules.loc[facts.schedules["engineer_id"] == "ben", "valid_from"]
    is_lost = facts.schedules["valid_from"].eq(starts.min() if lost == "first" else starts.max()) if lost else False
    kept = facts.schedules[~(is_lost & facts.schedules["engineer_id"].eq("ben"))]
    told = replace(facts, engineers=people.assign(employed_to=ends), schedules=kept.assign(schedule=kind))
    table = told.days(rule)[["engineer_id", "work_date", "has_schedule", *HOURS.values(), "is_rostered_day_off"]]
    assert list(table.itertuples(index=False, name=None)) == walked(told, rule)


@given(rosters(), rules, parts, days, days)
def test_hours_by_week_are_the_days_added_up_one_after_the_other(
    facts: Facts, rule: HolidayOnDayOff, part: float, one: str, other: str
):
    first, last = (pd.Timestamp(on) for on in sorted([one, other]))
    given_ = scaled(facts, part)
    tables = (given_.engineers, given_.schedules, given_.holidays, given_.leave, first, last, rule)
    by_day = available_hours(*tables).groupby(KEYS)
    expected = pd.DataFrame(
        {week: by_day[day].apply(lambda values: np.cumsum(values).iloc[-1]) for week, day in HOURS.items()}
    )
    expected = expected.assign(schedule=by_day["schedule"].first(), has_schedule=by_day["has_schedule"].all())
    found = weekly_hours(*tables)
    pd.testing.assert_frame_equal(found, expected.reset_index()[found.columns.tolist()], check_exact=True)


@given(rosters(), rules, st.integers(1, 55))
def test_days_do_not_depend_on_how_many_engineers_are_worked_on_at_a_time(
    facts: Facts, rule: HolidayOnDayOff, days_per_block: int
):
    force = Workforce.of(facts.engineers, facts.schedules, facts.holidays, facts.leave, FIRST, LAST, rule)
    (whole,) = force.blocks()
    blocks = list(force.blocks(days_per_block))
    assert len(blocks) == 2
    for name, values in vars(whole).items():
        np.testing.assert_array_equal(values, np.concatenate([vars(block)[name] for block in blocks]))
