"""Whether a world can be simulated: every finding at once, by the constant's name."""

import json
from dataclasses import asdict
from typing import Any, Final

import holidays
from pydantic import ValidationError

from flows.errors import ConfigError
from flows.settings.findings import did_you_mean, joined
from flows.settings.model import Section
from flows.simulation.constants import World

_MOST_ENGINEER_WEEKS: Final = 5_000_000  # some 3 GB of memory


class _Checked(Section):
    """Pydantic's view of a world: types and ranges from the fields' metadata."""

    world: World


def refuse_what_cannot_be(world: World, seed: int) -> None:
    """Errors: ConfigError with every finding."""
    findings = _types_and_ranges(world)
    # What one constant says of another can only be asked where each is sound.
    findings = findings or _contradictions(world)
    if seed < 0:
        findings.append(f"seed: {seed} is below 0")
    if findings:
        raise ConfigError("This world cannot be simulated", findings, "Nothing was written.")


def _types_and_ranges(world: World) -> list[str]:
    text = json.dumps({"world": asdict(world)}, default=str)
    try:
        _Checked.model_validate_json(text, strict=True)
    except ValidationError as error:
        return [_finding(dict(detail)) for detail in error.errors(include_url=False)]
    return []


def _finding(detail: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in detail["loc"][1:])
    message = detail["msg"].removeprefix("Input ")
    return f"{place}: {json.dumps(detail['input'], default=str)} {message[0].lower()}{message[1:]}"


def _contradictions(world: World) -> list[str]:
    found = []
    if world.teams > world.engineers:
        found.append(f"teams: {world.teams} is more than there are engineers ({world.engineers})")
    if world.engineers * world.n_weeks > _MOST_ENGINEER_WEEKS:
        found.append(
            f"engineers: {world.engineers} in {world.n_weeks} weeks are more than {_MOST_ENGINEER_WEEKS:,} "
            "engineer-weeks; take fewer of either"
        )
    if world.first_week.weekday() != 0:
        found.append(f'first_week: "{world.first_week}" is not a Monday')
    countries = holidays.list_supported_countries()
    if world.country not in countries:
        found.append(
            joined(f'country: no holidays are known of "{world.country}"', did_you_mean(world.country, countries))
        )
    shares = world.scenarios.bad_week_share + world.scenarios.chronic_share + world.scenarios.drop_share
    if shares > 1:
        found.append(f"scenarios: the shares add up to {shares:g}; expected at most 1")
    return found
