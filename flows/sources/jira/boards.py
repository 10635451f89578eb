"""Boards and their sprints: which field holds the points, what is done, and when sprints ran."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from flows.settings.model import TeamConfig
from flows.sources.errors import Gap, SourceError
from flows.sources.http import Row, SourceClient
from flows.sources.paging import offset_pages
from flows.sources.window import Window

_SPRINT: Final = "com.pyxis.greenhopper.jira:gh-sprint"
_TEAM_MANAGED_POINTS: Final = "com.pyxis.greenhopper.jira:jsw-story-points"
_POINTS_NAMES: Final = ("Story Points", "Story point estimate")
_REOPENED_WITHIN: Final = timedelta(weeks=4)
_SPRINT_PAGE: Final = 50


def sprint_field_of(client: SourceClient, fields: Sequence[Row]) -> str | None:
    """Id of the field that holds sprints; None where Jira has none. Errors: SourceError where several may be it."""
    return _only(client, [row["id"] for row in fields if _custom_kind(row) == _SPRINT], "sprint field")


def _custom_kind(field: Mapping[str, Any]) -> str:
    return str((field.get("schema") or {}).get("custom", ""))


def _only(client: SourceClient, ids: Sequence[str], what: str) -> str | None:
    if len(ids) > 1:
        raise client.error(
            f"{len(ids)} fields may be the {what}: {', '.join(sorted(ids))}",
            "one",
            "Name the right one in the config: sources.jira.estimation_field."
            if what != "sprint field"
            else "Ask a Jira administrator which one is in use, and remove the other.",
        )
    return ids[0] if ids else None


def read_boards(client: SourceClient, fields: Sequence[Row], config: TeamConfig) -> list[Row]:
    """The configured boards, as `JiraRead.boards`. Errors: SourceError where the field with points is ambiguous."""
    pairs = [(team.id, board_id) for team in config.teams for board_id in team.jira_board_ids]
    return [_board(client, team_id, board_id, fields, config) for team_id, board_id in dict.fromkeys(pairs)]


def _board(client: SourceClient, team_id: str, board_id: int, fields: Sequence[Row], config: TeamConfig) -> Row:
    """Of one board: which field holds its estimates, and which statuses mean done (its last column that has any)."""
    board: Row = {"id": board_id, "team_id": team_id, "estimation_field": None, "done_status_ids": [], "trouble": ""}
    try:
        configuration = client.get(f"/rest/agile/1.0/board/{board_id}/configuration")
    except SourceError as error:
        if error.status not in (403, 404):
            raise
        return {**board, "trouble": f"board {board_id} does not exist, or the token may not see it"}
    columns = (configuration.get("columnConfig") or {}).get("columns") or []
    mapped = [column["statuses"] for column in columns if column.get("statuses")]
    board["project_key"] = (configuration.get("location") or {}).get("key")
    if not mapped:
        return {**board, "trouble": f"board {board_id} maps no status to a column, so Jira lists no sprints for it"}
    estimation = ((configuration.get("estimation") or {}).get("field") or {}).get("fieldId")
    estimation_field = config.sources.jira.estimation_field or estimation or _points_field(client, fields)
    return {
        **board,
        "estimation_field": estimation_field,
        "done_status_ids": [str(status["id"]) for status in mapped[-1]],
        "trouble": "" if estimation_field else f"board {board_id} estimates in no field, so it has no points",
    }


def _points_field(client: SourceClient, fields: Sequence[Row]) -> str | None:
    """The field that holds story points where a board names none: by kind, else by its exact name."""
    by_kind = [row["id"] for row in fields if _custom_kind(row) == _TEAM_MANAGED_POINTS]
    by_name = [row["id"] for row in fields if row.get("name") in _POINTS_NAMES]
    return _only(client, by_kind or by_name, "story points field")


def sprints_of_all(client: SourceClient, boards: Sequence[Row]) -> tuple[list[Row], list[Row], list[Gap]]:
    """The boards with the troubles met, every sprint of theirs once, and what is missing.

    A sprint seen on several boards is its origin board's, else the first board's.
    """
    found: dict[int, Row] = {}
    seen: list[Row] = []
    gaps: list[Gap] = []
    for board, (sprints, trouble, short) in zip(
        boards, client.in_order(partial(_listed_sprints, client), boards), strict=True
    ):
        seen.append({**board, "trouble": board["trouble"] or trouble})
        gaps += short
        for sprint in sprints:
            if sprint["id"] not in found or sprint.get("originBoardId") == board["id"]:
                found[sprint["id"]] = {**sprint, "board_id": board["id"]}
    return seen, [found[sprint_id] for sprint_id in sorted(found)], gaps


def sprints_of(client: SourceClient, board: Mapping[str, Any]) -> tuple[list[Row], list[Gap]]:
    """A board's sprints, and what is missing."""
    sprints, _, gaps = _listed_sprints(client, board)
    return sprints, gaps


def _listed_sprints(client: SourceClient, board: Mapping[str, Any]) -> tuple[list[Row], str, list[Gap]]:
    """A board's sprints, to the end of the list, where the newest are; why there are none; and what is missing."""
    gaps: list[Gap] = []
    path = f"/rest/agile/1.0/board/{board['id']}/sprint"
    on_short = partial(tell_short, gaps, f"sprints of board {board['id']}")
    try:
        pages = offset_pages(client, path, [], "values", _SPRINT_PAGE, on_short)
        return [sprint for rows in pages for sprint in client.with_id(rows, path)], "", gaps
    except SourceError as error:
        # 400: a kanban board, or one with sprints switched off. 422: no column has a status.
        if error.status in (400, 422):
            return [], f"board {board['id']} has no sprints", []
        if error.status in (403, 404):
            return [], f"the token may not see the sprints of board {board['id']}", []
        raise


def tell_short(gaps: list[Gap], what: str, announced: int, received: int) -> None:
    sentence = (
        f"Points incomplete: Jira announced {announced} {what} and handed over {received}. The next run tries again; "
        "if it stays, give the token's user permission to see them."
    )
    gaps.append(Gap(frozenset({"velocity"}), sentence))


def touches(sprint: Mapping[str, Any], window: Window) -> bool:
    """Whether a sprint ran in the window or shortly before, when its work may have been reopened in the window.

    Future sprints have no start.
    """
    if not sprint.get("startDate"):
        return False
    ended = sprint.get("completeDate") or (sprint.get("endDate") if sprint.get("state") == "closed" else None)
    return instant(sprint["startDate"]) < window.until and (
        ended is None or instant(ended) >= window.since - _REOPENED_WITHIN
    )


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
