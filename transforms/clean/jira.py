"""Jira rows -> worklogs, sprints and the history of issues."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from transforms.clean.problems import Row, problem, problem_table
from transforms.clean.times import in_own_weeks, instants
from transforms.schemas.registry import conform, empty
from transforms.schemas.sources import IssueEvents, Sprints, Worklogs

NOT_ON_ROSTER = "(not on roster)"
DEFAULT_RULE = "default"
_LONGEST_HOURS = 24.0
_NOTABLE_OVERLAP_HOURS = 0.25  # start times are typed in round minutes
_EPOCH = pd.Timestamp(0, tz="UTC")


class BillingRule(Protocol):
    """Says whether hours are billable: `value` of `kind` must match."""

    @property
    def name(self) -> str: ...
    @property
    def kind(
        self,
    ) -> Literal["label", "project", "project_category", "issue_type", "component", "worklog_property"]: ...
    @property
    def value(self) -> str: ...
    @property
    def billable(self) -> bool: ...


def clean_worklogs(
    worklogs: Sequence[Row],
    issues: Sequence[Row],
    engineers: pd.DataFrame,
    rules: Sequence[BillingRule],
    default_is_billable: bool,
    first_week: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Worklogs of the roster, dated in their author's zone and split by the first billing rule that matches.

    Grain: table Worklogs; one row per worklog from `first_week` on.
    Units: hours.
    Missing: worklogs of people who are not on the roster, with an impossible time, or dated before `first_week` become
        problems.
    Source: Jira `worklog/list`, and the issues behind them.
    Definition: metrics.md, "Billable share".
    """
    if not worklogs:
        return empty(Worklogs), problem_table([])
    read = _read_worklogs(worklogs)
    people = engineers.loc[engineers["jira_account_id"].notna(), ["jira_account_id", "engineer_id", "timezone"]]
    known = read.merge(people, how="left", left_on="account_id", right_on="jira_account_id", validate="many_to_one")
    is_usable = known["started_at"].notna() & known["logged_hours"].between(0, _LONGEST_HOURS)
    is_ours = known["engineer_id"].notna()
    dated = in_own_weeks(known[is_ours & is_usable], "started_at")
    is_in_time = dated["week_start"] >= first_week
    billed = _billed(dated[is_in_time].reset_index(drop=True), issues, rules, default_is_billable)
    table = conform(billed.sort_values(["started_at", "worklog_id"]), Worklogs)
    problems = [
        *_strangers(known[~is_ours]),
        *_impossible(known[is_ours & ~is_usable]),
        *_unseen_issues(billed, issues),
        *_too_old(dated[~is_in_time], first_week),
        *_overlaps(table),
    ]
    return table, problem_table(problems)


def _read_worklogs(worklogs: Sequence[Row]) -> pd.DataFrame:
    authors = [row.get("author") or {} for row in worklogs]
    read = pd.DataFrame(
        {
            "worklog_id": [str(row["id"]) for row in worklogs],
            "issue_id": [str(row["issueId"]) for row in worklogs],
            "account_id": pd.Series([author.get("accountId") for author in authors], dtype="str"),
            "author_name": pd.Series([author.get("displayName") for author in authors], dtype="str"),
            "started": pd.Series([row.get("started") for row in worklogs], dtype="str"),
            "started_at": instants([row.get("started") for row in worklogs]),
            "recorded_at": instants([row.get("created") for row in worklogs]),
            "updated_at": instants([row.get("updated") for row in worklogs]),
            "logged_hours": pd.to_numeric([row.get("timeSpentSeconds") for row in worklogs]) / 3600,
            "properties": [row.get("properties") or [] for row in worklogs],
        }
    )
    return read.drop_duplicates("worklog_id", keep="last").reset_index(drop=True)


def _billed(
    worklogs: pd.DataFrame, issues: Sequence[Row], rules: Sequence[BillingRule], default_is_billable: bool
) -> pd.DataFrame:
    keys = {str(issue["id"]): str(issue["key"]) for issue in issues}
    matches = [_matches(worklogs, issues, rule) for rule in rules] + [np.ones(len(worklogs), dtype=bool)]
    first = np.argmax(np.vstack(matches), axis=0)
    names = np.array([*(rule.name for rule in rules), DEFAULT_RULE])
    is_billable = np.array([*(rule.billable for rule in rules), default_is_billable])
    return worklogs.assign(
        issue_key=worklogs["issue_id"].map(keys).fillna("id " + worklogs["issue_id"]),
        billing_rule=names[first],
        billable_hours=np.where(is_billable[first], worklogs["logged_hours"], 0.0),
    )


def _matches(worklogs: pd.DataFrame, issues: Sequence[Row], rule: BillingRule) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Which worklogs a rule matches; upper and lower case are the same."""
    if rule.kind == "worklog_property":
        return np.array([_has_property(properties, rule.value) for properties in worklogs["properties"]], dtype=bool)
    wanted = rule.value.casefold()
    matching = {str(issue["id"]) for issue in issues if wanted in _values(issue["fields"], rule.kind)}
    return worklogs["issue_id"].isin(matching).to_numpy()


def _values(fields: Mapping[str, Any], kind: str) -> set[str]:
    """What an issue says about one kind of rule, in lower case."""
    project = fields.get("project") or {}
    values = {
        "label": fields.get("labels") or [],
        "project": [project.get("key")],
        "project_category": [(project.get("projectCategory") or {}).get("name")],
        "issue_type": [(fields.get("issuetype") or {}).get("name")],
        "component": [component.get("name") for component in fields.get("components") or []],
    }[kind]
    return {str(value).casefold() for value in values if value}


def _has_property(properties: Iterable[Row], rule: str) -> bool:
    """Whether a worklog has `key=value`, or `key.member=value`; without `=value`, anything that is not false."""
    path, _, wanted = rule.partition("=")
    found = {name: value for entry in properties for name, value in _flat(entry)}
    value = found.get(path)
    return str(value).casefold() == wanted.casefold() if wanted else bool(value)


def _flat(entry: Row) -> list[tuple[str, Any]]:
    key, value = entry.get("key", ""), entry.get("value")
    members = value.items() if isinstance(value, dict) else ()
    return [(key, value), *((f"{key}.{name}", member) for name, member in members)]


def _strangers(worklogs: pd.DataFrame) -> list[Row]:
    """One problem per author who is not on the roster, with the hours left out."""
    sums = (
        worklogs.assign(account_id=worklogs["account_id"].fillna("(no account)"))
        .groupby("account_id")
        .agg(hours=("logged_hours", "sum"), count=("worklog_id", "size"), name=("author_name", "last"))
        .reset_index()
    )
    return [
        problem(
            "jira",
            "worklogs",
            "J001",
            "warning",
            f"{name if isinstance(name, str) else 'Someone'} logged {hours:.2f} h in {count} worklogs and is not on "
            "the roster; the hours are left out. If they belong to the trial, set jira_account_id in the config.",
            column="author",
            found=account,
        )
        for account, hours, count, name in zip(
            sums["account_id"], sums["hours"], sums["count"], sums["name"], strict=True
        )
    ]


def _impossible(worklogs: pd.DataFrame) -> list[Row]:
    return [
        problem(
            "jira",
            "worklogs",
            "J002",
            "error",
            f"worklog {worklog_id} begins {started} and lasts {hours:g} h; a worklog has a start and lasts 0 to 24 h. "
            "It is left out until it is mended in Jira.",
            column="timeSpentSeconds",
            found=f"{hours:g} h",
            engineer_id=engineer_id,
        )
        for worklog_id, started, hours, engineer_id in zip(
            worklogs["worklog_id"], worklogs["started"], worklogs["logged_hours"], worklogs["engineer_id"], strict=True
        )
    ]


def _unseen_issues(worklogs: pd.DataFrame, issues: Sequence[Row]) -> list[Row]:
    unseen = worklogs[~worklogs["issue_id"].isin({str(issue["id"]) for issue in issues})]
    if unseen.empty:
        return []
    ids = ", ".join(sorted(unseen["issue_id"].unique(), key=int)[:5])
    return [
        problem(
            "jira",
            "worklogs",
            "J003",
            "warning",
            f"{len(unseen)} worklogs ({unseen['logged_hours'].sum():.2f} h) are on issues that the token may not see "
            f"(ids {ids}); the default rule decided whether they are billable. Give the token's owner the right to see "
            "them.",
            column="issueId",
            found=ids,
        )
    ]


def _too_old(worklogs: pd.DataFrame, first_week: pd.Timestamp) -> list[Row]:
    if worklogs.empty:
        return []
    hours, days = worklogs["logged_hours"].sum(), worklogs["work_date"]
    return [
        problem(
            "jira",
            "worklogs",
            "J007",
            "info",
            f"{len(worklogs)} worklogs ({hours:.2f} h) entered or edited of late are dated {days.min():%Y-%m-%d} to "
            f"{days.max():%Y-%m-%d}, before the week of {first_week:%Y-%m-%d}, the earliest that is read again. These "
            "weeks stay as they are; sources.lookback_weeks in the config sets how far back is read.",
            column="started",
        )
    ]


def _overlaps(worklogs: pd.DataFrame) -> list[Row]:
    """One warning per engineer and week in which worklogs run at the same time for long. Their hours stay."""
    ordered = worklogs.sort_values(["engineer_id", "started_at", "worklog_id"])
    start_hours = (ordered["started_at"] - _EPOCH).dt.total_seconds() / 3600
    end_hours = start_hours + ordered["logged_hours"]
    busy_until = end_hours.groupby(ordered["engineer_id"]).cummax().groupby(ordered["engineer_id"]).shift()
    shared = (busy_until - start_hours).clip(lower=0).round(6).fillna(0.0)
    ordered = ordered.assign(shared_hours=np.minimum(shared, ordered["logged_hours"]))
    sums = (
        ordered[ordered["shared_hours"] > 0]
        .groupby(["engineer_id", "week_start"])
        .agg(hours=("shared_hours", "sum"), count=("worklog_id", "size"), first=("worklog_id", "first"))
        .reset_index()
    )
    sums = sums[sums["hours"] >= _NOTABLE_OVERLAP_HOURS]
    return [
        problem(
            "jira",
            "worklogs",
            "J004",
            "warning",
            f"{engineer_id}, week of {week:%Y-%m-%d}: {count} worklogs overlap earlier ones by {hours:.2f} h in all "
            f"(the first is {first}). All hours are counted; check the start times in Jira.",
            column="started",
            found=first,
            engineer_id=engineer_id,
        )
        for engineer_id, week, hours, count, first in zip(
            sums["engineer_id"], sums["week_start"], sums["hours"], sums["count"], sums["first"], strict=True
        )
    ]


def clean_sprints(sprints: Sequence[Row], boards: Sequence[Row]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sprints of the teams' boards, future ones included.

    Grain: one row per sprint.
    Missing: a board that cannot be used is a problem; its team has no sprints.
    Source: Jira `board/{id}/sprint` and `board/{id}/configuration`.
    """
    problems = problem_table(
        [
            problem(
                "jira",
                "boards",
                "J005",
                "error",
                f"team {board['team_id']}: {board['trouble']}. Velocity is unknown for it. Check jira_board_ids and "
                "sources.jira.estimation_field in the config.",
                found=str(board["id"]),
            )
            for board in boards
            if board["trouble"]
        ]
    )
    if not sprints:
        return empty(Sprints), problems
    teams = {board["id"]: board["team_id"] for board in boards}
    table = pd.DataFrame(
        {
            "sprint_id": [int(sprint["id"]) for sprint in sprints],
            "team_id": [teams[sprint["board_id"]] for sprint in sprints],
            "name": [str(sprint["name"]) for sprint in sprints],
            "state": [str(sprint["state"]).lower() for sprint in sprints],
            "start_at": instants([sprint.get("startDate") for sprint in sprints]),
            "end_at": instants([sprint.get("endDate") for sprint in sprints]),
            "complete_at": instants([sprint.get("completeDate") for sprint in sprints]),
        }
    )
    return conform(table.sort_values("sprint_id"), Sprints), problems


def clean_issue_events(
    issues: Sequence[Row],
    changelogs: Sequence[Row],
    sprints: Sequence[Row],
    boards: Sequence[Row],
    sprint_field: str | None,
    engineers: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sprint, points, done and assignee of every issue: the value at creation and every change.

    Grain: table IssueEvents; one row per issue and field at creation (`event_id` 0), one per change.
    Missing: no sprint, no points, no assignee are missing values; an assignee outside the roster is `(not on roster)`.
    Source: Jira changelogs. A field without history has held its present value since creation.
    Definition: metrics.md, "Velocity per engineer". An issue is judged by the board of its latest sprint: that board's
        estimation field, and the statuses of its last column, which mean done.
    """
    if not issues:
        return empty(IssueEvents), problem_table([])
    facts = _issue_facts(issues, changelogs, sprints, boards, sprint_field)
    items = _items(changelogs, sprint_field).merge(facts, on="issue_id", how="inner", validate="many_to_one")
    is_points = items["field_id"] == items["estimation_field"]
    items = items.assign(field=items["field"].mask(is_points, "points")).dropna(subset=["field"])
    items = items.sort_values(["changed_at", "event_id"], ignore_index=True)
    first = items.drop_duplicates(["issue_id", "field"]).assign(raw=lambda rows: rows["before"])
    created = pd.concat([first, _present_values(facts)]).drop_duplicates(["issue_id", "field"])
    created = created.assign(event_id=0, changed_at=created["created_at"])
    events = pd.concat([created, items.assign(raw=items["after"])], ignore_index=True)
    events = events.drop_duplicates(["issue_id", "event_id", "field"], keep="last")
    valued = events.assign(value=_values_of(events, issues, boards, engineers))
    table = valued.sort_values(["issue_number", "field", "changed_at", "event_id"])
    return conform(table, IssueEvents), problem_table(_without_points(valued, boards))


def _issue_facts(
    issues: Sequence[Row],
    changelogs: Sequence[Row],
    sprints: Sequence[Row],
    boards: Sequence[Row],
    sprint_field: str | None,
) -> pd.DataFrame:
    """One row per issue: what it is, its board, and its present values as changelogs spell them."""
    home = {str(sprint["id"]): sprint["board_id"] for sprint in sprints}
    fields_of = {board["id"]: board["estimation_field"] for board in boards}
    past = _past_sprints(changelogs, sprint_field)
    rows = []
    for issue in issues:
        fields, issue_id = issue["fields"], str(issue["id"])
        present = _present_sprints(fields, sprint_field)
        ours = [sprint_id for sprint_id in (*present, *past.get(issue_id, ())) if sprint_id in home]
        board_id = home[max(ours, key=int)] if ours else None
        points = fields.get(fields_of.get(board_id) or "")
        rows.append(
            {
                "issue_id": issue_id,
                "issue_number": int(issue_id),
                "issue_key": issue["key"],
                "is_subtask": bool((fields.get("issuetype") or {}).get("subtask")),
                "created": fields.get("created"),
                "board_id": board_id,
                "estimation_field": fields_of.get(board_id),
                "sprints": ", ".join(present) or None,
                "points": None if points is None else str(points),
                "is_done": str(fields["status"]["id"]),
                "assignee": (fields.get("assignee") or {}).get("accountId"),
            }
        )
    facts = pd.DataFrame(rows).drop_duplicates("issue_id", keep="last", ignore_index=True)
    texts = ["estimation_field", "sprints", "points", "is_done", "assignee"]
    return facts.astype(dict.fromkeys(texts, "str")).assign(created_at=instants(list(facts["created"])))


def _present_sprints(fields: Mapping[str, Any], sprint_field: str | None) -> list[str]:
    """Ids of the sprints an issue is or was in: the custom field, or the board calls' own two fields."""
    listed = [*(fields.get(sprint_field or "") or []), *(fields.get("closedSprints") or []), fields.get("sprint")]
    return [str(number) for number in sorted({int(sprint["id"]) for sprint in listed if isinstance(sprint, dict)})]


def _past_sprints(changelogs: Sequence[Row], sprint_field: str | None) -> dict[str, list[str]]:
    """Every sprint that an issue's history names."""
    return {
        str(log["issueId"]): [
            sprint_id
            for history in log["changeHistories"]
            for item in history["items"]
            if item.get("fieldId") == sprint_field
            for sprint_id in (*_ids(item.get("from")), *_ids(item.get("to")))
        ]
        for log in changelogs
    }


def _ids(joined: str | None) -> list[str]:
    """`"61, 62"` -> `["61", "62"]`; null and "" name none."""
    return [part.strip() for part in (joined or "").split(",") if part.strip()]


def _items(changelogs: Sequence[Row], sprint_field: str | None) -> pd.DataFrame:
    """One row per changed field. `field` is missing unless it is a sprint, status or assignee."""
    names = {sprint_field: "sprints", "status": "is_done", "assignee": "assignee"}
    flat = [
        (str(log["issueId"]), int(history["id"]), history["created"], item)
        for log in changelogs
        for history in log["changeHistories"]
        for item in history["items"]
        if item.get("fieldId")
    ]
    return pd.DataFrame(
        {
            "issue_id": pd.Series([row[0] for row in flat], dtype="str"),
            "event_id": pd.Series([row[1] for row in flat], dtype="int64"),
            "changed_at": instants([row[2] for row in flat]),
            "field_id": pd.Series([row[3]["fieldId"] for row in flat], dtype="str"),
            "field": pd.Series([names.get(row[3]["fieldId"]) for row in flat], dtype="str"),
            "before": pd.Series([_spelled(row[3], "from", "fromString") for row in flat], dtype="str"),
            "after": pd.Series([_spelled(row[3], "to", "toString") for row in flat], dtype="str"),
        }
    )


def _spelled(item: Row, key: str, text_key: str) -> str | None:
    """The value of a change: ids stand under `from` and `to`; numbers only under `fromString` and `toString`."""
    value = item.get(key)
    if value in (None, "") and item.get("fieldtype") == "custom":
        value = item.get(text_key)
    return str(value) if value not in (None, "") else None


def _present_values(facts: pd.DataFrame) -> pd.DataFrame:
    """Present values in long form, one row per issue and field."""
    fields = ["sprints", "points", "is_done", "assignee"]
    kept = [name for name in facts.columns if name not in fields]
    return facts.melt(id_vars=kept, value_vars=fields, var_name="field", value_name="raw")


def _values_of(
    events: pd.DataFrame, issues: Sequence[Row], boards: Sequence[Row], engineers: pd.DataFrame
) -> "pd.Series[str]":
    """Raw values of changes in the words of the table."""
    field, raw = events["field"], events["raw"]
    people = engineers.dropna(subset=["jira_account_id"]).set_index("jira_account_id")["engineer_id"]
    done = _done_statuses(issues, boards)
    is_done = pd.MultiIndex.from_arrays([events["board_id"], raw]).isin(done)
    points = pd.to_numeric(raw.where(field == "points"), errors="coerce").astype("str")
    choices = {
        "sprints": raw.str.replace(r"\s+", "", regex=True),
        "points": points,
        "is_done": pd.Series(np.where(is_done, "true", "false"), index=events.index, dtype="str"),
        "assignee": raw.map(people).fillna(NOT_ON_ROSTER).where(raw.notna()),
    }
    values = pd.Series(pd.NA, index=events.index, dtype="str")
    for name, choice in choices.items():
        values = values.mask(field == name, choice)
    return values


def _done_statuses(issues: Sequence[Row], boards: Sequence[Row]) -> list[tuple[int, str]]:
    """Board and status id of everything that means done; by status category where a board maps no status."""
    statuses = [issue["fields"]["status"] for issue in issues]
    by_category = sorted({str(row["id"]) for row in statuses if (row.get("statusCategory") or {}).get("key") == "done"})
    return [(board["id"], status_id) for board in boards for status_id in (board["done_status_ids"] or by_category)]


def _without_points(events: pd.DataFrame, boards: Sequence[Row]) -> list[Row]:
    """A board on which no issue was ever estimated: a mistake in the config, not a velocity of zero."""
    points = events[(events["field"] == "points") & ~events["is_subtask"]]
    has_points = points["value"].notna().groupby(points["board_id"]).any()
    return [
        problem(
            "jira",
            "boards",
            "J006",
            "error",
            f"team {board['team_id']}: no issue in the sprints of board {board['id']} has ever had a number in "
            f"{board['estimation_field']}. Velocity is unknown for it. Check sources.jira.estimation_field.",
            column=board["estimation_field"],
            found=str(board["id"]),
        )
        for board in boards
        if not has_points.get(board["id"], True)
    ]
