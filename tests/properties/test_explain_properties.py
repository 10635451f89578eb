"""Whatever a week holds, its steps add up to its reading, and no page tells what took the hours."""

from dataclasses import asdict, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.publish.views.waterfall import drawn
from tests.builders.explained import AS_OF, stored
from tests.builders.facts import at, credit, page, sprint, vibe, worklog

DAYS = tuple(f"2026-11-{number}" for number in range(16, 23))
SPRINT = sprint(7, "2026-11-09 09:00", "2026-11-20 17:00")
quarters = st.integers(0, 48).map(lambda count: count / 4)
entered = st.sampled_from([at("2026-11-20 12:00"), AS_OF])


@st.composite
def worklogs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Worklogs of some days, some entered late, some days longer than a day can be."""
    rows = []
    for number in range(draw(st.integers(0, 6))):
        logged = draw(quarters)
        billable = draw(st.sampled_from([0.0, logged / 3, logged]))
        on, at_last = draw(st.sampled_from(DAYS)), draw(entered)
        rows.append(worklog("ana", on, logged, billable, worklog_id=f"w{number}", recorded_at=at_last))
    return rows


leave = st.lists(st.sampled_from(DAYS), unique=True).flatmap(
    lambda days: st.tuples(*(quarters.map(lambda hours, day=day: ("ana", day, hours)) for day in days))
)
seconds = st.one_of(st.none(), st.integers(0, 7200).map(float))


@st.composite
def pages(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Pages of some hours of the week, urgent or not, answered or not."""
    rows = []
    for number in range(draw(st.integers(0, 5))):
        on, urgency = draw(st.sampled_from(DAYS)), draw(st.sampled_from(["high", "low"]))
        told, missed = draw(seconds), draw(st.booleans())
        rows.append(
            page(
                "ana",
                f"{on} 1{number}:00",
                urgency=urgency,
                acknowledge_seconds=600.0 if missed else told,
                resolve_seconds=draw(seconds),
                is_censored=missed,
            )
        )
    return rows


@settings(max_examples=25, deadline=None)
@given(worklogs(), leave, st.sets(st.sampled_from(DAYS)), pages(), st.lists(st.integers(1, 5), max_size=2), quarters)
def test_the_steps_of_every_metric_add_up_to_the_reading(
    rows: list[dict[str, Any]],
    away: tuple[tuple[str, str, float], ...],
    free: set[str],
    calls: list[dict[str, Any]],
    scores: list[int],
    points: float,
) -> None:
    week = stored(
        worklogs=rows,
        leave=away,
        holidays=sorted(free),
        pages=calls,
        vibes=[vibe("ana", "2026-11-16", score, manager_id=f"m{place}") for place, score in enumerate(scores)],
        credits=[credit("ana", "2026-11-16", 7, points)],
        sprints=[SPRINT],
    )
    billable = week.billable()
    for trace in (billable, week.velocity(), week.response(), week.vibes_trace()):
        assert trace.differences == ()
    hours = billable.hours
    assert hours.scheduled - hours.holiday - hours.leave == hours.available
    assert sum(rule.billable_hours for rule in billable.rules) == hours.billable
    assert (billable.share_pct is None) == bool(billable.unknown)


@settings(max_examples=25, deadline=None)
@given(worklogs(), leave, st.sets(st.sampled_from(DAYS)))
def test_the_page_is_the_same_whether_hours_were_taken_by_holidays_or_by_leave(
    rows: list[dict[str, Any]], away: tuple[tuple[str, str, float], ...], free: set[str]
) -> None:
    trace = stored(worklogs=rows, leave=away, holidays=sorted(free)).billable()
    off = trace.hours.not_available
    as_leave = replace(trace, hours=replace(trace.hours, holiday=0.0, leave=off))
    as_holiday = replace(trace, hours=replace(trace.hours, holiday=off, leave=0.0))
    assert asdict(drawn(as_leave, 76)) == asdict(drawn(as_holiday, 76))
