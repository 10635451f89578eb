"""Billing rules in the config: what each kind must look like."""

from pathlib import Path

import pytest

from flows.errors import ConfigError
from tests.builders.config import settings_of


def config_with(root: Path, kind: str, value: str) -> None:
    rule = {"name": "r", "kind": kind, "value": value, "billable": True}
    settings_of(root, metrics={"billable": {"rules": [rule]}})


@pytest.mark.parametrize(
    "value", ["customfield_10050=Client", "customfield_1=8", "customfield_10050=a=b", "customfield_10050=Fixed price"]
)
def test_a_rule_about_a_custom_field_names_the_field_and_a_value(tmp_path: Path, value: str) -> None:
    config_with(tmp_path, "custom_field", value)


@pytest.mark.parametrize(
    "value",
    [
        "customfield_10050",
        "customfield_10050=",
        "customfield_10050= Client",
        "Client type=Client",
        "10050=Client",
        "=x",
    ],
)
def test_a_rule_that_does_not_say_which_field_holds_which_value_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_with(tmp_path, "custom_field", value)
    said = str(caught.value)
    assert "metrics.billable.rules[0].value" in said
    assert (
        f'"{value}" does not say which field holds which value; expected for example "customfield_10050=Client"' in said
    )


def test_other_kinds_take_any_value(tmp_path: Path) -> None:
    config_with(tmp_path, "label", "customfield_10050")
