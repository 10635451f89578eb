"""Small drawings as numbers: the card's sparkline and the bar of statuses. Templates only write the attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from flows.publish.views import wording

SPARK_WEEKS: Final = 24
WIDTH, HEIGHT = 240, 48
# One scale for all cards: a dip looks the same on every card. What lies outside is drawn at the edge.
LOW, HIGH = 55.0, 100.0


@dataclass(frozen=True)
class Spark:
    """A sparkline on a 240 x 48 grid. `path` starts anew after a missing week."""

    width: int
    height: int
    path: str
    rule: float
    switch: float | None
    band: dict[str, float] | None
    label: str


def sparkline(
    values: Sequence[float | None],
    rule: float,
    band: tuple[float, float] | None,
    switch_index: int | None,
    label: str,
) -> dict[str, Any]:
    """A line of weekly percentages over the policy's rule and the engineer's own usual range.

    `switch_index` is the position of the first week of 4x10 in `values`; None where it lies outside.
    """
    step = WIDTH / max(len(values) - 1, 1)
    box = None
    if band is not None:
        top, bottom = _y(band[1]), _y(band[0])
        box = {"y": top, "height": round(bottom - top, 1)}
    switch = None if switch_index is None else round(max(switch_index - 0.5, 0) * step, 1)
    return asdict(Spark(WIDTH, HEIGHT, _path(values, step), _y(rule), switch, box, label))


def status_bar(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Segments of the status mix, in percent of the width, in the order of the page; empty ones left out."""
    total = sum(counts.values())
    segments, left = [], 0.0
    for status in ("green", "yellow", "red", "unknown"):
        share = 100 * counts.get(status, 0) / total if total else 0.0
        if share:
            segments.append({"status": status, "x": wording.rounded(left, 2), "width": wording.rounded(share, 2)})
        left += share
    return segments


def _y(value: float) -> float:
    inside = min(max(value, LOW), HIGH)
    return round(2 + (HEIGHT - 4) * (HIGH - inside) / (HIGH - LOW), 1)


def _path(values: Sequence[float | None], step: float) -> str:
    parts, pen_is_up = [], True
    for index, value in enumerate(values):
        if value is None:
            pen_is_up = True
            continue
        parts.append(f"{'M' if pen_is_up else 'L'}{_short(index * step)} {_short(_y(value))}")
        pen_is_up = False
        alone = (index + 1 >= len(values) or values[index + 1] is None) and parts[-1].startswith("M")
        # A week between two missing ones would be a move without a line: a short stroke shows it.
        if alone:
            parts.append("h.1")
    return "".join(parts)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
