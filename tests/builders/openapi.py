"""Requests held against the operations of a vendor's OpenAPI document."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import available_timezones

from jsonschema import Draft202012Validator, FormatChecker

from flows.mocks.http import Request
from tests.builders.mock_servers import Json, spec

Schema = Mapping[str, Any]
FORMATS = FormatChecker(formats=())


@FORMATS.checks("int32")
def _fits_32_bits(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@FORMATS.checks("int64")
def _fits_64_bits(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("tzinfo")
def _is_zone(value: object) -> bool:
    return not isinstance(value, str) or value in available_timezones()


@dataclass(frozen=True)
class Violation:
    """A rule of a document that a request breaks. `place`: "query limit", "header Accept", "body ids.[]", ..."""

    operation: str
    place: str
    rule: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.place} ({self.rule})"


@dataclass(frozen=True)
class Operation:
    """What a document says about a method and a path."""

    document: str
    method: str
    template: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def content(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = spec(self.document)["paths"][self.template][self.method.lower()]
        return found

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        """Of the path and of the operation, `$ref`s looked up."""
        shared = spec(self.document)["paths"][self.template].get("parameters", [])
        return [_looked_up(self.document, parameter) for parameter in [*shared, *self.content.get("parameters", [])]]

    def path_values(self, path: str) -> Mapping[str, str] | None:
        """What stands for the placeholders of the template; None for another path."""
        match = _pattern(self.template).fullmatch(path)
        names = re.findall(r"\{([^}]+)\}", self.template)
        return None if match is None else dict(zip(names, match.groups(), strict=True))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("([^/]+)".join(map(re.escape, parts)))


@cache
def operations(documents: tuple[str, ...]) -> Sequence[Operation]:
    """Every operation of some documents, those with the fewest placeholders first: they fit more closely."""
    found = [
        Operation(name, method.upper(), template)
        for name in documents
        for template, methods in spec(name)["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "delete", "patch")
    ]
    return sorted(found, key=lambda one: one.template.count("{"))


def operation_of(request: Request, documents: tuple[str, ...]) -> Operation | None:
    """The operation that a request is meant for."""
    fitting = (
        one
        for one in operations(documents)
        if one.method == request.method and one.path_values(request.path) is not None
    )
    return next(fitting, None)


def violations(request: Request, documents: tuple[str, ...]) -> set[Violation]:
    """Everything about a request that is not as its operation says."""
    operation = operation_of(request, documents)
    if operation is None:
        return {Violation(f"{request.method} {request.path}", "operation", "unknown")}
    broken = [("operation", "deprecated")] if operation.content.get("deprecated") else []
    broken += [*_parameters(request, operation), *_body(request, operation)]
    return {Violation(operation.name, place, rule) for place, rule in broken}


def _parameters(request: Request, operation: Operation) -> Iterator[tuple[str, str]]:
    """Path, query and headers against the operation's parameters."""
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query_string, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    path = operation.path_values(request.path) or {}
    listed = {(one["in"], one["name"]): one for one in operation.parameters}
    yield from ((f"query {name}", "unknown") for name in query if ("query", name) not in listed)
    for (where, name), parameter in listed.items():
        given = {
            "query": query.get(name, []),
            "path": [path[name]] if name in path else [],
            "header": [value for header, value in request.headers.items() if header == name.lower()],
        }[where]
        if not given:
            yield from [(f"{where} {name}", "required")] if parameter.get("required") else []
            continue
        for value, schema in _values(name, given, parameter):
            yield from ((f"{where} {name}", rule) for _, rule in _misfits(operation.document, value, schema))
        if parameter["schema"].get("uniqueItems") and max(Counter(given).values()) > 1:
            yield f"{where} {name}", "uniqueItems"


def _values(name: str, given: Sequence[str], parameter: Mapping[str, Any]) -> Iterator[tuple[Json, Schema]]:
    """A parameter's value with the schema for it, of the type that the schema asks for where the text can be that.

    A list is repeated, or joined by commas unless the document says that it explodes. PagerDuty gives some lists
    (`statuses[]`) the schema of one element.
    """
    schema = parameter["schema"]
    if schema.get("type") == "array":
        parts = given if parameter.get("explode") is True else [part for text in given for part in text.split(",")]
        yield [_typed(part, schema.get("items", {})) for part in parts], schema
    elif name.endswith("[]"):
        yield from ((_typed(text, schema), schema) for text in given)
    else:
        yield _typed(given[0], schema) if len(given) == 1 else list(given), schema


def _typed(text: str, schema: Schema) -> Json:
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _body(request: Request, operation: Operation) -> Iterator[tuple[str, str]]:
    """The body against the operation's; keys that the document does not list are none of it."""
    expected = operation.content.get("requestBody", {})
    if not request.body:
        yield from [("body", "required")] if expected.get("required") else []
        return
    if not expected:
        yield "body", "unexpected"
        return
    content = expected["content"].get(request.headers.get("content-type", ""))
    if content is None:
        yield "header Content-Type", "unknown"
        return
    schema = _closed(operation.document, content["schema"])
    for place, rule in _misfits(operation.document, json.loads(request.body), schema):
        yield f"body {place}".rstrip(), rule


def _misfits(document: str, value: Json, schema: Schema) -> Iterator[tuple[str, str]]:
    """(place with indexes left out, rule) for every way in which a value does not fit."""
    whole = {**schema, "components": spec(document).get("components", {})}
    for error in Draft202012Validator(whole, format_checker=FORMATS).iter_errors(value):
        steps = ["[]" if isinstance(step, int) else str(step) for step in error.absolute_path]
        yield ".".join(steps), str(error.validator)


def _closed(document: str, schema: Schema) -> Schema:
    """A schema with `$ref`s looked up that allows no other properties than those it lists."""
    found = {
        name: _closed(document, part) if isinstance(part, dict) else part
        for name, part in _looked_up(document, schema).items()
    }
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        return {"additionalProperties": False, **found}
    return found


def _looked_up(document: str, part: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(part.get("$ref"), str):
        return part
    found = spec(document)
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found
