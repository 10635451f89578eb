"""Judge readings from any system: two CSV files in, four CSV files out. No config, roster or store is needed.

Definition: decisions.md, section 7; the files are those of metrics.md, "Weekly readings: the exchange table".
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import ValidationError

from flows.csv_text import csv_parts
from flows.errors import ConfigError, InputProblems
from flows.settings.findings import did_you_mean, joined
from flows.settings.model import Section, TeamConfig
from transforms.alerts import derive_alerts
from transforms.decide import Decisions, decide
from transforms.exchange import INCIDENTS_FILE, WEEKLY_FILE, Exchange, read_exchange
from transforms.parameters import DecisionParameters
from transforms.vocabulary import METRICS

TEAM_NAMES: Final = {"velocity": "log_velocity", "response": "log_response"}
_DENOMINATORS: Final = {
    "metrics.billable.denominator": "billable_denominator",
    "metrics.velocity.denominator": "velocity_denominator",
}
_NOT_JUDGED: Final = "Nothing was judged."


def judge(readings_dir: Path, out_dir: Path, parameters: DecisionParameters) -> list[str]:
    """Write `statuses.csv`, `alerts.csv`, `recommendations.csv` and `team.csv` into `out_dir`.

    Returns what to tell the user, a line each. The same input gives the same bytes.
    Errors: ConfigError if a file is missing; InputProblems with every defect of both files.
    """
    pa.set_memory_pool(pa.system_memory_pool())  # what numpy gives back is used again; a pool of its own would not
    exchange = _read(readings_dir, parameters)
    decisions = decide(exchange.readings, exchange.incidents, parameters, with_signals=False)
    tables: dict[str, Callable[[Decisions], pd.DataFrame]] = {
        "statuses.csv": statuses_table,
        "alerts.csv": alerts_table,
        "recommendations.csv": recommendations_table,
        "team.csv": team_table,
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    said = []
    for name, table_of in tables.items():
        path, table = out_dir / name, table_of(decisions)
        with path.open("wb") as file:
            file.writelines(csv_parts(table))
        said.append(f"{path}: {len(table)} rows")
    return [*said, *exchange.remarks]


def _read(folder: Path, parameters: DecisionParameters) -> Exchange:
    texts = _read_texts(folder)
    exchange = read_exchange(texts[WEEKLY_FILE], texts[INCIDENTS_FILE], parameters.billable_denominator)
    if exchange.problems:
        count = len(exchange.problems)
        message = f"{folder}: {count} problem{'s' if count != 1 else ''} in the readings"
        raise InputProblems(message, exchange.problems, _NOT_JUDGED)
    return exchange


def _read_texts(folder: Path) -> dict[str, str]:
    texts, missing, unreadable = {}, [], []
    for name in (WEEKLY_FILE, INCIDENTS_FILE):
        try:
            texts[name] = (folder / name).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            unreadable.append(f"{name}: is not UTF-8 text (byte {error.start + 1}); save it as UTF-8")
        except OSError as error:
            missing.append(f"{name}: {error.strerror or 'cannot be read'}")
    if missing:
        raise ConfigError(f"{folder}: the readings cannot be read", [*missing, *unreadable], _NOT_JUDGED)
    if unreadable:
        raise InputProblems(f"{folder}: the readings cannot be read", unreadable, _NOT_JUDGED)
    return texts


def statuses_table(decisions: Decisions) -> pd.DataFrame:
    """One row per engineer and week, from the first week in which anybody could be judged."""
    columns = ["engineer_id", "week_start", "status", "underlying_status", "override_applied", "reasons"]
    return decisions.statuses[columns].sort_values(["engineer_id", "week_start"])


def alerts_table(decisions: Decisions) -> pd.DataFrame:
    """One row per alert, with its state in the last week."""
    alerts = derive_alerts(decisions.alert_events, decisions.statuses, decisions.statuses["week_start"].max())
    columns = ["engineer_id", "metric", "severity", "opened_week", "resolved_week", "state"]
    renamed: pd.DataFrame = alerts.rename(columns={"channel": "metric"})[columns]
    return renamed.sort_values(["engineer_id", "opened_week", "metric", "severity"])


def recommendations_table(decisions: Decisions) -> pd.DataFrame:
    """One row per engineer and review."""
    columns = ["engineer_id", "week_start", "recommendation", "reasons"]
    return decisions.recommendations[columns].sort_values(["engineer_id", "week_start"])


def team_table(decisions: Decisions) -> pd.DataFrame:
    """The last review, one row per metric: billable as a fraction, velocity and response as natural logarithms.

    Before the first review every verdict is `insufficient`.
    """
    rows = decisions.team_effects
    last = rows[rows["week_start"] == rows["week_start"].max()].set_index("metric").reindex(list(METRICS))
    unit = np.where(last.index == "billable", 100.0, 1.0)
    return pd.DataFrame(
        {
            "metric": [TEAM_NAMES.get(metric, metric) for metric in METRICS],
            **{name: (last[name] / unit).to_numpy() for name in ("effect", "ci_low", "ci_high")},
            "verdict": last["verdict"].fillna("insufficient").to_numpy(),
        }
    )


class _Checked(Section):
    """Pydantic's view of the parameters: ranges from their metadata, unknown keys refused."""

    decisions: DecisionParameters


def parameters_for(config: Path | None, assignments: Sequence[str]) -> DecisionParameters:
    """The built-in defaults, then what a config file says, then every `--set KEY=VALUE`.

    Errors: ConfigError with every finding.
    """
    parameters = DecisionParameters() if config is None else read_parameters(config)
    return parse_set(assignments, parameters)


def read_parameters(path: Path) -> DecisionParameters:
    """The parameters of a `team_config.json`, or of a bare object with the keys of its section `decisions`.

    Other sections of the config are neither needed nor checked.
    """
    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", advice=_NOT_JUDGED) from None
    except ValueError as error:
        raise ConfigError(f"{path}: not valid JSON: {error}", advice=_NOT_JUDGED) from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: expected an object with the keys of `decisions`", advice=_NOT_JUDGED)
    sections = {field.alias or name for name, field in TeamConfig.model_fields.items()}
    rules = _of_config(raw) if sections & set(raw) else {name: raw[name] for name in raw if name != "$schema"}
    return _validated(rules, str(path))


def _of_config(raw: dict[str, Any]) -> dict[str, Any]:
    rules = raw.get("decisions", {})
    if not isinstance(rules, dict):
        return {"decisions": rules}
    found = {name: _value_at(raw, place.split(".")) for place, name in _DENOMINATORS.items()}
    return rules | {name: value for name, value in found.items() if value is not None}


def _value_at(raw: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw


def parse_set(assignments: Sequence[str], parameters: DecisionParameters) -> DecisionParameters:
    """The parameters with `KEY=VALUE` put in; keys are those of the section `decisions`, dotted.

    For example `method=plain`, `billable.threshold_pct=75`, `comparison.windows_weeks=[4,8]`; also
    `metrics.billable.denominator=logged`.
    Errors: ConfigError with every finding.
    """
    raw, findings = asdict(parameters), []
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            findings.append(f'--set "{assignment}": expected KEY=VALUE, for example method=plain')
            continue
        place = _DENOMINATORS.get(key.strip(), key.strip()).removeprefix("decisions.")
        complaint = _unknown_key(parameters, place)
        if complaint:
            findings.append(f"--set {assignment}: {complaint}")
        else:
            _put(raw, place.split("."), _parsed(text.strip()))
    if findings:
        # What is wrong with the values of the known keys is said as well.
        raise ConfigError("--set: the parameters cannot be used", [*findings, *_findings(raw)], _NOT_JUDGED)
    return _validated(raw, "--set")


def _unknown_key(parameters: DecisionParameters, place: str) -> str:
    """Why there is no such parameter; empty if there is."""
    node: Any = parameters
    done: list[str] = []
    for part in place.split("."):
        names = [field.name for field in fields(node)] if is_dataclass(node) else []
        if part not in names:
            where = f'"{".".join(done)}" has no key' if done else "there is no key"
            return joined(f'{where} "{part}"', did_you_mean(part, names))
        done.append(part)
        node = getattr(node, part)
    if is_dataclass(node):
        return f'"{place}" is a section; set one of its keys: {", ".join(field.name for field in fields(node))}'
    return ""


def _put(raw: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    for key in keys[:-1]:
        raw = raw[key]
    raw[keys[-1]] = value


def _parsed(text: str) -> Any:
    """JSON where it is JSON; True and False as a spreadsheet writes them; else the text itself."""
    try:
        return json.loads(text.lower() if text in ("True", "False") else text)
    except ValueError:
        return text


def _validated(raw: dict[str, Any], source: str) -> DecisionParameters:
    if findings := _findings(raw):
        raise ConfigError(f"{source}: the parameters cannot be used", findings, _NOT_JUDGED)
    # From JSON text, since only there a list is a tuple when nothing else may be coerced.
    return _Checked.model_validate_json(json.dumps({"decisions": raw}), strict=True).decisions


def _findings(raw: dict[str, Any]) -> list[str]:
    try:
        _Checked.model_validate_json(json.dumps({"decisions": raw}), strict=True)
    except ValidationError as error:
        return [_finding(dict(detail)) for detail in error.errors(include_url=False)]
    return []


def _finding(detail: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in detail["loc"][1:])
    if detail["type"] == "unexpected_keyword_argument":
        return f"{place}: {_unknown_key(DecisionParameters(), place) or 'is not a key here'}"
    message = detail["msg"].removeprefix("Input ")
    return f"{place}: {json.dumps(detail['input'], default=str)} {message[0].lower()}{message[1:]}"
