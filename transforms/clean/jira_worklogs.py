"""Jira worklogs: whose hours, on which day, and whether a client pays for them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, Protocol

import numpy as np
import pandas as pd

from transforms.clean.jira_rows import BETWEEN, rule_column
from transforms.clean.problems import Row, problem, problem_table
from transforms.clean.worklogs import Vendor, in_the_future, of_roster, overlaps
from transforms.schemas.registry import conform, shaped
from transforms.schemas.sources import Worklogs

DEFAULT_RULE: Final = "default"
JIRA: Final = Vendor("jira", "Jira", "J")


class BillingRule(Protocol):
    """Says whether hours are billable: `value` of `kind` must match."""

    @property
    def name(self) -> str: ...
    @property
    def kind(
        self,
    ) -> Literal[
        "label", "project", "project_category", "issue_type", "component", "custom_field", "worklog_property"
    ]: ...
    @property
    def value(self) -> str: ...
    @property
    def billable(self) -> bool: ...


def clean_worklogs(
    worklogs: pd.DataFrame,
    issues: pd.DataFrame,
    engineers: pd.DataFrame,
    rules: Sequence[BillingRule],
    default_is_billable: bool,
    first_week: pd.Timestamp,
    until: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Worklogs of the roster, dated in their author's zone and split by the first billing rule that matches.

    Grain: table Worklogs; one row per worklog from `first_week` on, those of later weeks than the reported one too.
    Units: hours.
    Missing: worklogs of people who are not on the roster, with an impossible time, or dated before `first_week` become
        problems, and so does one dated in the future, at `until` or later. When a worklog was entered is when it was
        edited, or else begun, where Jira does not say.
    Source: Jira worklogs (`read_worklogs`), and the issues behind them (`read_issues`), each issue once.
    Definition: metrics.md, "Billable share".
    """
    unseen: list[pd.DataFrame] = []

    def billed(ours: pd.DataFrame) -> pd.DataFrame:
        unseen.append(ours.loc[~ours["issue_id"].isin(issues["issue_id"]), ["issue_id", "logged_hours"]])
        return shaped(_billed(ours, issues, rules, default_is_billable), Worklogs)

    rows, problems = of_roster(JIRA, worklogs, engineers, first_week, billed)
    table = conform(rows.sort_values(["started_at", "worklog_id"]), Worklogs)
    ahead = in_the_future(JIRA, table, until)
    return table, problem_table([*problems, *_unseen_issues(pd.concat(unseen)), *overlaps(JIRA, table), *ahead])


def _billed(
    worklogs: pd.DataFrame, issues: pd.DataFrame, rules: Sequence[BillingRule], default_is_billable: bool
) -> pd.DataFrame:
    matches = [_matches(worklogs, issues, rule) for rule in rules] + [np.ones(len(worklogs), dtype=bool)]
    first = np.argmax(np.vstack(matches), axis=0)
    names = np.array([*(rule.name for rule in rules), DEFAULT_RULE])
    is_billable = np.array([*(rule.billable for rule in rules), default_is_billable])
    keys = issues.set_index("issue_id")["issue_key"]
    ids = worklogs["issue_id"].fillna("(none)")
    entered = worklogs["recorded_at"].fillna(worklogs["updated_at"]).fillna(worklogs["started_at"])
    return worklogs.assign(
        # Without any issue, what `map` gives is a column of numbers.
        issue_key=ids.map(keys).astype("str").fillna("id " + ids),
        recorded_at=entered,
        updated_at=worklogs["updated_at"].fillna(entered),
        billing_rule=names[first],
        billable_hours=np.where(is_billable[first], worklogs["logged_hours"], 0.0),
    )


def _matches(worklogs: pd.DataFrame, issues: pd.DataFrame, rule: BillingRule) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Which worklogs a rule matches; upper and lower case are the same."""
    if rule.kind == "worklog_property":
        return np.array([_has_property(properties, rule.value) for properties in worklogs["properties"]], dtype=bool)
    field_id, _, value = rule.value.partition("=")
    is_custom = rule.kind == "custom_field"
    column, text = (rule_column(field_id), value) if is_custom else (rule.kind, rule.value)
    wanted = f"{BETWEEN}{text.casefold()}{BETWEEN}"
    matching = issues.loc[issues[column].str.contains(wanted, regex=False), "issue_id"]
    return worklogs["issue_id"].isin(matching).to_numpy()


def _has_property(properties: Iterable[Row] | None, rule: str) -> bool:
    """Whether a worklog has `key=value`, or `key.member=value`; without `=value`, anything that is not false."""
    path, _, wanted = rule.partition("=")
    found = {name: value for entry in properties or () for name, value in _flat(entry)}
    value = found.get(path)
    return str(value).casefold() == wanted.casefold() if wanted else bool(value)


def _flat(entry: Row) -> list[tuple[str, Any]]:
    key, value = entry.get("key", ""), entry.get("value")
    members = value.items() if isinstance(value, dict) else ()
    return [(key, value), *((f"{key}.{name}", member) for name, member in members)]


def _unseen_issues(unseen: pd.DataFrame) -> list[Row]:
    if unseen.empty:
        return []
    ids = ", ".join(sorted(unseen["issue_id"].dropna().unique(), key=lambda text: (len(text), text))[:5])
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
