"""PagerDuty: users, incidents and their log, who is on call, and whether the plan has analytics."""

from collections.abc import Iterator
from typing import Final

import httpx
import pandas as pd

from flows.doctor.accounts import Account, check_accounts, on_roster, suggestions
from flows.doctor.case import WEEK, Case
from flows.doctor.findings import Finding, failure, guarded, listed, plural
from flows.sources.errors import SourceError
from flows.sources.http import Params, SourceClient
from flows.sources.pagerduty import read_all_users, read_whole_rota
from flows.sources.window import Window, utc_text
from transforms.clean.pagerduty_rows import read_log_entries

_COLUMN: Final = "pagerduty_user_id"
_US, _EU = "api.pagerduty.com", "api.eu.pagerduty.com"
_LATEST_ENTRIES: Final = 100
_NOT_FOR_US: Final = (400, 402, 403, 404)


def examine_pagerduty(case: Case, client: SourceClient) -> Iterator[Finding]:
    """Everything about PagerDuty; what it does not let us see is told, and the rest goes on."""
    try:
        users = read_all_users(client)
    except SourceError as error:
        yield failure("pagerduty", "access", error, _other_region(case) if error.status in (401, 404) else "")
        return
    found = f"{client.title}: the key is accepted; {plural(len(users), 'user')} in sight."
    yield Finding("pagerduty", "access", "ok", found)
    accounts = {account: Account(account, name) for account, name in zip(users["user_id"], users["name"], strict=True)}
    yield from check_accounts(case, _COLUMN, "PagerDuty", accounts)
    yield from suggestions(case, _COLUMN, "PagerDuty", accounts.values())
    yield from guarded("pagerduty", "incidents", _incidents(case, client))
    yield from guarded("pagerduty", "on_calls", _on_calls(case, client))
    if case.config.sources.pagerduty.analytics_check:
        yield from guarded("pagerduty", "analytics", _analytics(case, client))


def _other_region(case: Case) -> str:
    connection = case.connection("pagerduty")
    host = httpx.URL(connection.base_url).host if connection else ""
    other = {_US: f"EU accounts answer on https://{_EU}.", _EU: f"US accounts answer on https://{_US}."}
    return other.get(host, "")


def _bounds(case: Case) -> Params:
    return [("since", utc_text(case.lately.since)), ("until", utc_text(case.lately.until)), ("time_zone", "UTC")]


def _incidents(case: Case, client: SourceClient) -> Iterator[Finding]:
    """How many there were, and whether the latest acknowledges are the roster's."""
    page = client.get("/incidents", [*_bounds(case), ("limit", 1), ("total", "true")])
    rows, total = client.rows(page, "incidents", "/incidents"), page.get("total")
    count = total if isinstance(total, int) else len(rows)
    if not count:
        yield Finding(
            "pagerduty",
            "incidents",
            "info",
            "No incident in the last 4 weeks. Response will read as no calls.",
            advice="If there were some, check which services the key may see.",
        )
        return
    path = "/log_entries"
    asked: Params = [*_bounds(case), ("is_overview", "false"), ("limit", _LATEST_ENTRIES)]
    entries = read_log_entries(client.rows(client.get(path, asked), "log_entries", path))
    by = entries.loc[entries["kind"] == "acknowledge", "user_id"].dropna()
    ours, _ = on_roster(case, _COLUMN, by)
    found = f"{plural(count, 'incident')} in the last 4 weeks. Latest acknowledges by the roster"
    yield _whose(f"{found}: {by.isin(ours).sum()} of {len(by)}.", is_nobodys=len(by) > 0 and not ours)


def _whose(found: str, is_nobodys: bool) -> Finding:
    if not is_nobodys:
        return Finding("pagerduty", "incidents", "ok", found)
    return Finding(
        "pagerduty",
        "incidents",
        "warning",
        found,
        "acknowledges by people on the roster",
        f"Check {_COLUMN} in the config, and that this is the right account.",
    )


def _on_calls(case: Case, client: SourceClient) -> Iterator[Finding]:
    """Who was on call in the last week or is in the next, and is not on the roster."""
    rota = read_whole_rota(client, Window(case.started - WEEK, case.started + WEEK))
    ours, others = on_roster(case, _COLUMN, rota["user_id"].dropna())
    if rota.empty:
        found = "Nobody is on call in the last and the next week, or the key may not ask."
        yield Finding("pagerduty", "on_calls", "info", found)
        return
    found = f"On call in the last or the next week: {len(ours)} of the roster"
    if not others:
        yield Finding("pagerduty", "on_calls", "ok", f"{found}, and nobody else.")
        return
    yield Finding(
        "pagerduty",
        "on_calls",
        "info",
        f"{found}, and {plural(len(others), 'other')}: {listed(_names(rota, others))}.",
        advice=f"Who of them belongs to the trial needs a {_COLUMN} in the config.",
    )


def _names(rota: pd.DataFrame, accounts: set[str]) -> list[str]:
    rows = rota[rota["user_id"].isin(accounts)].drop_duplicates("user_id")
    return rows["name"].fillna(rows["user_id"]).tolist()


def _analytics(case: Case, client: SourceClient) -> Iterator[Finding]:
    filters = {"created_at_start": utc_text(case.lately.since), "created_at_end": utc_text(case.lately.until)}
    body = {"filters": filters, "limit": 1, "order": "asc", "order_by": "created_at", "time_zone": "Etc/UTC"}
    try:
        client.post("/analytics/raw/incidents", body)
    except SourceError as error:
        if error.status not in _NOT_FOR_US:
            raise
        yield Finding(
            "pagerduty",
            "analytics",
            "warning",
            f"Analytics are not there for this key ({error.what}): acknowledge times are not checked against them.",
            "a plan and a key with analytics",
            "Set sources.pagerduty.analytics_check to false, or use a key that may read analytics.",
        )
        return
    yield Finding("pagerduty", "analytics", "ok", "Analytics are there: acknowledge times are checked against them.")
