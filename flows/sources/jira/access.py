"""Who we are to Jira, and whom of the roster it knows."""

from collections.abc import Iterable
from typing import Final

from flows.sources.errors import SourceError
from flows.sources.http import Params, Row, SourceClient
from flows.sources.paging import batches, offset_pages

_PEOPLE_A_REQUEST: Final = 50
_NOT_SERVED: Final = (403, 404, 405, 410, 501)


def check_access(client: SourceClient) -> Row:
    """Who we are: search may answer anonymous callers with nothing, so that is asked first. Returns `myself`.

    Errors: SourceError for a refused or anonymous token, one that may browse no project, or Jira Data Center.
    """
    try:
        server = client.get("/rest/api/3/serverInfo")
        myself = client.get("/rest/api/3/myself")
    except SourceError as error:
        if error.status == 404:
            raise client.error(error.what, "Jira Cloud", _CLOUD_ONLY, 404) from None
        if error.status == 401:
            raise client.error(error.what, "a token that Jira accepts", _TOKENS, 401) from None
        raise
    if server.get("deploymentType", "Cloud") != "Cloud":
        raise client.error(f"this is Jira {server['deploymentType']}", "Jira Cloud", _CLOUD_ONLY)
    if not myself.get("accountId"):
        raise client.error("the request counted as anonymous", "an account behind the token", _TOKENS)
    if may_browse(client) is False:
        who = myself.get("displayName") or myself["accountId"]
        raise client.error(f"{who} may browse no project", "the permission Browse projects", _PERMISSION)
    return myself


def may_browse(client: SourceClient) -> bool | None:
    """Whether the token's user may browse any project; None where Jira does not say."""
    try:
        answer = client.get("/rest/api/3/mypermissions", [("permissions", "BROWSE_PROJECTS")])
    except SourceError as error:
        if error.status in (400, *_NOT_SERVED):
            return None
        raise
    permissions = answer.get("permissions")
    found = permissions.get("BROWSE_PROJECTS") if isinstance(permissions, dict) else None
    return found.get("havePermission") if isinstance(found, dict) else None


_CLOUD_ONLY = "Jira Data Center and Server are not supported; on Cloud, check the address."
_TOKENS = (
    "Check the token and its e-mail address: tokens expire within a year, and a scoped token works only with the "
    "address https://api.atlassian.com/ex/jira/<cloudId>."
)
_PERMISSION = "Give the token's user that permission in the projects of the teams, or use another user's token."


def known_accounts(client: SourceClient, account_ids: Iterable[str | None]) -> frozenset[str] | None:
    """Those of the accounts that Jira knows, active or not; None where the token may not ask."""
    wanted = sorted({account_id for account_id in account_ids if account_id})
    found: set[str] = set()
    try:
        for batch in batches(wanted, _PEOPLE_A_REQUEST):
            asked: Params = [("accountId", account_id) for account_id in batch]
            for rows in offset_pages(client, "/rest/api/3/user/bulk", asked, "values", _PEOPLE_A_REQUEST):
                found.update(str(row.get("accountId")) for row in rows)
    except SourceError as error:
        if error.status in (400, *_NOT_SERVED):
            return None
        raise
    return frozenset(found)
