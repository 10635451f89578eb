"""What is missing is unknown: never a 0, never a colour.

Each row takes one thing from two engineers who have everything in two weeks: the week's reading of the one must say
that it is not known (or that there is none), and the other week and the other engineer must read as before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.collect import Fetched, fetch_source, unreachable
from flows.compute import compute_week
from flows.facts import Facts, absorb
from flows.progress import silent
from flows.settings import Connections, load_settings
from flows.sources.errors import SourceError
from flows.sources.http import Patience
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import Workspace
from tests.builders.config import config_dict, engineer_entry, write_config
from tests.builders.facts import (
    credit,
    credits_of,
    day,
    engineer,
    engineers,
    holidays,
    issue,
    issue_events,
    leave,
    page,
    pages,
    period,
    schedules,
    sprint,
    sprints,
    vibe,
    vibes,
    worklog,
    worklogs,
)
from transforms.metrics.readings import weekly_readings
from transforms.schedule import weekly_hours
from transforms.vocabulary import METRICS, Metric

W44, W45 = "2026-10-26", "2026-11-02"
DAYS = [f"2026-11-0{number}" for number in range(2, 7)]
S60 = sprint(60, "2026-10-26 09:00", "2026-10-30 17:00")
S61 = sprint(61, "2026-11-02 09:00", "2026-11-06 17:00")

# What each metric says, and what it says when it has nothing to say.
SAYS: dict[Metric, dict[str, Any]] = {
    "billable": dict.fromkeys(["worked_hours", "billable_hours", "billable_pct", "coverage_pct"]),
    "velocity": {"points_completed": None},  # a sprint's points are judged in the week that `is_sprint_end`
    "response": {
        "n_pages": 0,
        "n_acknowledged_pages": 0,
        "acknowledge_median_seconds": None,
        "resolve_median_seconds": None,
        "response_rate_pct": None,
    },
    "vibes": {"vibes": None, "has_note": False},
}
COLUMNS = [
    "is_sprint_end",
    *(name for says in SAYS.values() for name in says),
    *(f"is_{metric}_known" for metric in METRICS),
]


def not_known(*metrics: Metric) -> dict[str, Any]:
    """What the reading says when these metrics are not known."""
    return {name: value for metric in metrics for name, value in SAYS[metric].items()} | {
        f"is_{metric}_known": False for metric in metrics
    }


def everything(who: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of an engineer of whom everything is there in both weeks."""
    both = [(W44, "2026-10-27"), (W45, "2026-11-03")]
    return {
        "worklogs": [
            worklog(who, f"{day(monday) + pd.Timedelta(days=number):%Y-%m-%d}", 8, 6)
            for monday, _ in both
            for number in range(4)
        ],
        "credits": [credit(who, monday, 61, 5, issue_key=f"A-{who}-{monday}") for monday, _ in both],
        "pages": [page(who, f"{on} 10:00") for _, on in both],
        "vibes": [vibe(who, monday, 4, note="Carried the release.") for monday, _ in both],
    }


def all_known(**changes: bool) -> pd.DataFrame:
    """Everything is known of both weeks, but for what is said of the second."""
    flags = {f"is_{metric}_known": True for metric in METRICS}
    return pd.DataFrame([{"week_start": day(W44)} | flags, {"week_start": day(W45)} | flags | changes])


@dataclass(frozen=True)
class Situation:
    """What is missing of `who` in the second week, and how the reading says so; the rest reads as always."""

    what: str
    expected: Mapping[str, Any]
    who: tuple[str, ...] = ("ana",)
    given: Mapping[str, Any] = field(default_factory=dict)
    lost: tuple[str, ...] = ()  # tables in which ana has no rows of the second week

    def __str__(self) -> str:
        return self.what


BOTH = ("ana", "ben")
NO_SHARE = {"billable_pct": None, "coverage_pct": None}

SITUATIONS = [
    Situation(
        "hours are not known",
        not_known("billable"),
        BOTH,
        {"known": all_known(is_billable_known=False)},
    ),
    Situation(
        "sprints are not known",
        not_known("velocity"),
        BOTH,
        {"known": all_known(is_velocity_known=False)},
    ),
    Situation(
        "incidents are not known",
        not_known("response"),
        BOTH,
        {"known": all_known(is_response_known=False)},
    ),
    Situation("the vibes files are not known", not_known("vibes"), BOTH, {"known": all_known(is_vibes_known=False)}),
    Situation(
        "nothing is told of the week",
        not_known(*METRICS),
        BOTH,
        {"known": all_known().iloc[:1]},
    ),
    Situation(
        "one engineer's hours are withheld",
        not_known("billable"),
        given={"withheld": pd.DataFrame([{"engineer_id": "ana", "week_start": day(W45), "metric": "billable"}])},
    ),
    Situation(
        "no schedule from Wednesday on",
        not_known("billable", "velocity"),
        given={"periods": [period("ana", last="2026-11-03"), period("ben")]},
    ),
    Situation(
        "no available hours: on leave all week",
        NO_SHARE | {"worked_hours": 0.0, "billable_hours": 0.0},
        given={"leave": leave(*[("ana", on, 24) for on in DAYS])},
        lost=("worklogs",),
    ),
    Situation(
        "no available hours: holidays all week, and work all the same",
        NO_SHARE,
        BOTH,
        {"holidays": holidays(*DAYS)},
    ),
    Situation(
        "the sprint has not ended",
        {"is_sprint_end": False},
        BOTH,
        {"sprints": [S60, sprint(61, "2026-11-02 09:00", "2026-11-13 17:00", is_open=True)]},
    ),
    Situation(
        "no sprint",
        {"points_completed": None, "is_sprint_end": False},
        BOTH,
        {"sprints": [S60]},
    ),
    Situation("no pages", SAYS["response"], lost=("pages",)),
    Situation(
        "a page that somebody else dealt with",
        {"n_acknowledged_pages": 0, "acknowledge_median_seconds": None, "response_rate_pct": None},
        given={
            "pages": [
                *everything("ana")["pages"][:1],
                page("ana", "2026-11-03 10:00", acknowledge_seconds=None),
                *everything("ben")["pages"],
            ]
        },
    ),
    Situation("no vibes", SAYS["vibes"], lost=("vibes",)),
    Situation(
        "a note without a score",
        {"vibes": None},
        given={
            "vibes": [
                *everything("ana")["vibes"][:1],
                vibe("ana", W45, None, note="Was ill."),
                *everything("ben")["vibes"],
            ]
        },
    ),
]


def readings(situation: Situation | None = None) -> pd.DataFrame:
    """What is said of both engineers and weeks, missing values as None."""
    given = situation.given if situation else {}
    lost = situation.lost if situation else ()
    rows = {
        name: given.get(
            name,
            [
                row
                for who in BOTH
                for row in everything(who)[name]
                if not (name in lost and who == "ana" and row["week_start"] == day(W45))
            ],
        )
        for name in ("worklogs", "credits", "pages", "vibes")
    }
    people = engineers(*given.get("people", [engineer(who) for who in BOTH]))
    periods = schedules(*given.get("periods", [period(who) for who in BOTH]))
    hours = weekly_hours(
        people, periods, given.get("holidays", holidays()), given.get("leave", leave()), day(W44), day("2026-11-08")
    )
    table = weekly_readings(
        people,
        hours,
        worklogs(*rows["worklogs"]),
        credits_of(*rows["credits"]),
        sprints(*given.get("sprints", [S60, S61])),
        pages(*rows["pages"]),
        vibes(*rows["vibes"]),
        known=given.get("known", all_known()),
        withheld=given.get("withheld"),
    )
    said = table.set_index(["engineer_id", "week_start"])[COLUMNS].astype(object)
    return said.where(said.notna(), None)


def test_everybody_has_everything() -> None:
    table = readings()
    assert table.notna().all(axis=None)
    assert (table.drop(columns="is_sprint_end") != 0).all(axis=None)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_what_is_missing_has_no_reading_and_the_rest_reads_as_before(situation: Situation) -> None:
    expected = readings()
    for who in situation.who:
        for name, value in situation.expected.items():
            expected.loc[(who, day(W45)), name] = value
    found = readings(situation)
    pd.testing.assert_frame_equal(found, expected)


# -- from the sources to the light -----------------------------------------------------------------------------------

WEEK = day(W45)
SPAN = Window(datetime.fromisoformat("2026-10-26T00:00-05:00"), datetime.fromisoformat("2026-11-09T00:00-06:00"))
Change = Callable[[Workspace, dict[str, Fetched]], None]


def project(root: Path, **ana: Any) -> Workspace:
    """Ana and Ben on 5x8, judged by the literal policy, which needs no history; nothing is connected."""
    on_5x8 = [{"from": "2025-01-06", "kind": "5x8"}]
    people = [engineer_entry("ana", schedules=on_5x8, **ana), engineer_entry("ben", schedules=on_5x8)]
    policy = {"baseline_start": W44, "switch_date": W45}
    write_config(root, config_dict(*people, policy=policy, decisions={"method": "plain"}))
    layout = Layout(root / "data")
    no_waiting = Patience(attempts=1, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=1.0)
    return Workspace(load_settings({}, root), Connections(), layout, TableStore(layout), no_waiting, SPAN.until, silent)


def everything_fetched() -> dict[str, Fetched]:
    """What the sources of a run hand over when all is well."""
    rows = {name: [row for who in BOTH for row in everything(who)[name]] for name in ("worklogs", "pages", "vibes")}
    stories = [
        issue(f"A-{who}", "2026-10-20 09:00", (f"{on} 12:00", "is_done", "true"), sprints="61", points=5, assignee=who)
        for who in BOTH
        for on in ("2026-11-03",)
    ]
    tables = {
        "jira": {
            "worklogs": worklogs(*rows["worklogs"]),
            "sprints": sprints(S60, S61),
            "issue_events": issue_events(*stories),
        },
        "pagerduty": {"pages": pages(*rows["pages"])},
        "vibes": {"vibes": vibes(*rows["vibes"])},
        "leave": {"leave": leave()},
    }
    return {source: Fetched(source, SPAN, "ok", "", brought) for source, brought in tables.items()}


def computed(workspace: Workspace, fetched: dict[str, Fetched]) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """The week's readings, and its lights by engineer: that of each metric, and the status under `status`."""
    facts = Facts(list(fetched.values()), day(W44))
    absorb(workspace, facts, WEEK)
    compute_week(workspace, facts, WEEK, is_reconstructed=False)
    tables = workspace.tables
    said = tables.read("readings", first=WEEK).set_index("engineer_id")[COLUMNS].astype(object)
    signals, statuses = tables.read("signals", first=WEEK), tables.read("statuses", first=WEEK)
    lights = {(who, name): level for who, name, level in signals[["engineer_id", "channel", "level"]].to_numpy()}
    lights |= {(who, "status"): status for who, status in statuses[["engineer_id", "status"]].to_numpy()}
    return said.where(said.notna(), None), lights


def off(source: str) -> Change:
    def change(workspace: Workspace, fetched: dict[str, Fetched]) -> None:
        fetched[source] = fetch_source(workspace, source, SPAN)

    return change


def failed(source: str) -> Change:
    def change(workspace: Workspace, fetched: dict[str, Fetched]) -> None:
        error = SourceError(source, "no answer", "one", "Ask again.")
        fetched[source] = unreachable(workspace.outside, workspace.settings.config, source, SPAN, error)

    return change


def gap(source: str, *metrics: Metric) -> Change:
    """The source answered, and not whole: these metrics cannot be trusted."""

    def change(workspace: Workspace, fetched: dict[str, Fetched]) -> None:
        fetched[source] = replace(fetched[source], state="incomplete", unknown=frozenset(metrics))

    return change


def withheld(metric: Metric) -> Change:
    def change(workspace: Workspace, fetched: dict[str, Fetched]) -> None:
        rows = pd.DataFrame([{"engineer_id": "ana", "week_start": WEEK, "metric": metric}])
        fetched["jira"] = replace(fetched["jira"], withheld=rows)

    return change


def long_day(workspace: Workspace, fetched: dict[str, Fetched]) -> None:
    tables = fetched["jira"].tables
    more = worklogs(worklog("ana", "2026-11-03", 20))
    logs = pd.concat([tables["worklogs"], more], ignore_index=True)
    fetched["jira"] = replace(fetched["jira"], tables={**tables, "worklogs": logs})


# What happens, the metrics that are unknown for it, and of whom.
SOURCES: dict[str, tuple[Change, set[Metric], tuple[str, ...]]] = {
    "Jira is not connected": (off("jira"), {"billable", "velocity"}, BOTH),
    "Jira does not answer": (failed("jira"), {"billable", "velocity"}, BOTH),
    "Jira gives worklogs in part": (gap("jira", "billable"), {"billable"}, BOTH),
    "Jira gives histories in part": (gap("jira", "velocity"), {"velocity"}, BOTH),
    "no pager is connected": (off("pagerduty"), {"response"}, BOTH),
    "the pager does not answer": (failed("pagerduty"), {"response"}, BOTH),
    "the vibes folder cannot be read": (failed("vibes"), {"vibes"}, BOTH),
    "the leave file cannot be read": (failed("leave"), {"billable", "velocity"}, BOTH),
    "hours of one engineer are withheld": (withheld("billable"), {"billable"}, ("ana",)),
    "one engineer logged 28 hours on a day": (long_day, {"billable"}, ("ana",)),
}


@pytest.mark.parametrize("what", SOURCES)
def test_what_a_source_does_not_tell_has_no_reading_and_no_colour(tmp_path: Path, what: str) -> None:
    change, metrics, whom = SOURCES[what]
    workspace, fetched = project(tmp_path), everything_fetched()
    change(workspace, fetched)
    said, lights = computed(workspace, fetched)
    for who in BOTH:
        for metric in METRICS:
            is_lost = metric in metrics and who in whom
            assert said.loc[who, f"is_{metric}_known"] is not is_lost, (who, metric)
            if is_lost:
                assert {name: said.loc[who, name] for name in SAYS[metric]} == SAYS[metric]
                assert lights[who, metric] == "unknown"
            else:
                assert said.loc[who, list(SAYS[metric])].notna().all(), (who, metric)
        assert (lights[who, "status"] == "unknown") == ("billable" in metrics and who in whom)


def test_with_everything_told_nobody_is_unknown(tmp_path: Path) -> None:
    said, lights = computed(project(tmp_path), everything_fetched())
    assert said.notna().all(axis=None)
    # 24 of 40 hours are red by the literal policy; vibes of 4 with a note show green.
    assert {lights[who, "status"] for who in BOTH} == {"green"}


def test_who_has_no_jira_account_has_no_reading_and_no_colour(tmp_path: Path) -> None:
    """As the config says of `jira_account_id`: left out, billable and velocity are unknown."""
    workspace, fetched = project(tmp_path, jira_account_id=None), everything_fetched()
    tables = fetched["jira"].tables
    of_others = tables["worklogs"][tables["worklogs"]["engineer_id"] != "ana"].reset_index(drop=True)
    fetched["jira"] = replace(fetched["jira"], tables={**tables, "worklogs": of_others})
    said, lights = computed(workspace, fetched)
    lost = SAYS["billable"] | SAYS["velocity"]
    assert {name: said.loc["ana", name] for name in lost} == lost
    assert (lights["ana", "billable"], lights["ana", "status"]) == ("unknown", "unknown")
    assert said.loc["ben"].notna().all()
