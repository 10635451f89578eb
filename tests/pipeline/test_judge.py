"""`tenfour judge` on exchange files: the four files it writes, their form, and what stops it."""

from pathlib import Path

import pandas as pd
import pytest

from flows.errors import ConfigError, InputProblems
from flows.judge import judge, parameters_for, parse_set
from tests.builders.exchange import Drop, Plan, World, draw
from transforms.parameters import DecisionParameters

PLAN = Plan(
    seed=4,
    engineers=10,
    weeks_before=20,
    weeks_during=20,
    first_week="2026-01-05",
    drops={"e03": Drop(14, 0.3, 1.5, 1.0)},
    hired_at={"e05": 26},
)
LOGGED = parameters_for(None, ["metrics.billable.denominator=logged"])


def write(world: World, folder: Path) -> Path:
    folder.mkdir()
    for name, text in zip(("weekly.csv", "incidents.csv"), world.texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judge")
    said = judge(write(draw(PLAN), folder / "in"), folder / "out", LOGGED)
    assert [Path(line.split(": ")[0]).name for line in said] == [
        "statuses.csv",
        "alerts.csv",
        "recommendations.csv",
        "team.csv",
    ]
    return folder


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / name, dtype="str", keep_default_na=False)


def test_the_columns_are_those_of_the_definition(judged: Path) -> None:
    columns = {path.name: path.read_text().splitlines()[0] for path in (judged / "out").iterdir()}
    assert columns == {
        "statuses.csv": "engineer_id,week_start,status,underlying_status,override_applied,reasons",
        "alerts.csv": "engineer_id,metric,severity,opened_week,resolved_week,state",
        "recommendations.csv": "engineer_id,week_start,recommendation,reasons",
        "team.csv": "metric,effect,ci_low,ci_high,verdict",
    }


def test_statuses_reach_without_a_gap_from_the_first_week_judged_to_the_last(judged: Path) -> None:
    statuses = table(judged, "statuses.csv")
    weeks = pd.to_datetime(pd.Series(statuses["week_start"].unique()))
    assert weeks.iloc[-1] == pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=39)
    assert (weeks.diff().dropna() == pd.Timedelta(weeks=1)).all()
    first = statuses[statuses["week_start"] == statuses["week_start"].min()]
    assert first["week_start"].iloc[0] == "2026-02-16"  # six eligible weeks make a baseline
    assert (first["underlying_status"] != "unknown").any()
    assert statuses.groupby("engineer_id").size().drop("e05").tolist() == [len(weeks)] * 9
    assert set(statuses["status"]) <= {"green", "yellow", "red", "unknown"}
    assert set(statuses["override_applied"]) <= {"True", "False"}
    assert (statuses["reasons"] != "").any()


def test_the_decliner_is_found_and_the_others_are_left_in_peace(judged: Path) -> None:
    recommendations = table(judged, "recommendations.csv")
    last = recommendations[recommendations["week_start"] == recommendations["week_start"].max()]
    outcome = last.set_index("engineer_id")["recommendation"]
    assert outcome["e03"] == "return"
    assert (outcome.drop("e03") != "return").all()
    assert recommendations.groupby("engineer_id").size().drop("e05").tolist() == [3] * 9
    alerts = table(judged, "alerts.csv")
    mine = alerts[(alerts["engineer_id"] == "e03") & (alerts["metric"] == "billable")]
    assert "critical" in set(mine["severity"])


def test_an_alert_is_resolved_exactly_when_it_has_a_week_of_resolution(judged: Path) -> None:
    alerts = table(judged, "alerts.csv")
    assert ((alerts["state"] == "resolved") == (alerts["resolved_week"] != "")).all()
    assert set(alerts["severity"]) <= {"notice", "warning", "critical"}


def test_the_team_table_has_billable_as_a_fraction(judged: Path) -> None:
    team = table(judged, "team.csv").set_index("metric")
    assert team.index.tolist() == ["billable", "log_velocity", "log_response", "vibes"]
    numbers = team[["effect", "ci_low", "ci_high"]].astype(float)
    assert (numbers["ci_low"] < numbers["effect"]).all()
    assert (numbers["effect"] < numbers["ci_high"]).all()
    assert numbers.loc["billable"].abs().max() < 0.2
    assert set(team["verdict"]) <= {"keep", "watch", "return", "insufficient"}


def test_the_same_input_gives_the_same_bytes(judged: Path, tmp_path: Path) -> None:
    world = draw(PLAN)
    mixed = World(
        world.weekly.sample(frac=1, random_state=2)[world.weekly.columns[::-1]],
        world.incidents.sample(frac=1, random_state=2),
    )
    judge(write(mixed, tmp_path / "in"), tmp_path / "again", LOGGED)
    for path in (judged / "out").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_before_the_first_review_every_verdict_is_insufficient(tmp_path: Path) -> None:
    short = write(draw(Plan(engineers=3, weeks_before=10, weeks_during=3)), tmp_path / "in")
    judge(short, tmp_path / "out", DecisionParameters())
    team = table(tmp_path, "team.csv")
    assert team["verdict"].tolist() == ["insufficient"] * 4
    assert set(team["effect"]) == {""}
    assert table(tmp_path, "recommendations.csv").empty


def test_method_plain_runs_too(tmp_path: Path) -> None:
    folder = write(draw(Plan(engineers=3, weeks_before=10, weeks_during=14)), tmp_path / "in")
    judge(folder, tmp_path / "out", parameters_for(None, ["method=plain"]))
    assert set(table(tmp_path, "statuses.csv")["status"]) >= {"green", "red"}


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(judged: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("weekly.csv", "incidents.csv"):
        text = (judged / "in" / name).read_text(encoding="utf-8").replace("\n", "\r\n")
        (tmp_path / "in" / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    judge(tmp_path / "in", tmp_path / "out", LOGGED)
    assert (tmp_path / "out" / "team.csv").read_bytes() == (judged / "out" / "team.csv").read_bytes()


def test_missing_files_are_named_together(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        judge(tmp_path, tmp_path / "out", DecisionParameters())
    assert error.value.findings == [
        "weekly.csv: No such file or directory",
        "incidents.csv: No such file or directory",
    ]


def test_problems_of_the_input_stop_the_judging_and_nothing_is_written(tmp_path: Path) -> None:
    folder = write(draw(Plan(engineers=2, weeks_before=2, weeks_during=1)), tmp_path / "in")
    (folder / "weekly.csv").write_text((folder / "weekly.csv").read_text().replace("4x10", "4x9"))
    (folder / "incidents.csv").write_text("engineer_id,week_start,ack_s,resolve_s\nzoe,2026-01-05,1,2\n")
    with pytest.raises(InputProblems) as error:
        judge(folder, tmp_path / "out", DecisionParameters())
    assert error.value.exit_code == 3
    assert len(error.value.findings) == 3
    assert not (tmp_path / "out").exists()


def test_text_that_is_not_utf8_is_told_by_file(tmp_path: Path) -> None:
    folder = write(draw(Plan(engineers=2, weeks_before=2, weeks_during=1)), tmp_path / "in")
    (folder / "weekly.csv").write_bytes(b"engineer_id\nJos\xe9\n")
    with pytest.raises(InputProblems, match=r"weekly\.csv: is not UTF-8 text"):
        judge(folder, tmp_path / "out", DecisionParameters())


def test_keys_are_dotted_and_values_are_read_as_json_or_text() -> None:
    found = parse_set(
        [
            "method=plain",
            "billable.threshold_pct=75",
            "decisions.team_effect.margins.billable_points=2.5",
            "comparison.windows_weeks=[2, 5]",
            "excused.enabled=False",
            "metrics.velocity.denominator=logged",
            "billable_denominator=logged",
        ],
        DecisionParameters(),
    )
    assert found.method == "plain"
    assert found.billable.threshold_pct == 75
    assert found.team_effect.margins.billable_points == 2.5
    assert found.comparison.windows_weeks == (2, 5)
    assert found.excused.enabled is False
    assert (found.velocity_denominator, found.billable_denominator) == ("logged", "logged")
    assert found.vibes == DecisionParameters().vibes


def test_without_assignments_the_parameters_stay_as_they_are() -> None:
    assert parse_set([], DecisionParameters()) == DecisionParameters()
    assert parameters_for(None, []) == DecisionParameters()


def test_every_mistake_in_the_assignments_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        parse_set(
            ["billable.treshold_pct=75", "bilable.soft_z=1", "method", "billable=3", "billable.threshold_pct=170"],
            DecisionParameters(),
        )
    typo, section, no_value, whole, out_of_range = error.value.findings
    assert typo == (
        '--set billable.treshold_pct=75: "billable" has no key "treshold_pct"; did you mean "threshold_pct"?'
    )
    assert section == '--set bilable.soft_z=1: there is no key "bilable"; did you mean "billable"?'
    assert no_value == '--set "method": expected KEY=VALUE, for example method=plain'
    assert whole.startswith('--set billable=3: "billable" is a section; set one of its keys: threshold_pct')
    assert out_of_range == "billable.threshold_pct: 170 should be less than or equal to 100"


@pytest.mark.parametrize("assignment", ["method=fancy", "excused.enabled=perhaps", "comparison.windows_weeks=[]"])
def test_a_value_that_cannot_be_is_refused(assignment: str) -> None:
    with pytest.raises(ConfigError, match=assignment.split("=")[0]):
        parse_set([assignment], DecisionParameters())


CONFIGS = {
    "a whole config": '{"decisions": {"billable": {"threshold_pct": 70}}, '
    '"metrics": {"billable": {"denominator": "logged"}}}',
    "a bare object": '{"billable": {"threshold_pct": 70}, "billable_denominator": "logged"}',
}


@pytest.mark.parametrize("config", CONFIGS)
def test_a_config_needs_no_roster(config: str, tmp_path: Path) -> None:
    path = tmp_path / "team_config.json"
    path.write_text(CONFIGS[config])
    found = parameters_for(path, ["billable.soft_z=3"])
    assert (found.billable.threshold_pct, found.billable.soft_z, found.billable_denominator) == (70, 3, "logged")


def test_the_projects_own_config_can_be_used() -> None:
    path = Path(__file__).resolve().parents[2] / "config" / "team_config.json"
    assert parameters_for(path, []).billable_denominator == "available"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ('{"decisions": {"bilable": {}}}', 'did you mean "billable"'),
        ('{"decisions": 3}', "decisions"),
        ('{"metrics": {"billable": {"denominator": "worked"}}}', "billable_denominator"),
        ("{", "not valid JSON"),
        ("[1]", "expected an object"),
    ],
)
def test_a_config_that_cannot_be_used_says_why(text: str, finding: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        parameters_for(path, [])
    assert finding in str(error.value)
    assert "rules.json" in str(error.value)


def test_a_config_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        parameters_for(tmp_path / "none.json", [])
