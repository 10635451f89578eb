"""The roster held against the accounts that a vendor knows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from flows.doctor.case import Case
from flows.doctor.findings import Finding, listed
from transforms.clean.identity import likely_engineer

_MOST_SUGGESTIONS: Final = 3


@dataclass(frozen=True)
class Account:
    """An account as its vendor tells it."""

    account: str
    name: str | None
    is_active: bool = True


def check_accounts(case: Case, column: str, title: str, known: Mapping[str, Account]) -> Iterator[Finding]:
    """The accounts in `column` of the roster against those that `title` knows, by `plain` name."""
    mapped = case.engineers[case.engineers[column].notna()]
    # Who left before the baseline has no week that could be wrong.
    current = mapped[~(mapped["employed_to"] < pd.Timestamp(case.config.policy.baseline_start))]
    employed = set(case.employed["engineer_id"])
    check, is_well = f"roster.{column}", len(current) > 0
    for engineer, account in zip(current["engineer_id"], current[column], strict=True):
        found = known.get(plain(column, account))
        is_well &= found is not None
        if found is None and engineer in employed:
            yield _unknown(check, engineer, account, title, column)
        elif found is None:
            left = f'{engineer} has left, and {title} no longer shows their account "{account}".'
            yield Finding("config", check, "info", left)
        elif not found.is_active and engineer in employed:
            yield _inactive(check, engineer, account, title, column)
    if is_well:
        yield Finding("config", check, "ok", f"{title} knows all {len(current)} accounts of the roster.")


def _unknown(check: str, engineer: str, account: str, title: str, column: str) -> Finding:
    return Finding(
        "config",
        check,
        "error",
        f'{engineer}: {title} has no account "{account}" that the token may see, so nothing there can be theirs.',
        f"an account of {title}",
        f"Check {column} in the config.",
    )


def _inactive(check: str, engineer: str, account: str, title: str, column: str) -> Finding:
    return Finding(
        "config",
        check,
        "warning",
        f'{engineer} is employed, and their {title} account "{account}" is inactive.',
        "an active account",
        f"Check {column}, or set employed_to if they have left.",
    )


def suggestions(case: Case, column: str, title: str, candidates: Iterable[Account]) -> Iterator[Finding]:
    """For each engineer without an account: whose name is theirs, or nearly. Nothing is matched by itself."""
    taken = {plain(column, account) for account in case.engineers[column].dropna()}
    found: dict[str, list[Account]] = {}
    for candidate in sorted(candidates, key=lambda one: one.account):
        engineer = likely_engineer(candidate.name, case.employed, column)
        if engineer is not None and plain(column, candidate.account) not in taken:
            found.setdefault(engineer, []).append(candidate)
    for engineer, accounts in sorted(found.items()):
        named = " or ".join(f'"{one.account}" ({one.name})' for one in accounts[:_MOST_SUGGESTIONS])
        yield Finding(
            "config",
            "roster.suggestion",
            "warning",
            f"{engineer} has no {column}, and {title} has an account by their name: {named}.",
            "every engineer with their accounts",
            f"If it is theirs, set {column} of {engineer} in the config to it.",
        )


def on_roster(case: Case, column: str, accounts: Iterable[str]) -> tuple[set[str], set[str]]:
    """The accounts that are on the roster, and those that are not."""
    roster = {plain(column, account) for account in case.engineers[column].dropna()}
    seen = set(accounts)
    ours = {account for account in seen if plain(column, account) in roster}
    return ours, seen - ours


def told_apart(what: str, ours: set[str], others: Mapping[str, str | None]) -> str:
    """`Authors on the roster: 8 of 10; not on it: ...`."""
    names = listed(name or account for account, name in others.items())
    strangers = f"; not on it: {names}" if names else ""
    return f"{what} on the roster: {len(ours)} of {len(ours) + len(others)}{strangers}"


def plain(column: str, account: str) -> str:
    """An account as it is compared: user names of AlertOps are typed in any case, ids are not."""
    return account.strip().casefold() if column == "alertops_user_name" else account
