"""PagerDuty incidents and log entries -> one row per incident and engineer paged for it."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from transforms.clean.frames import has_word
from transforms.clean.identity import suggestion
from transforms.clean.problems import Row, problem, problem_table
from transforms.clean.times import in_own_weeks
from transforms.schemas.sources import Pages

_KEYS = ["incident_id", "user_id"]
# Where a page fell in somebody's shift is for the schedule to say.
_COLUMNS = [name for name in Pages.to_schema().columns if name != "shift"]


def clean_pages(
    incidents: pd.DataFrame,
    log_entries: pd.DataFrame,
    users: pd.DataFrame,
    engineers: pd.DataFrame,
    excluded_title_words: Iterable[str],
    first_week: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How long each paged engineer took to acknowledge, and to resolve.

    Grain: table Pages without `shift`; one row per incident and engineer on the roster, from `first_week` on. No row
        for who handed the page over before it timed out, for the engineer's own alarms, and for excluded titles.
    Units: seconds.
    Missing: `acknowledge_seconds` where somebody else dealt with it, or nobody has yet.
    Source: PagerDuty incidents, log entries and users, each once (`pagerduty_rows`).
    Definition: metrics.md, "Incident response". The clock starts at the first page; one that was handed over, or that
        somebody else answered before it was assigned anew, gives way to the next. A page that timed out away is
        censored at that moment, unless the engineer acknowledged later after all: then the time runs on. Who
        acknowledges without having been paged is timed from the incident's creation.
    """
    known = _incidents(incidents, excluded_title_words)
    is_dated = log_entries["at"].notna() & log_entries["incident_id"].notna()
    events = log_entries[is_dated].merge(known, on="incident_id", how="inner", validate="many_to_one")
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
        *_strangers(events, users, engineers),
        *_missing_users(people[~(people["employed_to"] < first_week)], users, events),
        *_unnamed(log_entries),
        *_unreadable(incidents, log_entries),
    ]
    return table.loc[:, _COLUMNS].reset_index(drop=True), problem_table(problems)


def _incidents(incidents: pd.DataFrame, excluded_title_words: Iterable[str]) -> pd.DataFrame:
    """Incidents that count: id, creation and urgency."""
    kept = incidents[~has_word(incidents["title"], excluded_title_words) & incidents["created_at"].notna()]
    return kept[["incident_id", "created_at", "urgency"]].drop_duplicates("incident_id", keep="last")


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
    is_named = (events["kind"] == "assign") & events["user_id"].notna()
    named = events.loc[is_named, ["incident_id", "at", "user_id", "is_timeout"]]
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


def _strangers(events: pd.DataFrame, users: pd.DataFrame, engineers: pd.DataFrame) -> list[Row]:
    """One line per person who was paged or acknowledged and is not on the roster."""
    acted = events[events["kind"].isin(["assign", "notify", "acknowledge"]) & events["user_id"].notna()]
    counts = acted[~acted["user_id"].isin(engineers["pagerduty_user_id"])].groupby("user_id")["incident_id"].nunique()
    names = users.drop_duplicates("user_id").set_index("user_id")["name"]
    return [
        problem(
            "pagerduty",
            "log_entries",
            "P001",
            "info",
            f"{names.get(user_id, 'Someone')} was paged for or acknowledged {count} incidents and is not on the "
            f"roster; their times are left out. "
            f"{suggestion(names.get(user_id), str(user_id), engineers, 'pagerduty_user_id')}",
            column="user",
            found=str(user_id),
        )
        for user_id, count in counts.items()
    ]


def _missing_users(people: pd.DataFrame, users: pd.DataFrame, events: pd.DataFrame) -> list[Row]:
    """Ids of the config that PagerDuty does not know: their engineers would look as if they had no calls.

    Users are deleted when people leave, so whoever shows in the log is known all the same.
    """
    missing = people[~people["pagerduty_user_id"].isin({*users["user_id"], *events["user_id"].dropna()})]
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


def _unnamed(log_entries: pd.DataFrame) -> list[Row]:
    unnamed = log_entries[(log_entries["kind"] == "assign") & log_entries["user_id"].isna()]
    if unnamed.empty:
        return []
    return [
        problem(
            "pagerduty",
            "log_entries",
            "P003",
            "warning",
            f"{len(unnamed)} assignments do not say to whom (the first is {unnamed['entry_id'].iloc[0]}). These pages "
            "count for nobody. Check that nothing between PagerDuty and this program strips `assignees`.",
            column="assignees",
        )
    ]


def _unreadable(incidents: pd.DataFrame, log_entries: pd.DataFrame) -> list[Row]:
    is_bad = log_entries["at"].isna() | log_entries["incident_id"].isna()
    undated = int(incidents["created_at"].isna().sum())
    if not undated and not is_bad.any():
        return []
    return [
        problem(
            "pagerduty",
            "log_entries",
            "P004",
            "error",
            f"{undated} incidents and {int(is_bad.sum())} log entries have no readable `created_at`, or no incident. "
            "They are left out. Check that nothing between PagerDuty and this program changes the answers.",
            column="created_at",
        )
    ]


def strangers_on_call(on_calls: pd.DataFrame, engineers: pd.DataFrame) -> pd.DataFrame:
    """A problem for everybody who is on call and not on the roster: their pages would count for nobody.

    Grain: table Problems, one row per person.
    Source: PagerDuty on-calls (`read_on_calls`).
    """
    others = on_calls[on_calls["user_id"].notna() & ~on_calls["user_id"].isin(engineers["pagerduty_user_id"])]
    turns = others.groupby("user_id").agg(count=("user_id", "size"), name=("name", "last"))
    return problem_table(
        [
            problem(
                "pagerduty",
                "oncalls",
                "P005",
                "info",
                f"{name if isinstance(name, str) else 'Someone'} is on call in {count} turns and is not on the roster. "
                f"{suggestion(name, str(user_id), engineers, 'pagerduty_user_id')}",
                column="user",
                found=str(user_id),
            )
            for user_id, count, name in zip(turns.index, turns["count"], turns["name"], strict=True)
        ]
    )
