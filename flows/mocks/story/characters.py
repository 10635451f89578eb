"""Who is who in the sample: what sets each character's weeks apart, by engineer id.

The table knows the ids of the sample roster; everybody else is steady.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

WEEKS_TO_DECLINE: Final = 5
RAMP_WEEKS: Final = 4


@dataclass(frozen=True)
class Decline:
    """A true loss that begins some weeks after the switch and deepens over a month."""

    billable: float
    velocity: float
    response: float
    wellbeing: float


@dataclass(frozen=True)
class ScriptedWeek:
    """A week whose course is told, not drawn."""

    billable: float
    vibes: int
    note: str = ""
    velocity: float = 1.0
    response: float = 1.0


@dataclass(frozen=True)
class ScriptedDecision:
    """What the manager decided on the recommendation of a review, some days after it was published."""

    review: int
    days_after: int
    decision: str
    why: str
    is_for_everyone: bool = True


@dataclass(frozen=True)
class Character:
    """The long-run level of an engineer and what happens to it.

    Units: `billable` in percent of available hours, `points_rate` in points per 40 available hours, `acknowledge` and
    `resolve` as medians in seconds. `script` is keyed by weeks before the newest one (0 is the newest), to which
    `closing_note` belongs too.
    """

    name: str = "steady"
    billable: float = 84.0
    billable_spread: float = 3.6
    points_rate: float = 7.5
    wellbeing: float = 4.1
    pager_share: float = 1.0
    acknowledge: float = 290.0
    resolve: float = 5200.0
    decline: Decline | None = None
    is_new: bool = False
    is_away_at_the_end: bool = False
    closing_note: str = ""
    script: Mapping[int, ScriptedWeek] = field(default_factory=dict)
    decisions: Sequence[ScriptedDecision] = ()


STEADY: Final = Character()

CHARACTERS: Final[Mapping[str, Character]] = {
    "ana": Character(billable=85.0, wellbeing=4.3, acknowledge=260),
    "ben": Character(
        name="true decliner",
        billable=83.5,
        billable_spread=3.0,
        pager_share=1.3,
        decline=Decline(billable=10.0, velocity=0.65, response=1.8, wellbeing=1.8),
        decisions=(
            ScriptedDecision(
                3,
                days_after=3,
                decision="defer",
                why="Ben wants to try shorter Wednesdays and less on call first. We look again in four weeks.",
            ),
            ScriptedDecision(
                4,
                days_after=2,
                decision="defer",
                why="Two weeks of the trial fell into the client's freeze. One more round, then we decide.",
            ),
            ScriptedDecision(
                4,
                days_after=17,
                decision="decline",
                why="He asked in confidence to stay on four days until the end of the year.",
                is_for_everyone=False,
            ),
        ),
        closing_note="Says the fourth day runs on fumes, and points and hours say the same. We will talk about the old "
        "week on Monday.",
    ),
    "chloe": Character(
        name="one bad week",
        billable=84.5,
        billable_spread=3.2,
        wellbeing=4.2,
        script={
            0: ScriptedWeek(
                billable=62.5,
                vibes=4,
                velocity=0.5,
                response=1.8,
                note="Three days went into an unbilled data recovery that she volunteered for. Rough week, good "
                "judgement, and the client noticed.",
            )
        },
    ),
    "dmitri": Character(
        name="heavy on-call",
        billable=82.5,
        wellbeing=3.6,
        pager_share=3.2,
        resolve=4600,
        closing_note="The pager ate the free day again. That is on us: from December two more people share it.",
    ),
    "emeka": Character(
        name="chronic low",
        billable=72.5,
        billable_spread=3.4,
        wellbeing=3.5,
        decisions=(
            ScriptedDecision(
                4,
                days_after=4,
                decision="decline",
                why="The share was as low on five days. It is the internal work that I assign, not the week.",
            ),
        ),
    ),
    "fatima": Character(name="part-timer", billable=84.0, wellbeing=4.2, pager_share=0.6),
    "gabriel": Character(
        name="soft dip with a note",
        billable=81.0,
        wellbeing=4.2,
        script={
            4: ScriptedWeek(billable=77.4, vibes=4),
            3: ScriptedWeek(billable=77.1, vibes=5),
            2: ScriptedWeek(billable=77.0, vibes=4),
            1: ScriptedWeek(billable=77.0, vibes=4),
            0: ScriptedWeek(
                billable=77.0,
                vibes=5,
                note="Still carrying the migration runbook and Hana's ramp-up, none of it billable. I asked for both, "
                "and both are worth it.",
            ),
        },
    ),
    "hana": Character(name="late hire", billable=82.5, is_new=True, wellbeing=4.2, pager_share=0.7),
    "imran": Character(name="leaver", billable=83.0, wellbeing=3.8),
    "joon": Character(
        name="away in the newest week",
        billable=84.5,
        is_away_at_the_end=True,
        closing_note="Away since last Thursday, back next week. The empty week is a holiday, nothing else.",
    ),
    "kateryna": Character(name="no incidents", billable=84.5, wellbeing=4.3, pager_share=0.0),
    "lucia": Character(name="abroad", billable=83.5, wellbeing=4.2),
}

# The team that began to estimate higher, and how many weeks after the switch.
RE_ESTIMATING_TEAM: Final = "harbor"
WEEKS_TO_RE_ESTIMATION: Final = 14


def character_of(engineer_id: str) -> Character:
    """The engineer's character; steady when the table does not know the id."""
    return CHARACTERS.get(engineer_id, STEADY)
