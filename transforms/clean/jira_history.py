"""Jira sprints, and the history of the issues in them."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from transforms.clean.jira_rows import sprint_ids
from transforms.clean.problems import Row, problem, problem_table
from transforms.clean.times import instants
from transforms.schemas.registry import conform, empty, shaped
from transforms.schemas.sources import IssueEvents, Sprints

NOT_ON_ROSTER: Final = "(not on roster)"
_FIELDS: Final = ("sprints", "points", "is_done", "assignee")
_STATES: Final = ("future", "active", "closed")
_ISSUES_AT_ONCE: Final = 20_000


def clean_sprints(sprints: Sequence[Row], boards: Sequence[Row]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sprints of the teams' boards, future ones included.

    Grain: one row per sprint.
    Missing: a board that cannot be used is a problem; its team has no sprints. So is a sprint in an unknown state.
    Source: Jira `board/{id}/sprint` and `board/{id}/configuration`.
    """
    known = [sprint for sprint in sprints if _state(sprint) in _STATES]
    problems = problem_table([*_troubled_boards(boards), *_odd_sprints(sprints)])
    if not known:
        return empty(Sprints), problems
    teams = {board["id"]: board["team_id"] for board in boards}
    table = pd.DataFrame(
        {
            "sprint_id": [int(sprint["id"]) for sprint in known],
            "team_id": [teams[sprint["board_id"]] for sprint in known],
            "name": [str(sprint.get("name") or f"sprint {sprint['id']}") for sprint in known],
            "state": [_state(sprint) for sprint in known],
            "start_at": instants([sprint.get("startDate") for sprint in known]),
            "end_at": instants([sprint.get("endDate") for sprint in known]),
            "complete_at": instants([sprint.get("completeDate") for sprint in known]),
        }
    )
    return conform(table.sort_values("sprint_id"), Sprints), problems


def _state(sprint: Row) -> str:
    return str(sprint.get("state")).lower()


def _troubled_boards(boards: Sequence[Row]) -> list[Row]:
    return [
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


def _odd_sprints(sprints: Sequence[Row]) -> list[Row]:
    return [
        problem(
            "jira",
            "sprints",
            "J010",
            "warning",
            f'sprint {sprint["id"]} is in the state "{sprint.get("state")}"; future, active or closed was expected. '
            "It is left out. If Jira has a new state, this program needs a newer version.",
            column="state",
            found=str(sprint.get("state")),
        )
        for sprint in sprints
        if _state(sprint) not in _STATES
    ]


class Histories(NamedTuple):
    """Cleaned histories, what is wrong with them, and how many issues' histories do not end in their present values."""

    events: pd.DataFrame
    problems: pd.DataFrame
    in_doubt: int


def clean_issue_events(
    issues: pd.DataFrame,
    changes: pd.DataFrame,
    sprints: Sequence[Row],
    boards: Sequence[Row],
    sprint_field: str | None,
    engineers: pd.DataFrame,
) -> Histories:
    """Sprint, points, done and assignee of every issue: the value at creation and every change.

    Grain: table IssueEvents; one row per issue and field at creation (`event_id` 0), one per change.
    Missing: no sprint, no points, no assignee are missing values; an assignee outside the roster is `(not on roster)`.
    Source: Jira issues (`read_issues`, each once) and changelogs (`read_changes`). A field without history has held
        its present value since creation.
    Definition: metrics.md, "Velocity per engineer". An issue is judged by the board of its latest sprint: that board's
        estimation field, and the statuses of its last column, which mean done.
    """
    if issues.empty:
        return Histories(empty(IssueEvents), problem_table([]), 0)
    facts = _issue_facts(issues, changes, sprints, boards, sprint_field)
    done = _done_statuses(issues, boards)
    parts = [
        _events_of(facts.iloc[start : start + _ISSUES_AT_ONCE], changes, done, sprint_field, engineers)
        for start in range(0, len(facts), _ISSUES_AT_ONCE)
    ]
    doubtful = pd.concat([doubts for _, _, doubts in parts])
    estimated = set().union(*(boards_with_points for _, boards_with_points, _ in parts))
    table = pd.concat([events for events, _, _ in parts], ignore_index=True)
    problems = problem_table([*_without_points(facts, estimated, boards), *_doubts(doubtful)])
    return Histories(conform(table, IssueEvents), problems, doubtful["issue_id"].nunique())


def _events_of(
    facts: pd.DataFrame,
    changes: pd.DataFrame,
    done: Sequence[tuple[int, str]],
    sprint_field: str | None,
    engineers: pd.DataFrame,
) -> tuple[pd.DataFrame, set[int], pd.DataFrame]:
    """Events of some of the issues, the boards on which one of them has points, and the histories in doubt.

    Years of history would not fit into memory several times over: a part of the issues is worked out at a time.
    """
    items = changes[changes["issue_id"].isin(facts["issue_id"])].merge(
        facts, on="issue_id", how="inner", validate="many_to_one"
    )
    names = {sprint_field: "sprints", "status": "is_done", "assignee": "assignee"}
    is_points = items["field_id"] == items["estimation_field"]
    items = items.assign(field=items["field_id"].map(names).astype("str").mask(is_points, "points"))
    items = items.dropna(subset=["field"]).sort_values(["changed_at", "event_id"], ignore_index=True)
    first = items.drop_duplicates(["issue_id", "field"]).assign(raw=lambda rows: rows["before"])
    created = pd.concat([first, _present_values(facts)]).drop_duplicates(["issue_id", "field"])
    created = created.assign(event_id=0, changed_at=created["created_at"])
    events = pd.concat([created, items.assign(raw=items["after"])], ignore_index=True)
    events = events.drop_duplicates(["issue_id", "event_id", "field"], keep="last")
    valued = events.assign(value=_values_of(events, done, engineers))
    has_points = (valued["field"] == "points") & ~valued["is_subtask"] & valued["value"].notna()
    table = valued.sort_values(["issue_number", "field", "changed_at", "event_id"])
    return shaped(table, IssueEvents), set(valued.loc[has_points, "board_id"].dropna()), _in_doubt(items, facts)


def _issue_facts(
    issues: pd.DataFrame,
    changes: pd.DataFrame,
    sprints: Sequence[Row],
    boards: Sequence[Row],
    sprint_field: str | None,
) -> pd.DataFrame:
    """One row per issue: what it is, its board, and its present values as changelogs spell them."""
    board_id = _home_boards(issues, changes, sprints, sprint_field)
    fields_of = {board["id"]: board["estimation_field"] for board in boards}
    estimation_field = board_id.map(fields_of).astype("str")
    points = pd.Series(None, index=issues.index, dtype="str")
    for name in estimation_field.dropna().unique():
        points = points.mask(estimation_field == name, issues[name])
    kept = ["issue_id", "issue_key", "is_subtask", "created_at", "sprints", "is_done", "assignee"]
    facts = issues[kept].assign(
        issue_number=pd.to_numeric(issues["issue_id"]),
        board_id=board_id,
        estimation_field=estimation_field,
        points=points,
    )
    return facts.sort_values("issue_number", ignore_index=True)


def _home_boards(
    issues: pd.DataFrame, changes: pd.DataFrame, sprints: Sequence[Row], sprint_field: str | None
) -> "pd.Series[int]":
    """The board of the latest of our sprints that each issue is or was in; missing where it was in none."""
    home = {int(sprint["id"]): sprint["board_id"] for sprint in sprints}
    moves = changes[changes["field_id"] == sprint_field].set_index("issue_id")
    present = issues.set_index("issue_id")["sprints"]
    ids = pd.concat([sprint_ids(present), sprint_ids(moves["before"]), sprint_ids(moves["after"])])
    ours = ids[ids.isin(list(home))]
    latest = issues["issue_id"].map(ours.groupby(level=0).max())
    return latest.map(home).astype("Int64")


def _present_values(facts: pd.DataFrame) -> pd.DataFrame:
    """Present values in long form, one row per issue and field."""
    kept = [name for name in facts.columns if name not in _FIELDS]
    return facts.melt(id_vars=kept, value_vars=list(_FIELDS), var_name="field", value_name="raw")


def _in_doubt(items: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Issues and fields whose last known change does not lead to the present value: part of the history is missing."""
    last = items.drop_duplicates(["issue_id", "field"], keep="last")
    present = _present_values(facts)[["issue_id", "field", "raw"]]
    pairs = last[["issue_id", "issue_key", "field", "after"]].merge(
        present, on=["issue_id", "field"], how="left", validate="one_to_one"
    )
    after, now = _comparable(pairs["after"], pairs["field"]), _comparable(pairs["raw"], pairs["field"])
    doubtful: pd.DataFrame = pairs[after != now]
    return doubtful


def _comparable(raw: "pd.Series[str]", field: "pd.Series[str]") -> "pd.Series[str]":
    """Raw values so that the same value is the same text: "5" and "5.0", "61, 62" and "61,62", null and ""."""
    numbers = pd.to_numeric(raw.where(field == "points"), errors="coerce").astype("str")
    return raw.str.replace(r"\s+", "", regex=True).mask(field == "points", numbers).fillna("")


def _doubts(doubtful: pd.DataFrame) -> list[Row]:
    if doubtful.empty:
        return []
    keys = sorted(doubtful["issue_key"].dropna().unique())
    return [
        problem(
            "jira",
            "changelog",
            "J011",
            "warning",
            f"the histories of {len(keys)} issues do not end in what the issues hold now (the first: "
            f"{', '.join(keys[:5])}). Points of their sprints may be off. A sprint that was deleted does this; many "
            "such issues mean that Jira did not hand over whole histories: run again.",
            column="items",
            found=keys[0],
        )
    ]


def _values_of(events: pd.DataFrame, done: Sequence[tuple[int, str]], engineers: pd.DataFrame) -> "pd.Series[str]":
    """Raw values of changes in the words of the table."""
    field, raw = events["field"], events["raw"]
    people = engineers.dropna(subset=["jira_account_id"]).set_index("jira_account_id")["engineer_id"]
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


def _done_statuses(issues: pd.DataFrame, boards: Sequence[Row]) -> list[tuple[int, str]]:
    """Board and status id of everything that means done; by status category where a board maps no status."""
    by_category = sorted(issues.loc[issues["is_done_category"], "is_done"].dropna().unique())
    return [(board["id"], status_id) for board in boards for status_id in (board["done_status_ids"] or by_category)]


def _without_points(facts: pd.DataFrame, estimated: Collection[int], boards: Sequence[Row]) -> list[Row]:
    """A board on which no issue was ever estimated: a mistake in the config, not a velocity of zero."""
    has_issues = set(facts.loc[~facts["is_subtask"], "board_id"].dropna())
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
        # A board that estimates in no field is told as its trouble.
        if board["estimation_field"] and board["id"] in has_issues and board["id"] not in estimated
    ]
