"""Who a vendor's account may be: suggestions for the config, never matches made by the program itself."""

import unicodedata
from collections.abc import Collection
from typing import Final

import pandas as pd

from transforms.clean.near import nearest
from transforms.clean.problems import problem, problem_table

_TITLES: Final = {
    "jira_account_id": "Jira account",
    "pagerduty_user_id": "PagerDuty user",
    "alertops_user_name": "AlertOps user",
}


def likely_engineer(name: object, engineers: pd.DataFrame, column: str) -> str | None:
    """The engineer without an account in `column` whose name is the account's, or nearly; None if nobody's is.

    Accents, case and the order of the names do not matter ("Ruiz, Ana" is Ana Ruiz).
    """
    open_places = engineers[engineers[column].isna()]
    if not isinstance(name, str) or open_places.empty:
        return None
    by_name = dict(zip(open_places["name"].map(_plain), open_places["engineer_id"], strict=True))
    found = nearest(_plain(name), by_name)
    return None if found is None else str(by_name[found])


def suggestion(name: object, account: str, engineers: pd.DataFrame, column: str) -> str:
    """What to do about an account that nobody on the roster has."""
    engineer_id = likely_engineer(name, engineers, column)
    if engineer_id is None:
        return f"If they belong to the trial, set {column} in the config."
    return f'Is this {engineer_id}, who has no {_TITLES[column]}? Then set {column} to "{account}" in the config.'


def unknown_accounts(
    engineers: pd.DataFrame,
    known: Collection[str] | None,
    seen: "pd.Series[str]",
    first_week: pd.Timestamp,
) -> pd.DataFrame:
    """Jira accounts of the config that Jira does not know: their engineers would look as if they did nothing.

    Grain: table Problems, one row per engineer; none where Jira did not say whom it knows (`known` is None), for who
    left before `first_week`, and for an account that logged work (`seen`).
    """
    if known is None:
        return problem_table([])
    mapped = engineers[engineers["jira_account_id"].notna() & ~(engineers["employed_to"] < first_week)]
    missing = mapped[~mapped["jira_account_id"].isin({*known, *seen.dropna()})]
    return problem_table(
        [
            problem(
                "jira",
                "users",
                "J008",
                "error",
                f"{engineer_id}: Jira has no account {account_id} that the token may see, so no hours and no points "
                "can be theirs. Check jira_account_id in the config.",
                column="accountId",
                found=account_id,
                engineer_id=engineer_id,
            )
            for engineer_id, account_id in zip(missing["engineer_id"], missing["jira_account_id"], strict=True)
        ]
    )


def _plain(name: str) -> str:
    letters = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join(sorted(letters.casefold().replace(",", " ").split()))
