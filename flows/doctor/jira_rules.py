"""Billing rules: whether what they name exists.

Only what can be asked cheaply is: projects, categories, labels, and whether a custom field is there and filled in.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from flows.doctor.case import Case
from flows.doctor.findings import Finding, listed, plural
from flows.settings.model import BillingRule
from flows.sources.http import Row, SourceClient
from flows.sources.paging import offset_pages
from transforms.clean.frames import part
from transforms.clean.near import nearest

_PROJECT_PAGE: Final = 100
_MOST_PAGES: Final = 10


def rule_findings(case: Case, client: SourceClient) -> Iterator[Finding]:
    """The rules' projects, categories and labels against those of the site; Tempo's hours know no rules."""
    if case.has("tempo"):
        return
    rules = case.config.metrics.billable.rules
    if not rules:
        yield _no_rules(case.config.metrics.billable.default_is_billable)
        return
    projects, is_all = _projects(client)
    keys = sorted({str(row["key"]) for row in projects if row.get("key")})
    categories = sorted({str(name) for row in projects if (name := part(row, "projectCategory").get("name"))})
    yield Finding(
        "jira",
        "projects",
        "ok",
        f"{plural(len(keys), 'project')} in sight: {listed(keys)}; categories: {listed(categories) or 'none'}.",
    )
    fields = client.get_list("/rest/api/3/field") if any(rule.kind == "custom_field" for rule in rules) else []
    for rule in rules:
        if rule.kind == "custom_field":
            yield from _custom_field(client, rule, fields)
        elif rule.kind == "label":
            yield from _label(client, rule)
        elif is_all and rule.kind in ("project", "project_category"):
            yield from _named(rule, keys if rule.kind == "project" else categories)


def _no_rules(is_billable: bool) -> Finding:
    hours = "every hour is" if is_billable else "no hour is ever"
    advice = "Say in metrics.billable.rules which work clients pay for; the first rule that matches decides."
    return Finding(
        "config", "billing_rules", "warning", f"There is no billing rule: {hours} billable.", "rules", advice
    )


def _projects(client: SourceClient) -> tuple[list[Row], bool]:
    """The first projects, and whether these are all."""
    pages = offset_pages(client, "/rest/api/3/project/search", [], "values", _PROJECT_PAGE)
    rows = [row for page in islice(pages, _MOST_PAGES) for row in page]
    return rows, len(rows) < _PROJECT_PAGE * _MOST_PAGES


def _named(rule: BillingRule, there: Sequence[str]) -> Iterator[Finding]:
    if rule.value.casefold() in {name.casefold() for name in there}:
        return
    near = nearest(rule.value, there)
    kind = "project" if rule.kind == "project" else "category of a project"
    yield _matches_nothing(
        rule, f"no {kind} that the token sees has that name", f'Did you mean "{near}"?' if near else ""
    )


def _label(client: SourceClient, rule: BillingRule) -> Iterator[Finding]:
    answer = client.post("/rest/api/3/search/approximate-count", {"jql": f"labels = {json.dumps(rule.value)}"})
    if answer.get("count") == 0:
        yield _matches_nothing(rule, "no issue that the token sees bears that label", "")


def _custom_field(client: SourceClient, rule: BillingRule, fields: Sequence[Row]) -> Iterator[Finding]:
    """Whether the field exists, and is filled in anywhere. Its values are not asked for: each type has its own JQL."""
    field_id, _, value = rule.value.partition("=")
    names = {str(field.get("id")): str(field.get("name")) for field in fields}
    if field_id not in names:
        near = nearest(field_id, names)
        yield Finding(
            "config",
            "billing_rules",
            "error",
            f'Billing rule "{rule.name}" looks at {field_id}, and Jira has no such field that the token sees: billable '
            "share is unknown.",
            "the id of a field",
            f'Did you mean "{near}" ({names[near]})?' if near else "Correct or remove it under metrics.billable.rules.",
        )
        return
    number = field_id.removeprefix("customfield_")
    answer = client.post("/rest/api/3/search/approximate-count", {"jql": f"cf[{number}] is not EMPTY"})
    if answer.get("count") == 0:
        yield _matches_nothing(rule, f'the field "{names[field_id]}" is filled in on no issue that the token sees', "")
        return
    found = f'Billing rule "{rule.name}" looks for "{value}" in "{names[field_id]}" ({field_id})'
    count = f"{plural(answer['count'], 'issue')} with the field filled in" if "count" in answer else "filled in"
    yield Finding("config", "billing_rules", "ok", f"{found}: {count}.")


def _matches_nothing(rule: BillingRule, why: str, hint: str) -> Finding:
    return Finding(
        "config",
        "billing_rules",
        "warning",
        f'Billing rule "{rule.name}" looks for the {rule.kind} "{rule.value}", and {why}: it matches nothing.',
        "something that exists",
        hint or "Correct or remove it under metrics.billable.rules.",
    )
