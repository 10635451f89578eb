"""What was shown: the view of each week as JSON, and the bytes of each month's report."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from flows.store.files import write_atomically
from flows.store.layout import Layout


def keep_week_view(layout: Layout, week: pd.Timestamp, view: dict[str, Any]) -> bool:
    """Keep the view that the week's page was rendered from, so that the page can be rendered again."""
    content = json.dumps(view, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
    return write_atomically(layout.week_view(week), content.encode())


def week_views(layout: Layout) -> dict[str, dict[str, Any]]:
    """ISO week -> stored view, oldest first."""
    paths = sorted(layout.week_views.glob("week=*/view.json"))
    return {path.parent.name.removeprefix("week="): json.loads(path.read_text()) for path in paths}


def frozen_months(layout: Layout) -> dict[str, Path]:
    """Month -> folder whose bytes are the published report, oldest first."""
    folders = sorted(layout.monthly_pages.glob("month=*"))
    return {folder.name.removeprefix("month="): folder for folder in folders if folder.is_dir()}


def freeze_month(layout: Layout, month: str, rendered: Path) -> None:
    """Keep a copy of a rendered report folder; a month once frozen is left as it is."""
    target = layout.monthly_page(month)
    if target.exists():
        return
    aside = target.with_name(f".{target.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(rendered, aside)
    aside.rename(target)
