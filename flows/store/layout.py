"""Where everything in the data folder stands. The only module that spells these paths."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from transforms.weeks import iso_week


@dataclass(frozen=True)
class Layout:
    """Paths below one data folder.

    `performance/<table>/week=2026-W47/part-0.parquet` is readable as a Hive-partitioned dataset by other tools.
    """

    data_dir: Path

    @property
    def lock(self) -> Path:
        return self.data_dir / ".lock"

    @property
    def origin(self) -> Path:
        return self.data_dir / "performance" / "origin.json"

    def table(self, name: str) -> Path:
        return self.data_dir / "performance" / name

    def partition(self, name: str, week: pd.Timestamp) -> Path:
        return self.table(name) / f"week={iso_week(week)}" / "part-0.parquet"

    def month_partition(self, name: str, month: str) -> Path:
        return self.table(name) / f"month={month}" / "part-0.parquet"

    @property
    def week_views(self) -> Path:
        return self.data_dir / "performance" / "week_views"

    def week_view(self, week: pd.Timestamp) -> Path:
        return self.week_views / f"week={iso_week(week)}" / "view.json"

    @property
    def monthly_pages(self) -> Path:
        return self.data_dir / "performance" / "monthly_pages"

    def monthly_page(self, month: str) -> Path:
        return self.monthly_pages / f"month={month}"

    def raw_object(self, digest: str) -> Path:
        return self.data_dir / "raw" / "objects" / digest[:2] / f"{digest}.gz"

    def raw_index(self, source: str, name: str) -> Path:
        return self.data_dir / "raw" / "index" / source / f"{name}.jsonl"

    @property
    def runs(self) -> Path:
        return self.data_dir / "runs"
