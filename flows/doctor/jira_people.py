"""Accounts: whether Jira knows those of the roster, and who may be whom."""

from collections.abc import Iterator, Mapping
from typing import Final

from flows.doctor.accounts import Account, check_accounts, suggestions
from flows.doctor.case import Case
from flows.doctor.findings import Finding, plural
from flows.sources.errors import SourceError
from flows.sources.http import Params, Row, SourceClient
from flows.sources.paging import offset_pages

_COLUMN: Final = "jira_account_id"
_PEOPLE_A_REQUEST: Final = 50
_USER_PAGE: Final = 1000
_MOST_USERS: Final = 3000
# 409: the site is so large that listing its users takes too long.
_NOT_FOR_US: Final = (400, 403, 404, 405, 409, 410, 501)


def people_findings(case: Case, client: SourceClient, authors: Mapping[str, str | None]) -> Iterator[Finding]:
    """The roster's accounts, and for who has none those by their name. `authors` of worklogs count among them."""
    known = _known(client, sorted(set(case.engineers[_COLUMN].dropna())))
    if known is None:
        advice = "Give the token's user the right to browse users, or check the ids by hand."
        yield Finding("jira", "users", "info", "Jira does not say which accounts exist: none was checked.", "", advice)
    else:
        yield from check_accounts(case, _COLUMN, "Jira", known)
    users = _listed_users(client)
    if users is None:
        yield Finding(
            "jira",
            "users",
            "info",
            "Users cannot be listed. It costs nothing but this: only people who logged work can be suggested for "
            "engineers without an account.",
            advice="With the global permission to browse users and groups, all can be.",
        )
    else:
        yield Finding("jira", "users", "ok", f"{plural(len(users), 'active user')} can be listed.")
    named = {**{account: Account(account, name) for account, name in authors.items()}, **(users or {})}
    yield from suggestions(case, _COLUMN, "Jira", named.values())


def _known(client: SourceClient, wanted: list[str]) -> dict[str, Account] | None:
    """Those of the accounts that Jira knows; None where it does not say."""
    found: dict[str, Account] = {}
    try:
        for start in range(0, len(wanted), _PEOPLE_A_REQUEST):
            asked: Params = [("accountId", account) for account in wanted[start : start + _PEOPLE_A_REQUEST]]
            for rows in offset_pages(client, "/rest/api/3/user/bulk", asked, "values", _PEOPLE_A_REQUEST):
                found.update(_accounts(rows))
    except SourceError as error:
        if error.status in _NOT_FOR_US:
            return None
        raise
    return found


def _listed_users(client: SourceClient) -> dict[str, Account] | None:
    """People with an active account, on the first pages; None where they may not be listed.

    A page may hold fewer rows than asked for; the list ends with one that brings nobody new.
    """
    found: dict[str, Account] = {}
    seen: set[object] = set()
    start = 0
    try:
        while start < _MOST_USERS:
            asked: Params = [("startAt", start), ("maxResults", _USER_PAGE)]
            rows = client.get_list("/rest/api/3/users/search", asked)
            found.update(_accounts([row for row in rows if row.get("accountType", "atlassian") == "atlassian"]))
            start += len(rows)
            ids = {row.get("accountId") for row in rows}
            if ids <= seen:
                break
            seen |= ids
    except SourceError as error:
        if error.status in _NOT_FOR_US:
            return None
        raise
    return {account: one for account, one in found.items() if one.is_active}


def _accounts(rows: list[Row]) -> dict[str, Account]:
    return {
        str(row["accountId"]): Account(str(row["accountId"]), row.get("displayName"), row.get("active") is not False)
        for row in rows
        if row.get("accountId")
    }
