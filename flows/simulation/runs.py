"""Judged runs as files: the folder of `tenfour simulate` with the four files of `tenfour judge` in it, scored."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
import pandas as pd

from flows.errors import ConfigError, InputProblems
from flows.simulation.constants import Profile, ShouldReturn
from flows.simulation.estimates import Figures, as_table, estimates
from flows.simulation.files import TRUTH_FILE, WORLD_FILE
from flows.simulation.tallies import Judged, Truth, tally
from transforms.vocabulary import RECOMMENDATIONS, STATUSES, VERDICTS

STATUSES_FILE: Final = "statuses.csv"
RECOMMENDATIONS_FILE: Final = "recommendations.csv"
TEAM_FILE: Final = "team.csv"
_NOT_SCORED: Final = (
    "Nothing was scored. A run is made with `tenfour simulate --seed N --out DIR` "
    "and judged with `tenfour judge --readings DIR --out DIR`."
)
_PROFILES: Final = get_args(Profile)
_SCENARIOS: Final = ("unaffected", "bad_week", "chronic", "billable", "velocity", "response", "burnout")
_FINDINGS_SHOWN: Final = 5


@dataclass(frozen=True)
class Run:
    """One judged run."""

    profile: str
    truth: Truth
    judged: Judged


@dataclass(frozen=True)
class Scores:
    """The figures of several runs, by the profile of their worlds."""

    teams: Mapping[str, int]
    figures: Mapping[str, Figures]

    def as_dict(self) -> dict[str, Any]:
        return {
            profile: {"teams": self.teams[profile], "figures": {key: asdict(one) for key, one in figures.items()}}
            for profile, figures in self.figures.items()
        }

    def as_text(self) -> str:
        headings = {profile: f"{profile}, {n} team{'s' if n != 1 else ''}" for profile, n in self.teams.items()}
        columns = {headings[profile]: figures for profile, figures in self.figures.items()}
        redrawn = {heading for profile, heading in headings.items() if profile == "redrawn"}
        return "\n".join(
            [
                as_table(columns, redrawn=redrawn),
                "",
                "±  one standard error, over teams; missing with a single team",
                "!  misses what it must reach",
                "-  nothing in these runs says anything about it",
                f"Verdicts are those of the last review: {TEAM_FILE} holds no earlier ones.",
            ]
        )


def score_runs(folders: Sequence[Path]) -> Scores:
    """Score judged runs.

    Errors: ConfigError if files are missing, InputProblems with every defect of those that are there.
    """
    doubles = sorted({str(folder) for folder in folders if folders.count(folder) > 1})
    if doubles:
        raise ConfigError("--run: a run counts once", [f"{folder} is named more than once" for folder in doubles])
    missing = [finding for folder in folders for finding in _missing_files(folder)]
    if missing:
        raise ConfigError("--run: files are missing", missing, _NOT_SCORED)
    findings: list[str] = []
    runs = [run for folder in folders if (run := _read_run(folder, findings)) is not None]
    if findings:
        count = f"{len(findings)} problem{'s' if len(findings) != 1 else ''}"
        raise InputProblems(f"--run: {count} in the runs", findings, _NOT_SCORED)
    profiles = [profile for profile in _PROFILES if any(run.profile == profile for run in runs)]
    of_profile = {profile: [run for run in runs if run.profile == profile] for profile in profiles}
    return Scores(
        teams={profile: len(found) for profile, found in of_profile.items()},
        figures={
            profile: estimates([tally(run.truth, run.judged) for run in found]) for profile, found in of_profile.items()
        },
    )


def _missing_files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return [f"{folder}: is not a folder"]
    names = (WORLD_FILE, TRUTH_FILE, STATUSES_FILE, RECOMMENDATIONS_FILE, TEAM_FILE)
    return [f"{folder / name}: is not there" for name in names if not (folder / name).is_file()]


def _read_run(folder: Path, findings: list[str]) -> Run | None:
    """The run; what is wrong with it is added to `findings`."""
    before = len(findings)
    world = _world(folder / WORLD_FILE, findings)
    truth = _table(
        folder / TRUTH_FILE,
        {
            "engineer_id": _text,
            "scenario": _one_of(_SCENARIOS),
            "size": _any_text,
            "drop_week": _day_or_none,
            "bad_week": _day_or_none,
            "should_return": _one_of(get_args(ShouldReturn)),
            "is_clear_decliner": _flag,
            "is_chronic": _flag,
        },
        findings,
    )
    statuses = _table(
        folder / STATUSES_FILE, {"engineer_id": _text, "week_start": _day, "status": _one_of(STATUSES)}, findings
    )
    recommendations = _table(
        folder / RECOMMENDATIONS_FILE,
        {"engineer_id": _text, "week_start": _day, "recommendation": _one_of(RECOMMENDATIONS)},
        findings,
    )
    team = _table(
        folder / TEAM_FILE,
        {"metric": _text, "ci_low": _number_or_none, "ci_high": _number_or_none, "verdict": _one_of(VERDICTS)},
        findings,
    )
    if len(findings) > before or world is None:
        return None
    for name, table in ((STATUSES_FILE, statuses), (RECOMMENDATIONS_FILE, recommendations)):
        strangers = sorted(set(table["engineer_id"]) - set(truth["engineer_id"]))
        if strangers:
            findings.append(
                f'{folder / name}: {len(strangers)} engineers are not in {TRUTH_FILE}, "{strangers[0]}" for one; '
                "were these readings judged?"
            )
    return Run(
        world["profile"],
        Truth(truth, pd.Timestamp(world["switch_week"]), world["weeks_during"], world["policy_effect_points"]),
        Judged(statuses, recommendations, _billable(team, statuses["week_start"].max())),
    )


def _billable(team: pd.DataFrame, last_week: pd.Timestamp) -> pd.DataFrame:
    """The effect on billable share at the last review, in points."""
    rows = team[team["metric"] == "billable"]
    ends = {name: 100 * rows[name] for name in ("ci_low", "ci_high")}
    return rows.assign(week_start=last_week, **ends)[["week_start", "ci_low", "ci_high", "verdict"]]


def _world(path: Path, findings: list[str]) -> dict[str, Any] | None:
    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError as error:
        findings.append(f"{path}: not valid JSON: {error}")
        return None
    expected: dict[str, tuple[str, Callable[[Any], bool]]] = {
        "profile": (f"one of {', '.join(_PROFILES)}", lambda value: value in _PROFILES),
        "switch_week": ("a day such as 2026-04-06", _is_day),
        "weeks_during": ("a number of weeks", lambda value: isinstance(value, int) and value > 0),
        "policy_effect_points": ("a number of points", lambda value: isinstance(value, int | float)),
    }
    known = raw if isinstance(raw, dict) else {}
    wrong = [
        f"{path}: {key}: {json.dumps(known.get(key))} is not {meaning}"
        for key, (meaning, is_right) in expected.items()
        if not is_right(known.get(key))
    ]
    findings += wrong
    return None if wrong else known


# A reader gives the values of a column, missing where a cell is wrong, and says what was expected instead.
Reader = Callable[[pd.Series], tuple[pd.Series, pd.Series, str]]


def _table(path: Path, columns: Mapping[str, Reader], findings: list[str]) -> pd.DataFrame:
    """Some columns of a CSV file, typed; every cell that is not as expected is a finding, with its line."""
    try:
        cells = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError) as error:  # pandas' parser errors are ValueErrors
        findings.append(f"{path}: cannot be read as CSV: {error}")
        return pd.DataFrame()
    absent = [name for name in columns if name not in cells.columns]
    findings += [f"{path}: has no column {name}" for name in absent]
    found = {}
    for name, read in columns.items():
        if name in absent:
            continue
        found[name], is_bad, expected = read(cells[name])
        bad = np.flatnonzero(is_bad.to_numpy())
        # The header is line 1.
        findings += [
            f'{path}: line {row + 2}, column {name}: "{cells[name].iloc[row]}" is not {expected}'
            for row in bad[:_FINDINGS_SHOWN]
        ]
        if len(bad) > _FINDINGS_SHOWN:
            findings.append(f"{path}: column {name}: {len(bad) - _FINDINGS_SHOWN} more lines like these")
    return pd.DataFrame(found)


def _text(cells: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    return cells, cells == "", "filled in"


def _any_text(cells: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    return cells, pd.Series(False, index=cells.index), ""


def _one_of(words: Iterable[str]) -> Reader:
    known = tuple(words)

    def read(cells: pd.Series) -> tuple[pd.Series, pd.Series, str]:
        return cells, ~cells.isin(known), f"one of {', '.join(known)}"

    return read


def _flag(cells: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    return cells == "True", ~cells.isin(["True", "False"]), "True or False"


def _day(cells: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    days = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")
    return days, days.isna() | (days.dt.day_of_week != 0), "a Monday such as 2026-04-06"


def _day_or_none(cells: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    days, is_bad, expected = _day(cells)
    return days, is_bad & (cells != ""), f"{expected}, or empty"


def _number_or_none(cells: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    numbers = pd.to_numeric(cells.replace("", "nan"), errors="coerce")
    return numbers, numbers.isna() & (cells != ""), "a number, or empty"


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and not pd.isna(pd.to_datetime(value, format="%Y-%m-%d", errors="coerce"))
