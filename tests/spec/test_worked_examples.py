"""The rules of hours, metrics, lights, alerts, recommendations and the verdict as tables: the examples of the rules
page, each against a result worked out by hand.

The cases stand where the page takes them from, in `flows/publish/views/examples`, with what must come of them. What the
page shows is what the program makes of them; here the two meet.
"""

from functools import cache
from typing import Any

import pytest

from flows.publish.views import examples
from flows.publish.views.examples import (
    billable,
    guard_rails,
    hours,
    lights,
    news,
    response,
    reviews,
    signals,
    status,
    velocity,
    verdicts,
    vibes,
)
from flows.publish.views.wording import sentence
from transforms.parameters import DecisionParameters

RULES = DecisionParameters()


def near(expected: tuple[float | None, ...] | None) -> Any:
    """Equal to 0.001; what is missing must be missing."""
    return (
        None
        if expected is None
        else tuple(value if value is None else pytest.approx(value, abs=1e-3) for value in expected)
    )


def numbered(cases: Any) -> Any:
    """Every case with its number, named as on the page."""
    return pytest.mark.parametrize(
        ("number", "case"), list(enumerate(cases)), ids=[f"{number}-{case.what}" for number, case in enumerate(cases)]
    )


found_shares, found_weeks = cache(hours.shares), cache(hours.weeks)
found_billable, found_spans, found_rules = (
    cache(billable.billable),
    cache(billable.spans),
    cache(billable.decided_by_rules),
)
found_points = cache(velocity.replayed)
found_responses, found_shifts = cache(response.responses), cache(response.shifts)
found_vibes = cache(vibes.vibes)
found_groups = cache(examples.groups)
found_statuses = cache(status.statuses)


@numbered(hours.SHARES)
def test_available_hours_and_billable_share(number: int, case: hours.Week) -> None:
    assert found_shares()[number] == near(case.expected)


@numbered(hours.WEEKS)
def test_what_holidays_and_leave_take_of_a_week(number: int, case: hours.Week) -> None:
    assert found_weeks()[number] == near(case.expected)


@numbered(billable.CASES)
def test_what_worklogs_come_to(number: int, case: billable.Case) -> None:
    assert tuple(found_billable()[number]) == near(case.expected)


def test_several_weeks_are_sums_never_means_of_percentages() -> None:
    assert [tuple(span) for span in found_spans()] == [near(span) for span in billable.EXPECTED_SPANS]


@numbered(billable.ISSUES)
def test_the_first_rule_that_matches_says_what_is_billable(number: int, case: billable.Issue) -> None:
    assert found_rules()[number] == case.expected


@numbered([*velocity.CASES, velocity.TOGETHER])
def test_what_becomes_of_an_issues_points(number: int, case: velocity.Case) -> None:
    found = found_points()[number]
    assert (found.first, found.second, found.credits) == (case.first, case.second, case.credits)


def lost(points: velocity.Points) -> float:
    came = sum(points.get(part, 0.0) for part in ("committed", "reestimated", "added"))
    return came - sum(points.get(part, 0.0) for part in ("completed", "carried_over", "removed"))


@numbered([*velocity.CASES, velocity.TOGETHER])
def test_no_points_are_lost_and_what_is_credited_is_what_was_completed(number: int, case: velocity.Case) -> None:
    found = found_points()[number]
    for points, credited in zip((found.first, found.second), found.credits, strict=True):
        assert lost(points) == 0
        assert sum(credited.values()) == points.get("completed", 0.0) - points.get("reopened", 0.0)


def test_a_sprint_of_all_these_issues_is_the_sum_over_them() -> None:
    *cases, together = found_points()
    for part in velocity.PARTS:
        for which in ("first", "second"):
            assert sum(getattr(one, which).get(part, 0.0) for one in cases) == getattr(together, which).get(part, 0.0)


@numbered(response.CASES)
def test_what_a_page_counts_for(number: int, case: response.Case) -> None:
    assert found_responses()[0][number] == case.expected


def test_the_response_rate_and_the_median_of_a_week() -> None:
    assert tuple(found_responses()[1]) == near(response.EXPECTED_WEEK)


@numbered(response.CALLS)
def test_where_a_page_falls_in_ones_own_schedule(number: int, case: response.Call) -> None:
    assert found_shifts()[number] == case.expected


@numbered(vibes.CASES)
def test_what_the_managers_scores_come_to(number: int, case: vibes.Case) -> None:
    assert found_vibes()[number] == case.expected


@numbered(status.STORIES)
def test_what_a_status_makes_of_the_last_weeks(number: int, case: status.Story) -> None:
    by_method = found_statuses(RULES)[number]
    assert tuple(status.shown_status(by_method[method]) for method in status.METHODS) == case.expected


# -- the rules, at, above and below each boundary --------------------------------------------------------------------

found_signals = cache(signals.found_in)


@pytest.mark.parametrize(
    ("table", "number"),
    [(table, number) for table in signals.TABLES for number in range(len(table.cases))],
    ids=lambda part: part.name if isinstance(part, signals.Table) else str(part),
)
def test_a_signal_at_its_boundary(table: signals.Table, number: int) -> None:
    assert found_signals(table, RULES)[number] == table.cases[number].expected, table.cases[number].what


BOUNDARIES: dict[str, tuple[Any, Any]] = {
    "shared dips": (signals.SHARED, lambda: signals.found_shared(RULES)),
    "levels": (lights.RUNS, lambda: lights.found_levels(RULES)),
    "lights": (lights.MIXES, lambda: lights.found_lights(RULES)),
    "excused weeks": (guard_rails.EXCUSES, lambda: guard_rails.found_excuses(RULES)),
    "overrides": (guard_rails.APPEALS, lambda: guard_rails.found_appeals(RULES)),
    "alerts": (news.COURSES, lambda: news.found_courses(RULES)),
    "notices": (news.NOTICES, lambda: news.found_notices(RULES)),
    "team alerts": (news.TEAMS, lambda: news.found_teams(RULES)),
    "reviews": (reviews.REVIEWS, lambda: reviews.found_reviews(RULES)),
    "many at once": (reviews.CROWDS, lambda: reviews.found_crowds(RULES)),
    "recommendations": (reviews.OUTCOMES, lambda: reviews.found_outcomes(RULES)),
    "verdicts": (verdicts.CHANGES, lambda: verdicts.found_changes(RULES.team_effect)),
    "policy": (verdicts.POLICIES, lambda: verdicts.found_policies(RULES.team_effect)),
}


@pytest.mark.parametrize("rule", BOUNDARIES)
def test_a_rule_on_both_sides_of_each_boundary(rule: str) -> None:
    cases, found = BOUNDARIES[rule]
    told = {str(case): (got, case.expected) for case, got in zip(cases, found(), strict=True)}
    assert {case: pair for case, pair in told.items() if pair[0] != pair[1]} == {}


def test_the_page_shows_every_boundary() -> None:
    """As many rows as cases, and the words of the cases in them."""
    by_id = {group["id"]: group["rows"] for group in found_groups(RULES)}
    for table in signals.TABLES:
        assert [row[1] for row in by_id[table.name]] == [sentence(case.what) for case in table.cases]
    counts = {
        "shared": signals.SHARED,
        "levels": lights.RUNS,
        "lights": lights.MIXES,
        "excused": guard_rails.EXCUSES,
        "override": guard_rails.APPEALS,
        "alerts": (*news.COURSES, *news.NOTICES),
        "teams": news.TEAMS,
        "reviews": reviews.REVIEWS,
        "crowds": reviews.CROWDS,
        "recommendations": reviews.OUTCOMES,
        "verdicts": verdicts.CHANGES,
        "policies": verdicts.POLICIES,
    }
    for name, cases in counts.items():
        assert len(by_id[name]) == len(cases), name


# -- the page ------------------------------------------------------------------------------------------------------


def test_every_table_of_the_page_has_as_many_cells_in_a_row_as_columns_and_none_is_empty() -> None:
    for group in found_groups(RULES):
        assert group["rows"], group["id"]
        for row in group["rows"]:
            assert len(row) == len(group["columns"]), group["id"]
            assert all(isinstance(cell, str) and cell for cell in row), row


def test_the_page_shows_every_case() -> None:
    by_id = {group["id"]: group["rows"] for group in found_groups(RULES)}
    described = {
        "hours": hours.SHARES,
        "available": hours.WEEKS,
        "rules": billable.ISSUES,
        "velocity": [*velocity.CASES, velocity.TOGETHER],
        "vibes": vibes.CASES,
    }
    for name, cases in described.items():
        assert [row[1] for row in by_id[name]] == [case.what for case in cases], name
    assert [row[1] for row in by_id["response"][:-1]] == [case.what for case in response.CASES]
    for name, cases in {"billable": billable.CASES, "shifts": response.CALLS, "status": status.STORIES}.items():
        assert [row[0] for row in by_id[name]] == [sentence(case.what) for case in cases], name


def test_the_page_says_what_was_computed() -> None:
    rows = {group["id"]: {(row[0], row[1]): row[2:] for row in group["rows"]} for group in found_groups(RULES)}
    assert rows["hours"]["4×10", "A holiday on Monday"] == ["28 of 30\u00a0h: 93.3\u00a0%"]
    assert rows["hours"]["4×10", "A holiday on Friday"] == ["28 of 40\u00a0h: 70.0\u00a0%, missed"]
    assert rows["available"]["5×8", "Leave on a holiday"] == ["40\u00a0h −\u00a08\u00a0h for holidays =\u00a032\u00a0h"]
    assert rows["billable"]["32 h, 24 billable", "60.0\u00a0% (75.0\u00a0% of logged)"] == ["80.0\u00a0%"]
    assert ("Both together", "40 of 50\u00a0h: 80.0\u00a0%") in rows["sums"]
    assert rows["velocity"]["Reopened", "Done, and reopened in the next sprint"] == [
        "Committed 5, completed 5; Ana\u00a05. Next sprint: taken back 5; Ana\u00a0−5."
    ]
    assert rows["response"]["Answered", "Ana answers after 4 min and resolves after 50"] == [
        "answered after 4.0\u00a0min, resolved after 50.0\u00a0min"
    ]
    assert rows["response"]["Together", "All of these in one week of Ana's"] == [
        "5 of 6 answered: 83.3\u00a0%; median 5.0\u00a0min"
    ]
    assert rows["vibes"]["Changed", "Published with 4, then Iris makes it 2"] == ["2.0, changed after publication"]
    (story,) = (told for week, told in rows["status"] if week == "One at 58\u00a0%, noted")
    assert story.startswith("Green. Billable: this week is excused")
    assert story.endswith("By “plain”: green, by override; red underneath.")


def test_no_table_of_the_page_needs_more_than_a_phone_shows() -> None:
    """Tables of five columns and more scroll, and their first column does not wrap."""
    for group in found_groups(RULES):
        assert len(group["columns"]) <= 4, group["id"]
        assert all(len(row[0]) <= 24 for row in group["rows"]), group["id"]
