"""Jira sprints, and the history of the issues in them."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, Final, NamedTuple

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
# Jira's own fields of time, all in seconds; a board may estimate in the first.
_SECONDS_FIELDS: Final = (
    "timeoriginalestimate",
    "timeestimate",
    "timespent",
    "aggregatetimeoriginalestimate",
    "aggregatetimeestimate",
    "aggregatetimespent",
)
_NAMED_ISSUES: Final = 10
_ISSUES_AT_ONCE: Final = 20_000


def clean_sprints(sprints: Sequence[Row], boards: Sequence[Row]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sprints of the teams' boards, future ones included.

    Grain: one row per sprint.
    Missing: a board that cannot be used is a problem; its team has no sprints. So is a sprint in an unknown state, one
        that started or closed without saying when, and one that closed before it started: they are left out.
    Source: Jira `board/{id}/sprint` and `board/{id}/configuration`.
    """
    known = [sprint for sprint in sprints if _state(sprint) in _STATES]
    problems = [*_troubled_boards(boards), *_odd_sprints(sprints)]
    if not known:
        return empty(Sprints), problem_table(problems)
    teams = {board["id"]: board["team_id"] for board in boards}
    state = pd.Series([_state(sprint) for sprint in known], dtype="str")
    # A start that is planned for a future sprint is none, and may have passed.
    is_started, is_closed = state != "future", state == "closed"
    table = pd.DataFrame(
        {
            "sprint_id": [int(sprint["id"]) for sprint in known],
            "team_id": [teams[sprint["board_id"]] for sprint in known],
            "name": [str(sprint.get("name") or f"sprint {sprint['id']}") for sprint in known],
            "state": state,
            "start_at": _dates(known, "startDate").where(is_started),
            "end_at": _dates(known, "endDate"),
            "complete_at": _dates(known, "completeDate").where(is_closed),
        }
    )
    reasons = _unusable(table)
    problems += [_undated(sprint, reason) for sprint, reason in zip(known, reasons, strict=True) if reason]
    dated = table[reasons == ""].sort_values("sprint_id")
    is_early = dated["end_at"] <= dated["start_at"]
    problems += [_early_end(row) for row in dated[is_early].to_dict("records")]
    dated["end_at"] = dated["end_at"].mask(is_early)
    return conform(dated, Sprints), problem_table(problems)


def _dates(sprints: Sequence[Row], key: str) -> "pd.Series[pd.Timestamp]":
    values = [sprint.get(key) for sprint in sprints]
    return instants([value if isinstance(value, str | int) else None for value in values])


def _unusable(table: pd.DataFrame) -> "pd.Series[str]":
    """Why a sprint cannot be placed in time; empty where it can."""
    is_started, is_closed = table["state"] != "future", table["state"] == "closed"
    reasons = pd.Series("", index=table.index, dtype="str")
    reasons = reasons.mask(is_closed & (table["complete_at"] <= table["start_at"]), "closed before it started")
    reasons = reasons.mask(is_closed & table["complete_at"].isna(), "closed without a readable date of its close")
    return reasons.mask(is_started & table["start_at"].isna(), "without a readable date of its start")


def _undated(sprint: Row, reason: str) -> Row:
    return problem(
        "jira",
        "sprints",
        "J015",
        "error",
        f'sprint {sprint["id"]} "{sprint.get("name")}" of board {sprint["board_id"]} ({_state(sprint)}) is {reason}: '
        f"startDate {sprint.get('startDate')}, completeDate {sprint.get('completeDate')}. It is left out: its weeks "
        "count as outside of any sprint, and its points nowhere. Correct its dates in Jira.",
        column="startDate" if "start" in reason else "completeDate",
        found=str(sprint["id"]),
    )


def _early_end(row: Mapping[Hashable, Any]) -> Row:
    return problem(
        "jira",
        "sprints",
        "J015",
        "warning",
        f'sprint {row["sprint_id"]} "{row["name"]}" is planned to end ({row["end_at"]:%Y-%m-%d %H:%M} UTC) before it '
        f"starts ({row['start_at']:%Y-%m-%d %H:%M} UTC). The planned end is not used: until the sprint is closed it "
        "counts for its first day only. Correct its dates in Jira.",
        column="endDate",
        found=str(row["sprint_id"]),
    )


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
    Units: story points; where a board estimates in time, hours.
    Missing: no sprint, no points, no assignee are missing values; an assignee outside the roster is `(not on roster)`.
    Source: Jira issues (`read_issues`, each once) and changelogs (`read_changes`). A field without history has held
        its present value since creation.
    Definition: metrics.md, "Velocity per engineer". An issue is judged by the board of its latest sprint: that board's
        estimation field, and the statuses of its last column, which mean done.
    """
    if issues.empty:
        return Histories(empty(IssueEvents), problem_table([]), 0)
    issues, changes, strays = _with_sprint_numbers(issues, changes, sprints, sprint_field)
    facts = _issue_facts(issues, changes, sprints, boards, sprint_field)
    done = _done_statuses(issues, boards)
    parts = [
        _events_of(facts.iloc[start : start + _ISSUES_AT_ONCE], changes, done, sprint_field, engineers)
        for start in range(0, len(facts), _ISSUES_AT_ONCE)
    ]
    doubtful = pd.concat([part.doubtful for part in parts])
    odd_points = pd.concat([part.odd_points for part in parts])
    estimated = set().union(*(part.estimated for part in parts))
    table = pd.concat([part.events for part in parts], ignore_index=True)
    rows = [
        *_without_points(facts, estimated, sprints, boards),
        *_in_hours(boards),
        *_odd_estimates(odd_points),
        *strays,
        *_doubts(doubtful),
    ]
    return Histories(conform(table, IssueEvents), problem_table(rows), doubtful["issue_id"].nunique())


class _Part(NamedTuple):
    """Of some of the issues: events, the boards on which one of them has points, the histories in doubt, and the
    estimates that are odd (`issue_key`, `raw`, `value`)."""

    events: pd.DataFrame
    estimated: set[int]
    doubtful: pd.DataFrame
    odd_points: pd.DataFrame


def _events_of(
    facts: pd.DataFrame,
    changes: pd.DataFrame,
    done: Sequence[tuple[int, str]],
    sprint_field: str | None,
    engineers: pd.DataFrame,
) -> _Part:
    """Years of history would not fit into memory several times over: a part of the issues is worked out at a time."""
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
    points = _points_of(events)
    valued = events.assign(value=_values_of(events, points, done, engineers))
    is_estimate = (valued["field"] == "points") & ~valued["is_subtask"] & valued["raw"].notna()
    is_odd = is_estimate & ~(points >= 0)
    table = valued.sort_values(["issue_number", "field", "changed_at", "event_id"])
    return _Part(
        events=shaped(table, IssueEvents),
        estimated=set(valued.loc[is_estimate & points.notna(), "board_id"].dropna()),
        doubtful=_in_doubt(items, facts),
        odd_points=valued.loc[is_odd, ["issue_key", "raw", "value"]],
    )


def _with_sprint_numbers(
    issues: pd.DataFrame, changes: pd.DataFrame, sprints: Sequence[Row], sprint_field: str | None
) -> tuple[pd.DataFrame, pd.DataFrame, list[Row]]:
    """Issues and changes whose lists of sprints are numbers joined by `,`; and what of them is of no use."""
    is_move = changes["field_id"] == sprint_field
    raw = pd.concat([issues["sprints"], changes.loc[is_move, "before"], changes.loc[is_move, "after"]])
    owner = pd.concat([issues["issue_id"], changes.loc[is_move, "issue_id"], changes.loc[is_move, "issue_id"]])
    parts = {text: [part.strip() for part in text.split(",")] for text in raw.dropna().unique()}
    numbers = {text: _joined_numbers(listed) for text, listed in parts.items()}
    listed_ids = {str(sprint["id"]) for sprint in sprints}
    strays = {text: [part for part in listed if part and part not in listed_ids] for text, listed in parts.items()}
    stray = raw.map(strays).set_axis(owner.array).dropna().explode().dropna()
    cleaned = {name: changes[name].mask(is_move, changes[name].map(numbers)) for name in ("before", "after")}
    return (
        issues.assign(sprints=issues["sprints"].map(numbers).astype("str")),
        changes.assign(**cleaned),
        _stray_sprints(stray, issues),
    )


def _joined_numbers(parts: Sequence[str]) -> str | None:
    """In order of the numbers: Jira lists the same sprints in one order here and in another there."""
    return ",".join(sorted({part for part in parts if _is_number(part)}, key=int)) or None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _stray_sprints(stray: "pd.Series[str]", issues: pd.DataFrame) -> list[Row]:
    """Sprints that histories name and no board lists: of a board that is not configured, or deleted."""
    if stray.empty:
        return []
    ids = sorted(stray.unique(), key=lambda text: (not _is_number(text), int(text) if _is_number(text) else 0, text))
    keys = issues.loc[issues["issue_id"].isin(stray.index), "issue_key"]
    return [
        problem(
            "jira",
            "changelog",
            "J016",
            "info",
            f"{keys.size} issues ({_named(keys)}) are, or were, in {len(ids)} sprints that no configured board lists "
            f"({', '.join(ids[:_NAMED_ISSUES])}). What was done in those counts nowhere. If they are a team's own, add "
            "their board to jira_board_ids; deleted sprints and other teams' need nothing.",
            column="Sprint",
            found=ids[0],
        )
    ]


def _named(keys: "pd.Series[str]") -> str:
    names = sorted(keys.dropna().unique())
    more = f" and {len(names) - _NAMED_ISSUES} more" if len(names) > _NAMED_ISSUES else ""
    return ", ".join(names[:_NAMED_ISSUES]) + more


def _odd_estimates(odd: pd.DataFrame) -> list[Row]:
    """Estimates that are legal in Jira and hardly meant: below zero, or no number."""
    is_number = odd["value"].notna()
    told = [
        (
            odd[is_number],
            "negative points. They count as they are, as in Jira's own report, and lower what the sprint completed. If "
            "they are not meant, correct them in Jira.",
        ),
        (
            odd[~is_number],
            "estimates that are no numbers. They count as not estimated. Enter numbers in Jira, or name the field that "
            "holds them in sources.jira.estimation_field.",
        ),
    ]
    return [
        problem(
            "jira",
            "issues",
            "J017",
            "warning",
            f"{_named(rows['issue_key'])}: {sentence}",
            column="points",
            found=str(rows["raw"].iloc[0]),
        )
        for rows, sentence in told
        if len(rows)
    ]


def _in_hours(boards: Sequence[Row]) -> list[Row]:
    """Boards that estimate in time: their points are hours."""
    return [
        problem(
            "jira",
            "boards",
            "J018",
            "info",
            f"team {board['team_id']}: board {board['id']} estimates in time ({board['estimation_field']}). An hour "
            "counts as a point, so the team's points are comparable with its own past only. For story points choose "
            "them on the board, or name their field in sources.jira.estimation_field.",
            column=board["estimation_field"],
            found=str(board["id"]),
        )
        for board in boards
        if board["estimation_field"] in _SECONDS_FIELDS
    ]


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


def _points_of(events: pd.DataFrame) -> "pd.Series[float]":
    """Raw estimates as numbers, hours where they are seconds; missing where there is none, or what is no number."""
    numbers = pd.to_numeric(events["raw"].where(events["field"] == "points"), errors="coerce").astype("float64")
    finite = numbers.where(np.isfinite(numbers))
    return finite.mask(events["estimation_field"].isin(_SECONDS_FIELDS), finite / 3600)


def _values_of(
    events: pd.DataFrame, points: "pd.Series[float]", done: Sequence[tuple[int, str]], engineers: pd.DataFrame
) -> "pd.Series[str]":
    """Raw values of changes in the words of the table."""
    field, raw = events["field"], events["raw"]
    people = engineers.dropna(subset=["jira_account_id"]).set_index("jira_account_id")["engineer_id"]
    is_done = pd.MultiIndex.from_arrays([events["board_id"], raw]).isin(done)
    choices = {
        "sprints": raw,
        "points": points.astype("str"),
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


def _without_points(
    facts: pd.DataFrame, estimated: Collection[int], sprints: Sequence[Row], boards: Sequence[Row]
) -> list[Row]:
    """A board on which no issue was ever estimated: a mistake in the config, not a velocity of zero.

    While none of its sprints has closed there may be nothing to estimate yet.
    """
    has_issues = set(facts.loc[~facts["is_subtask"], "board_id"].dropna())
    has_closed = {sprint["board_id"] for sprint in sprints if _state(sprint) == "closed"}
    return [
        problem(
            "jira",
            "boards",
            "J006",
            "error" if board["id"] in has_closed else "info",
            f"team {board['team_id']}: no issue in the sprints of board {board['id']} has ever had a number in "
            f"{board['estimation_field']}. "
            + (
                "Velocity is unknown for it. Check sources.jira.estimation_field."
                if board["id"] in has_closed
                else "None of its sprints has closed yet, so nothing is missed so far."
            ),
            column=board["estimation_field"],
            found=str(board["id"]),
        )
        for board in boards
        # A board that estimates in no field is told as its trouble.
        if board["estimation_field"] and board["id"] in has_issues and board["id"] not in estimated
    ]
