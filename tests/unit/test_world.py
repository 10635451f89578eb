"""The sample story is repeatable, fits any roster, and holds what the sources tell of it together."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from flows.mocks.story.board import DONE
from flows.mocks.world import DECISION_COLUMNS, LEAVE_COLUMNS, VIBES_COLUMNS, World, build_world, csv_text
from flows.settings import holiday_table, roster_tables
from flows.sources.vibes import read_leave, read_vibes
from tests.builders.config import engineer_entry, team_config
from tests.builders.facts import leave
from tests.builders.world import DAY, ROOT, WEEK, actor, day_of, sample_config, sample_world, worklogs_of
from transforms.clean.leave import clean_leave
from transforms.clean.vibes import clean_vibes
from transforms.schedule import HolidayOnDayOff, available_hours

SMALL = {"baseline_start": "2026-03-02", "switch_date": "2026-05-04"}


def small_world(
    *engineers: dict[str, object], seed: int = 1, last_week: date = date(2026, 6, 29), **sections: object
) -> World:
    return build_world(team_config(*engineers, **{"policy": SMALL, **sections}), seed, last_week=last_week)


def facts(world: World) -> tuple[object, ...]:
    return (
        world.issues,
        world.worklogs,
        world.sprints,
        world.incidents,
        world.on_calls,
        world.vibes_rows(),
        world.leave_rows(),
    )


def test_the_same_seed_tells_the_same_story():
    assert facts(small_world()) == facts(small_world())


def test_another_seed_tells_another_story():
    assert small_world(seed=1).worklogs != small_world(seed=2).worklogs


def test_a_colleague_more_on_another_team_leaves_the_others_hours_as_they_were():
    teams = [
        {"id": "core", "name": "Core", "jira_board_ids": [1]},
        {"id": "edge", "name": "Edge", "jira_board_ids": [2]},
    ]
    alone = small_world(engineer_entry("ana"), teams=teams)
    together = small_world(engineer_entry("ana"), engineer_entry("ben", team="edge"), teams=teams)

    def hours(world: World) -> list[object]:
        return [(log.started_at, log.versions) for log in world.worklogs if log.author == "jira-ana"]

    assert len(hours(alone)) > 100
    assert hours(alone) == hours(together)


def test_a_story_told_further_leaves_earlier_weeks_as_they_were():
    shorter = small_world(engineer_entry("zoe"), last_week=date(2026, 6, 1))
    longer = small_world(engineer_entry("zoe"), last_week=date(2026, 6, 29))
    entered = len(shorter.worklogs) - 60  # the last ones were entered late, between others of the longer story
    assert entered > 100
    assert shorter.worklogs[:entered] == longer.worklogs[:entered]
    assert shorter.vibes_rows() == longer.vibes_rows()[: len(shorter.vibes_rows())]


def test_available_hours_of_the_story_are_those_of_the_schedule_engine():
    """Two engines, written apart, agree on every engineer and day."""
    world, config = sample_world(), sample_config()
    first, last = config.policy.baseline_start, date(2026, 11, 22)
    roster = roster_tables(config)
    holidays = holiday_table(config, first, last)
    cleaned = clean_leave(read_leave(ROOT / "data" / "inputs" / "vibes").sheets, roster.engineers)
    engine = available_hours(roster.engineers, roster.schedules, holidays, cleaned.leave, first, last)
    told = {(who.engineer_id, day): hours for who in world.actors for day, hours in who.available.items()}
    days = zip(engine["engineer_id"], engine["work_date"], engine["available_hours"], strict=True)
    differing = {(who, day.date()): hours for who, day, hours in days if told.get((who, day.date()), 0.0) != hours}
    assert cleaned.problems.empty
    assert differing == {}


@pytest.mark.parametrize("rule", ["none", "substitute"])
@pytest.mark.parametrize("off", ["monday", "friday"])
def test_alternating_weeks_of_the_story_are_those_of_the_schedule_engine(off: str, rule: HolidayOnDayOff):
    """Memorial Day, 25 May 2026, is a Monday; 19 June a Friday."""
    alternating = [{"monday": 6, "tuesday": 6}, {"friday": 9}, {"wednesday": 4.5, "thursday": 9}]
    people = [
        engineer_entry("ana", schedules=[{"from": "2026-01-05", "kind": "9/80", "day_off": off}]),
        engineer_entry("ben", schedules=[{"from": "2026-01-14", "kind": "9/80", "day_off": off}]),
        engineer_entry("cid", schedules=[{"from": "2026-01-05", "kind": "5x8", "weeks": alternating}]),
    ]
    policy = {**SMALL, "holiday_on_day_off": rule}
    world, config = small_world(*people, policy=policy), team_config(*people, policy=policy)
    first, last = date(2026, 3, 2), date(2026, 7, 5)
    roster, holidays = roster_tables(config), holiday_table(config, date(2026, 2, 1), last)
    away = [row for actor in world.actors for row in actor.leave]
    days = [(row, row.from_date + n * DAY) for row in away for n in range((row.to_date - row.from_date).days + 1)]
    told = leave(*[(row.engineer_id, f"{day}", row.hours_per_day) for row, day in days])
    engine = available_hours(roster.engineers, roster.schedules, holidays, told, first, last, rule)
    found = {
        (who, day.date()): hours
        for who, day, hours in zip(engine["engineer_id"], engine["work_date"], engine["available_hours"], strict=True)
        if hours > 0
    }
    assert found == {
        (actor.engineer_id, day): hours
        for actor in world.actors
        for day, hours in actor.available.items()
        if first <= day <= last
    }


def test_an_engineer_without_a_known_schedule_is_told_without_hours():
    world = small_world(engineer_entry("ana"), engineer_entry("ben", schedules=[]))
    assert world.actors[1].contract == {}
    assert {"jira-ana", "jira-ben"} & {log.author for log in world.worklogs} == {"jira-ana"}


def test_a_substitute_day_is_told_where_the_policy_gives_one():
    on_mondays_off = engineer_entry(
        schedules=[{"from": "2025-01-06", "kind": "4x10", "day_off": "monday"}], employed_from="2025-01-06"
    )
    with_rule = small_world(on_mondays_off, policy={**SMALL, "holiday_on_day_off": "substitute"})
    without = small_world(on_mondays_off)
    memorial_day = date(2026, 5, 25)
    assert memorial_day + DAY in without.actors[0].available
    assert memorial_day + DAY not in with_rule.actors[0].available


@pytest.mark.parametrize(
    "keys", [{"jira_account_id": None}, {"pagerduty_user_id": None}, {"employed_to": "2026-05-29", "schedules": None}]
)
def test_engineers_without_an_account_or_gone_are_told_without_it(keys):
    if "schedules" in keys:
        keys = keys | {"schedules": [{"from": "2025-01-06", "to": "2026-05-29", "kind": "5x8"}]}
    world = small_world(engineer_entry("ana", **keys), engineer_entry("ben"))
    assert {log.author for log in world.worklogs} >= {"jira-ben"}
    assert any(row.engineer_id == "ana" for row in world.vibes)


def test_a_team_without_a_board_logs_hours_and_has_no_sprints():
    world = small_world(teams=[{"id": "core", "name": "Core"}])
    assert world.sprints == []
    assert len([log for log in world.worklogs if log.author == "jira-ana"]) > 100


def test_nobody_works_on_a_holiday_or_on_a_free_day():
    holidays = holiday_table(sample_config(), date(2025, 11, 1), date(2026, 11, 30))
    free = {(row.location_id, row.holiday_date.date()) for row in holidays.itertuples()}
    locations = {engineer.id: engineer.location for engineer in sample_config().engineers}
    for who in sample_world().actors:
        days = {day_of(log, who) for log in worklogs_of(who)}
        assert days
        assert days <= set(who.available)
        assert not {(locations[who.engineer_id], day) for day in days} & free


def test_nobody_works_before_hiring_or_after_leaving():
    for who in sample_world().actors:
        assert all(who.is_employed(day_of(log, who)) for log in worklogs_of(who))


def test_almost_all_hours_are_logged():
    for who in sample_world().actors:
        logged = sum(log.versions[-1][1] for log in worklogs_of(who)) / 3600
        told = sum(h for day, h in who.available.items() if date(2025, 11, 3) <= day <= date(2026, 11, 22))
        assert 0.94 < logged / told < 1.0


def test_worklogs_are_entered_late_edited_and_deleted_now_and_then():
    logs = sample_world().worklogs
    late = [log for log in logs if log.created_at - log.started_at > timedelta(days=1)]
    assert 0.02 < len(late) / len(logs) < 0.06
    assert any(len(log.versions) > 1 for log in logs)
    assert any(log.deleted_at for log in logs)
    assert any(log.is_marked_unpaid for log in logs)


def test_worklog_ids_follow_the_order_of_entering_and_no_two_saves_share_a_millisecond():
    logs = sample_world().worklogs
    assert [log.id for log in logs] == list(range(30001, 30001 + len(logs)))
    assert sorted(logs, key=lambda log: log.created_at) == list(logs)
    saves = Counter(at for log in logs for at, _ in log.versions)
    assert max(saves.values()) == 1


def test_every_history_begins_at_creation_and_joins_up():
    for issue in sample_world().issues:
        values, last = dict(issue.at_creation), issue.created_at
        for change in issue.changes:
            assert change.at >= last, issue.key
            for field, before, after in change.items:
                assert values.get(field) == before, issue.key
                assert before != after, issue.key
                values[field] = after
            last = change.at


def test_change_ids_follow_time():
    changes = sorted((change for issue in sample_world().issues for change in issue.changes), key=lambda c: c.id)
    assert [c.at for c in changes] == sorted(c.at for c in changes)
    assert len({c.id for c in changes}) == len(changes)


def test_issues_are_done_on_days_their_engineer_works_or_by_the_robot():
    by_account = {who.account_id: who for who in sample_world().actors}
    for issue in sample_world().issues:
        for change in issue.changes:
            if change.author in by_account and ("status", DONE) in {(f, v) for f, _, v in change.items}:
                who = by_account[change.author]
                assert who.is_employed(change.at.astimezone(who.zone).date()), issue.key


def test_sprints_see_issues_added_removed_carried_over_re_estimated_reopened_reassigned_and_unassigned():
    world = sample_world()
    starts = {sprint.id: sprint.start_at for sprint in world.sprints}
    closes = {sprint.complete_at: sprint.id for sprint in world.sprints}
    seen: Counter[str] = Counter()
    for issue in world.issues:
        begun = False
        for change in issue.changes:
            for field, before, after in change.items:
                if field == "sprint":
                    new = set(after) - set(before)
                    seen["added while it ran"] += any(change.at > starts[n] for n in new) and before == ()
                    seen["removed"] += after == ()
                    seen["carried over"] += change.at in closes and closes[change.at] in before
                begun |= field == "status"
                seen["re-estimated"] += field == "points" and before is not None and begun
                seen["reopened"] += field == "status" and before == DONE
                seen["reassigned"] += field == "assignee" and before is not None and after is not None
                seen["done by nobody"] += (
                    after == DONE and issue.at_creation.get("assignee") is None and issue.kind == "Task"
                )
        seen["sub-task with points"] += issue.kind == "Sub-task" and issue.at_creation["points"] is not None
        seen["no estimate"] += issue.kind == "Bug" and all(f != "points" for c in issue.changes for f, _, _ in c.items)
    assert min(seen.values()) >= 5, seen


def test_incidents_show_every_turn_that_a_page_can_take():
    kinds = Counter(entry.kind for incident in sample_world().incidents for entry in incident.entries)
    for kind in ("trigger", "assign", "notify", "acknowledge", "escalate", "unacknowledge", "resolve"):
        assert kinds[f"{kind}_log_entry"] > 3, kind
    incidents = sample_world().incidents
    unanswered = [i for i in incidents if not any(e.kind == "acknowledge_log_entry" for e in i.entries)]
    assert any(i.entries[-1].agent == i.service_id for i in unanswered)
    assert {i.urgency for i in incidents} == {"high", "low"}
    assert any(i.title.startswith("[TEST]") for i in incidents)
    assert any(i.entries[0].agent != i.service_id for i in incidents)
    handed_on = [e for i in incidents for e in i.entries if e.kind == "assign_log_entry" and e.agent != i.service_id]
    assert handed_on


def test_incident_logs_run_forward_and_begin_with_the_trigger():
    for incident in sample_world().incidents:
        times = [entry.at for entry in incident.entries]
        assert times == sorted(times)
        assert incident.entries[0].kind == "trigger_log_entry"


def test_pages_come_at_night_and_on_rostered_days_off():
    world = sample_world()
    by_user = {who.pagerduty_id: who for who in world.actors}
    nights = days_off = 0
    for incident in world.incidents:
        for user in incident.entries[1].assignees:
            local = incident.created_at.astimezone(by_user[user].zone)
            nights += local.hour < 6
            days_off += local.weekday() < 5 and local.date() not in by_user[user].contract
    assert nights > 20
    assert days_off > 20


def test_nobody_is_paged_while_on_leave():
    """First pages; an incident of the evening before may still be handed on."""
    by_user = {who.pagerduty_id: who for who in sample_world().actors}
    for shift in sample_world().on_calls:
        who = by_user[shift.user]
        day = shift.start.astimezone(who.zone).date()
        assert not any(row.from_date <= day <= row.to_date for row in who.leave)


def test_managers_write_many_different_notes_and_miss_some_weeks():
    rows = sample_world().vibes
    notes = {row.note for row in rows if row.note}
    assert len(notes) >= 36
    assert all(len(note) <= 500 for note in notes)
    assert {row.visibility for row in rows} == {"everyone", "managers"}
    assert {row.manager for row in rows} == {"nadia", "tomasz", "grace"}
    assert any(row.vibes is None and row.note for row in rows)
    steady = actor("steady")
    worked = {
        day - day.weekday() * DAY for day in steady.available if day <= date(2026, 11, 22) and day >= date(2025, 11, 3)
    }
    scored = {row.week_start for row in rows if row.engineer_id == steady.engineer_id}
    assert 0.8 < len(scored) / len(worked) < 1


def test_some_weeks_have_the_view_of_two_managers():
    views = Counter((row.week_start, row.engineer_id) for row in sample_world().vibes)
    assert max(views.values()) == 2


def test_only_the_manager_who_uses_the_form_stamps_rows():
    assert {row.manager for row in sample_world().vibes if row.saved_at} == {"grace"}
    assert all(row.saved_at for row in sample_world().vibes if row.manager == "grace")


@pytest.mark.parametrize(
    ("file", "columns", "rows"),
    [
        ("vibes.csv", VIBES_COLUMNS, lambda: sample_world().vibes_rows()),
        ("leave.csv", LEAVE_COLUMNS, lambda: sample_world().leave_rows()),
        ("decisions.csv", DECISION_COLUMNS, lambda: sample_world().decision_rows()),
    ],
)
def test_the_committed_inputs_are_what_the_story_writes(file, columns, rows):
    committed = (ROOT / "data" / "inputs" / "vibes" / file).read_bytes()
    assert committed == csv_text(columns, rows()).encode(), "write them anew with: python -m flows.mocks"


def test_the_committed_vibes_are_read_without_a_problem():
    read = read_vibes(ROOT / "data" / "inputs" / "vibes")
    managers = [manager.id for manager in sample_config().managers]
    cleaned = clean_vibes(read.sheets, roster_tables(sample_config()).engineers, managers, pd.Timestamp("2026-11-23"))
    assert cleaned.problems.empty
    assert len(cleaned.vibes) == len(sample_world().vibes)


def test_sprints_of_teams_are_offset_and_two_lie_ahead():
    world = sample_world()
    by_team = {}
    for sprint in world.sprints:
        by_team.setdefault(sprint.team_id, []).append(sprint)
    starts = {team: sprints[0].start_at.date() for team, sprints in by_team.items()}
    assert len(set(starts.values())) == 2
    for sprints in by_team.values():
        assert all(b.start_at.date() - a.start_at.date() == 2 * WEEK for a, b in pairwise(sprints))
        assert sum(sprint.start_at.date() > date(2026, 11, 22) for sprint in sprints) == 2
