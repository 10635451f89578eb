"""Everything the site is made from: one frozen value, handed over by the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from flows.error_rates import ErrorRates
    from flows.settings import Edition, Settings


@dataclass(frozen=True)
class SiteData:
    """What is known at `as_of` about the weeks up to `week`.

    `tables` holds every table of the registry (weeks after `week` left out), `week_views` the views that the pages of
    earlier weeks were published from, by ISO week. `frozen_months` are folders whose bytes are copied, all but what was
    withdrawn since. `made_later` are months that another edition published when they were over, and this one did not.
    `error_rates` is missing where the measured figures cannot be read.
    """

    settings: Settings
    edition: Edition
    week: pd.Timestamp
    as_of: datetime
    tables: Mapping[str, pd.DataFrame]
    week_views: Mapping[str, dict[str, Any]]
    months: list[str]
    frozen_months: Mapping[str, Path]
    error_rates: ErrorRates | None
    made_later: frozenset[str] = frozenset()
