"""Config and environment, read once and frozen."""

from flows.settings.connections import Connection, Connections
from flows.settings.editions import Edition, EditionName, edition_named
from flows.settings.loading import LoadedConfig, Settings, load_config, load_settings, refuse_what_is_set_aside
from flows.settings.model import TeamConfig
from flows.settings.roster import Roster, holiday_table, roster_tables
from flows.settings.set_aside import SetAside, set_aside_problems

__all__ = [
    "Connection",
    "Connections",
    "Edition",
    "EditionName",
    "LoadedConfig",
    "Roster",
    "SetAside",
    "Settings",
    "TeamConfig",
    "edition_named",
    "holiday_table",
    "load_config",
    "load_settings",
    "refuse_what_is_set_aside",
    "roster_tables",
    "set_aside_problems",
]
