"""What one metric says in some weeks, whatever rule made it say so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from transforms.stats import Bools, Floats, Ints

NO_OPINION: Final = -1  # `vocabulary.LEVELS[-1]` is `unknown`
NONE, SOFT, HARD = 0, 1, 2

# Why there is no opinion. The first two make the metric unknown at once, the others hold its level.
GAPS: Final = (
    "",
    "source",  # the source failed or is incomplete
    "coverage",  # too little logged
    "not_employed",
    "holiday_week",
    "new_hire",
    "away",
    "excused",
    "few_items",  # too few eligible weeks, sprints, incidents or entries in reach
    "no_baseline",  # nothing to compare with, or to tell scatter from
    "before_switch",
    "settling_in",
    "nothing_new",  # no sprint ended, no call, no vibes in this week
    "sprint_left_out",
)
RULES: Final = ("", "policy", "baseline", "mean", "threshold", "together")


def gap(name: str) -> int:
    return GAPS.index(name)


def rule(name: str) -> int:
    return RULES.index(name)


@dataclass(frozen=True)
class Opinion:
    """One metric over some weeks.

    Shape: engineers x weeks judged.
    Units: value, reference, smallest_visible and clear_at in the metric's unit as shown (percent, points per 40 hours,
    factor, score); z in standard errors, positive for the worse.
    Missing: NaN where the window has too little in it.
    """

    signal: Ints  # NONE, SOFT, HARD; NO_OPINION
    gap: Ints  # index in GAPS
    rule: Ints  # index in RULES: which one spoke
    value: Floats
    reference: Floats
    z: Floats
    first_week: Ints  # index of the window's first week
    n_items: Ints  # weeks, sprints, incidents or entries in the window
    smallest_visible: Floats
    clear_at: Floats  # the signal ends when the value is back here
    shared: Floats  # part of the fall not counted, since the team's median fell too: points, share, log units, score
    is_fast: Bools  # so strong that the level need not wait for a second week
    is_one_item: Bools  # would signal, but not without its worst week, sprint, incident or entry

    @property
    def is_unknown(self) -> Bools:
        """The source has no answer, or not enough of one: no level may be held over this."""
        is_unknown: Bools = (self.gap == gap("source")) | (self.gap == gap("coverage"))
        return is_unknown


def placed(
    parts: Iterable[tuple[Ints, Mapping[str, Opinion]]], channels: Sequence[str], n_engineers: int, n_weeks: int
) -> dict[str, Opinion]:
    """Opinions about some weeks each, on the whole grid. Weeks not judged have no opinion and no numbers.

    Parts are taken one by one and not kept: at ten thousand engineers they are large.
    """
    shape = (n_engineers, n_weeks)
    empty: dict[str, Any] = dict.fromkeys(("gap", "rule", "first_week", "n_items"), np.int16(0))
    empty |= {"signal": np.int16(NO_OPINION), "is_one_item": False, "is_fast": False}
    names = [field.name for field in fields(Opinion)]
    grids = {channel: {name: np.full(shape, empty.get(name, np.nan)) for name in names} for channel in channels}
    for weeks, opinions in parts:
        is_run = len(weeks) and weeks[-1] - weeks[0] + 1 == len(weeks)
        at = slice(weeks[0], weeks[-1] + 1) if is_run else weeks  # neighbours are copied in one go
        for channel, opinion in opinions.items():
            for name, grid in grids[channel].items():
                grid[:, at] = getattr(opinion, name)
    return {channel: Opinion(**found) for channel, found in grids.items()}
