"""A small valid config as JSON has it, to be changed in the one thing that a test cares about."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.settings import Settings, TeamConfig, load_settings


def engineer_entry(engineer_id: str = "ana", **keys: Any) -> dict[str, Any]:
    """Employed since 2025 in Austin, on 4x10 with Fridays off since the switch. A key set to None is left out."""
    entry = {
        "id": engineer_id,
        "name": engineer_id.title(),
        "team": "core",
        "manager": "mia",
        "location": "austin",
        "employed_from": "2025-01-06",
        "jira_account_id": f"jira-{engineer_id}",
        "pagerduty_user_id": f"P{engineer_id.upper()}",
        "alertops_user_name": f"{engineer_id}.ops",
        "schedules": [
            {"from": "2025-01-06", "to": "2026-05-03", "kind": "5x8"},
            {"from": "2026-05-04", "kind": "4x10", "day_off": "friday"},
        ],
    }
    return {name: value for name, value in {**entry, **keys}.items() if value is not None}


def config_dict(*engineers: Mapping[str, Any], **sections: Any) -> dict[str, Any]:
    """One team, two managers, one location, and `ana` if nobody else is given."""
    return {
        "organisation": {"name": "Test Works", "timezone": "America/Chicago", "correction_contact": "a@test.example"},
        "locations": {"austin": {"country": "US", "timezone": "America/Chicago"}},
        "teams": [{"id": "core", "name": "Core", "jira_board_ids": [1]}],
        "managers": [{"id": "mia", "name": "Mia"}, {"id": "noah", "name": "Noah"}],
        "engineers": [dict(engineer) for engineer in engineers] or [engineer_entry()],
        "policy": {"baseline_start": "2025-11-03", "switch_date": "2026-05-04"},
        **sections,
    }


def team_config(*engineers: Mapping[str, Any], **sections: Any) -> TeamConfig:
    """The same as a model."""
    return TeamConfig.model_validate_json(json.dumps(config_dict(*engineers, **sections)), strict=True)


def write_config(root: Path, content: Mapping[str, Any] | str) -> Path:
    """A project folder with this config; returns the path of the file."""
    path = root / "config" / "team_config.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def settings_of(root: Path, *engineers: Mapping[str, Any], **sections: Any) -> Settings:
    """Settings of a project folder with such a config, in sample mode."""
    write_config(root, config_dict(*engineers, **sections))
    return load_settings({}, root)
