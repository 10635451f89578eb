"""The whole site: every page kind is there, the same data give the same bytes, and nothing private is in them."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flows.publish.assets import bundle, compact, compact_script
from flows.publish.build import edition_findings, render_site
from flows.publish.checks import check_site
from flows.publish.environment import TEMPLATES
from tests.builders.site_data import HOSTILE_NOTE, PRIVATE_NOTE, site_data
from tests.builders.sites import full_site_data
from tests.site.conftest import Site
from transforms.language import Language, speaking

ROOT = Path(__file__).resolve().parents[2]
KINDS = """
index.html weeks/index.html weeks/2026-W46/index.html weeks/2026-W47/index.html engineers/index.html
engineers/ana/index.html teams/index.html teams/atlas/index.html reports/index.html reports/2026-10/index.html
alerts/index.html alerts/feed.xml alerts/feed.json input/index.html input/decisions/index.html method/index.html
method/rules/index.html
method/thresholds/index.html method/dictionary/index.html 404.html robots.txt favicon.svg index.json data/readings.csv
data/readings.json data/statuses.csv data/alerts.csv data/recommendations.csv data/team_effects.csv
data/vibes.schema.json data/decisions.schema.json
data/datapackage.json
"""


def tree(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_every_page_kind_of_the_site_map_is_there(site: Site) -> None:
    assert [path for path in KINDS.split() if not (site.out / path).is_file()] == []


def test_a_rendered_site_passes_its_own_checks(site: Site) -> None:
    assert check_site(site.out) == []
    assert site.result.pages == len(list(site.out.rglob("*.html")))


@pytest.mark.slow
def test_the_same_data_give_the_same_bytes_in_another_process(site: Site, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\nimport sys\n"
        "from flows.publish.charts import render\nfrom tests.builders.figures import effect_figure\n"
        "from flows.publish.build import render_site\nfrom tests.builders.sites import full_site_data\n"
        "render(effect_figure())\n"
        "render_site(full_site_data(), Path(sys.argv[1]))"
    )
    environment = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], cwd=ROOT, check=True, env=environment)
    again, first = tree(tmp_path / "again"), tree(site.out)
    assert sorted(again) == sorted(first)
    assert [name for name in first if first[name] != again[name]] == []


def test_a_frozen_month_is_copied_byte_for_byte_with_the_assets_that_it_links(site: Site, tmp_path: Path) -> None:
    frozen = tmp_path / "kept" / "2026-09"
    shutil.copytree(site.out / "reports" / "2026-09", frozen)
    page = frozen / "index.html"
    old_sheet = next((frozen / "assets").glob("site.*.css"))
    # As published a year ago: another style sheet, other words.
    old_sheet.rename(frozen / "assets" / "site.0000000000.css")
    page.write_text(page.read_text().replace(old_sheet.name, "site.0000000000.css").replace("Keep 4×10", "Kept 4×10"))
    render_site(replace(site.data, frozen_months={"2026-09": frozen}), tmp_path / "site")
    assert tree(tmp_path / "site" / "reports" / "2026-09") == tree(frozen)
    assert check_site(tmp_path / "site") == []


def test_no_byte_of_the_site_holds_a_note_for_managers(site: Site) -> None:
    assert [name for name, content in tree(site.out).items() if PRIVATE_NOTE.encode() in content] == []


def test_a_page_that_lets_a_private_note_through_stops_the_build(site: Site, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(f"<p>{PRIVATE_NOTE}</p>")
    assert "index.html: holds a note or reason for managers only" in edition_findings(site.data, tmp_path)


def test_our_own_scripts_are_known_as_ours_in_every_language(tmp_path: Path) -> None:
    data = site_data(publishing={"people": "initials"})
    config, german = data.settings.config, Language("de-DE")
    # An id that is a word of the chart library.
    people = tuple(one.model_copy(update={"id": "arc"}) if one.id == "ana" else one for one in config.engineers)
    config = config.model_copy(update={"engineers": people})
    with speaking(german):
        files = bundle()
    (tmp_path / "assets").mkdir()
    for path, content in files.items():
        (tmp_path / path).write_bytes(content)
    german_data = replace(data, settings=replace(data.settings, config=config, language=german))
    assert edition_findings(german_data, tmp_path) == ["index.html: missing"]


def test_a_hostile_note_is_words_on_every_page(site: Site) -> None:
    pages = [name for name in tree(site.out) if name.endswith(".html")]
    assert [name for name in pages if HOSTILE_NOTE in site.text(name)] == []
    assert any("&lt;script&gt;alert(" in site.text(name) for name in pages)


def test_no_template_was_left_unfilled(site: Site) -> None:
    names = [name for name in tree(site.out) if name.endswith((".html", ".css", ".xml", ".json"))]
    assert [name for name in names if re.search(r"\{\{|\{%|Undefined|NaN|\bnan\b|\bNaT\b", site.text(name))] == []


LINKED = re.compile(r'(?:href|src)="(?:\.\./)*((?:reports/[^/]+/)?assets/[^"]+)"')


def test_pages_and_assets_stay_within_their_budget(site: Site) -> None:
    sizes = {name: len(content) for name, content in tree(site.out).items()}
    for name in (name for name in sizes if name.endswith(".html") and name != "404.html"):
        on_load = set(LINKED.findall(site.text(name)))
        assert sum(sizes[path] for path in on_load if path.endswith(".css")) <= 16 * 1024, name
        scripts = sum(sizes[path] for path in on_load if path.endswith(".js"))
        assert scripts <= (20 if name.startswith("input/") else 8) * 1024, name
        assert len(on_load) <= 5, "with the page itself six requests"
        if not name.startswith("method/dictionary"):
            assert sizes[name] + sum(sizes[path] for path in on_load) <= 100 * 1024, name


def test_what_a_checked_file_needs_is_fetched_on_demand_and_stays_small(site: Site) -> None:
    page, sizes = site.text("input/index.html"), {name: len(content) for name, content in tree(site.out).items()}
    on_demand = re.findall(r'data-(?:check|results)="\.\./(assets/[^"]+)"', page)
    assert len(on_demand) == 2
    assert not set(on_demand) & set(LINKED.findall(page))
    assert sum(sizes[path] for path in on_demand) <= 34 * 1024


def test_a_page_links_the_sheet_of_every_class_that_it_uses(site: Site) -> None:
    families = [path for path in (site.out / "assets").glob("*.css") if not path.name.startswith("site.")]
    assert families
    own = {path.name: set(re.findall(r"\.([a-z][\w-]*)", path.read_text(encoding="utf-8"))) for path in families}
    shared = next((site.out / "assets").glob("site.*.css")).read_text(encoding="utf-8")
    common = set(re.findall(r"\.([a-z][\w-]*)", shared))
    bare = []
    for name in (name for name in tree(site.out) if name.endswith(".html")):
        text = site.text(name)
        used = {word for words in re.findall(r'class="([^"]*)"', text) for word in words.split()}
        bare += [(name, sheet, used & classes - common) for sheet, classes in own.items() if sheet not in text]
    assert [(name, sheet, found) for name, sheet, found in bare if found] == []


def test_every_figure_has_chart_sentence_table_and_a_csv_file_of_the_same_rows(site: Site) -> None:
    page = site.text("engineers/ana/index.html")
    figures = re.findall(r"<figure.*?</figure>", page, flags=re.DOTALL)
    # The first is the waterfall of one week: no series, so no file.
    waterfall, *series = figures
    assert "<svg" in waterfall
    assert "<table" in waterfall
    assert len(series) == 4
    for figure in series:
        assert "<svg" in figure
        assert "<table" in figure
        link = re.search(r'href="([^"]+\.csv)"', figure)
        assert link
        lines = (site.out / "engineers" / "ana" / link[1]).read_text(encoding="utf-8-sig").splitlines()
        assert lines[0].startswith("week_start,value")
        assert len(lines) > 10
        assert 'href="../../method/dictionary/index.html#chart-csv"' in figure


@pytest.mark.slow
def test_where_people_are_not_shown_no_page_or_file_is_about_one(tmp_path: Path) -> None:
    render_site(full_site_data(archived_weeks=0, publishing={"people": "team-only"}), tmp_path)
    files = tree(tmp_path)
    assert [name for name in files if name.startswith("engineers/")] == []
    assert sorted(name for name in files if name.startswith("data/") and name.count("/") == 1) == [
        "data/datapackage.json",
        "data/decisions.schema.json",
        "data/team_effects.csv",
        "data/team_effects.json",
        "data/vibes.schema.json",
    ]
    assert [name for name, content in files.items() if b"Chloe" in content or b"chloe" in content] == []
    assert check_site(tmp_path) == []


@pytest.mark.slow
def test_with_initials_no_name_is_in_any_file(tmp_path: Path) -> None:
    data = full_site_data(archived_weeks=0, publishing={"people": "initials"})
    render_site(data, tmp_path)
    files = tree(tmp_path)
    for given in ("Chloe", "chloe", "Dubois", "fatima"):
        assert [name for name, content in files.items() if given.encode() in content or given in name] == []
    assert check_site(tmp_path) == []


def test_index_json_leads_to_pages_that_are_there(site: Site) -> None:
    index = json.loads(site.text("index.json"))
    assert index["week"] == "2026-W47"
    assert index["weeks"][-1]["week"] == "2026-W47"
    listed = [entry["page"] for part in ("engineers", "teams", "weeks", "reports") for entry in index[part]]
    listed += [*index["data"], *index["feeds"]]
    assert listed
    assert [path for path in listed if not (site.out / path).is_file()] == []


def test_search_engines_are_asked_to_stay_away_unless_the_site_is_public(site: Site) -> None:
    assert "Disallow: /" in site.text("robots.txt")
    assert 'content="noindex, nofollow"' in site.text("index.html")


def test_a_style_sheet_loses_blanks_and_comments_but_no_meaning() -> None:
    source = '/* a */\na:not(.b) > .c ,\nd { margin: 0 calc(1px + 2px);  color: red; }\n@media print { p { x: "“"; } }\n'
    assert compact(source) == 'a:not(.b)>.c,d{margin:0 calc(1px + 2px);color:red}@media print{p{x:"“"}}'


def test_a_script_loses_comments_and_indentation_but_no_string() -> None:
    source = '// A\n(function () {\n  // why\n  var a = "  // kept  ";  \n\n  return "http://x" + a;\n})();\n'
    assert compact_script(source) == '(function () {\nvar a = "  // kept  ";\nreturn "http://x" + a;\n})();\n'


def test_no_script_has_a_string_or_comment_over_several_lines_which_a_compacted_one_could_not_keep() -> None:
    for path in (TEMPLATES / "assets" / "js").glob("*.js"):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        code = [line for line in lines if not line.startswith("//")]
        assert [line for line in code if line.count("`") % 2 or line.endswith("\\") or line.startswith("/*")] == []
