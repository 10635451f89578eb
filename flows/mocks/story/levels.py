"""The truth behind the readings: how each engineer's weeks go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from flows.mocks.story.cast import DAY, WEEK, Actor, Span
from flows.mocks.story.characters import RAMP_WEEKS, WEEKS_TO_DECLINE
from flows.mocks.story.draws import stream

# Shares of the weekly variance that lingers, and how much of it reaches the next week.
LINGERING_VARIANCE = 0.45
LINGERING = 0.5


@dataclass(frozen=True)
class Level:
    """One engineer's week. Units: `billable` and `logged` as shares of available hours; the rest are factors.

    `vibes` is the manager's view before rounding; `scripted_vibes` and `note` are set where the week is told.
    """

    billable: float
    logged: float
    velocity: float
    response: float
    vibes: float
    scripted_vibes: int | None = None
    note: str = ""


def levels_of(actor: Actor, span: Span) -> Mapping[date, Level]:
    """One level per Monday of the span."""
    weeks = span.weeks
    noise = _lingering_noise(stream(span.seed, "billable", actor.engineer_id), len(weeks))
    mood = _lingering_noise(stream(span.seed, "mood", actor.engineer_id), len(weeks))
    shared = 0.7 * _lingering_noise(stream(span.seed, "team week", actor.team_id), len(weeks))
    logged = 0.97 + 0.018 * stream(span.seed, "logged", actor.engineer_id).standard_normal(len(weeks))
    drift = 0.7 + 0.5 * float(stream(span.seed, "drift", actor.engineer_id).standard_normal())
    return {
        week: _level(actor, span, week, drift, (noise[n], shared[n], mood[n], logged[n]))
        for n, week in enumerate(weeks)
    }


def _level(actor: Actor, span: Span, week: date, drift: float, drawn: tuple[float, float, float, float]) -> Level:
    noise, shared, mood, logged = drawn
    character = actor.character
    hours = sum(actor.available.get(week + n * DAY, 0.0) for n in range(7))
    settling = actor.switched_on is not None and actor.switched_on <= week < actor.switched_on + 3 * WEEK
    during = actor.switched_on is not None and week >= actor.switched_on
    lost = _lost_share(actor, week)
    billable = (
        character.billable
        + (drift if during else 0.0)
        + character.billable_spread * noise * np.sqrt(40 / max(hours, 16.0))
        + shared
        - 2.0 * settling
        - 3.5 * is_holiday_week(week)
        - (10.0 if character.is_new and week < actor.employed_from + 5 * WEEK else 0.0)
    )
    velocity = (0.92 if settling else 1.0) * (0.8 if is_holiday_week(week) else 1.0)
    response = 1.0
    vibes = character.wellbeing + 0.45 * mood
    if character.decline is not None:
        billable -= lost * character.decline.billable
        velocity *= 1 - lost * (1 - character.decline.velocity)
        response *= character.decline.response**lost
        vibes -= lost * character.decline.wellbeing
    scripted = character.script.get((span.last_week - week) // WEEK)
    if scripted is not None:
        billable, vibes = scripted.billable, float(scripted.vibes)
        velocity, response = velocity * scripted.velocity, response * scripted.response
    share = float(np.clip(billable / 100, 0.3, 1.02))
    return Level(
        billable=share,
        logged=float(max(np.clip(logged, 0.92, 1.03), share + 0.02)),
        velocity=velocity,
        response=response,
        vibes=vibes,
        scripted_vibes=scripted.vibes if scripted else None,
        note=scripted.note if scripted else "",
    )


def _lost_share(actor: Actor, week: date) -> float:
    """How far a decline has come: 0 before it begins, 1 when it is complete."""
    if actor.switched_on is None:
        return 0.0
    weeks_in = (week - actor.switched_on) // WEEK - WEEKS_TO_DECLINE
    return min(max((weeks_in + 1) / RAMP_WEEKS, 0.0), 1.0)


def is_holiday_week(week: date) -> bool:
    """Thanksgiving's week, and weeks that touch 24 December to 1 January."""
    days = [week + n * DAY for n in range(7)]
    year_end = any((day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1) for day in days)
    thursday = days[3]
    return year_end or (thursday.month == 11 and 22 <= thursday.day <= 28)


def _lingering_noise(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Noise with s.d. 1, part of which lingers from week to week. More weeks leave the first ones as they were."""
    last = float(rng.standard_normal())
    kicks = rng.standard_normal((n, 2))
    noise = np.empty(n)
    for week in range(n):
        last = LINGERING * last + (1 - LINGERING**2) ** 0.5 * kicks[week, 0]
        noise[week] = LINGERING_VARIANCE**0.5 * last + (1 - LINGERING_VARIANCE) ** 0.5 * kicks[week, 1]
    return noise
