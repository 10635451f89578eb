"""`measured.json`: read with every finding at once, written as the same bytes for the same figures."""

import json
from collections import Counter
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from flows.error_rates.model import FORMAT, ErrorRates, Goal, Measured
from flows.errors import ConfigError

FILE_NAME: Final = "measured.json"
MEASURED_FILE: Final = Path(str(files("flows.error_rates"))) / FILE_NAME
_ADVICE: Final = (
    "The error rates cannot be shown. Measure them anew with `make calibrate`, "
    "or take back the file that came with this version."
)
_ADAPTER: Final = TypeAdapter(ErrorRates)


def read_error_rates(path: Path = MEASURED_FILE) -> ErrorRates:
    """The measured error rates.

    Errors: ConfigError with every finding.
    """
    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", advice=_ADVICE) from None
    except ValueError as error:
        raise ConfigError(f"{path}: not valid JSON: {error}", advice=_ADVICE) from None
    if findings := _shape_findings(raw):
        raise ConfigError(f"{path}: {_counted(findings)}", findings, _ADVICE)
    rates = _validated(raw)
    if findings := _meaning_findings(rates):
        raise ConfigError(f"{path}: {_counted(findings)}", findings, _ADVICE)
    return rates


def error_rates_text(rates: ErrorRates) -> str:
    """The file's text. The same figures give the same bytes."""
    return json.dumps(_without_none(asdict(rates)), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        # A parameter or a standard error that is missing says so; a goal has only the ends that it has.
        return {key: _without_none(one) for key, one in value.items() if one is not None or key == "se"}
    if isinstance(value, list | tuple):
        return [_without_none(one) for one in value]
    return value


def _counted(findings: list[str]) -> str:
    return f"{len(findings)} problem{'s' if len(findings) != 1 else ''} in the measured error rates"


def _validated(raw: Any) -> ErrorRates:
    # From JSON text, since only there a list is a tuple when nothing else may be coerced.
    return _ADAPTER.validate_json(json.dumps(raw), strict=True)


def _shape_findings(raw: Any) -> list[str]:
    if not isinstance(raw, dict):
        return ["expected an object with the keys format, teams, figures, results, ..."]
    if raw.get("format") != FORMAT:
        return [f"format: {json.dumps(raw.get('format'))} is not {FORMAT}, the only one that this version reads"]
    try:
        _validated(raw)
    except ValidationError as error:
        return [_finding(detail["loc"], detail["msg"]) for detail in error.errors(include_url=False)]
    return []


def _finding(loc: tuple[int | str, ...], message: str) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    text = message.removeprefix("Input ")
    return f"{place}: {text[0].lower()}{text[1:]}"


def _meaning_findings(rates: ErrorRates) -> list[str]:
    """What is of the right shape and yet says nothing."""
    found = []
    known = [figure.key for figure in rates.figures]
    found += [f"figures: {key} stands there more than once" for key, n in Counter(known).items() if n > 1]
    for number, figure in enumerate(rates.figures):
        goals = {"must": figure.must, "aim": figure.aim, "must_redrawn": figure.must_redrawn}
        for name, goal in goals.items():
            if complaint := _goal_complaint(goal):
                found.append(f"figures[{number}].{name} ({figure.key}): {complaint}")
    ways = Counter((one.world, one.method, one.without) for one in rates.results)
    found += [
        f"results: {', '.join(filter(None, way))} stands there more than once" for way, n in ways.items() if n > 1
    ]
    for number, one in enumerate(rates.results):
        for key, measured in one.figures.items():
            place = f"results[{number}].figures.{key}"
            if key not in known:
                found.append(f"{place}: is not one of the figures defined under `figures`")
            found += [f"{place}: {complaint}" for complaint in _measured_complaints(measured)]
        found += [
            f"results[{number}].changes.{key}: is not among the result's figures"
            for key in one.changes
            if key not in one.figures
        ]
    if rates.results and rates.teams < 1:
        found.append(f"teams: {rates.teams} teams cannot have given the results")
    return found


def _goal_complaint(goal: Goal) -> str:
    if goal.op == "between":
        if goal.low is None or goal.high is None or goal.low > goal.high:
            return "`between` needs `low` and `high`, in this order"
        return ""
    return "" if goal.value is not None else f"`{goal.op}` needs `value`"


def _measured_complaints(measured: Measured) -> list[str]:
    found = []
    if measured.se is not None and measured.se < 0:
        found.append(f"se {measured.se} is negative")
    if measured.n <= 0:
        found.append(f"n {measured.n} is not positive; a figure without exposure is left out")
    return found
