"""Schedules that contradict themselves stop no run: what is said of them, and which days lose their schedule."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.errors import ConfigError
from flows.settings import (
    SetAside,
    Settings,
    load_settings,
    refuse_what_is_set_aside,
    roster_tables,
    set_aside_problems,
)
from flows.settings.set_aside import RULES
from tests.builders.config import config_dict, engineer_entry, write_config
from tests.builders.facts import holidays, leave
from transforms.schedule import available_hours
from transforms.schemas.sources import Problems

FIRST = {"from": "2025-01-06", "to": "2026-05-03", "kind": "5x8"}
LAST = {"from": "2026-05-04", "kind": "4x10", "day_off": "friday"}
OPEN_FIRST = {"from": "2025-01-06", "kind": "5x8"}
NINE_EIGHTY = {"from": "2026-05-04", "kind": "9/80"}
GONE = "2026-08-31"
WHOLE = ["2025-01-06 on"]


def with_schedules(*periods: Any, **keys: Any) -> dict[str, Any]:
    return config_dict(engineer_entry(schedules=list(periods), **keys))


def loaded(root: Path, config: dict[str, Any]) -> Settings:
    write_config(root, config)
    return load_settings({}, root)


def lost_days(settings: Settings) -> list[str]:
    """Spans of ana's days of employment without a schedule, up to the end of 2026."""
    roster = roster_tables(settings.config)
    end = date(2026, 12, 31)
    days = available_hours(roster.engineers, roster.schedules, holidays(), leave(), date(2025, 1, 6), end)
    spans: list[list[date]] = []
    for day in days.loc[~days["has_schedule"], "work_date"].dt.date:
        if spans and (day - spans[-1][-1]).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return [f"{span[0]} on" if span[-1] == end else f"{span[0]} to {span[-1]}" for span in spans]


# schedules, rule, place, what is said, days that lose their schedule
FAULTS: dict[str, tuple[dict[str, Any], str, str, str, list[str]]] = {
    "none listed": (config_dict(engineer_entry(schedules=[])), "C001", "", "is empty; at least one is needed", WHOLE),
    "no list": (config_dict(engineer_entry(schedules=None)), "C001", "", "is missing; expected: Schedules", WHOLE),
    "a word instead": (config_dict(engineer_entry(schedules="5x8")), "C001", "", '"5x8" should be', WHOLE),
    "a period that is a word": (with_schedules(FIRST, "4x10"), "C002", "[1]", "should be", ["2026-05-04 on"]),
    "an unknown key": (
        with_schedules(FIRST, LAST | {"dayoff": "friday"}),
        "C002",
        "[1].dayoff",
        'is not a key here; did you mean "day_off"?',
        ["2026-05-04 on"],
    ),
    "an unknown kind": (
        with_schedules(FIRST | {"kind": "5x9"}, LAST),
        "C002",
        "[0].kind",
        '"5x9" is not allowed; did you mean "5x8"?',
        ["2025-01-06 to 2026-05-03"],
    ),
    "an unknown day off": (
        with_schedules(FIRST, LAST | {"day_off": "fryday"}),
        "C002",
        "[1].day_off",
        '"fryday" is not allowed; did you mean "friday"?',
        ["2026-05-04 on"],
    ),
    "an unknown weekday": (
        with_schedules(FIRST | {"hours": {"mon": 6}}, LAST),
        "C002",
        "[0].hours.mon",
        '"mon" is not allowed; did you mean "monday"?',
        ["2025-01-06 to 2026-05-03"],
    ),
    "a day of 25 hours": (
        with_schedules(FIRST | {"hours": {"monday": 25}}, LAST),
        "C002",
        "[0].hours.monday",
        "25 should be less than or equal to 24",
        ["2025-01-06 to 2026-05-03"],
    ),
    "negative hours": (
        with_schedules(FIRST, NINE_EIGHTY | {"weeks": [{"monday": 9}, {"monday": -9}]}),
        "C002",
        "[1].weeks[1].monday",
        "-9 should be greater than 0",
        ["2026-05-04 on"],
    ),
    "one alternating week": (
        with_schedules(FIRST, NINE_EIGHTY | {"weeks": [{"monday": 9}]}),
        "C002",
        "[1].weeks",
        "has 1; at least 2 are needed",
        ["2026-05-04 on"],
    ),
    "nine alternating weeks": (
        with_schedules(FIRST, NINE_EIGHTY | {"weeks": [{"monday": 9}] * 9}),
        "C002",
        "[1].weeks",
        "has 9; at most 8 are possible",
        ["2026-05-04 on"],
    ),
    "no day as the beginning": (
        with_schedules(FIRST, LAST | {"from": "2026-13-01"}),
        "C002",
        "[1].from",
        '"2026-13-01" is not a date',
        ["2026-05-04 on"],
    ),
    "no day as the end": (
        with_schedules(FIRST | {"to": "2026-02-30"}, LAST),
        "C002",
        "[0].to",
        '"2026-02-30" is not a date',
        ["2025-01-06 to 2026-05-03"],
    ),
    "hours and a day off": (
        with_schedules(FIRST, LAST | {"hours": {"monday": 6}}),
        "C003",
        "[1].day_off",
        "not together with hours",
        ["2026-05-04 on"],
    ),
    "weeks and a day off": (
        with_schedules(FIRST, LAST | {"weeks": [{"monday": 6}, {"monday": 5}]}),
        "C003",
        "[1].day_off",
        "not together with weeks",
        ["2026-05-04 on"],
    ),
    "weeks and hours": (
        with_schedules(FIRST | {"hours": {"monday": 6}, "weeks": [{"monday": 6}, {"monday": 5}]}, LAST),
        "C003",
        "[0].weeks",
        "not together with hours",
        ["2025-01-06 to 2026-05-03"],
    ),
    "4x10 without a day off": (
        with_schedules(FIRST, {"from": "2026-05-04", "kind": "4x10"}),
        "C003",
        "[1]",
        "does not say which weekday is free",
        ["2026-05-04 on"],
    ),
    "9/80 without a day off": (
        with_schedules(FIRST, NINE_EIGHTY),
        "C003",
        "[1]",
        "does not say which weekday is free every second week",
        ["2026-05-04 on"],
    ),
    "9/80 with the hours of one week": (
        with_schedules(FIRST, NINE_EIGHTY | {"hours": {"monday": 9}}),
        "C003",
        "[1].hours",
        "9/80 alternates by week",
        ["2026-05-04 on"],
    ),
    "5x8 with a day off": (
        with_schedules(FIRST | {"day_off": "friday"}, LAST),
        "C003",
        "[0].day_off",
        "5x8 has no day off",
        ["2025-01-06 to 2026-05-03"],
    ),
    "hours without a weekday": (
        with_schedules(FIRST | {"hours": {}}, LAST),
        "C003",
        "[0].hours",
        "no weekday is listed",
        ["2025-01-06 to 2026-05-03"],
    ),
    "a week without a weekday": (
        with_schedules(FIRST, NINE_EIGHTY | {"weeks": [{"monday": 9}, {}]}),
        "C003",
        "[1].weeks[1]",
        "no weekday is listed",
        ["2026-05-04 on"],
    ),
    "an end before the beginning": (
        with_schedules(FIRST, LAST | {"to": "2026-05-03"}),
        "C004",
        "[1].to",
        "2026-05-03 is before 2026-05-04, the first day of the period",
        ["2026-05-04 on"],
    ),
    "an overlap of one day": (
        with_schedules(FIRST, LAST | {"from": "2026-05-03"}),
        "C005",
        "[1].from",
        'overlaps the period from 2025-01-06 to 2026-05-03; give the earlier one "to": "2026-05-02"',
        ["2026-05-03 to 2026-05-03"],
    ),
    "an overlap without an end": (
        with_schedules(OPEN_FIRST, LAST),
        "C005",
        "[1].from",
        'overlaps the period from 2025-01-06 to now on; give the earlier one "to": "2026-05-03"',
        ["2026-05-04 on"],
    ),
    "a period within another": (
        with_schedules(FIRST, LAST, FIRST | {"from": "2026-06-01", "to": "2026-06-05"}),
        "C005",
        "[2].from",
        "overlaps the period from 2026-05-04 to now on",
        ["2026-06-01 to 2026-06-05"],
    ),
    "the same days twice": (
        with_schedules(FIRST, FIRST, LAST),
        "C005",
        "[1].from",
        "keep one of them",
        ["2025-01-06 to 2026-05-03"],
    ),
    "out of order": (with_schedules(LAST, FIRST), "C006", "[1].from", "out of order; list periods by date", []),
    "a late beginning": (
        with_schedules(FIRST | {"from": "2025-01-08"}, LAST),
        "C007",
        "[0].from",
        "no schedule from 2025-01-06, where the employment begins, to 2025-01-07",
        ["2025-01-06 to 2025-01-07"],
    ),
    "a gap of one day": (
        with_schedules(FIRST, LAST | {"from": "2026-05-05"}),
        "C007",
        "[1].from",
        'no schedule from 2026-05-04 to 2026-05-04; give this one "from": "2026-05-04"',
        ["2026-05-04 to 2026-05-04"],
    ),
    "an early end": (
        with_schedules(FIRST, LAST | {"to": "2026-09-30"}),
        "C007",
        "[1].to",
        "no schedule after 2026-09-30, though the employment goes on",
        ["2026-10-01 on"],
    ),
    "an end before a leaver's last day": (
        with_schedules(FIRST, LAST | {"to": "2026-08-30"}, employed_to=GONE),
        "C007",
        "[1].to",
        f"no schedule after 2026-08-30, until the employment ends on {GONE}",
        ["2026-08-31 to 2026-08-31"],
    ),
    "a beginning before the employment": (
        with_schedules(FIRST | {"from": "2025-01-05"}, LAST),
        "C008",
        "[0].from",
        "2025-01-05 is before the employment, which begins on 2025-01-06",
        [],
    ),
    "an end after the employment": (
        with_schedules(FIRST, LAST | {"to": "2026-09-01"}, employed_to=GONE),
        "C008",
        "[1].to",
        f"2026-09-01 is after the employment, which ends on {GONE}",
        [],
    ),
    "a period after the employment": (
        with_schedules(
            FIRST, LAST | {"to": GONE}, FIRST | {"from": "2026-09-01", "to": "2026-09-02"}, employed_to=GONE
        ),
        "C008",
        "[2].from",
        f"2026-09-01 is after the employment, which ends on {GONE}",
        [],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_schedule_is_set_aside_with_the_days_it_costs(tmp_path: Path, name: str) -> None:
    config, rule, place, says, days = FAULTS[name]
    settings = loaded(tmp_path, config)
    (found,) = settings.set_aside
    assert (found.rule, found.place, found.engineer_id) == (rule, f"engineers[0].schedules{place}", "ana")
    assert says in found.as_line()
    assert lost_days(settings) == days
    assert found.severity == ("error" if days else "warning")
    for span in days:
        first, _, last = span.partition(" to ")
        said = f"{first} counts" if first == last else f"the days from {span} count"
        assert f"{said} as without a schedule: billable share and velocity are unknown" in found.consequence


@pytest.mark.parametrize("name", FAULTS)
def test_a_check_of_the_config_refuses_what_a_run_would_set_aside(tmp_path: Path, name: str) -> None:
    settings = loaded(tmp_path, FAULTS[name][0])
    with pytest.raises(ConfigError, match="1 problem: a run goes on without what is set aside") as caught:
        refuse_what_is_set_aside(settings)
    assert caught.value.exit_code == 2
    assert caught.value.findings == [found.as_line() for found in settings.set_aside]
    assert caught.value.findings[0].endswith(f"[set aside: {settings.set_aside[0].consequence}]")


@pytest.mark.parametrize(
    "periods",
    [
        [FIRST, LAST],
        [FIRST, LAST | {"to": None}],
        [FIRST, NINE_EIGHTY | {"day_off": "monday"}],
        [FIRST | {"weeks": [{"monday": 6}, {"friday": 24}]}, LAST],
        [FIRST, NINE_EIGHTY | {"weeks": [{"monday": 9}, {"monday": 9, "friday": 8}]}],
        [FIRST, {"from": "2026-05-04", "kind": "4x10", "hours": {"saturday": 0.5}}],
        [FIRST, {"from": "2026-05-04", "kind": "4x10", "weeks": [{"monday": 10}, {"friday": 10}]}],
        [FIRST, {"from": "2026-05-04", "to": "2026-05-04", "kind": "5x8"}, LAST | {"from": "2026-05-05"}],
    ],
)
def test_a_schedule_that_covers_the_employment_once_loses_nothing(
    tmp_path: Path, periods: list[dict[str, Any]]
) -> None:
    settings = loaded(tmp_path, with_schedules(*periods))
    assert settings.set_aside == ()
    assert lost_days(settings) == []
    refuse_what_is_set_aside(settings)


def test_a_schedule_may_begin_on_the_last_day_of_employment(tmp_path: Path) -> None:
    assert loaded(tmp_path, with_schedules(FIRST, LAST, employed_to="2026-05-04")).set_aside == ()


def places_of(settings: Settings) -> list[tuple[str, str]]:
    return [(found.rule, found.place.removeprefix("engineers[0].schedules")) for found in settings.set_aside]


def test_a_period_that_cannot_be_used_still_claims_its_days(tmp_path: Path) -> None:
    settings = loaded(tmp_path, with_schedules(FIRST | {"to": "2026-05-10", "hours": {"mon": 8}}, LAST))
    assert places_of(settings) == [("C002", "[0].hours.mon"), ("C005", "[1].from")]
    assert lost_days(settings) == ["2025-01-06 to 2026-05-10"]


def test_a_period_outside_of_the_employment_that_cannot_be_used_costs_nothing(tmp_path: Path) -> None:
    before = {"from": "2024-01-01", "to": "2025-01-05", "kind": "5x9"}
    settings = loaded(tmp_path, with_schedules(before, FIRST, LAST))
    assert [found.consequence for found in settings.set_aside] == [
        "the days outside the employment are not used",
        "the period is not used; no day of the employment is touched",
    ]
    assert {found.severity for found in settings.set_aside} == {"warning"}
    assert lost_days(settings) == []


def test_an_overlap_outside_of_the_employment_costs_nothing(tmp_path: Path) -> None:
    settings = loaded(tmp_path, with_schedules(FIRST, LAST | {"from": "2026-05-03"}, employed_to="2026-05-02"))
    assert ("C005", "no day of the employment is touched", "warning") in [
        (found.rule, found.consequence, found.severity) for found in settings.set_aside
    ]
    assert lost_days(settings) == []


def test_where_a_period_without_an_end_ends_is_not_guessed(tmp_path: Path) -> None:
    """The period after it begins on a day that cannot be read, so all of its days are in doubt."""
    settings = loaded(tmp_path, with_schedules(OPEN_FIRST, LAST | {"from": "4 May 2026"}))
    assert places_of(settings) == [("C004", "[0].to"), ("C002", "[1].from")]
    assert all("the days from 2025-01-06 on count" in found.consequence for found in settings.set_aside)
    assert lost_days(settings) == WHOLE


def test_what_cannot_be_read_need_not_be_consistent_as_well(tmp_path: Path) -> None:
    settings = loaded(tmp_path, with_schedules(FIRST | {"day_off": "fryday"}, LAST))
    assert places_of(settings) == [("C002", "[0].day_off")]


def test_every_fault_of_every_engineer_is_found_at_once_and_the_others_go_on(tmp_path: Path) -> None:
    config = config_dict(
        engineer_entry("ana", schedules=[FIRST, LAST | {"from": "2026-05-01"}]),
        engineer_entry("ben"),
        engineer_entry("cid", schedules=[FIRST | {"hours": {"monday": 30, "fri": 8}}, LAST | {"from": "2026-05-05"}]),
    )
    settings = loaded(tmp_path, config)
    assert [(found.engineer_id, found.rule) for found in settings.set_aside] == [
        ("ana", "C005"),
        ("cid", "C002"),
        ("cid", "C002"),
        ("cid", "C007"),
    ]
    schedules = roster_tables(settings.config).schedules
    assert schedules["engineer_id"].tolist() == ["ana", "ana", "ben", "ben", "cid"]
    assert schedules["valid_from"].tolist() == list(
        pd.to_datetime(["2025-01-06", "2026-05-04", "2025-01-06", "2026-05-04", "2026-05-05"])
    )
    assert [len(engineer.schedules) for engineer in settings.config.engineers] == [2, 2, 1]


def test_a_cycle_that_is_cut_goes_on_where_it_was(tmp_path: Path) -> None:
    """The overlap takes the second and third week of the 9/80, so that its fourth, a short one, comes first."""
    nine_eighty = NINE_EIGHTY | {"day_off": "friday"}
    other = {"from": "2026-05-11", "to": "2026-05-24", "kind": "5x8"}
    settings = loaded(tmp_path, with_schedules(FIRST, nine_eighty, other))
    roster = roster_tables(settings.config)
    days = available_hours(roster.engineers, roster.schedules, holidays(), leave(), date(2026, 5, 4), date(2026, 6, 7))
    assert lost_days(settings) == ["2026-05-11 to 2026-05-24"]
    assert days.groupby("week_start")["scheduled_hours"].sum().tolist() == [44, 0, 0, 36, 44]
    assert set(days.loc[days["is_rostered_day_off"], "work_date"]) == {pd.Timestamp("2026-05-29")}


def test_what_is_set_aside_is_a_row_of_the_problems_with_what_happens_and_what_to_do(tmp_path: Path) -> None:
    settings = loaded(tmp_path, with_schedules(FIRST, LAST | {"from": "2026-05-03", "hours": {"monday": 30}}))
    table = Problems.validate(set_aside_problems(settings.set_aside))
    assert table["column"].tolist() == [
        "engineers[0].schedules[1].day_off",
        "engineers[0].schedules[1].from",
        "engineers[0].schedules[1].hours.monday",
    ]
    assert table["found"].tolist() == ['"friday"', '"2026-05-03"', "30"]
    assert set(zip(table["source"], table["file"], table["line"], table["engineer_id"], strict=True)) == {
        ("config", "team_config.json", 0, "ana")
    }
    assert table["severity"].tolist() == ["error"] * 3
    assert table["message"].iloc[1] == (
        "ana: the period from 2026-05-03 to now on overlaps the period from 2025-01-06 to 2026-05-03; 2026-05-03 "
        "counts as without a schedule: billable share and velocity are unknown; give the earlier one "
        '"to": "2026-05-02"; check it with: tenfour config check'
    )
    assert table["message"].iloc[2].endswith("; correct the config; check it with: tenfour config check")
    assert set_aside_problems(()).empty


def test_what_was_found_is_short(tmp_path: Path) -> None:
    settings = loaded(tmp_path, with_schedules(FIRST, LAST | {"hours": {f"day{n}": 8 for n in range(20)}}))
    assert max(len(found.found) for found in settings.set_aside) <= 80


def test_every_rule_has_a_case() -> None:
    assert {rule for _, rule, _, _, _ in FAULTS.values()} == set(RULES)


def test_what_was_set_aside_can_be_kept_and_read_again(tmp_path: Path) -> None:
    (found,) = loaded(tmp_path, with_schedules(LAST, FIRST)).set_aside
    assert SetAside.from_json(found.as_json()) == found


def test_the_config_hash_tells_what_was_set_aside(tmp_path: Path) -> None:
    good = loaded(tmp_path / "good", with_schedules(FIRST, LAST))
    unordered = loaded(tmp_path / "unordered", with_schedules(LAST, FIRST))
    assert unordered.config == good.config
    assert unordered.config_hash != good.config_hash


def test_other_faults_stop_a_run_and_what_would_be_set_aside_is_told_with_them(tmp_path: Path) -> None:
    write_config(tmp_path, with_schedules(FIRST, LAST | {"from": "2026-05-05"}, team="cor"))
    with pytest.raises(ConfigError) as caught:
        load_settings({}, tmp_path)
    assert caught.value.summary.endswith("2 problems: 1 of them stops every run, 1 would be set aside")
    gap, team = caught.value.findings
    assert gap.startswith("engineers[0].schedules[1].from (ana): ")
    assert gap.endswith("[set aside: 2026-05-04 counts as without a schedule: billable share and velocity are unknown]")
    assert team == 'engineers[0].team (ana): there is no team "cor"; did you mean "core"? [stops every run]'
    assert caught.value.advice.startswith("Nothing was run.")


@pytest.mark.parametrize("keys", [{"employed_from": "soon"}, {"employed_to": "2024-01-01"}, {"employed_to": "never"}])
def test_an_employment_that_cannot_be_read_stops_a_run(tmp_path: Path, keys: dict[str, str]) -> None:
    write_config(tmp_path, with_schedules(FIRST, LAST, **keys))
    with pytest.raises(ConfigError) as caught:
        load_settings({}, tmp_path)
    assert len(caught.value.findings) == 1
    assert caught.value.findings[0].startswith(f"engineers[0].{next(iter(keys))} (ana)")
