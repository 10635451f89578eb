"""Checks a config against its model: unknown keys, missing keys, wrong types, values out of range."""

import json
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flows.settings.findings import Finding, Loc, did_you_mean, joined
from flows.settings.model import TeamConfig

_UNKNOWN_KEY: Final = ("extra_forbidden", "unexpected_keyword_argument")


def validated(raw: dict[str, object]) -> TeamConfig:
    """The config as a model. Errors: pydantic.ValidationError."""
    # From JSON text, since only there are a string a date and a list a tuple when nothing else may be coerced.
    return TeamConfig.model_validate_json(json.dumps(raw), strict=True)


def shape_findings(raw: dict[str, object]) -> list[Finding]:
    """Every way in which a config is not of the model's shape."""
    try:
        validated(raw)
    except ValidationError as error:
        schema = TeamConfig.model_json_schema()
        return [_finding(detail, schema) for detail in error.errors(include_url=False) if not _is_echo(detail)]
    return []


def _is_echo(detail: ErrorDetails) -> bool:
    """A list counts as too short, too, when its items are there but wrong; those are findings of their own."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _finding(detail: ErrorDetails, schema: dict[str, Any]) -> Finding:
    loc: Loc = tuple(part for part in detail["loc"] if part != "[key]")
    if detail["type"] in _UNKNOWN_KEY:
        return Finding(loc, joined("is not a key here", did_you_mean(str(loc[-1]), _keys(schema, loc[:-1]))))
    meaning = str(_node(schema, loc).get("description", "")).split("\n\n")[0].rstrip(".")
    expected = f"expected: {meaning}" if meaning else ""
    if detail["type"] == "missing":
        return Finding(loc, joined("is missing", expected))
    return Finding(loc, joined(_complaint(detail), expected))


def _complaint(detail: ErrorDetails) -> str:
    found = detail["input"]
    shown = json.dumps(found, ensure_ascii=False, default=str)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    match detail["type"]:
        case "literal_error" if isinstance(found, str):
            options = detail["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
            return joined(f"{shown} is not allowed", did_you_mean(found, options))
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return f"{shown} is not a date such as 2026-05-04"
        case "string_pattern_mismatch" if detail["loc"][-1] == "id" or "[key]" in detail["loc"]:
            return f"{shown} is not an id: only a-z, 0-9, - and _, and a letter or digit first"
        case "too_short" if not found:
            return "is empty; at least one is needed"
        case "too_short" | "too_long":
            bound = {"too_short": "at least {min_length} are needed", "too_long": "at most {max_length} are possible"}
            return f"has {len(found)}; {bound[detail['type']].format(**detail['ctx'])}"
        case _:
            message = detail["msg"].removeprefix("Input ")
            return f"{shown} {message[0].lower()}{message[1:]}"


def _keys(schema: dict[str, Any], loc: Loc) -> list[str]:
    return list(_node(schema, loc).get("properties", {}))


def _node(schema: dict[str, Any], loc: Loc) -> dict[str, Any]:
    """The part of the JSON Schema that describes a place; empty where there is none."""
    node = schema
    for part in loc:
        node = _resolved(schema, node)
        if isinstance(part, int):
            node = node.get("items", {})
        else:
            node = node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
        if not isinstance(node, dict):
            return {}
    return _resolved(schema, node)


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """A node with its reference followed; the description beside the reference wins."""
    options = [option for option in node.get("anyOf", []) if option.get("type") != "null"]
    if len(options) == 1:
        node = {**options[0], **node}
    if "$ref" in node:
        node = {**schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], **node}
    return node
