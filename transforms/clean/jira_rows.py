"""Jira's rows as flat frames, page by page: what no metric uses is left behind here, so that a long history fits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from transforms.clean.frames import numbers, part, parts, texts
from transforms.clean.problems import Row
from transforms.clean.times import instants

# What a billing rule may look at, and the column of `read_issues` that holds it; custom fields see `rule_column`.
RULE_COLUMNS: Final = ("label", "project", "project_category", "issue_type", "component")
BETWEEN: Final = "\n"


def rule_column(field_id: str) -> str:
    """The column of `read_issues` that holds what a billing rule may find in a custom field."""
    return f"rule {field_id}"


def read_worklogs(rows: Sequence[Row]) -> pd.DataFrame:
    """Worklogs as Jira lists them.

    Grain: one row per row of `rows`.
    Units: hours.
    Missing: whatever the row lacks or spells in an unknown way. `started` is kept only where it is no instant.
    Source: Jira `worklog/list`.
    """
    authors = [part(row, "author") for row in rows]
    started_at = instants([_stamp(row.get("started")) for row in rows])
    return pd.DataFrame(
        {
            "worklog_id": texts([row.get("id") for row in rows]),
            "issue_id": texts([row.get("issueId") for row in rows]),
            "account_id": texts([author.get("accountId") for author in authors]),
            "author_name": texts([author.get("displayName") for author in authors]),
            "started": texts([row.get("started") for row in rows]).where(started_at.isna()),
            "started_at": started_at,
            "recorded_at": instants([_stamp(row.get("created")) for row in rows]),
            "updated_at": instants([_stamp(row.get("updated")) for row in rows]),
            "logged_hours": numbers([row.get("timeSpentSeconds") for row in rows]) / 3600,
            "properties": pd.Series([row.get("properties") or None for row in rows], dtype="object"),
        }
    )


def read_issues(
    rows: Sequence[Row], sprint_field: str | None, points_fields: Sequence[str], rule_fields: Sequence[str] = ()
) -> pd.DataFrame:
    """Issues with their present values, as changelogs spell them.

    Grain: one row per row of `rows`.
    Missing: no assignee, no sprint, no points.
    Shape: a column per field of `points_fields`; the columns of RULE_COLUMNS and the `rule_column` of each field of
        `rule_fields` hold values in lower case, each between line ends.
    Source: Jira search, and the issues of a sprint.
    """
    fields = [part(row, "fields") for row in rows]
    statuses = [part(field, "status") for field in fields]
    return pd.DataFrame(
        {
            "issue_id": texts([row.get("id") for row in rows]),
            "issue_key": texts([row.get("key") for row in rows]),
            "is_subtask": pd.Series([bool(part(field, "issuetype").get("subtask")) for field in fields], dtype="bool"),
            "created_at": instants([field.get("created") for field in fields]),
            "is_done": texts([status.get("id") for status in statuses]),
            "is_done_category": pd.Series(
                [part(status, "statusCategory").get("key") == "done" for status in statuses], dtype="bool"
            ),
            "assignee": texts([part(field, "assignee").get("accountId") for field in fields]),
            "sprints": texts([_present_sprints(field, sprint_field) for field in fields]),
            **{name: texts([_rule_values(field, name) for field in fields]) for name in RULE_COLUMNS},
            **{
                rule_column(name): texts([_joined(spellings(field.get(name))) for field in fields])
                for name in rule_fields
            },
            **{name: texts([field.get(name) for field in fields]) for name in points_fields},
        }
    )


def read_changes(logs: Sequence[Row]) -> pd.DataFrame:
    """Changed fields, each with its value before and after.

    Grain: one row per issue, history and changed field.
    Missing: what was not set.
    Source: Jira `changelog/bulkfetch`: `issueId` with `changeHistories`.
    """
    flat = [
        (log.get("issueId"), history, item)
        for log in logs
        for history in parts(log, "changeHistories")
        for item in parts(history, "items")
        if item.get("fieldId")
    ]
    return pd.DataFrame(
        {
            "issue_id": texts([issue_id for issue_id, _, _ in flat]),
            "event_id": pd.Series([int(history["id"]) for _, history, _ in flat], dtype="int64"),
            "changed_at": instants([_stamp(history.get("created")) for _, history, _ in flat]),
            "field_id": texts([item["fieldId"] for _, _, item in flat]),
            "before": texts([_spelled(item, "from", "fromString") for _, _, item in flat]),
            "after": texts([_spelled(item, "to", "toString") for _, _, item in flat]),
        }
    )


def sprint_ids(joined: "pd.Series[str]") -> "pd.Series[int]":
    """`"61, 62"` -> 61 and 62, each in a row of its own under the same index; null and "" name none."""
    parts = joined.dropna().str.split(",").explode().str.strip()
    return pd.to_numeric(parts[parts != ""]).astype("int64")


def _stamp(value: object) -> str | int | None:
    return value if isinstance(value, str | int) else None


def _present_sprints(fields: Mapping[str, Any], sprint_field: str | None) -> str | None:
    """Ids of the sprints an issue is or was in: the custom field, or the board calls' own two fields."""
    listed = [*parts(fields, sprint_field or ""), *parts(fields, "closedSprints"), part(fields, "sprint")]
    ids = sorted({int(sprint["id"]) for sprint in listed if "id" in sprint})
    return ", ".join(map(str, ids)) or None


def _rule_values(fields: Mapping[str, Any], kind: str) -> str:
    """What an issue says about one kind of rule."""
    project = part(fields, "project")
    values: Sequence[object] = {
        "label": fields.get("labels") or [],
        "project": [project.get("key")],
        "project_category": [part(project, "projectCategory").get("name")],
        "issue_type": [part(fields, "issuetype").get("name")],
        "component": [component.get("name") for component in parts(fields, "components")],
    }[kind]
    return _joined([str(value) for value in values if value])


def _joined(values: Sequence[str]) -> str:
    return BETWEEN.join(["", *(value.casefold() for value in values), ""])


def spellings(value: object) -> list[str]:
    """Every way in which a config may spell what a custom field holds.

    An option (`{"value": "Client"}`, or by name), those of a list, of an option's child; text; 8.0 as 8 and as 8.0; a
    checkbox of one app as true. Nothing has no spelling.
    """
    if isinstance(value, list):
        return [text for one in value for text in spellings(one)]
    if isinstance(value, dict):
        return [text for key in ("value", "name", "child") for text in spellings(value.get(key))]
    if isinstance(value, bool):
        return [str(value)]
    if isinstance(value, int | float):
        return [f"{value:.15g}", str(float(value))]
    return [" ".join(value.split())] if isinstance(value, str) and value.strip() else []


def _spelled(item: Mapping[str, Any], key: str, text_key: str) -> str | None:
    """The value of a change: ids stand under `from` and `to`; numbers only under `fromString` and `toString`."""
    value = item.get(key)
    if value in (None, "") and item.get("fieldtype") == "custom":
        value = item.get(text_key)
    return str(value) if value not in (None, "") else None
