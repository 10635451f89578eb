"""The two kinds of Jira address, and what each asks of a token."""

from typing import Final

from flows.doctor.case import Case
from flows.settings.connections import VARIABLES
from flows.sources.errors import SourceError
from flows.sources.http import SourceClient

_GATEWAY_PATH: Final = "/ex/jira/"
_GATEWAY: Final = "https://api.atlassian.com/ex/jira/"
_SCOPES: Final = (
    "This is the gateway address: the token needs the scopes read:jira-work, read:jira-user, "
    "read:board-scope:jira-software, read:sprint:jira-software and read:project:jira."
)


def is_gateway(case: Case) -> bool:
    """Whether the configured address is the gateway's, for scoped tokens, and not the site's."""
    connection = case.connection("jira")
    return connection is not None and _GATEWAY_PATH in connection.base_url


def scopes(case: Case) -> str:
    """What helps who is refused a single call."""
    return _SCOPES if is_gateway(case) else ""


def other_address(case: Case, client: SourceClient) -> str:
    """What helps who is refused altogether: which kind of token the configured address takes."""
    if is_gateway(case):
        return "This is the gateway address: a classic token is accepted only at the address of the site."
    variables, connection = VARIABLES["jira"], case.connection("jira")
    is_told = connection is not None and connection.email
    return f"This is the address of a site: a scoped token needs {variables.url}={_GATEWAY}{_cloud_id(client)}." + (
        "" if is_told else f" {variables.email} is not set, and a classic token needs it."
    )


def _cloud_id(client: SourceClient) -> str:
    """The id in the gateway's address, which a site tells anybody."""
    try:
        return str(client.get("/_edge/tenant_info").get("cloudId") or "<cloudId>")
    except SourceError:
        return "<cloudId>"
