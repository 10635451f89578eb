"""A project and sources whose every free text is script, markup and a formula, told by the field it stands in.

The story is told from the harmless config; only what people may type is made hostile, in the config, in what the
mocks answer, and in the managers' files alike, so that everything still fits together.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from flows.mocks.alertops_server import alertops_app
from flows.mocks.credentials import ALERTOPS_KEY, JIRA_EMAIL, JIRA_TOKEN, PAGERDUTY_TOKEN, TEMPO_TOKEN
from flows.mocks.http import App, Change, Fault, Request, Response, json_response, serve
from flows.mocks.jira_server import jira_app
from flows.mocks.pagerduty_server import pagerduty_app
from flows.mocks.tempo_server import tempo_app
from flows.mocks.world import World, build_world
from flows.pipeline import Outcome, run_weekly
from flows.settings import TeamConfig, load_config
from flows.workspace import open_workspace
from tests.builders.project import IMPATIENT, change_config, new_project, settings_of

AS_OF: Final = datetime(2026, 8, 3, 5, tzinfo=UTC)  # midnight in Chicago; three months are complete, two reviews over
_APPS: Final[Mapping[str, Callable[[World, datetime], App]]] = {
    "jira": jira_app,
    "tempo": tempo_app,
    "pagerduty": pagerduty_app,
    "alertops": alertops_app,
}
_SECRETS: Final = {
    "TENFOUR_JIRA_EMAIL": JIRA_EMAIL,
    "TENFOUR_JIRA_TOKEN": JIRA_TOKEN,
    "TENFOUR_TEMPO_TOKEN": TEMPO_TOKEN,
    "TENFOUR_PAGERDUTY_TOKEN": PAGERDUTY_TOKEN,
    "TENFOUR_ALERTOPS_KEY": ALERTOPS_KEY,
}

# Strings of the payloads that people type; `[]` is a string in a list.
TYPED_BY_PEOPLE: Final[Mapping[str, frozenset[str]]] = {
    "jira": frozenset({"description", "displayName", "goal", "labels[]", "name", "serverTitle", "emailAddress"})
    | {"fromString", "toString"},
    "tempo": frozenset({"description", "name"}),
    "pagerduty": frozenset({"description", "name", "summary", "title"}),
    "alertops": frozenset(
        {"description", "first_name", "last_name", "name", "source_name", "topic", "user_name", "sender", "source"}
    ),
}
# Strings that the vendor's server writes: ids, addresses, instants, words of a fixed list.
WRITTEN_BY_SERVERS: Final[Mapping[str, str]] = {
    "jira": "48x48 accountId accountType baseUrl buildDate clauseNames[] colorName completeDate constraintType created "
    "createdDate custom deploymentType endDate expand field fieldId fieldtype from iconUrl id issueId items key "
    "locale nextPageToken projectTypeKey self serverTime startDate state system timeZone tmpFromAccountId "
    "tmpToAccountId to type version",
    "tempo": "accountId createdAt date key next self startDate startTime type updatedAt value",
    "pagerduty": "assigned_via at avatar_url color created_at email end html_url id incident_key last_status_change_at "
    "resolved_at role self start status time_zone type updated_at urgency",
    "alertops": "closed_date created_date next priority source_id status",
}
# Of the config: texts that the reader of the config holds against a list, so that nothing else gets in.
CHECKED_BY_CONFIG: Final = frozenset(
    {
        "organisation.timezone",
        "locations.*.timezone",
        "locations.*.subdivision",
        "sources.alertops.timezone",
        "schedule.weekly_cron",
        "schedule.monthly_cron",
    }
)
# Of the config: ids that are held against what vendors answer; no page says one.
MATCHED_BY_CONFIG: Final = frozenset(
    {"engineers.*.jira_account_id", "engineers.*.pagerduty_user_id", "sources.jira.estimation_field"}
)
MADE_HOSTILE: Final = frozenset(
    {
        "organisation.name",
        "organisation.correction_contact",
        "teams.*.name",
        "managers.*.name",
        "engineers.*.name",
        "engineers.*.alertops_user_name",
        "metrics.billable.rules.*.name",
        "metrics.billable.rules.*.value",
        "metrics.response.excluded_title_words.*",
        "sources.vibes.folder",
        "publishing.title",
        "publishing.base_url",
        "publishing.managers_edition.folder",
        "publishing.managers_edition.base_url",
    }
)
# A rule's value is what a payload holds, hostile alike, but for `key=value`, which names a place in a worklog.
_PLACES: Final = frozenset({"worklog_property", "custom_field"})


def hostile(field: str, text: str = "") -> str:
    """What somebody may type into `field`: says its name to `window.ran` wherever it runs."""
    call = f"(window.ran=window.ran||[]).push('{field}')"
    return (
        f'=cmd|{text} "\'><script>{call}</script><img src=x onerror="{call}"><svg onload={call}>'
        f"]]>--></style></textarea></title> {{{{7*7}}}} ${{7*7}} &lt;b&gt; [x](javascript:{call})"
    )


def free_texts() -> set[str]:
    """Paths of the config's strings that no list and no pattern bounds, `*` for a position or a name."""
    schema = TeamConfig.model_json_schema(by_alias=True)
    return set(_free_texts(schema, schema, ""))


def _free_texts(part: Any, config: Any, path: str) -> Iterator[str]:
    if "$ref" in part:
        part = config["$defs"][part["$ref"].rsplit("/", 1)[-1]]
    for choice in part.get("anyOf", []):
        yield from _free_texts(choice, config, path)
    if part.get("type") == "string" and not {"enum", "const", "format"} & set(part):
        is_bounded = part.get("pattern", r"^\S+$") not in (r"^\S+$", r"^https?://\S+$")
        if not is_bounded:
            yield path.removeprefix(".")
    for name, inner in part.get("properties", {}).items():
        yield from _free_texts(inner, config, f"{path}.{name}")
    inside = [part.get("items"), part.get("additionalProperties"), *part.get("patternProperties", {}).values()]
    for inner in inside:
        if isinstance(inner, dict):
            yield from _free_texts(inner, config, f"{path}.*")


def hostile_config(config: dict[str, Any]) -> None:
    """A short trial with few weeks to tell, whose texts are all hostile."""
    config["sample"].update(as_of=f"{AS_OF:%Y-%m-%d}")
    config["policy"].update(baseline_start="2026-02-02")
    config["limits"] = {"rejected_share": 1.0}  # the managers' files tell of weeks to come
    # Reviews that find something after a few weeks, so that there is something to decide.
    config["decisions"]["recommendation"] = {
        "first_review_week": 8,
        "review_every_weeks": 4,
        "min_weeks": 2,
        "one_billable_points": 0.1,
        "one_billable_z": 0.0,
    }
    for part in ("name", "correction_contact"):
        config["organisation"][part] = hostile(f"organisation.{part}", "javascript:")
    for engineer in config["engineers"]:
        first, *_, last = engineer["name"].lower().split()
        engineer["alertops_user_name"] = hostile("alertops.user_name", f"{first[0]}{last}")
    for kind in ("teams", "managers", "engineers"):
        for entry in config[kind]:
            entry["name"] = hostile(f"{kind}.name", entry["name"])
    for rule in config["metrics"]["billable"]["rules"]:
        rule["name"] = hostile("rules.name", rule["name"])
        if rule["kind"] not in _PLACES:
            rule["value"] = hostile(_RULE_FIELDS[rule["kind"]], rule["value"])
    config["metrics"]["response"]["excluded_title_words"] = [hostile("excluded_title_words")]
    config["sources"]["vibes"]["folder"] = f"inputs/{HOSTILE_FOLDER}"
    config["publishing"]["title"] = hostile("publishing.title")
    config["publishing"]["base_url"] = HOSTILE_ADDRESS
    config["publishing"]["managers_edition"] = {"enabled": True, "folder": HOSTILE_SITE, "base_url": HOSTILE_ADDRESS}


_RULE_FIELDS: Final = {"label": "jira.labels[]", "project_category": "jira.name"}
# A slash would end the name of a file.
HOSTILE_FOLDER: Final = hostile("folder").replace("/", "")[:160]
HOSTILE_SITE: Final = hostile("edition").replace("/", "")[:160]
HOSTILE_ADDRESS: Final = 'https://example.org/"><script>(window.ran=[])</script>/site'
HOSTILE_FILE: Final = f"decisions{hostile('file').replace('/', '')[:160]}.csv"


def hostile_answers(source: str, unknown: set[str]) -> Fault:
    """Puts script into every string of a mock's answers that people type; notes fields that nobody has sorted yet."""

    def fault(request: Request) -> Change:
        return lambda response: _hostile_response(source, response, unknown)

    return fault


def _hostile_response(source: str, response: Response, unknown: set[str]) -> Response:
    content = json.loads(response.body)
    return json_response(_hostile_part(source, content, "", unknown), response.status, response.content_type)


def _hostile_part(source: str, part: Any, field: str, unknown: set[str]) -> Any:
    if isinstance(part, dict):
        return {name: _hostile_part(source, inner, name, unknown) for name, inner in part.items()}
    if isinstance(part, list):
        return [_hostile_part(source, inner, f"{field}[]", unknown) for inner in part]
    if isinstance(part, str) and field in TYPED_BY_PEOPLE[source]:
        # Of a change of a number, only the words hold the number; nobody typed an empty text.
        is_typed = part and not part.replace(".", "").isdigit()
        return hostile(f"{source}.{field}", part) if is_typed else part
    if isinstance(part, str) and field not in WRITTEN_BY_SERVERS[source].split():
        unknown.add(f"{source}: {field}")
    return part


def hostile_inputs(folder: Path) -> None:
    """The managers' files with script in every note and reason, and a file that is wrong in every cell."""
    target = folder.parent / HOSTILE_FOLDER
    folder.rename(target)
    with (target / "vibes.csv").open(encoding="utf-8", newline="") as stream:
        told = [row for row in csv.DictReader(stream) if row["week_start"] < f"{AS_OF:%Y-%m-%d}"]
    _write(target / "vibes.csv", [_hostile_note(row, number) for number, row in enumerate(told)])
    _write(target / "decisions.csv", [{**_DECISION, "engineer_id": name} for name in ("ana", "ben", "chloe")])
    for name, columns in _WRONG_FILES.items():
        _write(target / name, [{column: hostile(f"{name[:5]}.{column}") for column in columns}])


def _hostile_note(row: dict[str, str], number: int) -> dict[str, str]:
    """Every second note is for managers only."""
    if not row["note"]:
        return row
    field, visibility = (PRIVATE, "managers") if number % 2 else ("note", "everyone")
    return {**row, "note": hostile(field, row["note"]), "visibility": visibility}


PRIVATE: Final = "note for managers only"
_DECISION: Final = {
    "engineer_id": "",
    "review_week": "2026-07-20",
    "decision": "defer",
    "why": hostile("why"),
    "manager": "nadia",
    "decided_on": "2026-07-29",
    "visibility": "everyone",
}
_WRONG_FILES: Final = {
    HOSTILE_FILE: tuple(_DECISION),
    "leave.csv": ("engineer_id", "from_date", "to_date", "hours_per_day"),
    "vibes-wrong.csv": ("week_start", "engineer_id", "vibes", "note", "manager", "visibility", "saved_at"),
}


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def run_hostile(folder: Path) -> tuple[Path, Outcome, set[str]]:
    """One whole weekly run on it; its project, its outcome, and the fields of payloads that nobody has sorted yet."""
    project, unknown = new_project(folder), set[str]()
    config = project / "config" / "team_config.json"
    change_config(project, lambda content: content["policy"].update(baseline_start="2026-02-02"))
    world = build_world(load_config(config).config)
    change_config(project, hostile_config)
    hostile_inputs(project / "data" / "inputs" / "vibes")
    environment = dict(_SECRETS)
    with ExitStack() as servers:
        for name, app in _APPS.items():
            url = servers.enter_context(serve(app(world, AS_OF), fault=hostile_answers(name, unknown)))
            environment[f"TENFOUR_{name.upper()}_URL"] = url
        settings = settings_of(project, **environment)
        with open_workspace(settings, IMPATIENT, now=AS_OF + timedelta(hours=6)) as workspace:
            return project, run_weekly(workspace), unknown
