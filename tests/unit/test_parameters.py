"""Every number of the decisions is a described parameter with a range that its default lies in."""

from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass, replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from transforms.parameters import DecisionParameters, DecisionRules, HysteresisRules

_CHECKS = {
    "ge": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "le": lambda value, bound: value <= bound,
    "lt": lambda value, bound: value < bound,
    "min_length": lambda value, bound: len(value) >= bound,
}


def _every_field(section: Any) -> Iterator[tuple[str, Field[Any], Any]]:
    for field in fields(section):
        value = getattr(section, field.name)
        yield f"{type(section).__name__}.{field.name}", field, value
        for nested in value if isinstance(value, tuple) else (value,):
            if is_dataclass(nested):
                yield from _every_field(nested)


FIELDS = list(_every_field(DecisionParameters()))


@pytest.mark.parametrize(("name", "field", "value"), FIELDS, ids=[name for name, _, _ in FIELDS])
def test_every_parameter_is_described_and_its_default_is_in_range(name: str, field: Field[Any], value: Any) -> None:
    assert field.metadata["description"]
    bounds = {key: bound for key, bound in field.metadata.items() if key in _CHECKS}
    assert all(_CHECKS[key](value, bound) for key, bound in bounds.items())
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    assert bool(bounds) or not is_number, f"{name} has no range"


def test_the_config_is_checked_against_the_ranges() -> None:
    adapter = TypeAdapter(DecisionRules)
    assert adapter.validate_python({"billable": {"threshold_pct": 70}}).billable.threshold_pct == 70
    with pytest.raises(ValidationError, match="less than or equal to 100"):
        adapter.validate_python({"billable": {"threshold_pct": 101}})
    with pytest.raises(ValidationError, match="'evidence' or 'plain'"):
        adapter.validate_python({"method": "gut feeling"})


def test_parameters_are_values() -> None:
    assert hash(DecisionParameters()) == hash(DecisionParameters())
    assert replace(DecisionParameters(), method="plain") != DecisionParameters()


def test_more_weeks_with_a_signal_than_weeks_looked_at_are_refused() -> None:
    assert HysteresisRules(rise_signals=3, rise_weeks=3).rise_signals == 3
    with pytest.raises(ValueError, match="rise_signals is 4, more than the 3 of rise_weeks"):
        HysteresisRules(rise_signals=4, rise_weeks=3)
