"""What is measured in a simulated world has the scatter, memory, rates and shares that decisions.md, 9, gives it."""

from dataclasses import replace

import numpy as np
import pytest

from flows.simulation.constants import Billable, People, Response, Velocity, Vibes
from flows.simulation.world import World
from tests.builders.simulated import OnGrid, drawn, mean, scatter

CALM = World(engineers=720, teams=30, only_unaffected=True)
BEFORE = slice(0, 26)


@pytest.fixture(scope="module")
def calm() -> OnGrid:
    return drawn(CALM)


def usual_weeks(grid: OnGrid, *, hours: float = 30.0) -> np.ndarray:
    """Weeks of people who were there from the start and logged much, holiday weeks left out. Engineers x weeks."""
    is_holiday = np.isin(grid.week_starts, np.array(["2025-11-24", "2025-12-22", "2025-12-29"], dtype="datetime64[us]"))
    return (np.nan_to_num(grid.of("worked_hours")) >= hours) & ~is_holiday


def residuals(grid: OnGrid) -> np.ndarray:
    """Weekly billable percent before the switch, less the engineer's own mean."""
    pct = np.where(usual_weeks(grid), grid.pct, np.nan)[:, BEFORE]
    pct = pct[np.isfinite(pct).sum(axis=1) >= 15]
    return pct - mean(pct, axis=1)[:, None]


def test_levels_are_those_of_the_organisation_and_nobody_is_below_the_floor(calm: OnGrid) -> None:
    latent = calm.truth("latent_billable_pct")
    assert latent.mean() == pytest.approx(82.5, abs=0.3)
    assert latent.std() == pytest.approx(2.2, abs=0.25)
    assert latent.min() == 78.0
    own = mean(np.where(usual_weeks(calm), calm.pct, np.nan)[:, BEFORE], axis=1)
    assert mean(own - latent) == pytest.approx(0, abs=0.4)


def test_the_weekly_scatter_is_that_of_the_definition(calm: OnGrid) -> None:
    # 5.5 points, a spread of 0.2 over engineers, the team's 1.0, at 40 h or a little less.
    assert scatter(residuals(calm)) == pytest.approx(5.75, abs=0.35)
    own = scatter(residuals(calm), axis=1)
    assert np.std(np.log(own)) == pytest.approx(np.sqrt(0.2**2 + 1 / (2 * 20)), abs=0.06)


def test_half_of_what_has_a_memory_is_left_after_a_week(calm: OnGrid) -> None:
    off = residuals(calm)
    lag_1 = mean(off[:, 1:] * off[:, :-1]) / mean(off**2)
    # 0.45 of the variance with 0.5, less the bias of taking 23 weeks' own mean.
    assert 0.12 < lag_1 < 0.26
    without = drawn(replace(CALM, billable=Billable(memory_share=0, shared_sd_points=0, wave_points=0)))
    off = residuals(without)
    assert abs(mean(off[:, 1:] * off[:, :-1]) / mean(off**2)) < 0.08


def test_fewer_hours_scatter_more() -> None:
    noisy = Billable(memory_share=0, shared_sd_points=0, wave_points=0, weekly_sd_spread=0)
    part_time = drawn(replace(CALM, billable=noisy, people=People(part_time_share=1, part_time_hours=(20.0,))))
    is_usual = usual_weeks(part_time, hours=19)
    pct = np.where(is_usual, part_time.pct, np.nan)[:, BEFORE]
    assert scatter(pct - mean(pct, axis=1)[:, None]) == pytest.approx(5.5 * np.sqrt(2), abs=0.6)


def test_a_team_shares_its_weeks_and_no_other_teams() -> None:
    grid = drawn(
        replace(CALM, billable=Billable(weekly_sd_points=0, wave_points=0, shared_sd_points=2, drift_points=0))
    )
    off = np.where(usual_weeks(grid), grid.pct - grid.truth("latent_billable_pct")[:, None], np.nan)[:, BEFORE]
    teams = mean(off.reshape(30, 24, -1), axis=1)
    assert scatter(off.reshape(30, 24, -1) - teams[:, None]) < 0.4  # quarters of hours
    shared = teams[:, ~np.isnan(teams).any(axis=0)]
    assert shared.std() == pytest.approx(2, abs=0.2)
    assert np.mean(shared[:, 1:8] * shared[:, :7]) / np.mean(shared**2) == pytest.approx(0.4, abs=0.12)
    assert abs(np.corrcoef(shared)[np.triu_indices(30, 1)]).mean() < 0.3


def test_everybody_drifts_a_little_at_the_switch() -> None:
    grid = drawn(replace(CALM, billable=Billable(weekly_sd_points=0, wave_points=0, shared_sd_points=0)))
    is_during = np.arange(78) >= 30
    usual = np.where(usual_weeks(grid), grid.pct, np.nan)
    change = mean(usual[:, is_during], axis=1) - mean(usual[:, BEFORE], axis=1)
    assert scatter(change) == pytest.approx(1, abs=0.1)
    assert mean(change) == pytest.approx(0, abs=0.12)


def test_the_first_three_weeks_and_holiday_weeks_are_lower() -> None:
    still = replace(CALM, billable=Billable(holiday_points=0, settling_points=0))
    still = replace(still, velocity=Velocity(holiday_factor=1, settling_factor=1))
    change = mean(drawn(CALM).pct - drawn(still).pct, axis=0)
    special = {7: -4, 11: -4, 12: -4, 26: -2, 27: -2, 28: -2, 59: -4, 63: -4, 64: -4}
    assert change == pytest.approx([special.get(week, 0) for week in range(78)], abs=0.25)
    factor = np.nansum(drawn(CALM).of("points_completed"), axis=0)
    factor = factor / np.nansum(drawn(still).of("points_completed"), axis=0)
    assert factor[[7, 26, 28, 59]] == pytest.approx([0.8, 0.92, 0.92, 0.8], abs=0.03)
    assert factor[[0, 10, 29, 40]] == pytest.approx(1)


def test_the_season_is_a_wave_of_a_year() -> None:
    quiet = Billable(weekly_sd_points=0, shared_sd_points=0, drift_points=0, holiday_points=0, settling_points=0)
    flat = replace(CALM, billable=replace(quiet, wave_points=0))
    wave = replace(CALM, billable=replace(quiet, wave_points=3, wave_peak=0.25))
    season = mean(drawn(wave).pct - drawn(flat).pct, axis=0)
    assert season[25] == pytest.approx(3, abs=0.15)  # the week of 30 March
    assert season[51] == pytest.approx(-3, abs=0.15)
    assert season[77] == pytest.approx(3, abs=0.15)


def test_sprint_points_vary_by_a_quarter_and_come_late(calm: OnGrid) -> None:
    worked, points = calm.of("worked_hours")[:, BEFORE], calm.of("points_completed")[:, BEFORE]
    is_full = (worked.reshape(-1, 13, 2) > 36).all(axis=2) & ~np.isin(np.arange(13), [3, 5, 6])
    sprint = np.where(is_full, points.reshape(-1, 13, 2).sum(axis=2), np.nan)
    sprint = sprint[np.isfinite(sprint).sum(axis=1) >= 4]
    cv = scatter(sprint, axis=1) / mean(sprint, axis=1)
    assert np.sqrt(np.mean(cv**2)) == pytest.approx(0.25 * np.sqrt(7 / 8), abs=0.025)  # own mean of some 8 sprints
    assert np.median(mean(sprint, axis=1)) == pytest.approx(20, abs=1.5)
    first = np.where(is_full, points.reshape(-1, 13, 2)[:, :, 0], np.nan)
    assert np.nansum(first) / np.nansum(np.where(is_full, points.reshape(-1, 13, 2).sum(axis=2), 0)) == pytest.approx(
        0.35, abs=0.01
    )


def test_points_of_a_sprint_fall_where_the_hours_are(calm: OnGrid) -> None:
    worked, points = calm.of("worked_hours"), calm.of("points_completed")
    assert (points[worked == 0] == 0).all()
    pairs = worked[:, BEFORE].reshape(-1, 2)
    is_alone = (pairs[:, 0] > 36) & (pairs[:, 1] == 0)
    rate = points[:, BEFORE].reshape(-1, 2)[is_alone, 0]
    assert is_alone.sum() > 100
    assert np.median(rate) == pytest.approx(10, abs=1)


def test_incidents_come_at_the_rate_of_the_definition_and_differ_between_engineers(calm: OnGrid) -> None:
    count = calm.simulated.incidents.groupby("engineer_id").size()
    count = count.reindex(calm.truth("engineer_id"), fill_value=0).to_numpy()
    weeks = np.nansum(calm.of("worked_hours"), axis=1) / 40
    assert count.sum() / weeks.sum() == pytest.approx(1.2, abs=0.08)
    own = count / weeks
    # Gamma of shape 3 over engineers, and Poisson noise on top.
    assert own.var() == pytest.approx(1.2**2 / 3 + np.mean(1.2 / weeks), rel=0.25)


def test_times_are_lognormal_with_a_long_tail() -> None:
    grid = drawn(replace(CALM, response=Response(spread=0)))
    log_ack, log_resolve = (np.log(grid.simulated.incidents[name].to_numpy()) for name in ("ack_s", "resolve_s"))
    assert np.exp(np.median(log_ack)) == pytest.approx(300 * 6**0.04, rel=0.05)
    assert np.exp(np.median(log_resolve)) == pytest.approx(5400 * 6**0.04, rel=0.05)
    tail = 0.04 * 0.96 * np.log(6) ** 2
    assert log_ack.std() == pytest.approx(np.sqrt(0.9**2 + tail), abs=0.03)
    assert log_resolve.std() == pytest.approx(np.sqrt(1 + tail), abs=0.03)
    without = drawn(replace(CALM, response=Response(spread=0, tail_share=0))).simulated.incidents
    longer = grid.simulated.incidents["ack_s"] / without["ack_s"]
    assert (longer > 2).mean() == pytest.approx(0.04, abs=0.006)
    assert longer[longer > 2].median() == pytest.approx(6, abs=0.1)


def test_nobody_resolves_before_acknowledging(calm: OnGrid) -> None:
    incidents = calm.simulated.incidents
    assert (incidents["resolve_s"] >= incidents["ack_s"]).all()
    assert (incidents["ack_s"] >= 1).all()


def test_scores_are_whole_sometimes_missing_and_often_explained(calm: OnGrid) -> None:
    vibes, worked = calm.of("vibes").astype(float), calm.of("worked_hours")
    given = vibes[np.isfinite(vibes)]
    assert set(given) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert np.isnan(vibes[worked == 0]).all()  # nobody is scored in a week away
    assert np.isnan(vibes[worked > 0]).mean() == pytest.approx(0.08, abs=0.01)
    has_note = calm.simulated.weekly["vibes_note"].notna()
    is_scored = calm.simulated.weekly["vibes"].notna()
    assert not (has_note & ~is_scored).any()
    assert has_note[is_scored].mean() == pytest.approx(0.6, abs=0.01)
    assert given.mean() == pytest.approx(3.9, abs=0.1)


def test_wellbeing_has_a_memory_and_managers_differ() -> None:
    grid = drawn(replace(CALM, vibes=Vibes(missing_share=0, leniency_sd=0.6, spread=0)))
    vibes = grid.of("vibes").astype(float)[:, BEFORE]
    off = vibes - mean(vibes, axis=1)[:, None]
    assert 0.1 < mean(off[:, 1:] * off[:, :-1]) / mean(off**2) < 0.4
    managers = grid.simulated.weekly.groupby("manager_id")["vibes"].mean()
    assert len(managers) == 90
    assert managers.std() == pytest.approx(0.55, abs=0.12)
