"""Boards: whether the configured ones give sprints and points, and which others there are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any, Final

import pandas as pd

from flows.doctor.case import Case
from flows.doctor.findings import Finding, guarded, listed, plural
from flows.doctor.jira_address import scopes
from flows.settings import TeamConfig
from flows.sources.errors import SourceError
from flows.sources.http import Row, SourceClient
from flows.sources.jira.boards import read_boards, sprints_of
from flows.sources.paging import offset_pages
from transforms.clean.frames import part, parts
from transforms.clean.near import nearest
from transforms.clean.times import instants

_SPRINT: Final = "com.pyxis.greenhopper.jira:gh-sprint"
_LEAST_SHARE: Final = 0.5
_LEFT_BEHIND: Final = timedelta(weeks=8)
_ISSUES: Final = 100
_MOST_SPRINTS: Final = 10
_BOARD_PAGE: Final = 50
_MOST_BOARD_PAGES: Final = 10
_HIDDEN: Final = (403, 404)


def board_findings(case: Case, client: SourceClient) -> Iterator[Finding]:
    """Every configured board, several at once, and the names of the others."""
    fields = client.get_list("/rest/api/3/field")
    yield from _field_findings(case.config, fields)
    pairs = [(team.id, board_id) for team in case.config.teams for board_id in team.jira_board_ids]
    for findings in client.in_order(partial(_board, case, client, fields), pairs):
        yield from findings
    yield from guarded("jira", "other_boards", _others(client, {board_id for _, board_id in pairs}))


def _field_findings(config: TeamConfig, fields: Sequence[Row]) -> Iterator[Finding]:
    sprint_fields = [row for row in fields if part(row, "schema").get("custom") == _SPRINT]
    if len(sprint_fields) != 1:
        yield Finding(
            "jira",
            "sprint_field",
            "error",
            f"{plural(len(sprint_fields), 'field')} may be the sprint field"
            + (f": {listed(row.get('id') for row in sprint_fields)}." if sprint_fields else "."),
            "one",
            "Ask a Jira administrator which one is in use, and to remove the others."
            if sprint_fields
            else "Check that the token may read fields, and that this site has Jira boards with sprints.",
        )
    wanted, ids = config.sources.jira.estimation_field, [str(row.get("id")) for row in fields]
    if wanted and wanted not in ids:
        near = nearest(wanted, ids)
        yield Finding(
            "config",
            "estimation_field",
            "error",
            f'sources.jira.estimation_field is "{wanted}", and Jira has no such field.',
            "the id of a field, or nothing: then each board's own is taken",
            f'Did you mean "{near}"?' if near else "Leave the key out.",
        )


def _board(case: Case, client: SourceClient, fields: Sequence[Row], pair: tuple[str, int]) -> list[Finding]:
    team_id, board_id = pair
    return list(guarded("jira", "board", _one_board(case, client, fields, team_id, board_id), scopes(case)))


def _one_board(
    case: Case, client: SourceClient, fields: Sequence[Row], team_id: str, board_id: int
) -> Iterator[Finding]:
    try:
        row = client.get(f"/rest/agile/1.0/board/{board_id}")
    except SourceError as error:
        if error.status not in _HIDDEN:
            raise
        yield _no_such_board(team_id, board_id)
        return
    board = read_boards(client, fields, _with_only(case.config, team_id, board_id))[0]
    sprints, gaps = sprints_of(client, board)
    for gap in gaps:
        yield Finding("jira", "board", "error", gap.sentence, "every sprint")
    what = f'Board {board_id} "{row.get("name")}" ({row.get("type")}) of {team_id}'
    if not board["done_status_ids"] or not sprints:
        yield _no_sprints(what, board)
        return
    closed = _closed(sprints)
    newest = (
        f'the newest closed one is "{closed[-1].get("name")}" ({_day(closed[-1])})' if closed else "none closed yet"
    )
    done = _done_column(client, board_id)
    found = f'{what}: {plural(len(sprints), "sprint")}, {newest}; done is the column "{done}".'
    yield _left_behind(found) if _is_left_behind(case, closed) else Finding("jira", "board", "ok", found)
    yield from _estimates(case, client, fields, board, closed)


def _no_such_board(team_id: str, board_id: int) -> Finding:
    return Finding(
        "jira",
        "board",
        "error",
        f"Board {board_id} of {team_id} does not exist, or the token may not see it: no points of {team_id} are read "
        "from it.",
        "a board that the token's user sees",
        "Check jira_board_ids in the config; the number stands in the board's address. If it is right, give the "
        "token's user the right to see the board, its filter and its projects.",
    )


def _no_sprints(what: str, board: Mapping[str, Any]) -> Finding:
    return Finding(
        "jira",
        "board",
        "error",
        f"{what}: {board['trouble'] or 'Jira lists no sprints for it'}. It gives no points.",
        "a board with sprints, and statuses in its columns",
        "Name the team's board with sprints in jira_board_ids, or none: then its velocity is unknown.",
    )


def _is_left_behind(case: Case, closed: Sequence[Row]) -> bool:
    if not closed:
        return False
    ended = instants([str(_end(closed[-1]))]).iloc[0]
    return bool(ended < pd.Timestamp(case.started - _LEFT_BEHIND))


def _left_behind(found: str) -> Finding:
    return Finding(
        "jira",
        "board",
        "warning",
        found,
        f"a sprint that was closed in the last {_LEFT_BEHIND.days // 7} weeks",
        "If the team has moved to another board, name that in jira_board_ids. If it no longer closes sprints, its "
        "velocity is unknown.",
    )


def _with_only(config: TeamConfig, team_id: str, board_id: int) -> TeamConfig:
    """The config as if there were one board."""
    team = next(team for team in config.teams if team.id == team_id)
    return config.model_copy(update={"teams": (team.model_copy(update={"jira_board_ids": (board_id,)}),)})


def _closed(sprints: Sequence[Row]) -> list[Row]:
    """Closed sprints, the newest last."""
    return sorted((sprint for sprint in sprints if sprint.get("state") == "closed"), key=lambda one: str(_end(one)))


def _end(sprint: Row) -> object:
    return sprint.get("completeDate") or sprint.get("endDate") or ""


def _day(sprint: Row) -> str:
    return str(_end(sprint))[:10] or "no date"


def _done_column(client: SourceClient, board_id: int) -> str:
    configuration = client.get(f"/rest/agile/1.0/board/{board_id}/configuration")
    columns = [column for column in parts(part(configuration, "columnConfig"), "columns") if column.get("statuses")]
    return str(columns[-1].get("name")) if columns else ""


def _estimates(
    case: Case, client: SourceClient, fields: Sequence[Row], board: Mapping[str, Any], closed: Sequence[Row]
) -> Iterator[Finding]:
    """Whether the issues that count in velocity bear an estimate."""
    field_id, board_id = board["estimation_field"], board["id"]
    if field_id is None:
        advice = "Switch estimation on for the board, or name the field in sources.jira.estimation_field."
        yield Finding("jira", "estimation", "error", f"{board['trouble'].capitalize()}.", "a field with points", advice)
        return
    field = next((row for row in fields if row.get("id") == field_id), {})
    what = f'Board {board_id} estimates in "{field.get("name", field_id)}" ({field_id})'
    yield from _kind_of_field(what, field_id, field)
    lately = _ended_lately(case, closed)
    if not lately:
        yield Finding("jira", "estimation", "info", f"{what}; no sprint is closed yet, so none could be looked at.")
        return
    done = _done_issues(client, board, lately)
    filled = sum(part(issue, "fields").get(field_id) is not None for issue in done)
    yield _share(f"{what}, filled in on {filled} of {plural(len(done), 'issue')} done lately", filled, len(done))


def _kind_of_field(what: str, field_id: str, field: Row) -> Iterator[Finding]:
    kind = str(part(field, "schema").get("type") or "number")
    if field_id.startswith("time") or kind != "number":
        spelled = "a time" if field_id.startswith("time") else f"a value of type {kind}"
        yield Finding(
            "jira",
            "estimation",
            "warning",
            f"{what}, which is {spelled}.",
            "a field with numbers: points",
            "Let the board estimate in story points, or name the field in sources.jira.estimation_field.",
        )


def _ended_lately(case: Case, closed: Sequence[Row]) -> list[Row]:
    """Sprints that ended in the last weeks, else the newest."""
    ends = instants([str(_end(sprint)) for sprint in closed])
    is_late = ends >= pd.Timestamp(case.lately.since)
    late = [sprint for sprint, is_one in zip(closed, is_late, strict=True) if is_one]
    return (late or list(closed[-1:]))[-_MOST_SPRINTS:]


def _done_issues(client: SourceClient, board: Mapping[str, Any], sprints: Sequence[Row]) -> list[Row]:
    """Issues of the sprints in the board's last column, the first hundred; sub-tasks have no points of their own."""
    named = ", ".join(str(sprint["id"]) for sprint in sprints)
    statuses = ", ".join(board["done_status_ids"])
    body = {
        "jql": f"sprint in ({named}) AND status in ({statuses}) ORDER BY updated DESC",
        "fields": ["issuetype", board["estimation_field"]],
        "maxResults": _ISSUES,
    }
    path = "/rest/api/3/search/jql"
    issues = client.rows(client.post(path, body), "issues", path)
    return [issue for issue in issues if not part(part(issue, "fields"), "issuetype").get("subtask")]


def _share(found: str, filled: int, done: int) -> Finding:
    if not done:
        advice = "Check that the team moves what is done into the last column of this board."
        return Finding("jira", "estimation", "warning", f"{found}.", "issues in the board's last column", advice)
    if filled >= _LEAST_SHARE * done:
        return Finding("jira", "estimation", "ok", f"{found}.")
    return Finding(
        "jira",
        "estimation",
        "warning" if filled else "error",
        f"{found}: {'most' if filled else 'all'} of what the team does counts for nothing.",
        "an estimate on most of what is done",
        "Let the board estimate in the field that the team fills in, or name that in sources.jira.estimation_field.",
    )


def _others(client: SourceClient, configured: set[int]) -> Iterator[Finding]:
    """Boards that are not in the config: information, for who looks for the right number."""
    pages = offset_pages(client, "/rest/agile/1.0/board", [], "values", _BOARD_PAGE)
    rows = [row for page in islice(pages, _MOST_BOARD_PAGES) for row in page if row.get("id") not in configured]
    if rows:
        names = listed(f"{row.get('name')} ({row.get('id')}, {row.get('type')})" for row in rows)
        yield Finding("jira", "other_boards", "info", f"Boards on the site that are not in the config: {names}.")
