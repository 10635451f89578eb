"""Jira Cloud: boards, sprints, their issues and histories, and the worklogs entered or changed in a window.

The same window asks the same requests, so that recorded answers can be read again. Nothing is asked for that no metric
uses: no summaries, no comments, no e-mail addresses. Pages become flat frames as they come, so that years of history
fit into memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from flows.settings.model import BillingRule, TeamConfig
from flows.sources.errors import Gap
from flows.sources.http import Row, SourceClient
from flows.sources.jira.access import check_access, known_accounts
from flows.sources.jira.boards import read_boards, sprint_field_of, sprints_of_all, touches
from flows.sources.jira.issues import Work
from flows.sources.jira.worklogs import changed_worklogs, no_worklogs
from flows.sources.window import Window
from transforms.clean.frames import together


@dataclass(frozen=True)
class JiraRead:
    """What Jira answered.

    `boards`: one per configured board, in the order of the config: `id`, `team_id`, `estimation_field` (None: no
    points), `done_status_ids` (empty: the board maps none), `trouble` (a sentence, or "").
    `sprints`: each once, as received, with `board_id` of the configured board that it belongs to.
    `issues` (`read_issues`): each once; `is_of_sprint` if it is, or was before it left, in a sprint that touches the
    window, else it stands behind a worklog. `changes` (`read_changes`): the history of those of a sprint.
    `worklogs` (`read_worklogs`): everybody's; empty where hours come from elsewhere.
    `accounts`: which accounts of the roster Jira knows; None where it does not say.
    """

    boards: list[Row]
    sprint_field: str | None
    sprints: list[Row]
    issues: pd.DataFrame
    changes: pd.DataFrame
    worklogs: pd.DataFrame
    deleted_worklog_ids: frozenset[str]
    accounts: frozenset[str] | None
    counts: dict[str, int]
    gaps: tuple[Gap, ...]


def fetch_jira(client: SourceClient, window: Window, config: TeamConfig, *, with_worklogs: bool = True) -> JiraRead:
    """Everything that velocity, and without Tempo billable share, need from Jira for a window.

    Errors: SourceError; nothing half-read is handed over.
    """
    check_access(client)
    accounts = known_accounts(client, [engineer.jira_account_id for engineer in config.engineers])
    fields = client.get_list("/rest/api/3/field")
    sprint_field = sprint_field_of(client, fields)
    boards = read_boards(client, fields, config)
    boards, sprints, short_lists = sprints_of_all(client, boards)
    touching = [sprint for sprint in sprints if touches(sprint, window)]
    points_fields = sorted({board["estimation_field"] for board in boards} - {None})
    rule_fields = fields_of_rules(config.metrics.billable.rules) if with_worklogs else []
    work = Work(client, sprint_field, points_fields, rule_fields)
    members, short_members = work.members([sprint["id"] for sprint in touching])
    left, changes, unsearched = work.history(members, touching, _projects(members, boards))
    of_sprints = together([members, left], members).assign(is_of_sprint=True)
    worklogs, deleted, short_hours = changed_worklogs(client, window, config) if with_worklogs else no_worklogs()
    unseen = _unseen_issue_ids(worklogs, of_sprints, config)
    others = work.issues(unseen).assign(is_of_sprint=False)
    issues = together([of_sprints, others], of_sprints)
    return JiraRead(
        boards=boards,
        sprint_field=sprint_field,
        sprints=sprints,
        issues=issues,
        changes=changes,
        worklogs=worklogs,
        deleted_worklog_ids=frozenset(map(str, deleted)),
        accounts=accounts,
        counts={
            "sprints": len(touching),
            "issues": len(issues),
            "issues_not_listed": len(left),
            "worklogs": len(worklogs),
            "worklogs_deleted": len(deleted),
        },
        gaps=(*short_lists, *short_members, *unsearched, *short_hours, *_unknown_fields(rule_fields, fields)),
    )


def fields_of_rules(rules: Sequence[BillingRule]) -> list[str]:
    """Ids of the custom fields that billing rules look at, each once."""
    return sorted({rule.value.partition("=")[0] for rule in rules if rule.kind == "custom_field"})


def _unknown_fields(wanted: Sequence[str], fields: Sequence[Row]) -> list[Gap]:
    """A rule about a field that is not there would match nothing, and make hours unbillable that a client pays for."""
    known = {field.get("id") for field in fields}
    missing = [name for name in wanted if name not in known]
    if not missing:
        return []
    sentence = (
        f"What is billable is unknown: billing rules look at {', '.join(missing)}, and Jira has no such field that the "
        "token's user may see. Correct metrics.billable.rules in the config (`tenfour doctor` looks at each)."
    )
    return [Gap(frozenset({"billable"}), sentence)]


def _projects(members: pd.DataFrame, boards: Sequence[Row]) -> list[str]:
    """Keys of the projects whose issues are, or may have been, in the sprints."""
    own = [str(board["project_key"]) for board in boards if board.get("project_key")]
    return sorted({*members["project_key"].dropna(), *own})


def _unseen_issue_ids(worklogs: pd.DataFrame, seen: pd.DataFrame, config: TeamConfig) -> list[str]:
    """Issues that someone on the roster logged work on and that no sprint brought."""
    roster = [engineer.jira_account_id for engineer in config.engineers if engineer.jira_account_id]
    logged = worklogs.loc[worklogs["account_id"].isin(roster), "issue_id"].dropna()
    return sorted(set(logged) - set(seen["issue_id"]), key=int)
