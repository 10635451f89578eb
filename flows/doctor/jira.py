"""Jira: whether it lets us in, and whether clock, boards, hours, billing rules and accounts are what a run needs."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from flows.doctor.case import Case
from flows.doctor.findings import Finding, failure, guarded
from flows.doctor.jira_address import is_gateway, other_address, scopes
from flows.doctor.jira_boards import board_findings
from flows.doctor.jira_hours import hour_findings
from flows.doctor.jira_people import people_findings
from flows.doctor.jira_rules import rule_findings
from flows.sources.errors import SourceError
from flows.sources.http import Row, SourceClient
from flows.sources.jira.access import check_access, may_browse
from transforms.clean.times import instants

_SKEW_WARNING: Final = pd.Timedelta(seconds=60)
_SKEW_ERROR: Final = pd.Timedelta(hours=1)


def examine_jira(case: Case, client: SourceClient) -> Iterator[Finding]:
    """Everything about Jira; what it does not let us see is told, and the rest goes on."""
    try:
        myself = check_access(client)
    except SourceError as error:
        yield failure("jira", "access", error, other_address(case, client) if error.status == 401 else "")
        return
    yield from guarded("jira", "access", _welcome(case, client, myself))
    yield from guarded("jira", "clock", _clock(case, client))
    yield from guarded("jira", "boards", board_findings(case, client), scopes(case))
    authors: dict[str, str | None] = {}
    yield from guarded("jira", "worklogs", hour_findings(case, client, authors), scopes(case))
    yield from guarded("jira", "billing_rules", rule_findings(case, client), scopes(case))
    yield from guarded("jira", "users", people_findings(case, client, authors), scopes(case))


def _welcome(case: Case, client: SourceClient, myself: Row) -> Iterator[Finding]:
    address = "the gateway's address" if is_gateway(case) else "the site's address"
    zone = myself.get("timeZone") or "an unknown time zone"
    who = myself.get("displayName") or myself["accountId"]
    found = f"{client.title}: Cloud, the token is accepted at {address}; we are {who}, in {zone}."
    yield Finding("jira", "access", "ok", found)
    if may_browse(client) is None:
        yield Finding(
            "jira",
            "access",
            "info",
            "Jira does not say whether the token's user may browse projects.",
            advice="If boards or issues are missing below, look at that permission first.",
        )


def _clock(case: Case, client: SourceClient) -> Iterator[Finding]:
    """Our clock against Jira's: ours chooses the week that is reported."""
    asked_at = case.now()
    said = client.get("/rest/api/3/serverInfo").get("serverTime")
    here = asked_at + (case.now() - asked_at) / 2
    there = instants([str(said)]).iloc[0]
    if pd.isna(there):
        yield Finding("machine", "clock", "info", "Jira does not say what time it is; the clock was not compared.")
        return
    skew = pd.Timestamp(here) - there
    seconds = f"{abs(skew.total_seconds()):.0f} s {'ahead of' if skew > pd.Timedelta(0) else 'behind'} Jira's"
    if abs(skew) <= _SKEW_WARNING:
        yield Finding("machine", "clock", "ok", f"The clock agrees with Jira's (to {abs(skew.total_seconds()):.0f} s).")
        return
    yield Finding(
        "machine",
        "clock",
        "error" if abs(skew) > _SKEW_ERROR else "warning",
        f"The clock is {seconds}: a run may take the wrong week for the newest, and miss the latest entries.",
        f"at most {_SKEW_WARNING.total_seconds():.0f} s",
        "Have the machine set its clock by the network (NTP).",
    )
