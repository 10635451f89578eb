"""What was shown: the view of each week as JSON, and the bytes of each month's report; each edition its own."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from flows.store.files import write_atomically
from flows.store.layout import Layout
from transforms.weeks import weeks_of_month


def keep_week_view(layout: Layout, week: pd.Timestamp, view: dict[str, Any], edition: str = "everyone") -> bool:
    """Keep the view that the week's page was rendered from, so that the page can be rendered again."""
    content = json.dumps(view, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
    return write_atomically(layout.week_view(week, edition), content.encode())


def week_views(layout: Layout, edition: str = "everyone") -> dict[str, dict[str, Any]]:
    """ISO week -> stored view, oldest first."""
    paths = sorted(layout.week_views(edition).glob("week=*/view.json"))
    return {path.parent.name.removeprefix("week="): json.loads(path.read_text()) for path in paths}


def frozen_months(layout: Layout, edition: str = "everyone", people: str = "named") -> dict[str, Path]:
    """Month -> folder whose bytes are the published report of an edition, its newest revision; oldest month first.

    A report shows people as the edition did when it was made: one that shows them otherwise than `people` is another.
    """
    shelf = _shelf(edition, people)
    own = {month: _newest(layout, month, shelf, folder) for month, folder in _months_on(layout, shelf).items()}
    older = _months_on(layout, "") if edition == "everyone" else {}
    usable = {month: folder for month, folder in older.items() if _people_then(layout, month) == people}
    return dict(sorted((usable | own).items()))


def months_of_any_edition(layout: Layout) -> frozenset[str]:
    """Months of which a report was published, in whatever edition."""
    shelves = ["", *(path.name.removeprefix("edition=") for path in layout.monthly_pages().glob("edition=*"))]
    return frozenset(month for shelf in shelves for month in _months_on(layout, shelf))


def freeze_month(layout: Layout, month: str, rendered: Path, edition: str = "everyone", people: str = "named") -> None:
    """Keep a copy of a rendered report folder. One that differs from what is kept becomes its next revision."""
    shelf, kept = _shelf(edition, people), frozen_months(layout, edition, people).get(month)
    if kept is None:
        _copy(rendered, layout.monthly_page(month, shelf))
    elif _bytes_of(kept) != _bytes_of(rendered):
        number = int(kept.name) + 1 if kept.name.isdecimal() else 1
        # A report of an older version gets its own place first: a revision stands beside what it revises.
        if not layout.monthly_page(month, shelf).exists():
            _copy(kept, layout.monthly_page(month, shelf))
        _copy(rendered, layout.monthly_revision(month, shelf, number))


def _shelf(edition: str, people: str) -> str:
    return f"{edition}-{people}"


def _months_on(layout: Layout, shelf: str) -> dict[str, Path]:
    folders = sorted(layout.monthly_pages(shelf).glob("month=*"))
    return {folder.name.removeprefix("month="): folder for folder in folders if folder.is_dir()}


def _people_then(layout: Layout, month: str) -> str:
    """How a report showed people that an older version kept without saying: as the view of the month's last week."""
    path = layout.week_view(weeks_of_month(month)[-1])
    return str(json.loads(path.read_text())["people"]) if path.is_file() else "named"


def _newest(layout: Layout, month: str, shelf: str, folder: Path) -> Path:
    revisions = sorted(layout.monthly_revision(month, shelf, 1).parent.glob("[0-9]*"))
    return revisions[-1] if revisions else folder


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _copy(rendered: Path, target: Path) -> None:
    aside = target.with_name(f".{target.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(rendered, aside)
    aside.rename(target)
