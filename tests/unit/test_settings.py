"""Config and environment: what is accepted, and what every refusal says."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from flows.errors import ConfigError
from flows.scaffold import scaffold
from flows.settings import TeamConfig, edition_named, load_config, load_settings
from flows.settings.schema import schema_text
from tests.builders.config import config_dict, engineer_entry, settings_of, team_config, write_config
from tests.conftest import ROOT
from transforms.parameters import DecisionParameters, DecisionRules


def refusal(root: Path, config: dict[str, Any] | str, environ: dict[str, str] | None = None) -> ConfigError:
    """The error with which this config is refused."""
    write_config(root, config)
    with pytest.raises(ConfigError) as caught:
        load_settings(environ or {}, root)
    return caught.value


def test_the_projects_own_config_is_the_demo_story() -> None:
    settings = load_settings({}, ROOT)
    config = settings.config
    assert settings.is_sample
    assert [engineer.id for engineer in config.engineers][:3] == ["ana", "ben", "chloe"]
    assert (len(config.teams), len(config.managers), len(config.engineers)) == (3, 3, 12)
    assert (config.policy.baseline_start, config.policy.switch_date) == (date(2025, 11, 3), date(2026, 5, 4))
    assert config.sample.as_of == date(2026, 11, 23)
    days_off = {period.day_off for engineer in config.engineers for period in engineer.schedules if period.day_off}
    assert len(days_off) >= 4
    assert any(period.hours for engineer in config.engineers for period in engineer.schedules), "a part-timer"
    assert any(engineer.employed_from > config.policy.switch_date for engineer in config.engineers), "a new hire"
    assert any(engineer.employed_to for engineer in config.engineers), "a leaver"
    assert {location.timezone for location in config.locations.values()} >= {"America/Chicago", "Europe/Madrid"}


def test_folders_stand_in_the_project_and_the_environment_moves_them(tmp_path: Path) -> None:
    write_config(tmp_path, config_dict())
    plain = load_settings({}, tmp_path)
    assert (plain.data_dir, plain.site_dir) == (tmp_path / "data", tmp_path / "site")
    assert plain.vibes_dir == tmp_path / "data" / "inputs" / "vibes"
    moved = load_settings(
        {"TENFOUR_CONFIG": str(tmp_path / "config"), "TENFOUR_DATA": "/srv/data", "TENFOUR_SITE": "/srv/site"},
        tmp_path / "elsewhere",
    )
    assert (moved.data_dir, moved.site_dir) == (Path("/srv/data"), Path("/srv/site"))
    assert moved.vibes_dir == Path("/srv/data/inputs/vibes")
    assert load_settings({"TENFOUR_CONFIG": str(plain.config_path)}, tmp_path).config == plain.config


def with_managers_edition(folder: str) -> dict[str, Any]:
    config = config_dict()
    config["publishing"] = {"managers_edition": {"enabled": True, "folder": folder}}
    return config


def test_without_a_word_there_is_one_edition_for_everyone(tmp_path: Path) -> None:
    write_config(tmp_path, config_dict())
    settings = load_settings({}, tmp_path)
    assert [(edition.name, edition.folder) for edition in settings.editions] == [("everyone", tmp_path / "site")]
    with pytest.raises(ConfigError, match=r"managers' edition is off.*") as caught:
        edition_named("managers", settings.editions)
    assert "publishing.managers_edition.enabled" in str(caught.value)


def test_the_managers_edition_goes_to_a_folder_of_the_project_or_anywhere_else_and_names_people(tmp_path: Path) -> None:
    config = with_managers_edition("private/site")
    config["publishing"] |= {"people": "team-only", "public": True, "base_url": "https://example.org"}
    write_config(tmp_path, config)
    everyone, managers = load_settings({"TENFOUR_SITE": str(tmp_path / "www" / "site")}, tmp_path).editions
    assert (everyone.people, everyone.base_url, everyone.may_be_listed) == ("team-only", "https://example.org", True)
    # Apart from a site that was moved: what lies beside that may be served as well.
    assert managers.folder == tmp_path / "private" / "site"
    assert (managers.people, managers.base_url, managers.may_be_listed) == ("named", None, False)
    elsewhere = tmp_path / "share"
    write_config(tmp_path, with_managers_edition(str(elsewhere)))
    assert load_settings({}, tmp_path).editions[1].folder == elsewhere


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("site", "is also the everyone edition"),
        ("./data/../site", "is also the everyone edition"),
        ("SITE", "is also the everyone edition"),
        ("site/managers", "lies inside the everyone edition"),
        (".", "holds the everyone edition"),
        ("data/managers", "lies inside the data folder"),
        ("data", "is also the data folder"),
        ("config/site", "lies inside the config"),
        ("taken", "holds files that are not an edition of this site"),
    ],
)
def test_a_folder_that_a_publish_would_do_harm_to_is_refused_for_the_managers_edition(
    tmp_path: Path, folder: str, why: str
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.odt").write_text("all of it")
    error = refusal(tmp_path, with_managers_edition(folder))
    assert f"publishing.managers_edition.folder: {tmp_path}" in str(error)
    assert why in str(error)
    # Off, it is nobody's concern.
    config = with_managers_edition(folder)
    config["publishing"]["managers_edition"]["enabled"] = False
    write_config(tmp_path, config)
    assert len(load_settings({}, tmp_path).editions) == 1


def test_a_link_to_the_site_is_the_site(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "site")
    assert "is also the everyone edition" in str(refusal(tmp_path, with_managers_edition("other")))


def test_the_folder_of_an_earlier_publish_and_an_empty_one_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "earlier").mkdir()
    (tmp_path / "earlier" / "index.json").write_text("{}")
    for folder in ("empty", "earlier"):
        write_config(tmp_path, with_managers_edition(folder))
        assert load_settings({}, tmp_path).editions[1].folder == tmp_path / folder


def test_the_vibes_folder_may_be_a_share(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, sources={"vibes": {"folder": "/mnt/share/vibes"}})
    assert settings.vibes_dir == Path("/mnt/share/vibes")


def test_a_missing_config_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no config file") as caught:
        load_settings({}, tmp_path)
    assert "tenfour init" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{\n  "teams": [\n    1,\n  ]\n}', "line 4, column 3"),
        ('{"limits": {"rejected_share": NaN}}', "NaN is not a number"),
        ('{"teams": [], "teams": []}', "keys given twice in the same place: teams"),
        ("[]", "expected an object"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    assert says in str(refusal(tmp_path, text))


def test_a_config_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = write_config(tmp_path, config_dict())
    path.write_bytes('{"name": "Lucía"}'.encode("cp1252"))
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load_config(path)


def test_all_findings_come_at_once_each_with_its_place(tmp_path: Path) -> None:
    config = config_dict(engineer_entry(team="cor", tema="core"), engineer_entry("ben", schedules=[]))
    config["polcy"] = {}
    config["policy"]["switch_date"] = "2026-05-05"
    error = refusal(tmp_path, config, {"TENFOUR_JIRA_URL": "https://jira.example"})
    places = [finding.split(": ")[0] for finding in error.findings]
    assert places == [
        "engineers[0].team (ana)",
        "engineers[0].tema (ana)",
        "engineers[1].schedules (ben)",
        "policy.switch_date",
        "polcy",
        "TENFOUR_JIRA_TOKEN",
    ]


def test_an_unknown_key_inside_the_decisions_is_refused_with_the_key_that_was_meant(tmp_path: Path) -> None:
    error = refusal(tmp_path, config_dict(decisions={"billable": {"treshold_pct": 80}}))
    assert error.findings == ['decisions.billable.treshold_pct: is not a key here; did you mean "threshold_pct"?']


def test_a_decision_out_of_its_range_is_refused_with_its_path(tmp_path: Path) -> None:
    error = refusal(tmp_path, config_dict(decisions={"team_effect": {"margins": {"billable_points": -3}}}))
    assert len(error.findings) == 1
    assert error.findings[0].startswith("decisions.team_effect.margins.billable_points: -3 should be greater than 0")
    assert "points less" in error.findings[0], "the description of the key is quoted"


def test_a_word_in_place_of_a_number_is_never_read_as_one(tmp_path: Path) -> None:
    error = refusal(tmp_path, config_dict(limits={"rejected_share": "0.2"}))
    assert "limits.rejected_share" in error.findings[0]


def test_decisions_are_the_rules_with_the_denominators_of_the_metrics() -> None:
    config = team_config(
        decisions={"method": "plain", "billable": {"threshold_pct": 80}},
        metrics={"billable": {"denominator": "logged"}},
    )
    decisions = config.decisions
    assert isinstance(decisions, DecisionParameters)
    assert (decisions.method, decisions.billable.threshold_pct) == ("plain", 80)
    assert (decisions.billable_denominator, decisions.velocity_denominator) == ("logged", "available")


def test_without_a_section_every_default_holds() -> None:
    assert team_config().decision_rules == DecisionRules()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["engineers"][0].update(team="coree"), 'there is no team "coree"; did you mean "core"?'),
        (lambda c: c["engineers"][0].update(manager="max"), 'there is no manager "max"'),
        (lambda c: c["engineers"][0].update(location="austn"), 'there is no location "austn"; did you mean "austin"?'),
        (
            lambda c: c["engineers"].append(
                engineer_entry("ana", jira_account_id=None, pagerduty_user_id=None, alertops_user_name=None)
            ),
            '"ana" is already used by engineers[0]',
        ),
        (lambda c: c["engineers"].append(engineer_entry("ben", pagerduty_user_id="PANA")), '"PANA" is already used'),
        (lambda c: c["engineers"].append(engineer_entry("ben", alertops_user_name="ana.ops")), "is already used"),
        (lambda c: c.update(sources={"alertops": {"timezone": "Mars"}}), "is not an IANA time zone"),
        (lambda c: c["teams"].append({"id": "two", "name": "T", "jira_board_ids": [1]}), '"1" is already used'),
        (lambda c: c["engineers"][0].update(id="Ana"), '"Ana" is not an id'),
        (lambda c: c["engineers"][0].update(employed_to="2024-01-01"), "is before the first day of employment"),
        (lambda c: c["locations"]["austin"].update(timezone="America/Chicgo"), 'did you mean "America/Chicago"?'),
        (lambda c: c["locations"]["austin"].update(timezone="/etc"), "is not an IANA time zone"),
        (lambda c: c["organisation"].update(timezone=""), "organisation.timezone"),
        (lambda c: c["locations"]["austin"].update(country="XX"), 'no public holidays are known for "XX"'),
        (lambda c: c["locations"]["austin"].update(subdivision="TEX"), '"TEX" is not a part of US'),
        (lambda c: c.update(engineers=[]), "engineers: is empty; at least one is needed"),
        (lambda c: c.update(schedule={"weekly_cron": "0 6 * *"}), "it has 4 fields, not 5"),
        (lambda c: c.update(schedule={"weekly_cron": "0 24 * * 1"}), '"24" is no hour from 0 to 23'),
        (lambda c: c.update(schedule={"monthly_cron": "0 6 4-1 * *"}), '"4-1" is no day from 1 to 31'),
        (lambda c: c["policy"].update(switch_date="2026-05-05"), "is a Tuesday, weeks start on Monday"),
        (lambda c: c["policy"].update(switch_date="2026-02-30"), "is not a date such as"),
        (lambda c: c["policy"].update(switch_date=20260504), "is not a date such as"),
        (lambda c: c["policy"].update(baseline_start="2026-05-04"), "is not before the switch"),
        (lambda c: c["policy"].pop("switch_date"), "policy.switch_date: is missing"),
        (
            lambda c: c.update(
                metrics={
                    "billable": {
                        "rules": [{"name": "p", "kind": "worklog_property", "value": "billing", "billable": True}]
                    }
                }
            ),
            "does not say which value",
        ),
        (
            lambda c: c.update(
                decisions={"eligibility": {"holiday_weeks": {"spans": [{"last_month": 2, "last_day": 30}]}}}
            ),
            "spans[0].last_day: month 2 has no day 30",
        ),
        (lambda c: c.update(publishing={"base_url": "intranet"}), "publishing.base_url"),
    ],
)
def test_a_contradiction_is_named_with_what_to_do(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    config = config_dict()
    change(config)
    error = refusal(tmp_path, config)
    assert len(error.findings) == 1, error.findings
    assert says in error.findings[0]


@pytest.mark.parametrize("cron", ["0 6 * * 1", "*/15 6-18 1,15 JAN-MAR mon-fri", "30 6 1-4 * *", "0 0 * * 7"])
def test_ordinary_cron_lines_are_accepted(tmp_path: Path, cron: str) -> None:
    assert settings_of(tmp_path, schedule={"weekly_cron": cron}).config.schedule.weekly_cron == cron


def test_a_leaver_needs_no_end_on_the_last_schedule(tmp_path: Path) -> None:
    assert settings_of(tmp_path, engineer_entry(employed_to="2026-08-28")).config.engineers[0].employed_to


def test_the_config_hash_follows_meaning_not_spelling(tmp_path: Path) -> None:
    plain = settings_of(tmp_path / "plain")
    spelt_out = settings_of(tmp_path / "spelt", limits={"rejected_share": 0.2})
    other = settings_of(tmp_path / "other", limits={"rejected_share": 0.3})
    assert plain.config_hash == spelt_out.config_hash
    assert plain.config_hash != other.config_hash
    assert len(plain.config_hash) == 12


def test_the_schema_beside_the_config_is_fresh() -> None:
    written = (ROOT / "config" / "team_config.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "run: tenfour config schema --write"


def test_the_schema_accepts_the_config_and_refuses_what_the_reader_refuses() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    config = json.loads((ROOT / "config" / "team_config.json").read_text(encoding="utf-8"))
    assert list(validator.iter_errors(config)) == []
    config["engineers"][0]["tema"] = "x"
    config["decisions"] = {"billable": {"threshold_pct": 101}}
    assert len(list(validator.iter_errors(config))) == 2


def test_every_key_of_the_schema_explains_itself() -> None:
    schema = json.loads(schema_text())
    silent = [
        f"{title}.{name}"
        for title, part in {"TeamConfig": schema, **schema["$defs"]}.items()
        for name, key in part.get("properties", {}).items()
        if not {**schema["$defs"].get(key.get("$ref", "").removeprefix("#/$defs/"), {}), **key}.get("description")
    ]
    assert silent == []
    assert schema["$defs"]["Margins"]["properties"]["billable_points"]["exclusiveMinimum"] == 0


def test_a_config_cannot_be_changed_after_reading() -> None:
    config = team_config()
    with pytest.raises(ValidationError, match="frozen"):
        config.limits = TeamConfig.model_fields["limits"].default  # type: ignore[misc]


def test_init_writes_a_project_that_only_lacks_its_people(tmp_path: Path) -> None:
    lines = scaffold(tmp_path / "new", today=date(2026, 11, 25))
    assert any("tenfour config check" in line for line in lines)
    with pytest.raises(ConfigError) as caught:
        load_settings({}, tmp_path / "new")
    assert caught.value.findings == [
        "engineers: is empty; at least one is needed; expected: The roster, leavers included"
    ]
    vibes = (tmp_path / "new/data/inputs/vibes/vibes.csv").read_bytes()
    assert vibes == b"\xef\xbb\xbfweek_start,engineer_id,vibes,note,manager,visibility,saved_at\r\n"


def test_a_new_project_is_outside_sample_mode_without_any_connection(tmp_path: Path) -> None:
    scaffold(tmp_path)
    path = tmp_path / "config" / "team_config.json"
    people = config_dict()
    made = json.loads(path.read_text())
    write_config(tmp_path, made | {name: people[name] for name in ("locations", "teams", "managers", "engineers")})
    assert not load_settings({}, tmp_path).is_sample


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="nothing was written"):
        scaffold(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
