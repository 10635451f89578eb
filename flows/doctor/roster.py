"""What the config alone can tell: who has no account, which team has no board, which source is not connected."""

from collections.abc import Iterator

from flows.doctor.case import Case
from flows.doctor.findings import Finding, listed, plural
from flows.settings.connections import VARIABLES
from flows.sources.http import TITLES, Source

_UNKNOWN_WITHOUT = {
    "jira": "billable share and velocity are unknown",
    "pagerduty": "incident response is unknown",
}


def config_findings(case: Case) -> Iterator[Finding]:
    """The roster and the connections. Of mistakes of form, only those in a schedule let a command begin."""
    config = case.config
    yield Finding(
        "config",
        "config",
        "ok",
        f"{case.settings.config_path}: {plural(len(config.engineers), 'engineer')}, {len(case.employed)} employed now; "
        f"{plural(len(config.teams), 'team')}, {plural(len(config.managers), 'manager')}; "
        f"the switch is on {config.policy.switch_date}.",
    )
    for one in case.settings.set_aside:
        found = f"{one.place} ({one.engineer_id}): {one.message}; {one.consequence}."
        yield Finding("config", "schedules", one.severity, found, "", f"{one.advice or 'Correct the config'}.")
    yield from _connections(case)
    if case.has("jira"):
        yield from _boards(case)
    if case.has("jira") or case.has("tempo"):
        yield from _hours(case)
    if case.has("pagerduty") or case.has("alertops"):
        yield from _calls(case)


def _connections(case: Case) -> Iterator[Finding]:
    connected = [TITLES[source] for source in TITLES if case.has(source)]
    if not connected:
        names = [name for variables in VARIABLES.values() for name in variables.names]
        advice = f"Set those of {', '.join(names)} that belong to your sources."
        yield Finding("config", "connections", "error", "No source is connected.", "at least one", advice)
        return
    yield Finding("config", "connections", "ok", f"Connected: {', '.join(connected)}.")
    if not case.has("jira"):
        what = "velocity is unknown" if case.has("tempo") else _UNKNOWN_WITHOUT["jira"]
        yield _not_connected("jira", "Jira is not connected", what)
    if not case.has("pagerduty") and not case.has("alertops"):
        yield _not_connected("pagerduty", "Neither PagerDuty nor AlertOps is connected", _UNKNOWN_WITHOUT["pagerduty"])
    if case.has("jira") and not case.has("tempo"):
        yield Finding("config", "connections", "info", "Tempo is not connected: hours are read from Jira's worklogs.")


def _not_connected(source: Source, what: str, consequence: str) -> Finding:
    advice = f"Set {' and '.join(VARIABLES[source].names)}, or live without it."
    return Finding("config", "connections", "warning", f"{what}: {consequence}.", "a connection", advice)


def _boards(case: Case) -> Iterator[Finding]:
    staffed = set(case.employed["team_id"])
    without = [team.id for team in case.config.teams if team.id in staffed and not team.jira_board_ids]
    if without:
        yield Finding(
            "config",
            "roster.boards",
            "warning",
            f"Without a Jira board: {listed(without)}. Velocity is unknown for their engineers.",
            "a board for every team that works in sprints",
            "Set jira_board_ids of the team; the number stands in the board's address.",
        )


def _hours(case: Case) -> Iterator[Finding]:
    missing = case.employed.loc[case.employed["jira_account_id"].isna(), "engineer_id"]
    if len(missing):
        yield Finding(
            "config",
            "roster.unmapped",
            "warning",
            f"Without jira_account_id: {listed(missing, 20)}. Billable share and velocity are unknown for them.",
            "the accountId of everybody who is employed",
            "Set it in the config; it ends the address of their profile in Jira.",
        )
    else:
        yield _all_mapped(case, "jira_account_id")


def _calls(case: Case) -> Iterator[Finding]:
    people = case.employed
    columns = ["pagerduty_user_id"] if case.has("pagerduty") else []
    columns += ["alertops_user_name"] if case.has("alertops") else []
    missing = people.loc[people[columns].isna().all(axis="columns"), "engineer_id"]
    if len(missing):
        yield Finding(
            "config",
            "roster.unmapped",
            "info",
            f"Without {' or '.join(columns)}: {listed(missing, 20)}. No call is theirs, which is right for who is "
            "never on call.",
            advice="Set it in the config for whoever is on call.",
        )
    else:
        yield _all_mapped(case, " or ".join(columns))


def _all_mapped(case: Case, what: str) -> Finding:
    return Finding("config", "roster.unmapped", "ok", f"Everybody employed now ({len(case.employed)}) has {what}.")
