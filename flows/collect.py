"""One source, one window: fetch it, keep what was received, hand over cleaned rows and the source's health."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from flows.settings import roster_tables
from flows.sources.http import SourceError, open_client
from flows.sources.jira import fetch_jira
from flows.sources.pagerduty import fetch_pagerduty
from flows.sources.window import Window
from flows.store.raw import Collection
from flows.workspace import Workspace
from transforms.schemas.registry import TABLES, empty


@dataclass(frozen=True)
class Fetched:
    """What one fetch of one source came to.

    `state` is one of the source states, `message` one sentence for the page. `rows` is what was kept of `rows_read`.
    """

    source: str
    state: str
    message: str = ""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    problems: pd.DataFrame = field(default_factory=lambda: empty(TABLES["problems"]))
    rows: int = 0
    rows_read: int = 0
    deleted_worklogs: frozenset[str] = frozenset()
