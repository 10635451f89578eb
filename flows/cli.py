"""`tenfour ...`: the one place that turns errors into exit codes.

Exit codes: 0 done; 2 usage or config; 3 too many rejected rows; 4 published, but a source was missing or incomplete;
5 a bug of ours; 6 another run holds the lock. Pipelines are imported inside the commands, so that `--help` is instant.
"""

import json
import os
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.errors import ConfigError, UserError

if TYPE_CHECKING:
    import pandas as pd

    from flows.mocks import MockKind
    from flows.pipeline import Outcome
    from flows.settings import Settings

BUG_EXIT_CODE = 5
Kind = Literal["jira", "tempo", "pagerduty", "alertops", "vibes", "leave", "decisions"]

app = typer.Typer(
    help="tenfour: weekly evidence on whether a 4x10 working week works.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
vibes_app = typer.Typer(help="The managers' vibes files.", no_args_is_help=True)
mock_app = typer.Typer(help="Mock sources on 127.0.0.1, speaking the vendors' wire formats.", no_args_is_help=True)
config_app = typer.Typer(help="The config file.", no_args_is_help=True)
app.add_typer(vibes_app, name="vibes")
app.add_typer(mock_app, name="mock")
app.add_typer(config_app, name="config")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
NoPrefect = Annotated[bool, typer.Option("--no-prefect", help="Run the same functions plainly, without Prefect.")]
WeekOption = Annotated[str | None, typer.Option("--week", help="ISO week, e.g. 2026-W47 (default: the newest one).")]
Port = Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")]
Faults = Annotated[
    list[str] | None,
    typer.Option("--fault", help="A trouble to have, e.g. 429:3, truncate:/worklog/list, html401. May be repeated."),
]
Engineers = Annotated[
    int | None, typer.Option(help="Tell of a crowd of so many, made up as it is asked for, instead of the story.")
]
Weeks = Annotated[int, typer.Option(help="Weeks that the crowd has worked, with --engineers.")]


def main() -> None:
    """Run a command; every error that a user can mend ends in a message and its exit code."""
    try:
        app()
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command line speaks by printing
        sys.exit(error.exit_code)
    except Exception:  # the last resort: say that it is ours, and keep the traceback for the report
        traceback.print_exc()
        print(  # noqa: T201
            "\nThis is a bug in tenfour, not a mistake of yours; the published site is as it was. "
            "Please report the lines above.",
            file=sys.stderr,
        )
        sys.exit(BUG_EXIT_CODE)


@app.command()
def weekly(week: WeekOption = None, no_prefect: NoPrefect = False, as_json: AsJson = False) -> None:
    """Collect, compute and publish the newest complete week, and any week that was missed."""
    settings = _settings()
    monday = _week(week)
    if no_prefect:
        from flows import pipeline
        from flows.progress import shown
        from flows.workspace import open_workspace

        with shown() as report, open_workspace(settings, report=report) as workspace:
            outcome = pipeline.run_weekly(workspace, monday)
    else:
        from flows.orchestration import run_flow
        from flows.weekly import weekly as weekly_flow

        outcome = run_flow(weekly_flow, week)
    _finish(outcome, settings, as_json)


@app.command()
def monthly(
    month: Annotated[str | None, typer.Option("--month", help="Month, e.g. 2026-10 (default: all new ones).")] = None,
    no_prefect: NoPrefect = False,
    as_json: AsJson = False,
) -> None:
    """Publish the report of every complete month that has none yet."""
    settings = _settings()
    if no_prefect:
        from flows import pipeline
        from flows.progress import shown
        from flows.workspace import open_workspace

        with shown() as report, open_workspace(settings, report=report) as workspace:
            outcome = pipeline.run_monthly(workspace, month)
    else:
        from flows.monthly import monthly as monthly_flow
        from flows.orchestration import run_flow

        outcome = run_flow(monthly_flow, month)
    _finish(outcome, settings, as_json)


@app.command()
def collect(
    source: Annotated[Kind, typer.Argument(help="Which source to ask.")],
    first: Annotated[str, typer.Option("--from", help="First day, e.g. 2026-10-26.")],
    last: Annotated[str, typer.Option("--to", help="Last day, included.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder for what it gave and what was made of it.")],
    as_json: AsJson = False,
) -> None:
    """Ask one source alone; write what it gave (raw) and what was made of it (CSV). Nothing is stored or published."""
    from flows.collect_one import collect_source
    from flows.progress import shown

    days = _day("--from", first), _day("--to", last)
    with shown() as report:
        collected = collect_source(_settings(), source, *days, out, report=report)
    typer.echo(json.dumps(collected.summary, ensure_ascii=False, indent=1) if as_json else collected.as_text())
    raise typer.Exit(collected.exit_code)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Examine config, sources, share and machine: what was found, what is wrong, how to mend it."""
    from flows.doctor import examine

    diagnosis = examine(_settings(), os.environ)
    typer.echo(json.dumps(diagnosis.as_dict(), ensure_ascii=False, indent=1) if as_json else diagnosis.as_text())
    raise typer.Exit(diagnosis.exit_code)


@app.command()
def rebuild(
    week: Annotated[str, typer.Option("--week", help="A published ISO week, e.g. 2026-W47.")],
    out: Annotated[Path | None, typer.Option(help="Keep the store and the site as of then in this new folder.")] = None,
) -> None:
    """Build a past week once more from recorded answers, offline, and hold it against what was published."""
    from flows.progress import shown
    from flows.rebuild import rebuild_week

    monday = _week(week)
    assert monday is not None, "typer requires the option"
    with shown() as report:
        rebuilt = rebuild_week(_settings(), monday, out, report)
    typer.echo(rebuilt.as_text())


@app.command()
def serve() -> None:
    """Run both flows on the config's cron schedules until interrupted."""
    settings = _settings()
    from flows.serve import serve as serve_flows

    serve_flows(settings)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Start a real project: an empty roster, config and vibes template in a new folder, outside sample mode."""
    from flows.scaffold import scaffold

    for line in scaffold(folder):
        typer.echo(line)


@app.command()
def preview(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8410,
    edition: Annotated[Literal["everyone", "managers"], typer.Option(help="Which edition to serve.")] = "everyone",
) -> None:
    """Serve an edition of the built site on the loopback, to look at it in a browser."""
    from flows.preview import serve_site
    from flows.settings import edition_named

    serve_site(edition_named(edition, _settings().editions).folder, port, typer.echo)


@app.command()
def judge(
    readings: Annotated[Path, typer.Option(help="Folder with weekly.csv and incidents.csv.")],
    out: Annotated[Path, typer.Option(help="Folder to write the decisions to.")],
    config: Annotated[Path | None, typer.Option(help="A team_config.json; its `decisions` are used.")] = None,
    assignments: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, e.g. method=plain.")] = None,
) -> None:
    """Judge readings from any system: statuses, alerts, recommendations and team effects as CSV."""
    from flows.judge import judge as judge_readings
    from flows.judge import parameters_for

    for path in judge_readings(readings, out, parameters_for(config, assignments or [])):
        typer.echo(path)


@app.command()
def simulate(
    seed: Annotated[int, typer.Option(help="Which world: the same seed and options give the same bytes.", min=0)],
    out: Annotated[Path, typer.Option(help="Folder to write the readings and the truth to.")],
    profile: Annotated[
        Literal["default", "redrawn"],
        typer.Option(help="Constants of the world: the usual ones, or drawn by the seed."),
    ] = "default",
    engineers: Annotated[int | None, typer.Option(help="Engineers (default: 24, or drawn by the seed).")] = None,
    teams: Annotated[int | None, typer.Option(help="Teams that they are spread over (default: 1).")] = None,
    weeks_before: Annotated[int | None, typer.Option(help="Weeks before the switch (default: 26).")] = None,
    weeks_during: Annotated[int | None, typer.Option(help="Weeks on 4x10 (default: 52).")] = None,
    sprint_weeks: Annotated[int | None, typer.Option(help="Weeks of a sprint (default: 2).")] = None,
    policy_effect: Annotated[
        float | None,
        typer.Option(metavar="POINTS", help="True change of everybody's billable share at the switch (default: 0)."),
    ] = None,
    noise: Annotated[
        Literal["normal", "t"], typer.Option(help="Shape of the noise; t has heavier tails and the same variance.")
    ] = "normal",
    only_unaffected: Annotated[
        bool, typer.Option("--only-unaffected", help="Nobody has a drop, a bad week or a low level of one's own.")
    ] = False,
    reorganisation: Annotated[
        bool, typer.Option("--reorganisation", help="Half of each team moves to a new team in the middle of 4x10.")
    ] = False,
    missing_weeks: Annotated[
        bool, typer.Option("--missing-weeks", help="Rows, numbers and whole weeks of a source get lost.")
    ] = False,
) -> None:
    """Make up readings of known truth, to try the rules on: weekly.csv, incidents.csv, truth.csv and world.json."""
    from flows.simulation.files import write_world
    from flows.simulation.profiles import world_of
    from flows.simulation.world import simulate as simulate_world

    world = world_of(
        profile,
        seed,
        engineers=engineers,
        teams=teams,
        weeks_before=weeks_before,
        weeks_during=weeks_during,
        sprint_weeks=sprint_weeks,
        policy_effect_points=policy_effect,
        noise=noise,
        only_unaffected=only_unaffected,
        has_reorganisation=reorganisation,
        has_gaps=missing_weeks,
    )
    for line in write_world(simulate_world(world, seed), out):
        typer.echo(line)


@app.command()
def score(
    run: Annotated[list[Path], typer.Option(help="Folder of a simulated run with its decisions. May be repeated.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[DIR]...", help="Further runs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hold decisions about simulated runs against their truth: false alarms, and how soon true declines are seen."""
    from flows.simulation.runs import score_runs

    scores = score_runs([*run, *(more or [])])
    typer.echo(json.dumps(scores.as_dict(), ensure_ascii=False, indent=1) if as_json else scores.as_text())


@app.command()
def calibrate(
    teams: Annotated[int | None, typer.Option(help="Teams in the default world (default: 56).")] = None,
    jobs: Annotated[int | None, typer.Option(help="Processes (default: one per processor).", min=1)] = None,
    seed: Annotated[int | None, typer.Option(help="First seed (default: 10000; lower ones are for tuning).")] = None,
    worlds: Annotated[str | None, typer.Option(help="Names of worlds, with commas between (default: all).")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A few teams and no grids: to see that it works.")] = False,
    out: Annotated[Path | None, typer.Option(help="File to write (default: the published one).")] = None,
) -> None:
    """Measure the error rates that the method page shows, on simulated teams of known truth. Takes many minutes."""
    from flows.error_rates import MEASURED_FILE
    from flows.progress import shown
    from flows.simulation.calibrate import calibrate as measure_and_write
    from flows.simulation.calibrate import campaign_of, summary

    path = out if out is not None else MEASURED_FILE
    with shown() as report:
        campaign = campaign_of(teams=teams, first_seed=seed, worlds=worlds, is_quick=quick)
        rates = measure_and_write(campaign, path, jobs or os.cpu_count() or 1, report)
    typer.echo(summary(rates))
    typer.echo(f"\n{path}")


@app.command()
def explain(
    engineer: Annotated[str, typer.Option(help="Id of the engineer, as in the config.")],
    week: WeekOption = None,
    metric: Annotated[str | None, typer.Option(help="billable, velocity, response or vibes (default: all).")] = None,
    as_json: AsJson = False,
) -> None:
    """Why a reading is what it is: its rows and its arithmetic. Reads the store only.

    The output is private: it tells leave from holidays and shows issues, incidents and the managers' notes, also those
    for managers only.
    """
    from flows.explain.text import as_dict, as_text
    from flows.explain.trace import explain as explain_readings

    explanation = explain_readings(_settings(), engineer, _week(week), metric)
    typer.echo(json.dumps(as_dict(explanation), ensure_ascii=False, indent=1) if as_json else as_text(explanation))


@app.command()
def dictionary(
    write: Annotated[bool, typer.Option("--write", help="Refresh data/DICTIONARY.md.")] = False,
) -> None:
    """Print the data dictionary: every metric, table, column, unit and meaning."""
    from flows.publish.dictionary import DICTIONARY_FILE, dictionary_markdown

    if write:
        DICTIONARY_FILE.parent.mkdir(exist_ok=True)
        DICTIONARY_FILE.write_text(dictionary_markdown(), encoding="utf-8")
        typer.echo(DICTIONARY_FILE)
    else:
        typer.echo(dictionary_markdown(), nl=False)


@app.command()
def language(
    name: Annotated[
        str | None, typer.Argument(help="A language such as de: start its catalogue, or bring it up to date.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Refresh messages.pot and every catalogue.")] = False,
) -> None:
    """List the languages that the site can speak, and how much of each is translated."""
    from flows.publish.messages import catalogue_path, languages, refresh

    if name is not None:
        refresh([catalogue_path(name)])
    elif write:
        refresh()
    for line in languages():
        typer.echo(line)


@vibes_app.command("check")
def vibes_check(
    file: Annotated[
        Path | None,
        typer.Argument(help="A vibes file, leave.csv or decisions*.csv, or - (default: all in the configured folder)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read the managers' files as a run would, and list every problem by line and column."""
    from flows.vibes_check import check_vibes, format_report

    report = check_vibes(file, _settings())
    typer.echo(json.dumps(report, ensure_ascii=False, indent=1) if as_json else format_report(report, file))
    raise typer.Exit(3 if any(problem["severity"] == "error" for problem in report["problems"]) else 0)


@vibes_app.command("template")
def vibes_template(week: WeekOption = None) -> None:
    """Print an empty vibes file for a week, as a run leaves it in the folder: > vibes_2026-W48.csv."""
    from flows.vibes_check import template

    typer.echo(template(_settings(), _week(week)), nl=False)


@config_app.command("check")
def config_check() -> None:
    """Read config and environment, and list everything that is wrong: what stops a run, and what it would set aside."""
    from flows.settings import refuse_what_is_set_aside

    settings = _settings()
    refuse_what_is_set_aside(settings)
    mode = "sample data: no source is connected" if settings.is_sample else "real sources"
    typer.echo(f"{settings.config_path}: no problems ({len(settings.config.engineers)} engineers; {mode})")


@config_app.command("schema")
def config_schema(
    write: Annotated[bool, typer.Option("--write", help="Refresh the file beside the config.")] = False,
) -> None:
    """The JSON Schema of team_config.json, for editors."""
    from flows.settings.schema import schema_text

    if write:
        Path("config/team_config.schema.json").write_text(schema_text(), encoding="utf-8")
    else:
        typer.echo(schema_text(), nl=False)


@mock_app.command("jira")
def mock_jira(port: Port = 8411, faults: Faults = None, engineers: Engineers = None, weeks: Weeks = 55) -> None:
    """Jira Cloud, until interrupted."""
    _mock("jira", port, faults, engineers, weeks)


@mock_app.command("pagerduty")
def mock_pagerduty(port: Port = 8412, faults: Faults = None, engineers: Engineers = None, weeks: Weeks = 55) -> None:
    """PagerDuty, until interrupted."""
    _mock("pagerduty", port, faults, engineers, weeks)


@mock_app.command("tempo")
def mock_tempo(port: Port = 8413, faults: Faults = None, engineers: Engineers = None, weeks: Weeks = 55) -> None:
    """Tempo Timesheets, until interrupted."""
    _mock("tempo", port, faults, engineers, weeks)


@mock_app.command("alertops")
def mock_alertops(port: Port = 8414, faults: Faults = None, engineers: Engineers = None, weeks: Weeks = 55) -> None:
    """AlertOps, until interrupted."""
    _mock("alertops", port, faults, engineers, weeks)


@mock_app.command("config")
def mock_config(engineers: Annotated[int, typer.Option(help="How many engineers.")], weeks: Weeks = 55) -> None:
    """Print the team_config.json of a crowd, for mocks started with --engineers."""
    from flows.mocks import crowd_settings

    typer.echo(crowd_settings(engineers, weeks).model_dump_json(by_alias=True, exclude_none=True, indent=1))


def _mock(kind: "MockKind", port: int, faults: list[str] | None, engineers: int | None, weeks: int) -> None:
    from flows.mocks import run_forever

    crowd = None if engineers is None else (engineers, weeks)
    run_forever(kind, _settings().config, port, faults or [], crowd)


def _settings() -> "Settings":
    from flows.settings import load_settings

    return load_settings(os.environ)


def _week(text: str | None) -> "pd.Timestamp | None":
    if text is None:
        return None
    from transforms.weeks import parse_week

    try:
        return parse_week(text)
    except ValueError as error:
        raise ConfigError(f"--week: {error}") from None


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f'{option}: "{text}" is not a day; expected something like 2026-10-26.') from None


def _finish(outcome: "Outcome", settings: "Settings", as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(outcome.as_dict(), ensure_ascii=False, indent=1))
    else:
        typer.echo(outcome.as_text())
        typer.echo(f"\nOpen {settings.site_dir / 'index.html'}")
        if settings.managers_dir is not None:
            typer.echo(f"For managers only: {settings.managers_dir / 'index.html'}")
    raise typer.Exit(outcome.exit_code)
