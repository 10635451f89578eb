"""The JSON Schema of `team_config.json`, by which editors complete and explain its keys."""

import json

from flows.settings.model import TeamConfig


def schema_text() -> str:
    """The schema as the text of `config/team_config.schema.json`."""
    schema = TeamConfig.model_json_schema()
    schema["properties"]["$schema"] = {"type": "string", "description": "Where editors find this schema."}
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
