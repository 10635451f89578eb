"""AlertOps: the newest alerts, their owners, and the zone in which times are read."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from flows.doctor.accounts import Account, check_accounts, on_roster, plain, suggestions, told_apart
from flows.doctor.case import Case
from flows.doctor.findings import Finding, guarded, plural
from flows.sources.alertops import read_all_users
from flows.sources.http import Params, SourceClient
from transforms.clean.alertops import read_alerts
from transforms.clean.frames import part

_COLUMN: Final = "alertops_user_name"
_PATH: Final = "/api/v2/alerts"
_ALERTS: Final = 100
_FUTURE: Final = timedelta(minutes=5)


def examine_alertops(case: Case, client: SourceClient) -> Iterator[Finding]:
    """Everything about AlertOps. Errors: SourceError where its alerts cannot be read."""
    days = [(case.lately.since - timedelta(days=1)).date(), (case.lately.until + timedelta(days=1)).date()]
    asked: Params = [("limit", _ALERTS), ("createdFrom", f"{days[0]}"), ("createdTo", f"{days[1]}")]
    page = client.get(_PATH, asked)
    alerts = read_alerts(client.rows(page, "alerts", _PATH))
    yield Finding("alertops", "access", "ok", f"{client.title}: the key is accepted.")
    yield from _alerts(case, alerts, has_more=bool(part(page, "metadata").get("next")))
    yield from _zone(case, alerts)
    yield from guarded("alertops", "users", _users(case, client))


def _alerts(case: Case, alerts: pd.DataFrame, has_more: bool) -> Iterator[Finding]:
    count = f"{'More than ' if has_more else ''}{plural(len(alerts), 'alert')} in the last 4 weeks"
    names = alerts.dropna(subset="owner_user_name").drop_duplicates("owner_user_name", keep="last")
    if names.empty:
        advice = "If there were calls, check what the key may see." if alerts.empty else "Owners are set by assigning."
        owned = "" if alerts.empty else ", none with an owner"
        yield Finding("alertops", "alerts", "info", f"{count}{owned}. Response will read as no calls.", "", advice)
        return
    known = dict(zip(names["owner_user_name"], names["owner_name"], strict=True))
    ours, others = on_roster(case, _COLUMN, known)
    strangers = {account: known[account] for account in sorted(others)}
    found = f"{count}. {told_apart('Owners', ours, strangers)}."
    if ours:
        yield Finding("alertops", "alerts", "ok", found)
    else:
        advice = f"Check {_COLUMN} in the config, and that this is the right account."
        yield Finding("alertops", "alerts", "warning", found, "alerts of people on the roster", advice)


def _zone(case: Case, alerts: pd.DataFrame) -> Iterator[Finding]:
    """In which zone times are read that state none. An alert of the future shows that it is the wrong one."""
    zone = case.config.sources.alertops.timezone
    stamps = pd.to_datetime(alerts["created_at"], format="ISO8601", errors="coerce", utc=True)
    is_bare = ~alerts["created_at"].str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True, na=False)
    bare = stamps[is_bare].dropna()
    assumed = f"Times without a zone are read as {zone} (sources.alertops.timezone)"
    if bare.empty:
        yield Finding("alertops", "time_zone", "info", f"{assumed}; none of the alerts looked at has such a time.")
        return
    newest = bare.max().to_pydatetime().replace(tzinfo=ZoneInfo(zone))
    if newest > case.started + _FUTURE:
        yield Finding(
            "alertops",
            "time_zone",
            "error",
            f"{assumed}, and the newest alert would be of {newest.astimezone(UTC):%Y-%m-%d %H:%M} UTC, in the future.",
            "the zone that AlertOps writes times in",
            "Compare an alert with what AlertOps shows for it, and set sources.alertops.timezone.",
        )
        return
    yield Finding(
        "alertops",
        "time_zone",
        "info",
        f"{assumed}; the newest alert is then of {newest:%Y-%m-%d %H:%M} there.",
        advice="Compare it with what AlertOps shows: AlertOps does not say in which zone its times are.",
    )


def _users(case: Case, client: SourceClient) -> Iterator[Finding]:
    users = read_all_users(client)
    if users.empty:
        found = "Users cannot be listed: the user names of the config were not checked."
        yield Finding("alertops", "users", "info", found)
        return
    yield Finding("alertops", "users", "ok", f"{plural(len(users), 'user')} in sight.")
    named = users.dropna(subset="user_name")
    accounts = [Account(account, name) for account, name in zip(named["user_name"], named["name"], strict=True)]
    yield from check_accounts(case, _COLUMN, "AlertOps", {plain(_COLUMN, one.account): one for one in accounts})
    yield from suggestions(case, _COLUMN, "AlertOps", accounts)
