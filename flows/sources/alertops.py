"""AlertOps REST v2: the alerts created in a window, and the users that may own them.

Little is published about this API. Known from programs that work with it: the header `api-key`; `alerts` with `limit`,
`createdFrom`, `createdTo` (days, both included) and a cursor `next`; the keys that `read_alerts` takes. "Assign" gives
an alert an owner and stops its escalation, as acknowledging does elsewhere, while "Acknowledge" stops nothing.

Not known: in which zone times and days are meant (`sources.alertops.timezone` says, and days are asked for widely);
whether any answer of v2 says when an owner was set; whether `users` is paged, or a list without a name around it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from flows.settings.model import TeamConfig
from flows.sources.errors import Gap, PassingError, SourceError
from flows.sources.http import Params, Row, SourceClient
from flows.sources.window import Window
from transforms.clean.alertops import read_alerts, read_users
from transforms.clean.frames import part, together

_ALERTS: Final = "/api/v2/alerts"
_USERS: Final = "/api/v2/users"
# An alert that is created on the eve of the window is closed in it, and the first Monday begins before the window does
# for who lives east of the organisation's zone.
_LOOK_BACK: Final = timedelta(days=7)
_PAGE: Final = 100


@dataclass(frozen=True)
class AlertOpsRead:
    """What AlertOps answered: each alert once (`read_alerts`), and its users (`read_users`).

    Alerts are as they stood when they were read. `users` is empty where the key may not list them: no number rests on
    them. `gaps` is empty, for AlertOps says nowhere how many alerts there are.
    """

    alerts: pd.DataFrame
    users: pd.DataFrame
    counts: dict[str, int]
    gaps: tuple[Gap, ...] = ()


def fetch_alertops(client: SourceClient, window: Window, config: TeamConfig) -> AlertOpsRead:
    """Everything that incident response needs from AlertOps for a window.

    Days are asked for that cover the window, and a week before it, in UTC as in the configured zone.
    Errors: SourceError; nothing half-read is handed over.
    """
    zones = (UTC, ZoneInfo(config.sources.alertops.timezone))
    first = min((window.since - _LOOK_BACK).astimezone(zone).date() for zone in zones)
    last = max(window.until.astimezone(zone).date() for zone in zones)
    asked: Params = [("createdFrom", f"{first}"), ("createdTo", f"{last}")]
    read = together([read_alerts(rows) for rows in _pages(client, _ALERTS, asked, "alerts")], read_alerts([]))
    # An alert created meanwhile moves others to the next page, where they come again. Those without id are told later.
    is_again = read["incident_id"].notna() & read.duplicated("incident_id", keep="last")
    alerts = read[~is_again].reset_index(drop=True)
    return AlertOpsRead(alerts, read_all_users(client), {"alerts": len(alerts)})


def read_all_users(client: SourceClient) -> pd.DataFrame:
    """Every user that the key may see (`read_users`); nobody where it may not ask, or the answer is of no known shape.

    Errors: SourceError for trouble that may pass, so that the same answers are found when it has.
    """
    try:
        frames = [read_users(rows) for rows in _pages(client, _USERS, [], "users")]
    except PassingError:
        raise
    except SourceError as error:
        frames = [] if error.status else _bare_users(client)
    users = together(frames, read_users([])).drop_duplicates("user_name")
    return users.sort_values("user_name", ignore_index=True)


def _bare_users(client: SourceClient) -> list[pd.DataFrame]:
    try:
        return [read_users(client.get_list(_USERS, [("limit", _PAGE)]))]
    except PassingError:
        raise
    except SourceError:
        return []


def _pages(client: SourceClient, path: str, params: Params, key: str) -> Iterator[list[Row]]:
    """Pages of a list by cursor, to the one that is empty or names no next."""
    seen: set[str] = set()
    cursor: Params = []
    while True:
        page = client.get(path, [("limit", _PAGE), *params, *cursor])
        rows = client.rows(page, key, path)
        yield rows
        following = str(part(page, "metadata").get("next") or "")
        if not rows or not following:
            return
        if following in seen:
            what = f"GET {path}: the next page is one that was read before"
            raise client.error(what, "a list that ends", "Run again later; if it stays, ask AlertOps.")
        seen.add(following)
        cursor = [("next", following)]
