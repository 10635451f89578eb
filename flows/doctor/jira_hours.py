"""Worklogs: whether Jira hands over those it announces, and whose they are."""

from collections.abc import Iterator
from typing import Final

from flows.doctor.accounts import on_roster, told_apart
from flows.doctor.case import Case
from flows.doctor.findings import Finding, listed, plural
from flows.sources.http import Row, SourceClient
from transforms.clean.frames import part

_LOOKED_AT: Final = 50


def hour_findings(case: Case, client: SourceClient, authors: dict[str, str | None]) -> Iterator[Finding]:
    """Worklogs entered or changed in the last four weeks: the first page of ids, and a sample of them in full.

    `authors` is given the accounts met, with their names.
    """
    if case.has("tempo"):
        yield Finding("jira", "worklogs", "info", "Hours come from Tempo: Jira's worklogs are not read.")
        return
    ids, is_all = _changed(case, client, "updated")
    some = f"{'' if is_all else 'more than '}{plural(len(ids), 'worklog')} entered or changed in the last 4 weeks"
    if not ids:
        yield Finding(
            "jira",
            "worklogs",
            "warning",
            "No worklog was entered or changed in the last 4 weeks.",
            "hours, for billable share is made of them",
            "If hours are kept elsewhere, connect it or live without billable share; if they are in Jira, give the "
            "token's user the right to see worklogs.",
        )
        return
    # Spread over the page, so that not one day alone is looked at.
    asked = ids[:: max(1, len(ids) // _LOOKED_AT)][:_LOOKED_AT]
    path = "/rest/api/3/worklog/list"
    rows = client.with_id(client.post_list(path, {"ids": asked}), path)
    deleted, _ = _changed(case, client, "deleted")
    yield _handed_over(some, asked, rows, deleted)
    people = {str(author["accountId"]): author for row in rows if "accountId" in (author := part(row, "author"))}
    authors.update({account: author.get("displayName") for account, author in people.items()})
    if people:
        yield _whose(case, authors)


def _changed(case: Case, client: SourceClient, which: str) -> tuple[list[int], bool]:
    """Ids on the first page, and whether there is no other."""
    path = f"/rest/api/3/worklog/{which}"
    page = client.get(path, [("since", int(case.lately.since.timestamp() * 1000))])
    ids = [int(row["worklogId"]) for row in client.rows(page, "values", path) if "worklogId" in row]
    return ids, page.get("lastPage") is True or not page.get("nextPage")


def _handed_over(some: str, asked: list[int], rows: list[Row], deleted: list[int]) -> Finding:
    missing = set(asked) - set(deleted) - {int(row["id"]) for row in rows}
    if not missing:
        return Finding("jira", "worklogs", "ok", f"{some}; of {len(asked)} looked at, all were handed over.")
    return Finding(
        "jira",
        "worklogs",
        "error",
        f"{some}; of {len(asked)} looked at, {len(missing)} were not handed over (the first ids: "
        f"{listed(sorted(missing), 5)}).",
        "every worklog that is announced",
        "Give the token's user permission to see all worklogs, those with a restricted visibility too.",
    )


def _whose(case: Case, authors: dict[str, str | None]) -> Finding:
    ours, others = on_roster(case, "jira_account_id", authors)
    found = f"{told_apart('Authors', ours, {account: authors[account] for account in sorted(others)})}."
    if ours:
        return Finding("jira", "worklog_authors", "ok", found)
    return Finding(
        "jira",
        "worklog_authors",
        "warning",
        found,
        "hours of people on the roster",
        "Check jira_account_id in the config, and that this is the right site; on a large one it may be chance.",
    )
