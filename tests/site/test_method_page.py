"""The method page: metrics as they are defined, with the rules in force; what is set aside, rule by rule."""

import ast
import html
import re
from dataclasses import replace

import pytest

from flows.publish.views import bad_input, method
from flows.publish.views.book import open_book
from flows.publish.views.wording import hour, typeset
from flows.settings import Settings
from flows.settings.model import BillableMetric, Metrics
from flows.settings.set_aside import RULES as SCHEDULE_RULES
from tests.builders.site_data import site_data
from tests.conftest import ROOT
from tests.site.conftest import Site
from transforms.clean.input_findings import RULES as FILE_RULES
from transforms.definitions import METRIC_DEFINITIONS
from transforms.vocabulary import METRICS

SPEAKING = ["index.html", "engineers/ana/index.html", "teams/atlas/index.html", "reports/2026-10/index.html"]


def test_the_metrics_are_told_with_the_denominator_and_the_windows_in_force() -> None:
    data = site_data()
    settings = data.settings
    rules = settings.config.decision_rules
    config = settings.config.model_copy(
        update={
            "metrics": Metrics(billable=BillableMetric(denominator="logged")),
            "decision_rules": replace(rules, billable=replace(rules.billable, window_weeks=5)),
        }
    )
    changed = Settings(config, settings.config_path, settings.data_dir, settings.site_dir, settings.connections)
    view = method.method_view(open_book(replace(data, settings=changed)))
    facts = {fact["name"]: fact["text"] for fact in view["metrics"][0]["facts"]}
    assert facts["Formula"] == "100 × sum(billable hours) / sum(logged hours)"
    assert facts["Direction"] == "Higher is better"
    assert facts["Window"].startswith("The last 5 eligible weeks")
    assert facts["Source"].startswith("Worklogs from Tempo")


def test_the_page_shows_every_fact_of_every_metric(site: Site) -> None:
    page = html.unescape(site.text("method/index.html"))
    for metric in method.method_view(open_book(site.data))["metrics"]:
        told = page[page.index(f'<h3 id="metric-{metric["id"]}">') :]
        told = told[: told.index("</section>")]
        assert metric["title"] in told
        assert metric["description"] in told
        for fact in metric["facts"]:
            assert f"<dt>{fact['name']}</dt><dd>{fact['text']}</dd>" in told


@pytest.mark.parametrize("path", SPEAKING)
def test_a_metrics_name_leads_to_its_meaning_on_the_same_page(site: Site, path: str) -> None:
    page = html.unescape(site.text(path))
    for metric in METRICS:
        one = METRIC_DEFINITIONS[metric]
        assert f'<a href="#metric-{metric}" title="{one.description}">{one.title}' in page
        key = re.search(rf'<dt id="metric-{metric}"><a href="([./]*)method/index\.html#metric-{metric}">.*?</dd>', page)
        assert key
        assert one.description in key[0]


def test_the_tiles_of_the_week_are_headed_by_links_to_the_meaning(site: Site) -> None:
    headed = re.findall(r'<h3 class="small"><a href="#metric-(\w+)" title="[^"]+">', site.text("index.html"))
    assert headed == list(METRICS)


def test_headings_and_rows_that_are_a_metric_are_links_and_others_are_not(site: Site) -> None:
    page = site.text("reports/2026-10/index.html")
    assert re.search(r'<th scope="row"><a href="#metric-response"[^>]*>Incident response</a></th>', page)
    assert re.search(r'<th scope="col"><a href="#metric-velocity"[^>]*>Velocity</a></th>', page)
    assert '<th scope="col">Team</th>' in page


def test_the_list_of_bad_input_names_exactly_the_rules_that_the_core_names() -> None:
    """A rule is spelled in full; of worklogs as a number, which Jira's J or Tempo's T is put before."""
    words = {
        node.value
        for path in (ROOT / "transforms").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    in_full = {word for word in words if re.fullmatch(r"[JTPA]\d{3}", word)}
    of_worklogs = {word for word in words if re.fullmatch(r"\d{3}", word)}
    listed = {rule for rules in bad_input.VENDOR_RULES for rule in rules.split()}
    assert listed == in_full | {rule for rule in listed if rule[0] in "JT" and rule[1:] in of_worklogs}
    assert of_worklogs <= {rule[1:] for rule in listed if rule[0] in "JT"}


def test_the_rules_of_files_and_schedules_are_those_that_their_readers_have() -> None:
    _, files, schedules = bad_input.tables()
    assert [row[0] for row in files["rows"]] == list(FILE_RULES)
    assert [row[0] for row in schedules["rows"]] == list(SCHEDULE_RULES)


def test_formulas_and_hours_are_set_as_pages_set_them() -> None:
    assert typeset("100 x sum(billable) / sum(hours)") == "100 × sum(billable) / sum(hours)"
    assert typeset("a 4x10 box: six - five") == "a 4×10 box: six − five"
    assert (hour(8.0), hour(22.5)) == ("08:00", "22:30")
