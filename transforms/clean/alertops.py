"""AlertOps' alerts -> one row per alert and the engineer who owned it."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from transforms.clean.frames import has_word, part, texts
from transforms.clean.identity import suggestion
from transforms.clean.problems import Row, problem, problem_table
from transforms.clean.times import by_clock, in_own_weeks, instants
from transforms.schemas.sources import Pages

# Where an alert fell in somebody's shift is for the schedule to say.
_COLUMNS: Final = [name for name in Pages.to_schema().columns if name != "shift"]
# Keys that may hold when an owner was set. None is confirmed for v2; the web export has such a column.
_ASSIGNED_KEYS: Final = ("assigned_date", "initial_assigned_date")
_STATUSES: Final = ("open", "assigned", "on hold", "closed", "cancelled")
_SPELLINGS: Final = {"onhold": "on hold", "canceled": "cancelled"}
_LOW_PRIORITIES: Final = (
    *("medium", "moderate", "normal", "low", "lowest", "info", "information", "informational", "warning"),
    *("3", "4", "5", "p3", "p4", "p5"),
)
_HAS_ZONE: Final = r"(?:Z|[+-]\d{2}(?::?\d{2})?)$"


def read_alerts(rows: Sequence[Row]) -> pd.DataFrame:
    """Alerts as AlertOps lists them; times are text, as received, for their zone is not certain.

    Grain: one row per row of `rows`.
    Missing: no owner, not closed; `assigned_at` wherever the answer does not say it.
    Source: AlertOps `api/v2/alerts`.
    """
    owners = [part(row, "owner") for row in rows]
    return pd.DataFrame(
        {
            "incident_id": texts([row.get("alert_id") for row in rows]),
            "created_at": texts([row.get("created_date") for row in rows]),
            "assigned_at": texts([_assigned(row) for row in rows]),
            "closed_at": texts([row.get("closed_date") for row in rows]),
            "status": texts([row.get("status") for row in rows]),
            "priority": texts([row.get("priority") for row in rows]),
            "title": texts([row.get("topic") or "" for row in rows]),
            "owner_user_name": texts([owner.get("user_name") for owner in owners]),
            "owner_name": texts([_full_name(owner) for owner in owners]),
        }
    )


def read_users(rows: Sequence[Row]) -> pd.DataFrame:
    """Users: user name and full name.

    Source: AlertOps `api/v2/users`.
    """
    return pd.DataFrame(
        {
            "user_name": texts([row.get("user_name") for row in rows]),
            "name": texts([_full_name(row) for row in rows]),
        }
    )


def _assigned(row: Row) -> object:
    return next((row[key] for key in _ASSIGNED_KEYS if row.get(key)), None)


def _full_name(person: object) -> str | None:
    if not isinstance(person, dict):
        return None
    return " ".join(str(person[key]) for key in ("first_name", "last_name") if person.get(key)) or None


def clean_alerts(
    alerts: pd.DataFrame,
    users: pd.DataFrame,
    engineers: pd.DataFrame,
    excluded_title_words: Iterable[str],
    timezone: str,
    first_week: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How long the owner of each alert took to close it.

    Grain: table Pages without `shift`; one row per alert that an engineer on the roster owns, from `first_week` on. No
        row for cancelled alerts and excluded titles.
    Units: seconds.
    Missing: `acknowledge_seconds`, since v2 does not say when an owner was set, unless the alert bears `assigned_date`
        or `initial_assigned_date` after all (unverified; AlertOps' own "acknowledge" is only a receipt).
        `resolve_seconds` until the alert is closed. Neither is guessed. That an alert timed out away from an earlier
        owner is not told either: no alert is censored, so none is a miss, and few have a say in the response rate.
    Source: AlertOps alerts and users (`read_alerts`, `read_users`); without users no name of the config is checked.
        Times without an offset are by the clock of `timezone`; a reading that occurs twice, when clocks are set back,
        is the first of the two.
    Definition: metrics.md, "Incident response". The page is the alert's creation, and its owner at the time of reading
        counts as paged. Urgency: priorities from medium (3, P3) down are low; all others, unknown and missing ones
        too, are high, so that no call is lost for the wording.
    """
    once = alerts[alerts["incident_id"].notna()].drop_duplicates("incident_id", keep="last")
    kept = once[~has_word(once["title"], excluded_title_words)]
    timed = _timed(kept, timezone)
    people = engineers[engineers["alertops_user_name"].notna()]
    people = people.assign(owner=_plain(people["alertops_user_name"]))
    known = timed.merge(people[["owner", "engineer_id", "timezone"]], on="owner", how="left", validate="many_to_one")
    is_ours = known["engineer_id"].notna()
    dated = in_own_weeks(known[is_ours & known["paged_at"].notna()], "paged_at")
    in_time = dated[dated["week_start"] >= first_week]
    is_cancelled = in_time["status"] == "cancelled"
    table = in_time[~is_cancelled].sort_values(["paged_at", "incident_id", "engineer_id"])
    problems = [
        *_strangers(known[~is_ours], engineers),
        *_missing_users(people[~(people["employed_to"] < first_week)], users, timed),
        *_unreadable(alerts, timed),
        *_unknown_statuses(timed),
        *_cancelled(int(is_cancelled.sum())),
    ]
    return table.loc[:, _COLUMNS].reset_index(drop=True), problem_table(problems)


def _plain(names: "pd.Series[str]") -> "pd.Series[str]":
    """Names as they are compared: case and outer blanks do not matter; a blank name is none."""
    plain = names.str.strip().str.casefold()
    return plain.mask(plain == "")


def _timed(alerts: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Alerts with the columns of Pages but for whose they are, and `owner`, `status` and `is_unclosed`."""
    created, assigned, closed = (
        _by_clock(alerts[name], timezone) for name in ("created_at", "assigned_at", "closed_at")
    )
    words = alerts["status"].str.casefold().str.replace(r"[\s_-]+", " ", regex=True).str.strip()
    status = words.replace(_SPELLINGS).fillna("")
    resolve_seconds = _seconds(created, closed).where(status == "closed")
    is_low = alerts["priority"].str.strip().str.casefold().isin(_LOW_PRIORITIES)
    return alerts.assign(
        paged_at=created,
        acknowledge_seconds=_seconds(created, assigned),
        resolve_seconds=resolve_seconds,
        is_censored=False,
        urgency=np.where(is_low, "low", "high"),
        owner=_plain(alerts["owner_user_name"]),
        said_status=alerts["status"].fillna(""),
        status=status,
        is_unclosed=(status == "closed") & created.notna() & resolve_seconds.isna(),
    )


def _by_clock(stamps: "pd.Series[str]", timezone: str) -> "pd.Series[pd.Timestamp]":
    """Instants; what states no offset is a reading of the clock in `timezone`."""
    stated = instants(stamps.tolist()).set_axis(stamps.index)
    has_zone = stamps.str.contains(_HAS_ZONE, regex=True, na=False).astype("bool")
    return stated.where(has_zone, by_clock(stated.dt.tz_localize(None), timezone))


def _seconds(start: "pd.Series[pd.Timestamp]", end: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    """Seconds between; an end before the start is not to be believed."""
    seconds = (end - start).dt.total_seconds()
    return seconds.where(seconds >= 0)


def _strangers(alerts: pd.DataFrame, engineers: pd.DataFrame) -> list[Row]:
    """One line per owner who is not on the roster."""
    sums = alerts.groupby("owner").agg(
        count=("incident_id", "size"),
        closed=("status", lambda statuses: int((statuses == "closed").sum())),
        user_name=("owner_user_name", "last"),
        name=("owner_name", "last"),
    )
    return [
        problem(
            "alertops",
            "alerts",
            "A001",
            "info",
            f"{name if isinstance(name, str) else user_name} owned {count} alerts, {closed} of them closed, and is not "
            f"on the roster; their times are left out. {suggestion(name, user_name, engineers, 'alertops_user_name')}",
            column="owner",
            found=user_name,
        )
        for count, closed, user_name, name in zip(
            sums["count"], sums["closed"], sums["user_name"].str.strip(), sums["name"], strict=True
        )
    ]


def _missing_users(people: pd.DataFrame, users: pd.DataFrame, alerts: pd.DataFrame) -> list[Row]:
    """User names of the config that AlertOps does not know: their engineers would look as if they had no calls.

    Users are deleted when people leave, so whoever owns an alert is known all the same.
    """
    if users.empty:
        return []
    missing = people[~people["owner"].isin({*_plain(users["user_name"]).dropna(), *alerts["owner"].dropna()})]
    return [
        problem(
            "alertops",
            "users",
            "A002",
            "error",
            f"{engineer_id}: AlertOps has no user {user_name} that the key may see, so no alert can be theirs. Check "
            "alertops_user_name in the config.",
            column="user_name",
            found=user_name,
            engineer_id=engineer_id,
        )
        for engineer_id, user_name in zip(missing["engineer_id"], missing["alertops_user_name"], strict=True)
    ]


def _unreadable(alerts: pd.DataFrame, timed: pd.DataFrame) -> list[Row]:
    unnamed, undated = int(alerts["incident_id"].isna().sum()), int(timed["paged_at"].isna().sum())
    unclosed = int(timed["is_unclosed"].sum())
    if not unnamed and not undated and not unclosed:
        return []
    return [
        problem(
            "alertops",
            "alerts",
            "A003",
            "error",
            f"{unnamed} alerts have no id and {undated} no readable `created_date`; they are left out. {unclosed} are "
            "closed without a `closed_date` that can be read and lies after their creation; they have no time to "
            "resolve. Check sources.alertops.timezone in the config, and whether AlertOps spells times in a new way.",
            column="created_date",
        )
    ]


def _unknown_statuses(alerts: pd.DataFrame) -> list[Row]:
    """One line for all words that no status is known by."""
    unknown = alerts[~alerts["status"].isin(_STATUSES)]
    if unknown.empty:
        return []
    words = ", ".join(f'"{word}"' for word in sorted(unknown["said_status"].unique())[:5])
    return [
        problem(
            "alertops",
            "alerts",
            "A004",
            "warning",
            f"{len(unknown)} alerts have a status that is not known ({words}); they count as not closed. Known are "
            f"{', '.join(_STATUSES)}. A newer version of this program may know more.",
            column="status",
            found=words,
        )
    ]


def _cancelled(count: int) -> list[Row]:
    if not count:
        return []
    message = f"{count} alerts were cancelled and are left out: nobody had to answer them. Nothing needs to be done."
    return [problem("alertops", "alerts", "A005", "info", message, column="status", found="Cancelled")]
