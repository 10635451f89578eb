"""What holds on the whole way from vendors' rows to readings: order, strangers, split worklogs, time zones.

More examples than the suite's few: pytest tests/properties --hypothesis-profile=campaign (see tests/conftest.py).
"""

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import payloads as p
from tests.builders.facts import issue, issue_events, sprint, sprints
from tests.builders.lives import FIRST, HIRED, ON_5X8, TEAM, absences, closures, cycle_rows, mixed, renamed, rows
from tests.builders.vendor_rows import tempo_worklog
from tests.builders.vibes import HEADER, leave_of, vibes_of
from transforms.clean.alertops import clean_alerts, read_alerts
from transforms.clean.alertops import read_users as read_alertops_users
from transforms.clean.day_limit import set_aside_impossible_days
from transforms.clean.jira_history import clean_issue_events
from transforms.clean.jira_rows import read_changes, read_issues, read_worklogs
from transforms.clean.jira_worklogs import clean_worklogs
from transforms.clean.pagerduty import clean_pages
from transforms.clean.pagerduty_rows import read_incidents, read_log_entries, read_users
from transforms.clean.tempo import clean_tempo_worklogs, read_tempo_worklogs
from transforms.metrics.readings import weekly_readings
from transforms.metrics.velocity import Points, replay_sprints
from transforms.schedule import classify_shifts, weekly_hours
from transforms.schemas.registry import empty
from transforms.schemas.roster import Schedules
from transforms.schemas.sources import Pages, SprintCredits, Sprints, Vibes, Worklogs

LONG_BEFORE, LONG_AFTER = pd.Timestamp("2026-09-07"), pd.Timestamp("2026-12-06")
UNTIL = pd.Timestamp("2027-01-01", tz="UTC")
DAY = pd.Timedelta(days=1)
# No two of them are more than a day apart.
ZONES = [
    *("Pacific/Honolulu", "America/Chicago", "America/St_Johns", "UTC", "Europe/Madrid"),
    *("Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland"),
]
zones = st.sampled_from(ZONES)
ACCOUNTS = {"ana": p.ANA, "ben": p.BEN}
# Every other one on a day of which there are few, so that rows meet; clocks change on the second of these days.
busy = st.builds(lambda day, minute: 24 * 60 * day + minute, st.sampled_from([6, 13, 20]), st.integers(0, 24 * 60 - 1))
minutes = busy | st.integers(0, 28 * 24 * 60 - 1)
people = st.sampled_from(TEAM)


def instant(minute: int) -> str:
    """So many minutes after the first Monday began in UTC; clocks change in these weeks."""
    return f"{FIRST + pd.Timedelta(minutes=minute):%Y-%m-%dT%H:%M:%S.000+0000}"


def stamp(minute: int) -> str:
    return f"{FIRST + pd.Timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}"


def roster(zone: str = "America/Chicago") -> pd.DataFrame:
    return p.roster(ana=zone, ben=zone)


# -- worklogs ------------------------------------------------------------------------------------------------------


@st.composite
def logged(draw: st.DrawFn) -> list[p.Row]:
    """Jira's worklogs of two engineers: seconds of work from some minute on, on one of two issues."""
    drawn = st.tuples(people, minutes, st.integers(1, 20 * 60), st.integers(20101, 20102))
    return [
        p.worklog(number, author=ACCOUNTS[who], started=instant(minute), hours=length / 60, issue=issue_id)
        for number, (who, minute, length, issue_id) in enumerate(
            draw(st.lists(drawn, min_size=4, max_size=12)), start=1
        )
    ]


ISSUES = [p.issue(20101, labels=["client"]), p.issue(20102)]
RULES = [p.Rule("label", "client")]


def cleaned(listed: list[p.Row], people: pd.DataFrame, issues: list[p.Row] = ISSUES) -> pd.DataFrame:
    table, _ = clean_worklogs(
        read_worklogs(listed), read_issues(issues, None, ()), people, RULES, False, LONG_BEFORE, UNTIL
    )
    return table


def readings(people: pd.DataFrame, **facts: pd.DataFrame) -> pd.DataFrame:
    """Of many weeks around the facts: nothing falls off their edges."""
    schedules = rows(Schedules, [row for who in people["engineer_id"] for row in cycle_rows(who, ON_5X8, first=HIRED)])
    hours = weekly_hours(people, schedules, closures(), absences(), LONG_BEFORE, LONG_AFTER)
    nothing = {"worklogs": Worklogs, "credits": SprintCredits, "sprints": Sprints, "pages": Pages, "vibes": Vibes}
    tables = {name: facts.get(name, empty(model)) for name, model in nothing.items()}
    return weekly_readings(people, hours, *tables.values(), withheld=facts.get("withheld"))


def worked(listed: list[p.Row], people: pd.DataFrame) -> pd.DataFrame:
    """The readings of these worklogs, impossible days set aside."""
    limit = set_aside_impossible_days(cleaned(listed, people), people)
    return readings(people, worklogs=limit.usable, withheld=limit.withheld)


def by_id(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table.set_index(key).sort_index()


def assert_less_than_a_day_from_a_monday(here: pd.DataFrame, there: pd.DataFrame, at: str) -> None:
    """Whatever counts in another week happened less than a day from the Monday between the two."""
    moved = here["week_start"] != there["week_start"]
    monday = here["week_start"].where(here["week_start"] > there["week_start"], there["week_start"])
    apart = here[at].dt.tz_localize(None) - monday
    assert (apart[moved].abs() < DAY).all()


@given(logged(), zones, zones)
def test_moving_a_time_zone_moves_worklogs_by_a_day_at_most_and_loses_none(listed: list[p.Row], one: str, other: str):
    here, there = (by_id(cleaned(listed, roster(zone)), "worklog_id") for zone in (one, other))
    hours = ["engineer_id", "logged_hours", "billable_hours"]
    pd.testing.assert_frame_equal(here[hours], there[hours])
    assert ((here["work_date"] - there["work_date"]).abs() <= DAY).all()
    assert_less_than_a_day_from_a_monday(here, there, "started_at")


@given(logged(), zones, zones)
def test_hours_logged_in_all_weeks_are_the_same_in_every_time_zone(listed: list[p.Row], one: str, other: str):
    sums = [
        readings(people, worklogs=cleaned(listed, people))
        .groupby("engineer_id")[["worked_hours", "billable_hours"]]
        .sum()
        for people in (roster(one), roster(other))
    ]
    pd.testing.assert_frame_equal(*sums)


@given(logged(), st.lists(st.integers(1, 59), min_size=12, max_size=12))
def test_splitting_a_worklog_within_its_day_changes_no_reading(listed: list[p.Row], cuts: list[int]):
    """Also not whether a day has more hours than a day can have."""
    parts = [
        part
        for row, cut in zip(listed, cuts, strict=False)
        for part in (
            row | {"timeSpentSeconds": cut},
            row | {"id": f"9{row['id']}", "timeSpentSeconds": row["timeSpentSeconds"] - cut},
        )
    ]
    pd.testing.assert_frame_equal(worked(listed, roster()), worked(parts, roster()))


@given(logged(), st.integers(1, 7))
def test_the_order_of_worklogs_and_issues_is_irrelevant(listed: list[p.Row], step: int):
    other = [row for first in range(step) for row in listed[first::step]][::-1]
    pd.testing.assert_frame_equal(cleaned(listed, roster()), cleaned(other, mixed(roster(), step), ISSUES[::-1]))


@given(logged(), logged())
def test_a_strangers_worklogs_change_nobodys_readings(mine: list[p.Row], others: list[p.Row]):
    """Of somebody else on the roster, and of somebody who is not."""
    people = p.roster(cleo="Asia/Tokyo")
    accounts = {p.ANA: "712020:cleo", p.BEN: p.STRANGER}
    theirs = [
        row | {"id": f"9{row['id']}", "author": p.account(accounts[row["author"]["accountId"]])} for row in others
    ]
    alone, together = worked(mine, roster()), worked([*theirs, *mine], people)
    together = together[together["engineer_id"].isin(TEAM)].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, together)


@given(logged(), st.integers(1, 7))
def test_the_order_of_tempos_worklogs_is_irrelevant(listed: list[p.Row], step: int):
    """Tempo says the day and the clock, so no time zone moves its worklogs between days."""
    read = read_tempo_worklogs(
        [
            tempo_worklog(
                int(row["id"]),
                author=row["author"]["accountId"],
                hours=row["timeSpentSeconds"] / 3600,
                startDate=row["started"][:10],
                startTime=row["started"][11:19],
            )
            for row in listed
        ]
    )
    keys = {"20101": "ACME-7"}
    one, _ = clean_tempo_worklogs(read, keys, roster(), LONG_BEFORE, UNTIL)
    other, _ = clean_tempo_worklogs(mixed(read, step), keys, mixed(roster(), step), LONG_BEFORE, UNTIL)
    pd.testing.assert_frame_equal(one, other)
    there, _ = clean_tempo_worklogs(read, keys, roster("Asia/Tokyo"), LONG_BEFORE, UNTIL)
    days = ["engineer_id", "work_date", "logged_hours"]
    pd.testing.assert_frame_equal(by_id(one, "worklog_id")[days], by_id(there, "worklog_id")[days])


# -- pages ---------------------------------------------------------------------------------------------------------

PAGERS = {"ana": p.ANA_PAGER, "ben": p.BEN_PAGER, "stranger": p.STRANGER_PAGER}
Calls = tuple[list[p.Row], list[p.Row]]


@st.composite
def calls(draw: st.DrawFn) -> Calls:
    """Incidents and their log entries: who was paged, who answered, who resolved, minutes after the creation."""
    entry = st.tuples(
        st.sampled_from(["assign", "assign", "escalate", "notify", "acknowledge", "acknowledge", "resolve", "resolve"]),
        st.integers(0, 90),
        st.lists(st.sampled_from(sorted(PAGERS)), min_size=1, max_size=2, unique=True),
    )
    drawn = draw(
        st.lists(
            st.tuples(
                minutes,
                st.sampled_from(["high", "low"]),
                st.lists(entry, min_size=3, max_size=8, unique_by=lambda e: e[:2]),
            ),
            min_size=2,
            max_size=6,
        )
    )
    incidents = [
        p.incident(f"Q{number}", stamp(start), urgency=urgency) for number, (start, urgency, _) in enumerate(drawn)
    ]
    entries = [
        p.entry(kind, stamp(start + later), *[PAGERS[who] for who in paged], incident_id=f"Q{number}")
        for number, (start, _, listed) in enumerate(drawn)
        for kind, later, paged in listed
    ]
    return incidents, entries


def paged(told: Calls, people: pd.DataFrame, step: int = 0) -> pd.DataFrame:
    """Cleaned pages with their shifts. With `step`, the vendor's rows come in another order."""
    incidents, entries = told
    frames = [read_incidents(incidents), read_log_entries(entries), read_users(p.users(*PAGERS.values()))]
    if step:
        frames = [mixed(frame, step) for frame in frames]
    table, _ = clean_pages(*frames, people, ("test",), LONG_BEFORE)
    schedules = rows(Schedules, [row for who in people["engineer_id"] for row in cycle_rows(who, ON_5X8, first=HIRED)])
    return classify_shifts(table, schedules, people)


@given(calls(), zones, zones)
def test_moving_a_time_zone_moves_pages_between_weeks_at_their_edges_only(told: Calls, one: str, other: str):
    keys = ["incident_id", "engineer_id"]
    tables = [paged(told, roster(zone)) for zone in (one, other)]
    here, there = (by_id(table, keys) for table in tables)
    kept = [name for name in here.columns if name not in ("week_start", "shift")]
    pd.testing.assert_frame_equal(here[kept], there[kept])
    assert_less_than_a_day_from_a_monday(here, there, "paged_at")
    counts = ["n_pages", "n_acknowledged_pages", "n_missed_pages", "n_low_urgency_pages"]
    pd.testing.assert_series_equal(*(readings(roster(), pages=table)[counts].sum() for table in tables))


@given(calls(), st.integers(1, 7))
def test_the_order_of_incidents_and_log_entries_is_irrelevant(told: Calls, step: int):
    pd.testing.assert_frame_equal(paged(told, roster()), paged(told, mixed(roster(), step), step))


@given(calls(), calls())
def test_incidents_of_others_change_nobodys_pages(mine: Calls, others: Calls):
    names = {p.ANA_PAGER: "PCLEO", p.BEN_PAGER: "PSOMEONE", p.STRANGER_PAGER: "PELSE"}

    def theirs(row: p.Row) -> p.Row:
        people = {
            key: [{**one, "id": names.get(one["id"], one["id"])} for one in row[key]]
            for key in ("assignees",)
            if key in row
        }
        people |= {
            key: {**row[key], "id": names.get(row[key]["id"], row[key]["id"])}
            for key in ("agent", "user")
            if key in row
        }
        ids = {"incident": {"id": "X" + row["incident"]["id"]}} if "incident" in row else {"id": "X" + row["id"]}
        return row | people | ids

    both = ([*mine[0], *map(theirs, others[0])], [*map(theirs, others[1]), *mine[1]])
    table = paged(both, p.roster(cleo="Asia/Tokyo"))
    table = table[table["engineer_id"].isin(TEAM)].reset_index(drop=True)
    pd.testing.assert_frame_equal(paged(mine, roster()), table)


@given(
    st.lists(st.tuples(minutes, st.integers(1, 500), people, st.sampled_from(["P1", "low"])), max_size=8),
    st.integers(1, 7),
)
def test_the_order_of_alerts_is_irrelevant(listed: list[tuple[int, int, str, str]], step: int):
    alerts = read_alerts(
        [
            {
                "alert_id": number,
                "created_date": stamp(minute),
                "closed_date": stamp(minute + length),
                "status": "Closed",
                "priority": priority,
                "topic": "slow",
                "owner": {"user_name": f"{who}.ops"},
            }
            for number, (minute, length, who, priority) in enumerate(listed)
        ]
    )
    users = read_alertops_users([{"user_name": f"{who}.ops"} for who in TEAM])
    one, _ = clean_alerts(alerts, users, roster(), ("test",), "America/Chicago", LONG_BEFORE)
    other, _ = clean_alerts(
        mixed(alerts, step), mixed(users, step), roster(), ("test",), "America/Chicago", LONG_BEFORE
    )
    pd.testing.assert_frame_equal(one, other)


# -- the managers' files -------------------------------------------------------------------------------------------


@given(
    st.dictionaries(
        st.tuples(people, st.sampled_from(["2026-11-02", "2026-11-09", "2026-11-16"])),
        st.tuples(st.integers(1, 5), st.sampled_from(["", "Carried the release."])),
        min_size=2,
    ),
    st.integers(1, 7),
)
def test_the_order_of_vibes_is_irrelevant(told: dict[tuple[str, str], tuple[int, str]], step: int):
    lines = [f"{week},{who},{score},{note},,," for (who, week), (score, note) in told.items()]
    other = [line for first in range(step) for line in lines[first::step]][::-1]
    here, there = (vibes_of("\n".join([HEADER, *listed])).vibes.drop(columns="line") for listed in (lines, other))
    pd.testing.assert_frame_equal(here, there)


@given(
    st.dictionaries(st.tuples(people, st.sampled_from(["2026-11-02", "2026-11-03"])), st.integers(1, 24), min_size=2),
    st.integers(1, 7),
)
def test_the_order_of_leave_is_irrelevant(told: dict[tuple[str, str], int], step: int):
    lines = [f"{who},{on},{on},{hours}" for (who, on), hours in told.items()]
    other = [line for first in range(step) for line in lines[first::step]][::-1]
    pd.testing.assert_frame_equal(leave_of(*lines).leave, leave_of(*other).leave)


# -- sprints -------------------------------------------------------------------------------------------------------

CALENDAR = [
    sprint(61, "2026-10-12 09:00", "2026-10-23 17:00"),
    sprint(62, "2026-10-26 09:00", "2026-11-06 17:00"),
]
Events = list[dict[str, Any]]


def when_first(change: tuple[str, str, str | None]) -> str:
    return change[0]


@st.composite
def histories(draw: st.DrawFn) -> list[Events]:
    """Issues of two sprints, each with a few changes, on the hours of starts and closes too."""
    fields = {
        "is_done": st.sampled_from(["true", "false"]),
        "sprints": st.sampled_from([None, "61", "62", "61,62"]),
        "points": st.sampled_from([None, "1.0", "5.0"]),
        "assignee": st.sampled_from([None, "ana", "ben", "zoe"]),
    }
    when = st.tuples(st.integers(8, 40), st.sampled_from(["09:00", "12:00", "17:00"]))

    def moment(drawn: tuple[int, str]) -> str:
        return f"{pd.Timestamp('2026-10-01') + drawn[0] * DAY:%Y-%m-%d} {drawn[1]}"

    change = st.sampled_from(sorted(fields)).flatmap(
        lambda name: st.tuples(when.map(moment), st.just(name), fields[name])
    )
    issues = st.tuples(
        st.lists(change, min_size=2, max_size=6), st.sampled_from(["61", "62", None]), st.sampled_from([2.0, None])
    )
    return [
        issue(
            f"A-{number}",
            "2026-10-05 09:00",
            *sorted(changes, key=when_first),
            sprints=start,
            points=points,
            assignee="ana",
        )
        for number, (changes, start, points) in enumerate(draw(st.lists(issues, min_size=6, max_size=12)))
    ]


def replayed(calendar: pd.DataFrame, events: pd.DataFrame, people: pd.DataFrame, until: str = "2026-11-16") -> Points:
    return replay_sprints(calendar, events, people, pd.Timestamp(until, tz="UTC"), "America/Chicago")


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), min_size=2, max_size=5), st.integers(2, 7))
def test_the_order_of_issues_and_histories_is_irrelevant(told: list[list[int]], step: int):
    """Each number is a change; what an issue holds in the end does not matter here."""
    changes = [p.moved(p.TODO, p.DONE), p.moved(p.DONE, p.TODO), p.sprinted("61", "62"), p.estimated("3", "5")]
    numbered = list(enumerate(told, start=20101))
    issues = [p.issue(number, **{p.SPRINT_FIELD: p.in_sprints(61), p.POINTS_FIELD: 3.0}) for number, _ in numbered]
    logs = [
        p.changelog(
            number,
            *[
                p.change(100 * number + nth, stamp(60 * nth).replace("Z", ".000+0000"), changes[which])
                for nth, which in enumerate(listed)
            ],
        )
        for number, listed in numbered
    ]
    found = [
        clean_issue_events(
            mixed(read_issues(issues, p.SPRINT_FIELD, [p.POINTS_FIELD]), order),
            mixed(read_changes(logs), order),
            [p.sprint(61), p.sprint(62)],
            [p.board()],
            p.SPRINT_FIELD,
            mixed(roster(), order),
        ).events
        for order in (1, step)
    ]
    pd.testing.assert_frame_equal(*found)


@given(histories(), histories())
def test_another_teams_sprints_change_no_teams_points(mine: list[Events], others: list[Events]):
    calendar, events, people = sprints(*CALENDAR), issue_events(*mine), roster()
    people = people.assign(team_id="core")
    their_events = renamed(issue_events(*others))
    is_sprint, is_who = their_events["field"] == "sprints", their_events["field"] == "assignee"
    value = their_events["value"]
    value = value.mask(is_sprint, value.str.replace("6", "16")).mask(is_who & value.notna(), "a-" + value)
    together = replayed(
        pd.concat([renamed(calendar), calendar], ignore_index=True),
        pd.concat([their_events.assign(value=value), events], ignore_index=True),
        pd.concat([renamed(people).assign(jira_account_id=None), people], ignore_index=True),
    )
    for alone, both in zip(replayed(calendar, events, people), together, strict=True):
        pd.testing.assert_frame_equal(alone, both[both["team_id"] == "core"].reset_index(drop=True))


@given(histories())
def test_what_happens_after_a_sprint_closed_changes_none_of_its_points(issues: list[Events]):
    calendar, events, people = sprints(*CALENDAR), issue_events(*issues), roster().assign(team_id="core")
    at_close = replayed(calendar, events, people, "2026-10-24")
    later = replayed(calendar, events, people)
    for then, now in zip(at_close, later, strict=True):
        of_first = now[now["sprint_id"] == 61].reset_index(drop=True)
        pd.testing.assert_frame_equal(then[then["sprint_id"] == 61].reset_index(drop=True), of_first)


@given(histories(), zones, zones)
def test_moving_a_teams_time_zone_moves_points_between_weeks_only(issues: list[Events], one: str, other: str):
    calendar, events = sprints(*CALENDAR), issue_events(*issues)
    sums = [
        replayed(calendar, events, roster(zone).assign(team_id="core"))[0]
        .groupby(["sprint_id", "issue_key", "engineer_id", "kind"])["points_completed"]
        .sum()
        for zone in (one, other)
    ]
    pd.testing.assert_series_equal(*sums)
