"""How a series varies and whether it keeps to a target, in the words of statistical process control.

An individuals chart (XmR): the centre is the mean of the values before, the limits lie 2.66 times their mean moving
range on either side, that is three standard deviations (Wheeler, Understanding Variation; 2.66 = 3 / 1.128). The newest
value since is read against them. What decides a light or an alert are other rules: this is an aid to reading a chart.

Values stand in their order; one that is missing is passed over, so it neither breaks a run nor makes one.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from transforms.stats import Bools, Floats

FEWEST: Final = 12  # limits from fewer are trial limits (NHSRplotthedots, of Making Data Count, NHS England)
# Western Electric (1956) and Wheeler ask for 8 on one side, Making Data Count for 7. Of steady values the newest ends a
# run of 8 in 1 of 128 cases, of 7 in 1 of 64: with a few charts a person, the one that cries wolf less often.
RUN: Final = 8
TREND: Final = 6  # Nelson (1984), test 3: of steady values 1 case in 360
_LIMIT, _NEAR = 3.0, 2.0  # in standard deviations; the outer third begins at the second
REACH: Final = 2.66
# Values in coarse steps often repeat, so that their ranges tell of too little scatter (Wheeler: chunky data).
_LEAST_SD: Final = 0.5  # in steps
_DIGITS: Final = 9  # a value on the centre or on a limit is there whatever binary fractions make of it

Kind = Literal["common", "improving", "concerning", "alike", "too_few"]
Rule = Literal["outside", "run", "near", "trend"]
Keeping = Literal["meets", "hit_or_miss", "falls_short", "too_few"]


@dataclass(frozen=True)
class Limits:
    """Centre and limits, in the unit of the values."""

    low: float
    centre: float
    high: float


@dataclass(frozen=True)
class Variation:
    """What the newest value says.

    `alike`: all values before were the same, so that nothing is known of their scatter.
    """

    kind: Kind
    limits: Limits | None  # None where there are too few values
    rule: Rule | None = None  # which rule found a special cause
    is_high: bool = False  # the newest values lie high or, for a trend, rise
    n: int = 0  # values in the run or trend

    @property
    def is_special(self) -> bool:
        return self.rule is not None


@dataclass(frozen=True)
class Assurance:
    """Whether chance alone keeps the values on the good side of a target."""

    kind: Keeping
    limits: Limits | None


def variation(
    before: Floats, since: Floats, *, direction: Literal[1, -1], is_log: bool = False, step: float = 0.0
) -> Variation:
    """Whether the newest value since differs from those before by more than chance, and for the better or worse.

    The first of these rules that holds is told. The newest value lies outside the limits; it ends a run of 8 or more on
    one side of the centre; it and one of the two before it lie on the same side in the outer third or beyond; it ends 6
    or more that rise or fall. The trend comes last: where one is comes before where one is going. Only values since are
    counted, so none is read against limits that it made. A value within half a `step` of the centre lies on it: scores
    of 4 do not all lie below a mean of 4.3 when no score could be nearer.
    Units: with `is_log` ratios are compared; what is not above 0 is missing.
    Missing: `too_few` with fewer than 12 values before or none since.
    """
    limits = natural_limits(before, is_log=is_log, step=step)
    newer = _known(since, is_log)
    if limits is None or not len(newer):
        return Variation("too_few", limits)
    low, centre = (_scaled(np.array([end]), is_log)[0] for end in (limits.low, limits.centre))
    if not centre > low:
        return Variation("alike", limits)
    away = np.round(_LIMIT * (newer - centre) / (centre - low), _DIGITS)
    found = _rule(np.where(np.abs(newer - centre) > step / 2, away, 0.0))
    if found is None:
        return Variation("common", limits)
    rule, is_high, n = found
    return Variation("improving" if is_high == (direction > 0) else "concerning", limits, rule, is_high, n)


def assurance(since: Floats, target: float, *, direction: Literal[1, -1], is_log: bool = False) -> Assurance:
    """Whether the limits of the values since lie on one side of a target: it is met always, by chance, or never.

    Missing: `too_few` with fewer than 12 values.
    """
    limits = natural_limits(since, is_log=is_log)
    if limits is None:
        return Assurance("too_few", None)
    worst, best = (limits.low, limits.high) if direction > 0 else (limits.high, limits.low)
    if direction * (worst - target) >= 0:
        return Assurance("meets", limits)
    return Assurance("falls_short" if direction * (best - target) < 0 else "hit_or_miss", limits)


def natural_limits(values: Floats, *, is_log: bool = False, step: float = 0.0) -> Limits | None:
    """Within which values stay by chance: the mean and 2.66 mean moving ranges on either side, at least 1.5 steps.

    Missing: None with fewer than 12 values.
    """
    known = _known(values, is_log)
    if len(known) < FEWEST:
        return None
    centre, reach = known.mean(), max(REACH * np.abs(np.diff(known)).mean(), _LIMIT * _LEAST_SD * step)
    low, middle, high = (float(np.exp(end) if is_log else end) for end in (centre - reach, centre, centre + reach))
    return Limits(low, middle, high)


def _rule(sds: Floats) -> tuple[Rule, bool, int] | None:
    """The first rule that the newest value fires, whether it is high, and over how many values. In deviations."""
    newest = sds[-1]
    outwards = sds if newest > 0 else -sds
    if outwards[-1] > _LIMIT:
        return "outside", newest > 0, 1
    run = _last_true(outwards > 0)
    if run >= RUN:
        return "run", newest > 0, run
    is_near = outwards[-3:] > _NEAR
    if is_near[-1] and is_near.sum() >= 2:
        return "near", newest > 0, 2
    steps = np.diff(sds)
    for is_rising, is_step in ((True, steps > 0), (False, steps < 0)):
        n = 1 + _last_true(is_step)
        if n >= TREND:
            return "trend", is_rising, n
    return None


def _last_true(flags: Bools) -> int:
    """How many at the end are true."""
    return int(np.logical_and.accumulate(flags[::-1]).sum())


def _known(values: Floats, is_log: bool) -> Floats:
    return _scaled(values[values > 0 if is_log else ~np.isnan(values)], is_log)


def _scaled(values: Floats, is_log: bool) -> Floats:
    return np.log(values) if is_log else values
