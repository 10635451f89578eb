"""Who a vendor's account may be: a suggestion, never a match."""

import pandas as pd
import pytest

from tests.builders.facts import day, engineer, engineers
from tests.builders.payloads import values
from transforms.clean.identity import likely_engineer, suggestion, unknown_accounts

COLUMN = "alertops_user_name"


def roster(*names, account=None):
    return engineers(*(engineer(f"e{n}", name=name, **{COLUMN: account}) for n, name in enumerate(names)))


@pytest.mark.parametrize(
    "name", ["Ana Ruíz", "ana ruiz", "RUIZ, Ana", "  Ruiz   Ana ", "Ana Ruis"], ids=lambda name: name.strip()
)
def test_accents_case_order_and_a_wrong_letter_do_not_hide_a_name(name):
    assert likely_engineer(name, roster("Ana Ruiz", "Ben Cole"), COLUMN) == "e0"


def test_a_name_in_letters_without_a_latin_form_is_found():
    assert likely_engineer("李 小龙", roster("李 小龙", "王 芳"), COLUMN) == "e0"


@pytest.mark.parametrize("name", ["Zoe Quist", "", None, float("nan")])
def test_another_name_or_none_is_nobody(name):
    assert likely_engineer(name, roster("Ana Ruiz"), COLUMN) is None


def test_an_engineer_who_has_an_account_already_is_not_suggested():
    assert likely_engineer("Ana Ruiz", roster("Ana Ruiz", account="aruiz"), COLUMN) is None


def test_an_account_of_another_vendor_does_not_matter():
    people = roster("Ana Ruiz")
    assert people["jira_account_id"].notna().all()
    assert likely_engineer("Ana Ruiz", people, COLUMN) == "e0"


def test_a_suggestion_says_what_to_set():
    said = suggestion("Ana Ruiz", "aruiz", roster("Ana Ruiz"), COLUMN)
    assert said == 'Is this e0, who has no AlertOps user? Then set alertops_user_name to "aruiz" in the config.'


@pytest.mark.parametrize(
    ("column", "title"),
    [
        ("jira_account_id", "Jira account"),
        ("pagerduty_user_id", "PagerDuty user"),
        ("alertops_user_name", "AlertOps user"),
    ],
)
def test_each_vendors_account_has_its_title(column, title):
    people = engineers(engineer("ana", name="Ana Ruiz", **{column: None}))
    assert f"who has no {title}?" in suggestion("Ana Ruiz", "x", people, column)


def test_without_a_likely_engineer_the_key_of_the_config_is_named():
    said = suggestion("Zoe Quist", "zq", roster("Ana Ruiz"), COLUMN)
    assert said == "If they belong to the trial, set alertops_user_name in the config."


def unknown(*rows, known=(), seen=(), first_week="2026-11-02"):
    accounts = pd.Series(list(seen), dtype="str")
    return unknown_accounts(engineers(*rows), known, accounts, pd.Timestamp(first_week))


def test_an_account_that_jira_does_not_know_is_an_error_of_the_config():
    problems = unknown(engineer("ana"), engineer("ben"), known={"jira-ana"})
    assert values(problems, "rule", "severity", "engineer_id", "found") == [("J008", "error", "ben", "jira-ben")]


def test_no_account_is_doubted_where_jira_does_not_say_whom_it_knows():
    assert unknown(engineer("ana"), known=None).empty


def test_an_account_that_logged_work_is_known():
    assert unknown(engineer("ana"), seen=["jira-ana", None]).empty


def test_an_engineer_without_an_account_is_not_doubted():
    assert unknown(engineer("ana", jira_account_id=None)).empty


@pytest.mark.parametrize(("last_day", "is_said"), [("2026-11-01", False), ("2026-11-02", True)])
def test_the_account_of_who_left_before_the_first_week_may_be_gone(last_day, is_said):
    assert len(unknown(engineer("ana", employed_to=day(last_day)))) == is_said
