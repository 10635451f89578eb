"""The Tempo client against a mock that speaks real HTTP, and against answers that the mock never gives."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pandas as pd
import pytest
from pydantic import SecretStr

from flows.collect import scheduled_hours
from flows.mocks.credentials import TEMPO_TOKEN
from flows.mocks.faults import parse_faults
from flows.mocks.tempo_server import HALF_BILLED, HOLIDAY_NAME, MORE_BILLED, QUARTER, serve_tempo
from flows.settings import holiday_table, roster_tables
from flows.settings.connections import Connection
from flows.sources.errors import SourceError
from flows.sources.http import Patience, open_client
from flows.sources.tempo import days_of, fetch_tempo
from flows.sources.transports import ReplayTransport
from flows.sources.window import Window
from tests.builders import payloads as p
from tests.builders.config import engineer_entry, team_config
from tests.builders.reads import assert_same_read, recording
from tests.builders.vendor_rows import schedule_day, tempo_page, tempo_worklog, without
from tests.builders.world import day_of, is_paid, sample_as_of, sample_config, sample_world
from transforms.clean.tempo import clean_tempo_worklogs
from transforms.clean.tempo_schedule import clean_tempo_schedule
from transforms.schedule import available_hours

ZONE = ZoneInfo("America/Chicago")
STORY = Window(datetime(2025, 11, 3, tzinfo=ZONE), datetime(2026, 11, 23, tzinfo=ZONE))
FOUR_WEEKS = Window(datetime(2026, 10, 26, tzinfo=ZONE), datetime(2026, 11, 23, tzinfo=ZONE))
NO_WAIT = Patience(attempts=4, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=60.0)
API = "https://api.tempo.io/4"


def fetch(base_url=API, window=FOUR_WEEKS, *, token=TEMPO_TOKEN, record=None, transport=None, config=None):
    """Worklogs; with a config that wants them, schedules too."""
    kept = [] if record is None else record
    without = team_config(sources={"tempo": {"schedule": False}})
    with open_client("tempo", Connection(base_url, SecretStr(token)), kept.append, transport, NO_WAIT) as client:
        return fetch_tempo(client, window, config or without)


def refused(*specs, window=FOUR_WEEKS, token=TEMPO_TOKEN):
    """How a fetch ends from a mock with these faults."""
    fault = parse_faults(specs)
    with serve_tempo(sample_world(), sample_as_of(), fault=fault) as url, pytest.raises(SourceError) as caught:
        fetch(f"{url}/4", window, token=token)
    return caught.value


@pytest.fixture(scope="module")
def tempo():
    with serve_tempo(sample_world(), sample_as_of()) as url:
        yield url


@pytest.fixture(scope="module")
def story(tempo):
    return fetch(f"{tempo}/4", STORY)


def listed_by(window):
    """Worklogs of the story that Tempo lists for a window: ids and the authors' own days."""
    first, last = window.since.date() - timedelta(days=1), window.until.date()
    zones = {account: ZoneInfo(person.timezone) for account, person in sample_world().people_by_account.items()}
    return {
        log
        for log in sample_world().worklogs
        if log.created_at <= sample_as_of()
        and not (log.deleted_at and log.deleted_at <= sample_as_of())
        and first <= log.started_at.astimezone(zones[log.author]).date() <= last
    }


def seconds_of(log):
    return [seconds for at, seconds in log.versions if at <= sample_as_of()][-1]


def billed_of(log):
    """What Tempo's mock bills, told a second time: some worklogs in half, some with a quarter of an hour on top."""
    if not is_paid(log):
        return 0
    if log.id % HALF_BILLED == 0:
        return seconds_of(log) // 2
    return seconds_of(log) + (QUARTER if log.id % MORE_BILLED == 0 else 0)


# -- the whole story ---------------------------------------------------------------------------------------------------


def test_every_worklog_of_the_story_arrives_once_over_many_pages(story):
    told = listed_by(STORY)
    assert len(told) > 7000
    assert story.counts == {"worklogs": len(told)}
    assert story.worklogs["worklog_id"].is_unique
    assert round(story.worklogs["logged_hours"].sum() * 3600) == sum(map(seconds_of, told))
    assert story.gaps == ()


def test_hours_and_billable_hours_by_engineer_and_week_are_those_of_the_story(story):
    keys = {str(issue.id): issue.key for issue in sample_world().issues}
    engineers = roster_tables(sample_config()).engineers
    until = pd.Timestamp(STORY.until)
    table, problems = clean_tempo_worklogs(story.worklogs, keys, engineers, pd.Timestamp("2025-11-03"), until)
    told = defaultdict(lambda: [0, 0])
    by_account = {who.account_id: who for who in sample_world().actors}
    for log in listed_by(STORY):
        who = by_account.get(log.author)
        if who is not None and day_of(log, who) >= date(2025, 11, 3):
            monday = day_of(log, who) - timedelta(days=day_of(log, who).weekday())
            told[who.engineer_id, f"{monday}"][0] += seconds_of(log)
            told[who.engineer_id, f"{monday}"][1] += billed_of(log)
    sums = table.groupby(["engineer_id", "week_start"])[["logged_hours", "billable_hours"]].sum()
    found = {
        (engineer, f"{week:%Y-%m-%d}"): [round(logged * 3600), round(billable * 3600)]
        for (engineer, week), logged, billable in zip(
            sums.index, sums["logged_hours"], sums["billable_hours"], strict=True
        )
    }
    assert len(found) > 500
    assert found == dict(told)
    assert set(table["issue_key"]) <= set(keys.values())
    assert (table["billable_hours"] > table["logged_hours"]).any()
    assert set(problems["rule"]) <= {"T001", "T004", "T007"}


def test_a_window_holds_the_days_that_it_touches_anywhere(tempo):
    exchanges = []
    read = fetch(f"{tempo}/4", record=exchanges)
    assert exchanges[0].target == "/worklogs?from=2026-10-25&to=2026-11-23&limit=1000"
    assert len(read.worklogs) == len(listed_by(FOUR_WEEKS))


@pytest.mark.parametrize(
    ("since", "until", "asked"),
    [
        # From UTC-12, the last zone to begin a day, to UTC+14, the first.
        ("2026-11-02T12:00+00:00", "2026-11-09T09:59+00:00", ("2026-11-02", "2026-11-09")),
        ("2026-11-02T11:59+00:00", "2026-11-09T10:00+00:00", ("2026-11-01", "2026-11-10")),
        ("2026-11-02T00:00+14:00", "2026-11-09T00:00+14:00", ("2026-10-31", "2026-11-09")),
        ("2026-11-02T00:00-11:00", "2026-11-09T00:00-11:00", ("2026-11-01", "2026-11-10")),
    ],
)
def test_the_days_asked_for_cover_the_window_in_every_zone(since, until, asked):
    fake = FakeTempo([])
    fake.fetch(window=Window(datetime.fromisoformat(since), datetime.fromisoformat(until)))
    assert (fake.asked[0].url.params["from"], fake.asked[0].url.params["to"]) == asked


@pytest.mark.parametrize("prefix", ["", "/4", "/4/"])
def test_the_base_address_may_hold_the_version_or_not(tempo, prefix):
    assert fetch(tempo + prefix).counts == {"worklogs": len(listed_by(FOUR_WEEKS))}


def test_the_same_window_asks_the_same_requests_and_can_be_read_again_from_the_record(tempo):
    exchanges, again = [], []
    read = fetch(f"{tempo}/4", record=exchanges)
    fetch(f"{tempo}/4", record=again)
    assert [e.target for e in exchanges] == [e.target for e in again]
    pd.testing.assert_frame_equal(fetch("http://nowhere.invalid", transport=replay(exchanges)).worklogs, read.worklogs)


def replay(exchanges):
    return ReplayTransport(recording(exchanges))


# -- faults of the mock ------------------------------------------------------------------------------------------------


def test_a_list_that_leads_back_to_itself_is_an_error_and_no_endless_loop():
    assert "brings nothing that was not read before" in str(refused("loop", window=STORY))


def test_a_worklog_that_is_counted_and_not_handed_over_is_told():
    with serve_tempo(sample_world(), sample_as_of(), fault=parse_faults(["short=2"])) as url:
        read = fetch(f"{url}/4")
    told = len(listed_by(FOUR_WEEKS))
    pages = -(-told // 1000)
    assert read.counts == {"worklogs": told - 2 * pages}
    (gap,) = read.gaps
    assert gap.metrics == {"billable"}
    assert gap.sentence.startswith(f"Hours incomplete: {2 * pages} of {told} worklogs that Tempo counted")


def test_trouble_that_passes_costs_no_worklog():
    with serve_tempo(sample_world(), sample_as_of(), fault=parse_faults(["429=none:1", "truncate:1", "cut:1"])) as url:
        assert fetch(f"{url}/4").counts == {"worklogs": len(listed_by(FOUR_WEEKS))}


def test_an_answer_that_stays_truncated_is_an_error():
    assert "JSON broken off" in str(refused("truncate"))


@pytest.mark.parametrize(("spec", "status"), [("html401", 401), ("html403", 403)])
def test_a_refusal_that_is_a_web_page_is_told_without_its_tags(spec, status):
    error = refused(spec)
    assert error.status == status
    assert "<" not in error.what
    assert "The token" in error.advice


def test_a_login_page_instead_of_an_answer_is_an_error_that_names_the_address():
    error = refused("html200")
    assert "200 with text/html" in error.what
    assert "https://api.tempo.io/4" in error.advice


def test_a_wrong_token_is_an_error_that_does_not_repeat_it():
    error = refused(token="not-the-token")
    assert error.status == 401
    assert "not-the-token" not in str(error)


# -- schedules ---------------------------------------------------------------------------------------------------------

THANKSGIVING = Window(datetime(2025, 11, 24, tzinfo=ZONE), datetime(2025, 12, 1, tzinfo=ZONE))


def scheduled(read):
    """(account, day) -> hours expected."""
    rows = p.values(read.schedule, "account_id", "work_date", "required_hours")
    return {(account, day.date()): hours for account, day, hours in rows}


def asked_for(exchanges):
    return [one.target for one in exchanges if "/user-schedule" in one.target]


def test_the_schedules_of_the_whole_roster_are_those_of_the_story(tempo):
    exchanges = []
    read = fetch(f"{tempo}/4", record=exchanges, config=sample_config())
    days = [date(2026, 10, 26) + timedelta(days=n) for n in range(28)]
    told = {
        (who.account_id, day): 0.0 if day in who.holidays else who.contract.get(day, 0.0)
        for who in sample_world().actors
        if who.account_id and who.employed_from <= days[-1] and (who.employed_to is None or days[0] <= who.employed_to)
        for day in days
    }
    assert scheduled(read) == told
    assert read.schedule_gaps == read.gaps == ()
    assert len(asked_for(exchanges)) == len(told) / 28
    assert asked_for(exchanges)[0].endswith("?from=2026-10-26&to=2026-11-22")


def test_public_holidays_are_days_off_in_the_places_that_have_them(tempo):
    read = fetch(f"{tempo}/4", THANKSGIVING, config=sample_config())
    engineers = roster_tables(sample_config()).engineers
    ours = scheduled_hours(roster_tables(sample_config()), *days_of(THANKSGIVING))
    found = clean_tempo_schedule(read.schedule, engineers, ours)
    zones = dict(zip(engineers["engineer_id"], engineers["timezone"], strict=True))
    away = {(zones[who], f"{on:%m-%d}", hours) for who, on, hours in found.leave.itertuples(index=False)}
    assert ("America/Chicago", "11-27", 24.0) in away
    assert not any(zone == "Europe/Madrid" for zone, _, _ in away)
    assert found.problems.empty
    assert not any(HOLIDAY_NAME in table.to_csv() for table in found)


def test_what_a_public_holiday_takes_is_taken_once(tempo):
    config = sample_config()
    roster, (first, last) = roster_tables(config), days_of(THANKSGIVING)
    read = fetch(f"{tempo}/4", THANKSGIVING, config=config)
    days_off = clean_tempo_schedule(read.schedule, roster.engineers, scheduled_hours(roster, first, last)).leave
    days = [roster.engineers, roster.schedules, holiday_table(config, first, last)]
    with_tempo = available_hours(*days, days_off, first, last, config.policy.holiday_on_day_off)
    without = available_hours(*days, days_off.iloc[:0], first, last, config.policy.holiday_on_day_off)
    assert with_tempo["holiday_hours"].sum() > 0
    pd.testing.assert_frame_equal(with_tempo, without)


def test_whoever_is_not_employed_in_the_window_is_not_asked_about():
    hired, gone = engineer_entry("ben", employed_from="2026-11-23"), engineer_entry("cleo", employed_to="2026-10-25")
    still = engineer_entry("dora", employed_to="2026-10-26"), engineer_entry("emil", employed_from="2026-11-22")
    config = team_config(*(whole(one) for one in (hired, gone, *still, engineer_entry("fay", jira_account_id=None))))
    fake = FakeTempo([])
    fake.fetch(config=config)
    assert [request.url.path for request in fake.asked[1:]] == [
        "/4/user-schedule/jira-dora",
        "/4/user-schedule/jira-emil",
    ]


def whole(entry):
    """The same engineer with one schedule over the whole employment."""
    period = {"from": entry["employed_from"], "to": entry.get("employed_to"), "kind": "5x8"}
    return entry | {"schedules": [{key: value for key, value in period.items() if value}]}


def test_a_config_that_wants_no_schedules_asks_for_none():
    fake = FakeTempo([tempo_worklog()])
    assert fake.fetch().schedule is None
    assert len(fake.asked) == 1


def test_schedules_are_asked_for_where_the_worklogs_were_found():
    fake = FakeTempo([tempo_worklog()])
    read = fake.fetch("https://api.tempo.io", config=team_config())
    assert [request.url.path for request in fake.asked] == [
        "/worklogs",
        "/4/worklogs",
        "/4/user-schedule/jira-ana",
    ]
    assert len(read.schedule) == 28


def test_a_schedule_in_pages_is_followed_to_its_end():
    fake = FakeTempo([], most=10)
    read = fake.fetch(config=team_config())
    assert list(read.schedule["work_date"]) == list(pd.date_range("2026-10-26", "2026-11-22"))
    assert {request.url.path for request in fake.asked[1:]} == {"/4/user-schedule/jira-ana"}
    assert len(fake.asked) == 1 + 3


def test_an_account_is_spelled_so_that_it_stays_one_part_of_the_path():
    fake = FakeTempo([])
    fake.fetch(config=team_config(engineer_entry(jira_account_id="712020:a/b?c")))
    assert fake.asked[1].url.raw_path.startswith(b"/4/user-schedule/712020:a%2Fb%3Fc?")


def refusing(status, *accounts):
    """A Tempo that answers for the schedules of these accounts, or of all, with a status."""
    fake = FakeTempo([tempo_worklog()])
    answer = fake.schedule

    def refuse(request, account):
        return (
            httpx.Response(status, html="<p>No</p>")
            if account in accounts or not accounts
            else answer(request, account)
        )

    fake.schedule = refuse
    return fake


def two_engineers():
    return team_config(engineer_entry("ana"), engineer_entry("ben"))


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_may_not_view_schedules_loses_no_worklogs_and_is_asked_once(status):
    fake = refusing(status)
    read = fake.fetch(config=two_engineers())
    assert len(read.worklogs) == 1
    assert read.schedule is None
    assert read.gaps == ()
    (gap,) = read.schedule_gaps
    assert gap.metrics == {"billable", "velocity"}
    assert gap.sentence == (
        "Leave incomplete: Tempo refuses to show the schedules of engineers, so days off that only Tempo knows are not "
        "taken off the available hours. Give the token's owner the permission to view workload and holiday schemes, or "
        "set sources.tempo.schedule to false in the config if leave.csv holds all leave."
    )
    assert len(fake.asked) == 2


@pytest.mark.parametrize("status", [400, 500])
def test_schedules_that_do_not_come_are_a_gap_that_names_nobody(status):
    read = refusing(status, "jira-ben").fetch(config=two_engineers())
    assert len(read.worklogs) == 1
    assert read.schedule is None
    (gap,) = read.schedule_gaps
    assert gap.metrics == {"billable", "velocity"}
    assert gap.sentence.startswith("Leave incomplete: Tempo did not tell the schedules of engineers, so")
    assert "ben" not in gap.sentence


def test_one_account_that_tempo_does_not_know_costs_nobody_else_anything():
    read = refusing(404, "jira-ana").fetch(config=two_engineers())
    assert set(read.schedule["account_id"]) == {"jira-ben"}
    assert read.schedule_gaps == ()


def test_a_tempo_that_knows_no_account_shows_no_schedules():
    read = refusing(404).fetch(config=two_engineers())
    assert read.schedule is None
    (gap,) = read.schedule_gaps
    assert gap.sentence.startswith("Leave incomplete: Tempo shows the schedule of no engineer")


def test_a_roster_without_accounts_is_no_gap():
    read = FakeTempo([]).fetch(config=team_config(engineer_entry(jira_account_id=None)))
    assert read.schedule.empty
    assert read.schedule_gaps == ()


@pytest.mark.parametrize("page", [{"metadata": {"count": 0}}, {"results": "none"}, []])
def test_an_answer_that_is_no_schedule_is_a_gap(page):
    fake = FakeTempo([])
    fake.schedule = lambda request, account: httpx.Response(200, json=page)
    assert len(fake.fetch(config=team_config()).schedule_gaps) == 1


@pytest.mark.parametrize("fault", ["html403", "500", "html200", "truncate", "loop"])
def test_a_fault_of_the_schedules_alone_leaves_the_worklogs_whole(fault):
    with serve_tempo(sample_world(), sample_as_of(), fault=parse_faults([f"{fault}:/user-schedule"])) as url:
        read = fetch(f"{url}/4", config=sample_config())
    assert read.counts == {"worklogs": len(listed_by(FOUR_WEEKS))}
    assert len(read.schedule_gaps) == 1
    assert not any(who.account_id in read.schedule_gaps[0].sentence for who in sample_world().actors if who.account_id)


@pytest.mark.parametrize(
    "faults", [(), ("html403:/user-schedule",), ("500:/user-schedule",), ("html200:/user-schedule",)]
)
def test_schedules_and_their_refusal_can_be_read_again_from_the_record(faults):
    exchanges = []
    with serve_tempo(sample_world(), sample_as_of(), fault=parse_faults(faults)) as url:
        read = fetch(f"{url}/4", record=exchanges, config=sample_config())
    again = fetch("http://nowhere.invalid", transport=replay(exchanges), config=sample_config())
    assert_same_read(again, read)


# -- answers that the mock never gives ---------------------------------------------------------------------------------


class FakeTempo:
    """Rows in pages of at most `most`, whatever is asked for; the link to the next leads to another host.

    Everybody works ten hours from Monday to Thursday.
    """

    def __init__(self, rows, most=1000, prefix="/4"):
        self.rows, self.most, self.prefix = rows, most, prefix
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)
        path, _, account = request.url.path.rpartition("/")
        if path == f"{self.prefix}/user-schedule":
            return self.schedule(request, account)
        if request.url.path != f"{self.prefix}/worklogs":
            return httpx.Response(404, json={"errors": {"message": "No such resource"}})
        return httpx.Response(200, json=self.page(request.url.params))

    def page(self, params):
        offset, limit = int(params.get("offset", 0)), min(int(params["limit"]), self.most)
        rows = self.rows[offset : offset + limit]
        link = f"https://elsewhere.example/4/worklogs?from={params['from']}&to={params['to']}&limit={limit}&offset="
        return tempo_page(rows, link + str(offset + limit) if offset + limit < len(self.rows) else None)

    def schedule(self, request, account):
        params = request.url.params
        days = pd.date_range(params["from"], params["to"])
        offset = int(params.get("offset", 0))
        rows = [schedule_day(f"{day:%Y-%m-%d}", 10 if day.weekday() < 4 else 0) for day in days]
        link = f"https://elsewhere.example/4/user-schedule/{account}?from={params['from']}&to={params['to']}&offset="
        following = link + str(offset + self.most) if offset + self.most < len(rows) else None
        return httpx.Response(200, json=tempo_page(rows[offset : offset + self.most], following))

    def fetch(self, base_url=API, window=FOUR_WEEKS, **more):
        return fetch(base_url, window, transport=httpx.MockTransport(self), **more)


def saying(*pages):
    """A Tempo that answers with these pages in turn, the last one for ever."""
    fake, left = FakeTempo([]), list(pages)
    fake.page = lambda params: left.pop(0) if len(left) > 1 else left[0]
    return fake


def following(offset):
    return f"{API}/worklogs?from=2026-10-25&to=2026-11-23&limit=1000&offset={offset}"


def test_pages_are_followed_to_the_end_however_few_rows_they_hold():
    fake = FakeTempo([tempo_worklog(n) for n in range(1, 102)], most=50)
    assert fake.fetch().worklogs["worklog_id"].tolist() == [str(n) for n in range(1, 102)]
    assert [request.url.params.get("offset") for request in fake.asked] == [None, "50", "100"]
    assert [request.url.params["limit"] for request in fake.asked] == ["1000", "50", "50"]


def test_no_request_goes_to_another_host_than_the_configured_one():
    fake = FakeTempo([tempo_worklog(n) for n in range(3)], most=1)
    fake.fetch("https://api.eu.tempo.io/4")
    assert {request.url.host for request in fake.asked} == {"api.eu.tempo.io"}
    assert {request.url.path for request in fake.asked} == {"/4/worklogs"}


def test_every_page_bears_the_token():
    fake = FakeTempo([tempo_worklog(n) for n in range(3)], most=1)
    fake.fetch()
    assert {request.headers["authorization"] for request in fake.asked} == {f"Bearer {TEMPO_TOKEN}"}


@pytest.mark.parametrize("end", [None, ""])
def test_a_link_that_is_null_or_empty_ends_the_list(end):
    fake = saying(tempo_page([tempo_worklog()], next=end))
    assert len(fake.fetch().worklogs) == 1
    assert len(fake.asked) == 1


def test_a_page_without_metadata_is_the_last():
    assert len(saying({"results": [tempo_worklog()]}).fetch().worklogs) == 1


def test_no_worklogs_are_an_empty_frame_and_no_gap():
    read = saying(tempo_page([])).fetch()
    assert read.worklogs.empty
    assert read.counts == {"worklogs": 0}
    assert read.gaps == ()


def test_an_empty_page_after_the_last_worklog_is_an_end():
    read = saying(tempo_page([tempo_worklog()], following(1)), tempo_page([])).fetch()
    assert read.counts == {"worklogs": 1}


@pytest.mark.parametrize(
    "pages",
    [
        [tempo_page([tempo_worklog(1)], following(0))],
        [tempo_page([tempo_worklog(1)], following(1)), tempo_page([tempo_worklog(1)])],
        [tempo_page([], following(1))],
        [tempo_page([tempo_worklog(1)], following(1)), tempo_page([], following(2))],
        [tempo_page([without(tempo_worklog(), "tempoWorklogId")], following(1))],
    ],
    ids=["same link", "offset ignored", "empty first", "empty later", "no ids"],
)
def test_a_list_that_makes_no_progress_is_an_error(pages):
    fake = saying(*pages)
    with pytest.raises(SourceError, match="brings nothing that was not read before"):
        fake.fetch()
    assert len(fake.asked) <= 2


def test_a_link_without_a_query_is_an_error_and_not_the_whole_list_anew():
    fake = saying(tempo_page([tempo_worklog()], f"{API}/worklogs"))
    with pytest.raises(SourceError, match="asks for nothing"):
        fake.fetch()
    assert len(fake.asked) == 1


def test_a_worklog_that_moved_to_the_next_page_meanwhile_counts_once_as_it_came_last():
    first = tempo_page([tempo_worklog(1), tempo_worklog(2, hours=1)], following(2))
    read = saying(first, tempo_page([tempo_worklog(2, hours=2), tempo_worklog(3)])).fetch()
    assert p.values(read.worklogs, "worklog_id", "logged_hours") == [("1", 1.0), ("2", 2.0), ("3", 1.0)]


def test_worklogs_without_an_id_are_handed_on_to_be_told():
    rows = [without(tempo_worklog(), "tempoWorklogId")] * 2
    assert saying(tempo_page(rows)).fetch().counts == {"worklogs": 2}


def test_a_page_that_counts_more_than_it_holds_is_a_gap():
    rows = [tempo_worklog(n) for n in range(49)]
    (gap,) = saying(tempo_page(rows, count=50)).fetch().gaps
    assert gap.metrics == {"billable"}
    assert gap.sentence.startswith("Hours incomplete: 1 of 50 worklogs that Tempo counted were not handed over.")


def test_gaps_of_several_pages_are_one():
    pages = [tempo_page([tempo_worklog(1)], following(2), count=2), tempo_page([tempo_worklog(3)], count=3)]
    (gap,) = saying(*pages).fetch().gaps
    assert "3 of 5 worklogs" in gap.sentence


def test_a_count_that_is_too_small_makes_up_for_no_other():
    pages = [tempo_page([tempo_worklog(1)], following(1), count=0), tempo_page([tempo_worklog(2)], count=2)]
    (gap,) = saying(*pages).fetch().gaps
    assert "1 of 3 worklogs" in gap.sentence


@pytest.mark.parametrize("count", [1, 0, None, "many"])
def test_a_count_that_is_right_too_small_or_none_is_no_gap(count):
    assert saying(tempo_page([tempo_worklog()], count=count)).fetch().gaps == ()


def test_an_answer_without_results_is_an_error():
    with pytest.raises(SourceError, match='the answer has no list "results"'):
        saying({"metadata": {"count": 0}}).fetch()


def test_without_the_version_in_the_address_it_is_found_below_it():
    fake = FakeTempo([tempo_worklog(n) for n in range(3)], most=1)
    assert fake.fetch("https://api.tempo.io").counts == {"worklogs": 3}
    assert [r.url.path for r in fake.asked] == ["/worklogs", *["/4/worklogs"] * 3]


def test_what_was_found_below_the_version_can_be_read_again_from_the_record():
    exchanges = []
    FakeTempo([tempo_worklog(n) for n in range(3)], most=1).fetch("https://api.tempo.io", record=exchanges)
    assert fetch("http://nowhere.invalid", transport=replay(exchanges)).counts == {"worklogs": 3}


def test_an_address_that_is_not_tempos_says_which_is():
    with pytest.raises(SourceError, match=r"404 Not Found.*https://api\.tempo\.io/4") as caught:
        FakeTempo([], prefix="/other").fetch()
    assert caught.value.status == 404


def test_a_refusal_below_the_version_is_told_as_it_is():
    def answer(request):
        is_there = request.url.path == "/4/worklogs"
        return httpx.Response(401 if is_there else 404, html="<html><body><h1>Unauthorized</h1></body></html>")

    with pytest.raises(SourceError, match='401 Unauthorized: "Unauthorized"') as caught:
        fetch("https://api.tempo.io", transport=httpx.MockTransport(answer))
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "errors", [[{"message": "from: 'x' is not a date"}], {"message": "from: 'x' is not a date"}], ids=["list", "object"]
)
def test_both_shapes_of_an_error_can_be_read(errors):
    def answer(request):
        return httpx.Response(400, json={"errors": errors})

    with pytest.raises(SourceError, match="from: 'x' is not a date") as caught:
        fetch(transport=httpx.MockTransport(answer))
    assert caught.value.status == 400


def test_only_a_path_that_is_not_there_is_looked_for_elsewhere():
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(400, json={"errors": []})

    with pytest.raises(SourceError):
        fetch(transport=httpx.MockTransport(answer))
    assert len(asked) == 1


def test_a_server_that_cannot_be_reached_is_not_looked_for_elsewhere():
    asked = []

    def answer(request):
        asked.append(request.url.path)
        raise httpx.ConnectError("refused")

    with pytest.raises(SourceError, match="no connection"):
        fetch(transport=httpx.MockTransport(answer))
    assert asked == ["/4/worklogs"] * NO_WAIT.attempts


def test_instants_are_kept_in_utc():
    read = saying(tempo_page([tempo_worklog()])).fetch()
    assert read.worklogs["recorded_at"][0] == datetime(2026, 11, 3, 23, 2, 10, tzinfo=UTC)


def test_a_count_beyond_the_limit_is_of_the_whole_list_and_no_pages_own():
    fake = FakeTempo([tempo_worklog(n) for n in range(1, 8)], most=3)
    page = fake.page
    fake.page = lambda params: page(params) | {"metadata": page(params)["metadata"] | {"count": 7, "limit": 3}}
    read = fake.fetch()
    assert len(read.worklogs) == 7
    assert read.gaps == ()
