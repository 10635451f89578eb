"""Each character of the sample really does in the data what the story says of it."""

from datetime import date
from statistics import mean, median

import pytest

from flows.mocks.story.characters import CHARACTERS, character_of
from tests.builders.world import (
    DAY,
    WEEK,
    acknowledge_seconds,
    actor,
    billable_pct,
    hours_between,
    points_per_40_hours,
    sample_config,
    sample_world,
    worklogs_of,
)

FIRST, SWITCH, LAST_WEEK = date(2025, 11, 3), date(2026, 5, 4), date(2026, 11, 16)
LAST = LAST_WEEK + 6 * DAY
BEFORE = FIRST, SWITCH - DAY
DECLINED = SWITCH + 9 * WEEK, LAST


def vibes_of(name, first, last):
    rows = [row for row in sample_world().vibes if row.engineer_id == actor(name).engineer_id]
    return [row.vibes for row in rows if first <= row.week_start <= last and row.vibes is not None]


def test_every_id_of_the_table_is_on_the_roster_and_strangers_are_steady():
    assert set(CHARACTERS) == {engineer.id for engineer in sample_config().engineers}
    assert character_of("somebody").name == "steady"


def test_the_decliner_loses_nine_to_twelve_points_of_billable_share_and_a_third_of_the_velocity():
    ben = actor("true decliner")
    assert 9 <= billable_pct(ben, *BEFORE) - billable_pct(ben, *DECLINED) <= 13
    assert billable_pct(ben, *DECLINED) < 76
    assert 0.5 < points_per_40_hours(ben, *DECLINED) / points_per_40_hours(ben, *BEFORE) < 0.75


def test_the_decliner_answers_more_slowly_and_the_manager_sees_it():
    ben = actor("true decliner")
    assert median(acknowledge_seconds(ben, *DECLINED)) > 1.3 * median(acknowledge_seconds(ben, *BEFORE))
    assert mean(vibes_of("true decliner", *DECLINED)) < mean(vibes_of("true decliner", *BEFORE)) - 1


def test_the_decline_begins_some_weeks_after_the_switch():
    ben = actor("true decliner")
    assert billable_pct(ben, SWITCH + 2 * WEEK, SWITCH + 5 * WEEK - DAY) > 79


def test_the_bad_week_is_the_newest_one_and_has_a_four_with_a_note():
    chloe = actor("one bad week")
    assert billable_pct(chloe, LAST_WEEK, LAST) < 65
    assert billable_pct(chloe, LAST_WEEK - 8 * WEEK, LAST_WEEK - DAY) > 82
    row = next(r for r in sample_world().vibes if r.week_start == LAST_WEEK and r.engineer_id == chloe.engineer_id)
    assert row.vibes == 4
    assert len(row.note) > 30


def test_the_soft_dip_is_five_points_under_the_usual_for_five_weeks_and_meets_the_policy():
    gabriel = actor("soft dip with a note")
    for back in range(5):
        week = LAST_WEEK - back * WEEK
        assert 76 < billable_pct(gabriel, week, week + 6 * DAY) < 78.5
    assert billable_pct(gabriel, *BEFORE) > 80
    assert billable_pct(gabriel, LAST_WEEK - 4 * WEEK, LAST) < billable_pct(gabriel, *BEFORE) - 3.5
    rows = [
        r for r in sample_world().vibes if r.engineer_id == gabriel.engineer_id and r.week_start > LAST_WEEK - 5 * WEEK
    ]
    assert all(row.vibes >= 4 for row in rows)
    assert rows[-1].note
    assert len(rows) == 5


def test_the_chronic_low_is_below_policy_before_and_during():
    emeka = actor("chronic low")
    assert billable_pct(emeka, *BEFORE) < 75
    assert billable_pct(emeka, SWITCH + 4 * WEEK, LAST) < 75
    assert abs(billable_pct(emeka, *BEFORE) - billable_pct(emeka, SWITCH + 4 * WEEK, LAST)) < 3


def test_everybody_else_stays_above_policy_and_near_the_own_baseline():
    for name in ("steady", "heavy on-call", "part-timer", "away in the newest week", "no incidents", "abroad"):
        who = actor(name)
        before, during = billable_pct(who, *BEFORE), billable_pct(who, SWITCH + 4 * WEEK, LAST)
        assert before > 79
        assert during > 79
        assert abs(before - during) < 4


def test_nobody_else_answers_much_more_slowly_since_the_switch():
    """With few incidents chance alone could tell such a tale."""
    for who in sample_world().actors:
        before, during = (acknowledge_seconds(who, *span) for span in (BEFORE, (SWITCH, LAST)))
        if who.character.decline is None and len(before) > 5 and len(during) > 5:
            assert median(during) < 1.5 * median(before), who.engineer_id


def test_the_heavy_on_call_carries_the_pager_most():
    calls = {who.engineer_id: len(acknowledge_seconds(who, FIRST, LAST)) for who in sample_world().actors}
    heavy = calls.pop(actor("heavy on-call").engineer_id)
    assert heavy > 1.5 * max(calls.values())


def test_one_engineer_is_never_paged():
    never = actor("no incidents").pagerduty_id
    named = {user for incident in sample_world().incidents for e in incident.entries for user in (*e.assignees, e.user)}
    assert never is not None
    assert never not in named
    assert never not in {shift.user for shift in sample_world().on_calls}


def test_one_engineer_is_away_in_the_newest_week_and_has_a_note_without_a_score():
    joon = actor("away in the newest week")
    assert hours_between(joon, LAST_WEEK, LAST) == 0
    assert not [log for log in worklogs_of(joon) if log.started_at.date() >= LAST_WEEK]
    row = next(r for r in sample_world().vibes if r.week_start == LAST_WEEK and r.engineer_id == joon.engineer_id)
    assert row.vibes is None
    assert row.note


def test_the_part_timer_works_three_days_and_the_late_hire_and_the_leaver_their_time():
    assert hours_between(actor("part-timer"), date(2026, 9, 21), date(2026, 9, 27)) == 24
    assert min(actor("late hire").available) >= date(2026, 7, 6)
    assert max(actor("leaver").available) <= date(2026, 8, 28)


def test_one_engineer_works_by_another_clock():
    lucia = actor("abroad")
    assert str(lucia.zone) == "Europe/Madrid"
    hours = [log.started_at.astimezone(lucia.zone).hour for log in worklogs_of(lucia)]
    assert min(hours) >= 7
    assert max(hours) <= 19


@pytest.mark.parametrize(("team", "grew"), [("harbor", True), ("atlas", False)])
def test_one_team_re_estimates_in_august_and_its_points_inflate(team, grew):
    sizes = {False: [], True: []}
    keys = {"harbor": "HAR", "atlas": "ATL"}
    for issue in sample_world().issues:
        for change in issue.changes:
            for field, before, _ in change.items:
                if field == "sprint" and before == () and issue.project_key == keys[team]:
                    points = next((v for c in issue.changes for f, _, v in c.items if f == "points"), None)
                    points = points or issue.at_creation["points"]
                    sizes[change.at.date() >= SWITCH + 15 * WEEK] += [points] if points else []
    who = next(who for who in sample_world().actors if who.team_id == team and who.character.decline is None)
    who = actor("no incidents") if grew else who
    since = points_per_40_hours(who, SWITCH + 15 * WEEK, LAST) / points_per_40_hours(who, FIRST, SWITCH + 13 * WEEK)
    assert (since > 1.25) == grew
    ratio = mean(sizes[True]) / mean(sizes[False])
    assert (ratio > 1.4) == grew
    if not grew:
        assert 0.8 < ratio < 1.25


def test_settling_in_costs_two_points_in_the_first_three_weeks():
    levels = [sample_world().levels[who.engineer_id] for who in sample_world().actors if who.switched_on == SWITCH]
    steady = [level for level, who in zip(levels, sample_world().actors, strict=False) if who.character.decline is None]
    early = mean(level[SWITCH + n * WEEK].billable for level in steady for n in range(3))
    later = mean(level[SWITCH + n * WEEK].billable for level in steady for n in range(4, 16))
    assert 0.005 < later - early < 0.05
