"""`tenfour simulate`, `judge` and `score`, one after the other, as typed; and what stops a score."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.errors import ConfigError, InputProblems
from flows.judge import judge, parameters_for
from flows.simulation.constants import World
from flows.simulation.files import write_world
from flows.simulation.profiles import redrawn
from flows.simulation.runs import score_runs
from flows.simulation.score import SCORED, interval_world, judge_effects, score_teams, truth_of
from flows.simulation.tallies import tally
from flows.simulation.world import simulate

SMALL = World(engineers=6, weeks_before=8, weeks_during=26)
LOGGED = parameters_for(None, ["metrics.billable.denominator=logged", "metrics.velocity.denominator=logged"])


def judged(folder: Path, world: World, seed: int) -> Path:
    write_world(simulate(world, seed), folder)
    judge(folder, folder, LOGGED)
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    return [judged(folder / str(seed), SMALL, seed) for seed in (1, 2)]


@pytest.fixture
def copied(runs: list[Path], tmp_path: Path) -> Path:
    """A run of one's own, to break."""
    folder = tmp_path / "run"
    folder.mkdir()
    for path in runs[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_files_give_the_figures_that_memory_gives(runs: list[Path]) -> None:
    found, expected = score_runs(runs).figures["default"], score_teams([1, 2], SMALL)
    assert found.keys() == expected.keys()
    for key, one in expected.items():
        assert (found[key].value, found[key].n) == (pytest.approx(one.value), pytest.approx(one.n)), key


def test_the_interval_of_a_run_without_scenarios_is_read_in_points(tmp_path: Path) -> None:
    world = interval_world(World(engineers=6), 4)
    found = score_runs([judged(tmp_path / "run", world, 4)]).figures["default"]
    simulated = simulate(world, 4)
    width = tally(truth_of(simulated), judge_effects(simulated, SCORED)).counts["interval_width"][0]
    assert found["interval_width"].value == pytest.approx(width, abs=1e-3)
    assert found["interval_coverage"].n == 1


def test_the_command_prints_the_table_of_goals(runs: list[Path]) -> None:
    shown = CliRunner().invoke(app, ["score", "--run", *map(str, runs)])
    assert shown.exit_code == 0, shown.output
    assert "default, 2 teams" in shown.output
    assert "False reds, per engineer and year" in shown.output
    assert "must, redrawn" not in shown.output
    said = json.loads(CliRunner().invoke(app, ["score", "--run", str(runs[0]), "--json"]).stdout)
    assert said["default"]["teams"] == 1
    assert said["default"]["figures"]["false_red"]["se"] is None


def test_runs_of_redrawn_worlds_have_a_column_and_goals_of_their_own(runs: list[Path], tmp_path: Path) -> None:
    drawn = judged(tmp_path / "drawn", redrawn(7, World(weeks_before=8, weeks_during=16)), 7)
    scores = score_runs([drawn, runs[0]])
    assert scores.teams == {"default": 1, "redrawn": 1}
    header = scores.as_text().splitlines()[0]
    assert header.split("  ")[0] == "figure"
    assert "must, redrawn" in header
    assert header.index("default, 1 team") < header.index("redrawn, 1 team")


def test_every_missing_file_is_named_at_once(copied: Path, tmp_path: Path) -> None:
    (copied / "truth.csv").unlink()
    (copied / "team.csv").unlink()
    with pytest.raises(ConfigError) as raised:
        score_runs([copied, tmp_path / "none"])
    assert raised.value.findings == [
        f"{copied / 'truth.csv'}: is not there",
        f"{copied / 'team.csv'}: is not there",
        f"{tmp_path / 'none'}: is not a folder",
    ]
    assert "tenfour judge" in raised.value.advice


def test_a_run_counts_once(copied: Path) -> None:
    with pytest.raises(ConfigError, match="named more than once"):
        score_runs([copied, copied])


def test_every_wrong_cell_is_found_with_its_line(copied: Path) -> None:
    truth = pd.read_csv(copied / "truth.csv", dtype="str", keep_default_na=False)
    truth.loc[0, "scenario"] = "sunny"
    truth.loc[1, "drop_week"] = "2026-04-07"  # a Tuesday
    truth.loc[2, "is_chronic"] = "yes"
    truth.to_csv(copied / "truth.csv", index=False)
    world = json.loads((copied / "world.json").read_text())
    (copied / "world.json").write_text(json.dumps(world | {"switch_week": "soon", "weeks_during": "many"}))
    with pytest.raises(InputProblems) as raised:
        score_runs([copied])
    found = "\n".join(raised.value.findings)
    for place in (
        'world.json: switch_week: "soon" is not',
        "world.json: weeks_during:",
        'truth.csv: line 2, column scenario: "sunny"',
        'truth.csv: line 3, column drop_week: "2026-04-07" is not a Monday',
        'truth.csv: line 4, column is_chronic: "yes"',
    ):
        assert place in found


@pytest.mark.parametrize("text", ["not json", "[]", "{}"])
def test_a_broken_world_is_said(copied: Path, text: str) -> None:
    (copied / "world.json").write_text(text)
    with pytest.raises(InputProblems, match=r"world\.json"):
        score_runs([copied])


def test_many_wrong_cells_of_a_column_are_counted(copied: Path) -> None:
    statuses = pd.read_csv(copied / "statuses.csv", dtype="str", keep_default_na=False)
    statuses["status"] = "blue"
    statuses.drop(columns="week_start").to_csv(copied / "statuses.csv", index=False)
    with pytest.raises(InputProblems) as raised:
        score_runs([copied])
    assert raised.value.findings[0] == f"{copied / 'statuses.csv'}: has no column week_start"
    assert raised.value.findings[-1] == (
        f"{copied / 'statuses.csv'}: column status: {len(statuses) - 5} more lines like these"
    )


def test_decisions_about_other_readings_are_refused(copied: Path) -> None:
    statuses = pd.read_csv(copied / "statuses.csv", dtype="str", keep_default_na=False)
    statuses["engineer_id"] = "x-" + statuses["engineer_id"]
    statuses.to_csv(copied / "statuses.csv", index=False)
    with pytest.raises(InputProblems, match=r'6 engineers are not in truth\.csv, "x-e01" for one'):
        score_runs([copied])
