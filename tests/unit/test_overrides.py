"""The vibes override and each of its guard-rails."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.builders.decisions import engineer_history, incidents, readings
from transforms.opinions import NO_OPINION, NONE, SOFT
from transforms.overrides import GUARD_RAILS, Overrides, overrides, shown_status
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters, OverrideRules
from transforms.status import GREEN, RED, UNKNOWN, YELLOW

PARAMETERS = DecisionParameters()
_STATUS = {"g": GREEN, "y": YELLOW, "r": RED, "?": UNKNOWN}
STEP = 1e-6
# Whether it may turn a light that is not green is the config's to say.
KEEPING, TURNING = (replace(PARAMETERS, override=OverrideRules(keeps_only=keeps)) for keeps in (True, False))


def run(
    lights: str,
    *,
    vibes: float = 4.0,
    has_note: bool = True,
    vibes_level: int = NONE,
    pct: Sequence[float] = (80.0,),
    published: Sequence[int] = (),
    first: int = 0,
    parameters: DecisionParameters = PARAMETERS,
    **columns: object,
) -> Overrides:
    """Overrides of one engineer whose light underneath is given, one letter a week, on 4x10 from the first on."""
    history = engineer_history(
        n_before=0, n_during=len(lights), billable_pct=pct, vibes=vibes, has_note=has_note, **columns
    )
    panel = build_panel(readings(history), incidents(), parameters)
    grid = np.array([[_STATUS[light] for light in lights]])
    applied = np.zeros(grid.shape, dtype=bool)
    applied[:, list(published)] = True
    level = np.full(grid.shape, vibes_level)
    return overrides(panel, parameters, grid, level, applied, range(first, len(lights)))


def last(found: Overrides) -> bool:
    return bool(found.is_applied[0, -1])


def forbidden_by(found: Overrides) -> list[str]:
    return [name for name, passes in zip(GUARD_RAILS, found.passes[:, 0, -1], strict=True) if not passes]


@pytest.mark.parametrize(
    ("lights", "changes", "why_not"),
    [
        ("ggggggggy", {}, []),
        ("ggggggggr", {}, []),  # billable over eight weeks is on policy
        ("ggggggggy", {"vibes": 5.0}, []),
        ("ggggggggy", {"has_note": False}, ["has_note"]),
        ("ggggggggy", {"vibes_level": SOFT}, ["vibes_quiet"]),
        ("ggggggggy", {"vibes_level": NO_OPINION}, []),
        ("ggggggggr", {"pct": (76.0,)}, []),
        ("ggggggggr", {"pct": (76.0 - STEP,)}, ["soft_or_on_policy"]),
        ("ggggggggy", {"pct": (60.0,)}, []),  # a soft signal needs no billable
        ("yyrggggggy", {}, []),  # 6 of 8 green
        ("yyyggggggy", {}, []),
        ("ggrrrggggy", {}, ["mostly_green"]),  # 5 of 8
        ("??rrrggggggg?y", {}, []),  # 7 of 7 judged ones
        ("?????rygy", {}, []),  # with 3 judged weeks the share does not count
        ("????rrygy", {}, ["mostly_green"]),  # with 4 it does
    ],
)
def test_guard_rails(lights: str, changes: dict[str, object], why_not: list[str]) -> None:
    found = run(lights, **changes, first=len(lights) - 1)  # type: ignore[arg-type]
    assert forbidden_by(found) == why_not
    assert last(found) == (not why_not)


@pytest.mark.parametrize(("green", "is_enough"), [(6, False), (7, True), (8, True)])
def test_seventy_percent_of_the_weeks_before_must_be_green(green: int, is_enough: bool) -> None:
    rules = replace(PARAMETERS, override=OverrideRules(look_back_weeks=10))
    lights = "r" * (10 - green) + "g" * green + "y"
    assert last(run(lights, parameters=rules, first=10)) == is_enough


@pytest.mark.parametrize("vibes", [4.0 - STEP, 3.0, np.nan])
def test_without_good_vibes_nothing_is_asked(vibes: float) -> None:
    found = run("ggggggggy", vibes=vibes)
    assert not found.is_asked.any()
    assert not last(found)


def test_it_never_applies_over_unknown_or_green() -> None:
    assert not run("gggggggg?").is_asked.any()
    assert not run("ggggggggg").is_asked.any()


def test_vibes_of_an_unreadable_file_do_not_count() -> None:
    assert not last(run("ggggggggy", is_vibes_known=False))


def test_at_most_two_weeks_running() -> None:
    found = run("ggggggggyyy")
    assert found.is_applied[0, 8:].tolist() == [True, True, False]
    assert forbidden_by(found) == ["not_running_out"]
    assert found.weeks_left[0, 8:].tolist() == [1, 0, 2]


def test_at_most_four_in_twelve() -> None:
    lights = "gggggggg" + "yygyyg" + "y" + "ggggg" + "y"
    found = run(lights, parameters=replace(PARAMETERS, override=OverrideRules(min_green_share=0.0)))
    assert np.flatnonzero(found.is_applied[0]).tolist() == [8, 9, 11, 12, 20]
    fourteenth = dict(zip(GUARD_RAILS, found.passes[:, 0, 14].tolist(), strict=True))
    assert [name for name, passes in fourteenth.items() if not passes] == ["not_used_up"]
    assert found.uses_left[0, 8:15].tolist() == [3, 2, 2, 1, 0, 0, 0]
    assert found.uses_left[0, 20] == 0  # of the 12 weeks up to it: 9, 11, 12 and itself


@pytest.mark.parametrize(
    ("lights", "published", "is_kept"),
    [
        ("ggggggggy", (), True),
        ("ggggggggr", (), True),
        ("gggggggyy", (), False),  # yellow was shown in the week before
        ("gggggggry", (), False),
        ("gggggggyy", (7,), True),  # it was not: the week before was overridden
        ("gggggggry", (7,), True),
        ("gggggggyy", (6,), False),
        ("ggggggg?y", (), True),  # nothing bad was shown
        ("gggggyggy", (), True),  # nor in the week before, though some weeks earlier
    ],
)
def test_it_may_be_made_to_keep_lights_green_only(lights: str, published: Sequence[int], is_kept: bool) -> None:
    found = run(lights, published=published, first=8, parameters=KEEPING)
    assert last(found) == is_kept
    assert forbidden_by(found) == ([] if is_kept else ["was_green"])
    assert last(run(lights, published=published, first=8, parameters=TURNING))


def test_in_the_first_week_of_all_there_is_no_light_to_turn() -> None:
    assert last(run("y", parameters=KEEPING))


def test_after_two_weeks_running_it_then_comes_back_only_once_the_light_was_green() -> None:
    for keeps_only, expected in ((True, [8, 9, 13]), (False, [8, 9, 11, 13])):
        rules = OverrideRules(min_green_share=0.0, keeps_only=keeps_only)
        found = run("ggggggggyyyygy", parameters=replace(PARAMETERS, override=rules))
        assert np.flatnonzero(found.is_applied[0]).tolist() == expected


def test_published_overrides_stand_and_count() -> None:
    found = run("ggggggggyyy", published=[8, 9], first=10)
    assert found.is_applied[0, 8:].tolist() == [True, True, False]
    found = run("ggggggggyyy", published=[9], first=10)
    assert found.is_applied[0, 8:].tolist() == [False, True, True]
    found = run("ggggggggyyy", published=[], first=10, parameters=TURNING)
    assert found.is_applied[0, 8:].tolist() == [False, False, True]


def test_the_long_window_may_reach_before_the_switch() -> None:
    history = engineer_history(n_before=8, n_during=3, billable_pct=[80.0] * 8 + [60.0] * 3, has_note=True)
    panel = build_panel(readings(history), incidents(), PARAMETERS)
    grid = np.array([[GREEN] * 10 + [RED]])
    none = np.full(grid.shape, NONE)
    found = overrides(panel, PARAMETERS, grid, none, np.zeros(grid.shape, dtype=bool), [10])
    assert forbidden_by(found) == ["soft_or_on_policy"]  # (5 x 80 + 3 x 60) / 8 = 72.5
    history = engineer_history(n_before=8, n_during=3, billable_pct=[90.0] * 8 + [60.0] * 3, has_note=True)
    panel = build_panel(readings(history), incidents(), PARAMETERS)
    assert last(overrides(panel, PARAMETERS, grid, none, np.zeros(grid.shape, dtype=bool), [10]))  # 78.75


def test_weeks_that_are_not_eligible_are_no_part_of_the_long_window() -> None:
    away = {index: {"worked_hours": 0.0, "billable_hours": 0.0} for index in (5, 7)}
    assert last(run("ggggggggr", pct=(76.0,), changes=away))


def test_with_too_few_eligible_weeks_nothing_is_known_of_the_policy() -> None:
    least = PARAMETERS.billable.min_weeks
    for n, expected in ((least, []), (least - 1, ["soft_or_on_policy"])):
        assert forbidden_by(run("g" * (n - 1) + "r")) == expected


def test_overrides_can_be_switched_off() -> None:
    off = replace(PARAMETERS, override=OverrideRules(enabled=False))
    found = run("ggggggggy", parameters=off)
    assert not (found.is_applied | found.is_asked).any()


def test_by_method_plain_a_note_is_the_only_guard_rail() -> None:
    plain = replace(PARAMETERS, method="plain")
    assert run("rrrrrrrrr", parameters=plain, pct=(60.0,)).is_applied.all()
    assert not run("rrrrrrrrr", parameters=plain, has_note=False).is_applied.any()


def test_an_override_shows_green_and_changes_nothing_underneath() -> None:
    underlying = np.array([[YELLOW, RED, UNKNOWN]])
    assert shown_status(underlying, np.array([[True, False, False]])).tolist() == [[GREEN, RED, UNKNOWN]]
    assert underlying.tolist() == [[YELLOW, RED, UNKNOWN]]
