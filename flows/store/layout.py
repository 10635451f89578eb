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

    def week_views(self, edition: str = "everyone") -> Path:
        """Everyone's edition keeps the folder that was there before there was another."""
        base = self.data_dir / "performance" / "week_views"
        return base if edition == "everyone" else base / f"edition={edition}"

    def week_view(self, week: pd.Timestamp, edition: str = "everyone") -> Path:
        return self.week_views(edition) / f"week={iso_week(week)}" / "view.json"

    def monthly_pages(self, shelf: str = "") -> Path:
        """Reports of months. `shelf` is the edition and how it shows people; older versions knew none."""
        base = self.data_dir / "performance" / "monthly_pages"
        return base / f"edition={shelf}" if shelf else base

    def monthly_page(self, month: str, shelf: str = "") -> Path:
        return self.monthly_pages(shelf) / f"month={month}"

    def monthly_revision(self, month: str, shelf: str, number: int) -> Path:
        return self.monthly_pages(shelf) / "revisions" / f"month={month}" / f"{number:04d}"

    def raw_object(self, digest: str) -> Path:
        return self.data_dir / "raw" / "objects" / digest[:2] / f"{digest}.gz"

    def raw_index(self, source: str, name: str) -> Path:
        return self.data_dir / "raw" / "index" / source / f"{name}.jsonl"

    @property
    def runs(self) -> Path:
        return self.data_dir / "runs"
