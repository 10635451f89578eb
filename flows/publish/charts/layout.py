"""Where things go on a chart: domains, ticks, and labels that do not lie on each other. Plain numbers, no drawing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from transforms.language import day_text

LINE_HEIGHT = 13
# More labels than this run into each other on the width of a chart.
_MOST_MONTHS = 9
_SHORT_DAYS = 100


@dataclass(frozen=True)
class Scale:
    """The value axis: its domain, its ticks, and where a value lies on `length` pixels (0 at the top)."""

    low: float
    high: float
    ticks: list[float]
    length: float
    is_log: bool = False

    def position(self, value: float) -> float:
        low, high, value = (
            (math.log(self.low), math.log(self.high), math.log(value)) if self.is_log else (self.low, self.high, value)
        )
        return self.length * (high - value) / (high - low)

    def value_at(self, position: float) -> float:
        """The value that lies at a pixel: the way back from `position`, inside and outside the plot."""
        share = 1 - position / self.length
        if self.is_log:
            return self.low * math.exp(share * math.log(self.high / self.low))
        return self.low + (self.high - self.low) * share

    def clamp(self, value: float) -> float:
        return min(max(value, self.low), self.high)


def linear_scale(values: Sequence[float], length: float, domain: tuple[float, float] | None = None) -> Scale:
    """Round ticks around all values. A fixed domain is widened where values lie outside it, never narrowed."""
    low, high = _extent(values, domain)
    if domain is None:
        margin = 0.06 * ((high - low) or abs(high) or 1.0)
        low, high = (low - margin if low < 0 or low - margin > 0 else low), high + margin
    step = _round_step((high - low) / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if domain is not None:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = [round(index * step, 10) for index in range(first, last + 1)]
    if domain is None:
        low, high = ticks[0], ticks[-1]
    return Scale(low, high, ticks, length)


def log_scale(values: Sequence[float], length: float, domain: tuple[float, float] | None = None) -> Scale:
    """Ticks at 1, 2, 5, 10, ... or, over many decades, at the powers of ten. All values must be positive."""
    low, high = _extent(values, domain)
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    steps = (1, 2, 5) if high / low < 300 else (1,)
    candidates = [step * 10.0**decade for decade in decades for step in steps]
    first = max(tick for tick in candidates if tick <= low)
    last = min(tick for tick in candidates if tick >= high and tick > first)
    ticks = [tick for tick in candidates if first <= tick <= last]
    return Scale(first, last, ticks, length, is_log=True)


def _extent(values: Sequence[float], domain: tuple[float, float] | None) -> tuple[float, float]:
    known = [*values, *(domain or ())] or [0.0, 1.0]
    low, high = min(known), max(known)
    return (low, high) if high > low else (low - 0.5, high + 0.5) if low <= 0.5 else (low / 1.5, high * 1.5)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * 0.999)


def date_ticks(first: date, last: date) -> list[tuple[int, str | list[str]]]:
    """(days since `first`, label): first days of months, the year under the first one and under January."""
    if (last - first).days <= _SHORT_DAYS:
        step = 7 * max(1, math.ceil((last - first).days / 7 / 7))
        days = [first + timedelta(days=offset) for offset in range(0, (last - first).days + 1, step)]
        return [((day - first).days, day_text(day, "MMMd")) for day in days]
    months = [
        month
        for year in range(first.year, last.year + 1)
        for month in (date(year, number, 1) for number in range(1, 13))
        if first <= month <= last
    ]
    stride = next(step for step in (1, 2, 3, 6, 12) if len(months) / step <= _MOST_MONTHS or step == 12)
    shown = [month for month in months if (month.month - 1) % stride == 0]
    return [
        ((month - first).days, _month_label(month, with_year=month == shown[0] or month.month == 1)) for month in shown
    ]


def _month_label(month: date, *, with_year: bool) -> str | list[str]:
    name = day_text(month, "MMM")
    return [name, str(month.year)] if with_year else name


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of labels as near as possible to `wanted`, without overlap, between `low` and `high`.

    Labels keep the order of what they name; where there is no room for all, the last ones leave at the bottom.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    middles = [0.0] * len(wanted)
    edge = low
    for index in order:
        middles[index] = max(wanted[index], edge + heights[index] / 2)
        edge = middles[index] + heights[index] / 2
    edge = high
    for index in reversed(order):
        middles[index] = min(middles[index], edge - heights[index] / 2)
        edge = middles[index] - heights[index] / 2
    return middles
