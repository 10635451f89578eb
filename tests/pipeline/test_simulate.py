"""`tenfour simulate`: four files that say exactly what the world in memory says, and that `tenfour judge` reads."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.errors import ConfigError
from flows.judge import judge, parameters_for
from flows.simulation.files import write_world
from flows.simulation.profiles import redrawn
from flows.simulation.world import World, simulate
from transforms.exchange import read_exchange

EVERYTHING = replace(redrawn(6), sprint_weeks=3, noise="t", has_reorganisation=True, has_gaps=True, teams=2)
FILES = ["incidents.csv", "truth.csv", "weekly.csv", "world.json"]


@pytest.mark.parametrize(
    "world",
    [
        World(),
        EVERYTHING,
        World(engineers=1, weeks_before=1, weeks_during=1),
        World(engineers=2, weeks_before=1, weeks_during=1, response=replace(World().response, per_week=0)),
    ],
    ids=["default", "everything", "one engineer", "no incidents"],
)
@pytest.mark.parametrize("denominator", ["logged", "available"])
def test_reading_the_files_gives_exactly_the_frames_in_memory(world: World, denominator: str, tmp_path: Path) -> None:
    simulated = simulate(world, 6, denominator)  # type: ignore[arg-type]
    write_world(simulated, tmp_path)
    texts = [(tmp_path / name).read_text(encoding="utf-8") for name in ("weekly.csv", "incidents.csv")]
    read = read_exchange(*texts, denominator)  # type: ignore[arg-type]
    assert read.problems == ()
    assert read.remarks == ()
    pd.testing.assert_frame_equal(read.readings, simulated.readings)
    pd.testing.assert_frame_equal(read.incidents, simulated.responses)


def test_the_truth_reads_back(tmp_path: Path) -> None:
    simulated = simulate(World(), 6)
    write_world(simulated, tmp_path)
    weeks = ["drop_week", "bad_week"]
    read = pd.read_csv(
        tmp_path / "truth.csv",
        dtype={"size": "str"},
        parse_dates=weeks,
        keep_default_na=False,
        na_values={name: [""] for name in weeks},
    )
    pd.testing.assert_frame_equal(read, simulated.truth, check_dtype=False)


def test_the_world_is_told_with_every_constant(tmp_path: Path) -> None:
    write_world(simulate(replace(World(), policy_effect_points=-2.5), 9), tmp_path)
    told = json.loads((tmp_path / "world.json").read_text(encoding="utf-8"))
    assert told["seed"] == 9
    assert (told["profile"], told["switch_week"]) == ("default", "2026-04-06")
    assert (told["weeks_before"], told["weeks_during"]) == (26, 52)
    assert told["policy_effect_points"] == -2.5
    assert told["billable"]["weekly_sd_points"] == 5.5
    assert told["scenarios"]["drops"][0]["size"] == "-4"


def test_the_command_writes_the_same_bytes_twice_and_judge_reads_them(tmp_path: Path) -> None:
    arguments = ["simulate", "--seed", "3", "--engineers", "8", "--weeks-before", "16", "--weeks-during", "16"]
    for name in ("one", "again"):
        done = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / name)], catch_exceptions=False)
        assert done.exit_code == 0
        assert [Path(line.split(": ")[0]).name for line in done.output.splitlines()] == [
            "weekly.csv",
            "incidents.csv",
            "truth.csv",
            "world.json",
        ]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == FILES
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
    judge(tmp_path / "one", tmp_path / "decided", parameters_for(None, []))
    assert len(pd.read_csv(tmp_path / "decided" / "statuses.csv")) > 100


def test_every_option_of_the_command_reaches_the_world(tmp_path: Path) -> None:
    options = {
        "--profile": "redrawn",
        "--engineers": "12",
        "--teams": "2",
        "--weeks-before": "9",
        "--weeks-during": "11",
        "--sprint-weeks": "3",
        "--policy-effect": "-1.5",
        "--noise": "t",
    }
    flags = ["--only-unaffected", "--reorganisation", "--missing-weeks"]
    listed = [word for option in options.items() for word in option]
    CliRunner().invoke(
        app, ["simulate", "--seed", "2", "--out", str(tmp_path), *listed, *flags], catch_exceptions=False
    )
    told = json.loads((tmp_path / "world.json").read_text(encoding="utf-8"))
    expected = {
        "profile": "redrawn",
        "engineers": 12,
        "teams": 2,
        "weeks_before": 9,
        "weeks_during": 11,
        "sprint_weeks": 3,
        "policy_effect_points": -1.5,
        "noise": "t",
        "only_unaffected": True,
        "has_reorganisation": True,
        "has_gaps": True,
    }
    assert {name: told[name] for name in expected} == expected
    assert told["billable"]["weekly_sd_points"] == redrawn(2).billable.weekly_sd_points


def test_a_folder_that_cannot_be_written_is_said_and_an_impossible_world_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match=r"--out: .*file"):
        write_world(simulate(World(engineers=1, weeks_before=1, weeks_during=1), 1), tmp_path / "file")
    done = CliRunner().invoke(app, ["simulate", "--seed", "1", "--engineers", "0", "--out", str(tmp_path / "none")])
    assert isinstance(done.exception, ConfigError)
    assert not (tmp_path / "none").exists()
