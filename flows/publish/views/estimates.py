"""Notices about teams whose estimates have become larger or smaller numbers: velocity is to be read with care."""

from __future__ import annotations

from flows.publish.views.book import Book
from transforms.metrics.estimate_shift import estimate_shifts


def estimate_notices(book: Book) -> dict[str, str]:
    """Team -> the sentence about its estimates; teams without a shift are left out."""
    shifts = estimate_shifts(book.data.tables["sprint_totals"], book.switch, book.team_names)
    return dict(zip(shifts["team_id"], shifts["sentence"], strict=True))
