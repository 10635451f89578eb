"""Config and environment, read once and frozen."""

from flows.settings.connections import Connection, Connections
from flows.settings.loading import Settings, load_config, load_settings
from flows.settings.model import TeamConfig
from flows.settings.roster import Roster, holiday_table, roster_tables

__all__ = [
    "Connection",
    "Connections",
    "Roster",
    "Settings",
    "TeamConfig",
    "holiday_table",
    "load_config",
    "load_settings",
    "roster_tables",
]
