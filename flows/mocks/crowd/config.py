"""The crowd's roster as a `team_config.json`."""

from datetime import date, timedelta
from typing import Any, Final

from flows.mocks.crowd import words
from flows.mocks.crowd.calendar import FIRST_BOARD
from flows.mocks.crowd.roster import PLACES, TEAM_SIZE, TEAMS_A_MANAGER, Crowd

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday")
_RULES: Final = (
    ("worklog marked not billable", "worklog_property", "billing.billable=false", False),
    ("label non-billable", "label", "non-billable", False),
    ("client projects", "project_category", "Client", True),
)


def crowd_config(engineers: int, weeks: int, **more: Any) -> dict[str, Any]:
    """The content of a config for `Crowd(engineers, weeks, **more)`, as JSON has it."""
    return config_of(Crowd(engineers, weeks, **more))


def config_of(crowd: Crowd) -> dict[str, Any]:
    """The content of a config for a crowd, as JSON has it."""
    switch = crowd.first_week + timedelta(weeks=crowd.switch)
    return {
        "organisation": {
            "name": "Crowd Works",
            "timezone": crowd.timezone,
            "correction_contact": "people-team@crowd.example",
        },
        "locations": {
            place.id: {"country": place.country, "subdivision": place.subdivision, "timezone": place.timezone}
            for place in PLACES
        },
        "teams": [
            {"id": team_id, "name": f"Team {n + 1}", "jira_board_ids": [FIRST_BOARD + n]}
            for n, team_id in enumerate(crowd.team_ids)
        ],
        "managers": [{"id": id_, "name": words.name(5000 + n)} for n, id_ in enumerate(crowd.manager_ids)],
        "engineers": [_engineer(crowd, number, switch) for number in range(crowd.engineers)],
        "policy": {"baseline_start": crowd.first_week.isoformat(), "switch_date": switch.isoformat()},
        "metrics": {
            "billable": {
                "rules": [
                    {"name": name, "kind": kind, "value": value, "billable": billable}
                    for name, kind, value, billable in _RULES
                ]
            }
        },
        "sample": {"as_of": (crowd.last_week + timedelta(weeks=1)).isoformat(), "seed": crowd.seed},
    }


def _engineer(crowd: Crowd, number: int, switch: date) -> dict[str, Any]:
    team = number // TEAM_SIZE
    first, last = crowd.employed_from(number), crowd.employed_to(number)
    entry: dict[str, Any] = {
        "id": crowd.engineer_ids[number],
        "name": words.name(number),
        "team": crowd.team_ids[team],
        "manager": crowd.manager_ids[team // TEAMS_A_MANAGER],
        "location": PLACES[int(crowd.places[number])].id,
        "employed_from": first.isoformat(),
        "jira_account_id": crowd.accounts[number],
        "pagerduty_user_id": crowd.pagerduty_ids[number],
        "alertops_user_name": crowd.engineer_ids[number],
        "schedules": _schedules(first, switch, _WEEKDAYS[int(crowd.days_off[number])]),
    }
    return entry | ({"employed_to": last.isoformat()} if last else {})


def _schedules(first: date, switch: date, day_off: str) -> list[dict[str, Any]]:
    """5x8 before the switch and 4x10 from it on. Whoever leaves does so after the switch."""
    new = {"from": max(first, switch).isoformat(), "kind": "4x10", "day_off": day_off}
    if first >= switch:
        return [new]
    return [
        {"from": first.isoformat(), "to": (switch - timedelta(days=1)).isoformat(), "kind": "5x8"},
        new,
    ]
