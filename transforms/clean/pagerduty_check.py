"""Our acknowledge times against PagerDuty's own analytics. No number changes."""

from typing import Final

import pandas as pd

from transforms.clean.problems import problem, problem_table

# Both are whole seconds, written by different parts of PagerDuty. Response is judged in minutes: less than one is no
# difference that anybody could see, while an entry that is missing makes one of many.
_MOST_SECONDS_APART: Final = 60.0
_MOST_SHOWN: Final = 5


def analytics_differences(incidents: pd.DataFrame, log_entries: pd.DataFrame, analytics: pd.DataFrame) -> pd.DataFrame:
    """Incidents whose first acknowledge, by whoever, is at another time in PagerDuty's analytics than in their log.

    Grain: table Problems; one row for all of them, or none.
    Missing: incidents that are not in the analytics, which lag behind by a day, are not compared.
    Source: PagerDuty incidents, log entries and analytics (`pagerduty_rows`).
    Definition: wire.md 3, "Right source per engineer": incident TTA = first acknowledge - created_at.
    """
    acknowledges = log_entries[log_entries["kind"] == "acknowledge"]
    firsts = acknowledges.groupby("incident_id")["at"].min().rename("acknowledged_at").reset_index()
    is_usable = incidents["created_at"].notna() & incidents["incident_id"].notna()
    ours = incidents[is_usable].drop_duplicates("incident_id", keep="last")
    theirs = analytics.drop_duplicates("incident_id", keep="last")
    both = ours.merge(theirs, on="incident_id", how="inner", validate="one_to_one").merge(
        firsts, on="incident_id", how="left", validate="one_to_one"
    )
    own_seconds = (both["acknowledged_at"] - both["created_at"]).dt.total_seconds()
    their_seconds = both["first_acknowledge_seconds"]
    is_one_missing = own_seconds.isna() != their_seconds.isna()
    is_other = is_one_missing | ((own_seconds - their_seconds).abs() > _MOST_SECONDS_APART)
    found = both.assign(own_seconds=own_seconds)[is_other].sort_values(["created_at", "incident_id"])
    if found.empty:
        return problem_table([])
    shown = found.head(_MOST_SHOWN)
    examples = "; ".join(
        f"{incident_id}: {_spoken(own)} by its log, {_spoken(their)} by analytics"
        for incident_id, own, their in zip(
            shown["incident_id"], shown["own_seconds"], shown["first_acknowledge_seconds"], strict=True
        )
    )
    message = (
        f"PagerDuty's analytics tell another time to the first acknowledge than the log for {len(found)} of "
        f"{len(both)} incidents ({examples}{'; ...' if len(found) > _MOST_SHOWN else ''}). The times shown rest on the "
        "log and stay as they are. If it stays next week, compare the timelines in PagerDuty: entries may be missing."
    )
    return problem_table(
        [
            problem(
                "pagerduty",
                "analytics",
                "P006",
                "warning",
                message,
                column="seconds_to_first_ack",
                found=", ".join(shown["incident_id"]),
            )
        ]
    )


def _spoken(seconds: float) -> str:
    return "none" if pd.isna(seconds) else f"{seconds:.0f} s"
