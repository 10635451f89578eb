"""PagerDuty incidents and log entries -> one row per incident and engineer paged for it."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from transforms.clean.problems import Row, problem, problem_table
from transforms.clean.times import in_own_weeks, instants
from transforms.schemas.sources import Pages

_ASSIGNING = ("assign_log_entry", "escalate_log_entry")
_KINDS = {
    **dict.fromkeys(_ASSIGNING, "assign"),
    "notify_log_entry": "notify",
    "acknowledge_log_entry": "acknowledge",
    "resolve_log_entry": "resolve",
    "trigger_log_entry": "trigger",
}
_KEYS = ["incident_id", "user_id"]
# Where a page fell in somebody's shift is for the schedule to say.
_COLUMNS = [name for name in Pages.to_schema().columns if name != "shift"]


def clean_pages(
    incidents: Sequence[Row],
    log_entries: Sequence[Row],
    users: Sequence[Row],
    engineers: pd.DataFrame,
    excluded_title_words: Iterable[str],
    first_week: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How long each paged engineer took to acknowledge, and to resolve.

    Grain: table Pages without `shift`; one row per incident and engineer on the roster, from `first_week` on. No row
        for who handed the page over before it timed out, for the engineer's own alarms, and for excluded titles.
    Units: seconds.
    Missing: `acknowledge_seconds` where somebody else dealt with it, or nobody has yet.
    Source: PagerDuty log entries; an incident itself forgets who was paged.
    Definition: metrics.md, "Incident response". The clock starts at the first page; one that was handed over, or that
        somebody else answered before it was assigned anew, gives way to the next. A page that timed out away is
        censored at that moment, unless the engineer acknowledged later after all: then the time runs on. Who
        acknowledges without having been paged is timed from the incident's creation.
    """
    known = _incidents(incidents, excluded_title_words)
    events = _events(log_entries).merge(known, on="incident_id", how="inner", validate="many_to_one")
    acknowledges = _firsts(events, "acknowledge", "acknowledged_at")
    timed = _timed(_spans(events), acknowledges, known)
    own_alarms = pd.MultiIndex.from_frame(events.loc[events["kind"] == "trigger", _KEYS])
    columns = ["pagerduty_user_id", "engineer_id", "timezone", "employed_to"]
    people = engineers.loc[engineers["pagerduty_user_id"].notna(), columns]
    theirs = timed[~pd.MultiIndex.from_frame(timed[_KEYS]).isin(own_alarms)]
    rows = theirs.merge(people, left_on="user_id", right_on="pagerduty_user_id", how="inner", validate="many_to_one")
    resolved = rows.merge(_resolves(events), on=_KEYS, how="left", validate="one_to_one")
    resolved = resolved.assign(resolve_seconds=_seconds(resolved["created_at"], resolved["resolved_at"]))
    dated = in_own_weeks(resolved, "paged_at")
    table = dated[dated["week_start"] >= first_week].sort_values(["paged_at", "incident_id", "engineer_id"])
    problems = [
        *_strangers(events, users, people),
        *_missing_users(people[~(people["employed_to"] < first_week)], users, events),
        *_unnamed(log_entries),
    ]
    return table.loc[:, _COLUMNS].reset_index(drop=True), problem_table(problems)


def _incidents(incidents: Sequence[Row], excluded_title_words: Iterable[str]) -> pd.DataFrame:
    """Incidents that count: id, creation and urgency."""
    words = "|".join(re.escape(word) for word in excluded_title_words)
    excluded = re.compile(rf"\b(?:{words})\b" if words else r"(?!)", re.IGNORECASE)
    kept = [incident for incident in incidents if not excluded.search(incident.get("title") or "")]
    return pd.DataFrame(
        {
            "incident_id": pd.Series([incident["id"] for incident in kept], dtype="str"),
            "created_at": instants([incident["created_at"] for incident in kept]),
            "urgency": pd.Series([incident["urgency"] for incident in kept], dtype="str"),
        }
    ).drop_duplicates("incident_id", keep="last")


def _events(log_entries: Sequence[Row]) -> pd.DataFrame:
    """Log entries that matter, one row per person they name; nobody is named where a service acted."""
    flat = [
        (entry["incident"]["id"], entry["created_at"], kind, user_id, _is_timeout(entry))
        for entry in log_entries
        if (kind := _KINDS.get(entry["type"]))
        for user_id in _people(entry, kind)
    ]
    columns = list(zip(*flat, strict=True)) or [()] * 5
    return pd.DataFrame(
        {
            "incident_id": pd.Series(columns[0], dtype="str"),
            "at": instants(columns[1]),
            "kind": pd.Series(columns[2], dtype="str"),
            "user_id": pd.Series(columns[3], dtype="str"),
            "is_timeout": pd.Series(columns[4], dtype="bool"),
        }
    )


def _people(entry: Row, kind: str) -> list[str | None]:
    if kind == "assign":
        return [person["id"] for person in entry.get("assignees") or []]
    actor = (entry.get("user") if kind == "notify" else entry.get("agent")) or {}
    return [actor["id"] if str(actor.get("type")).startswith("user") else None]


def _is_timeout(entry: Row) -> bool:
    """Whether nobody decided this: the escalation policy passed the page on."""
    is_escalation = entry["type"] == "escalate_log_entry"
    is_by_person = str((entry.get("agent") or {}).get("type")).startswith("user")
    return (entry.get("channel") or {}).get("type") == "timeout" or (is_escalation and not is_by_person)


def _firsts(events: pd.DataFrame, kind: str, name: str) -> pd.DataFrame:
    """The first event of a kind per incident and person."""
    found = events[(events["kind"] == kind) & events["user_id"].notna()]
    return found.groupby(_KEYS)["at"].min().rename(name).reset_index()


def _resolves(events: pd.DataFrame) -> pd.DataFrame:
    """The first resolve of each incident, if a person did it."""
    first = events[events["kind"] == "resolve"].sort_values("at").drop_duplicates("incident_id")
    return first.dropna(subset=["user_id"])[[*_KEYS, "at"]].rename(columns={"at": "resolved_at"})


def _spans(events: pd.DataFrame) -> pd.DataFrame:
    """Times during which an incident was a person's to answer: when they were paged, when and how (`end`) it ended.

    `end` is `answered` (somebody acknowledged, and it was assigned anew), `timeout`, `handed_over`, or `open`. Who is
    notified without having been assigned was paged, too.
    """
    grid = _assignments(events).sort_values([*_KEYS, "at"])
    was_theirs = grid.groupby(_KEYS)["is_theirs"].shift(fill_value=False).astype("bool")
    begins = grid["is_theirs"] & (~was_theirs | grid["is_answered"])
    ends = was_theirs & (~grid["is_theirs"] | grid["is_answered"])
    number = begins.groupby([grid[key] for key in _KEYS]).cumsum()
    begun = grid.assign(number=number).loc[begins, [*_KEYS, "number", "at"]].rename(columns={"at": "paged_at"})
    ways = np.select([grid["is_answered"], grid["is_timeout"]], ["answered", "timeout"], "handed_over")
    ended = grid.assign(number=number - begins.astype("int64"), end=ways).loc[ends, [*_KEYS, "number", "at", "end"]]
    spans = begun.merge(
        ended.rename(columns={"at": "ended_at"}), on=[*_KEYS, "number"], how="left", validate="one_to_one"
    )
    notified = _firsts(events, "notify", "paged_at")
    is_new = ~pd.MultiIndex.from_frame(notified[_KEYS]).isin(pd.MultiIndex.from_frame(spans[_KEYS]))
    both = pd.concat([spans.drop(columns="number"), notified[is_new]], ignore_index=True)
    return both.assign(end=both["end"].fillna("open"))


def _assignments(events: pd.DataFrame) -> pd.DataFrame:
    """Every assignment of an incident x everybody it was ever assigned to, with `is_theirs`.

    Entries of one second are one assignment: two entries may name two people who are paged together. `is_answered`:
    somebody acknowledged since the assignment before, or made this one by acknowledging.
    """
    named = events.loc[events["kind"] == "assign", ["incident_id", "at", "user_id", "is_timeout"]]
    times = named.groupby(["at", "incident_id"])["is_timeout"].any().reset_index().sort_values("at")
    answers = events.loc[events["kind"] == "acknowledge", ["incident_id", "at"]].sort_values("at")
    times = pd.merge_asof(times, answers.assign(answered_at=answers["at"]), on="at", by="incident_id")
    times = times.assign(is_answered=times["answered_at"] >= times.groupby("incident_id")["at"].shift())
    grid = times.merge(named[_KEYS].drop_duplicates(), on="incident_id", how="left", validate="many_to_many")
    pairs = ["incident_id", "at", "user_id"]
    return grid.assign(is_theirs=pd.MultiIndex.from_frame(grid[pairs]).isin(pd.MultiIndex.from_frame(named[pairs])))


def _timed(spans: pd.DataFrame, acknowledges: pd.DataFrame, incidents: pd.DataFrame) -> pd.DataFrame:
    """One row per incident and person who was paged or acknowledged: from when, and how long they took."""
    seen = spans.merge(acknowledges, on=_KEYS, how="left", validate="many_to_one")
    # An assignment in the second of one's own acknowledge is its consequence, not a page.
    seen = seen[seen["acknowledged_at"].isna() | (seen["paged_at"] < seen["acknowledged_at"])]
    end = seen["end"].mask(seen["ended_at"] >= seen["acknowledged_at"], "open")
    is_answerer = seen["acknowledged_at"].notna()
    own_clock = seen[end.isin(["open", "timeout"]) & is_answerer]
    missed = seen[(end == "timeout") & ~is_answerer].sort_values("paged_at").drop_duplicates(_KEYS)
    paged = seen[(end != "handed_over") & ~is_answerer]
    people = pd.concat([acknowledges[_KEYS], paged[_KEYS]]).drop_duplicates()
    first_pages = _page_times(pd.concat([own_clock, paged]), "min", "first_page_at")
    rows = (
        people.merge(incidents, on="incident_id", how="left", validate="many_to_one")
        .merge(acknowledges, on=_KEYS, how="left", validate="one_to_one")
        .merge(first_pages, on=_KEYS, how="left", validate="one_to_one")
        .merge(_page_times(seen, "max", "last_page_at"), on=_KEYS, how="left", validate="one_to_one")
        .merge(missed[[*_KEYS, "paged_at", "ended_at"]], on=_KEYS, how="left", validate="one_to_one")
    )
    is_censored = rows["ended_at"].notna()
    answered_page = rows["first_page_at"].fillna(rows["last_page_at"]).fillna(rows["created_at"])
    paged_at = rows["paged_at"].where(is_censored, answered_page)
    until = rows["ended_at"].where(is_censored, rows["acknowledged_at"])
    return rows.assign(paged_at=paged_at, is_censored=is_censored, acknowledge_seconds=_seconds(paged_at, until))


def _page_times(spans: pd.DataFrame, which: str, name: str) -> pd.DataFrame:
    return spans.groupby(_KEYS)["paged_at"].agg(which).rename(name).reset_index()


def _seconds(start: "pd.Series[pd.Timestamp]", end: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    """Seconds between; clocks of a vendor's parts may differ by a moment, never by less than nothing."""
    return (end - start).dt.total_seconds().clip(lower=0)


def _strangers(events: pd.DataFrame, users: Sequence[Row], people: pd.DataFrame) -> list[Row]:
    """One line per person who was paged or acknowledged and is not on the roster."""
    acted = events[events["kind"].isin(["assign", "notify", "acknowledge"]) & events["user_id"].notna()]
    counts = acted[~acted["user_id"].isin(people["pagerduty_user_id"])].groupby("user_id")["incident_id"].nunique()
    names = {user["id"]: user.get("name") or user["id"] for user in users}
    return [
        problem(
            "pagerduty",
            "log_entries",
            "P001",
            "info",
            f"{names.get(user_id, 'Someone')} was paged for or acknowledged {count} incidents and is not on the "
            "roster; their times are left out. If they belong to the trial, set pagerduty_user_id in the config.",
            column="user",
            found=str(user_id),
        )
        for user_id, count in counts.items()
    ]


def _missing_users(people: pd.DataFrame, users: Sequence[Row], events: pd.DataFrame) -> list[Row]:
    """Ids of the config that PagerDuty does not know: their engineers would look as if they had no calls.

    Users are deleted when people leave, so whoever shows in the log is known all the same.
    """
    known = {user["id"] for user in users} | set(events["user_id"].dropna())
    missing = people[~people["pagerduty_user_id"].isin(known)]
    return [
        problem(
            "pagerduty",
            "users",
            "P002",
            "error",
            f"{engineer_id}: PagerDuty has no user {user_id} that the token may see, so no page can be theirs. Check "
            "pagerduty_user_id in the config.",
            column="id",
            found=user_id,
            engineer_id=engineer_id,
        )
        for engineer_id, user_id in zip(missing["engineer_id"], missing["pagerduty_user_id"], strict=True)
    ]


def _unnamed(log_entries: Sequence[Row]) -> list[Row]:
    unnamed = [entry for entry in log_entries if entry["type"] in _ASSIGNING and not entry.get("assignees")]
    if not unnamed:
        return []
    return [
        problem(
            "pagerduty",
            "log_entries",
            "P003",
            "warning",
            f"{len(unnamed)} assignments do not say to whom (the first is {unnamed[0]['id']}). These pages count for "
            "nobody. Check that nothing between PagerDuty and this program strips `assignees`.",
            column="assignees",
        )
    ]
