"""Charts to explore: what the page says of them, the one library, and the licences of what is in it."""

import json
import re
import subprocess
import sys
from html import unescape
from typing import Any

import pytest
import vl_convert

from flows.publish.assets import asset_names, bundle
from flows.publish.charts import explore
from tests.builders.figures import effect_figure, policy_marks, weekly_figure
from tests.conftest import ROOT
from tests.site.conftest import Site

PAGES = ["index.html", "weeks/2026-W46/index.html", "engineers/ana/index.html", "teams/atlas/index.html"]


def explored(text: str) -> list[str]:
    return re.findall(r"data-explore='([^']*)'", text)


def library_path() -> str:
    return asset_names(bundle())["vega"]


def test_a_figure_says_its_scale_and_lines_and_leaves_its_values_to_the_table() -> None:
    part = explore.part(weekly_figure([80.0, 81.0, 82.0], **policy_marks()))
    assert part == {
        "label": "Billable hours, % of available",
        "scale": "linear",
        "y": [74, 88],
        "ticks": [74, 76, 78, 80, 82, 84, 86, 88],
        "weekly": 1,
        "lines": [
            ["threshold", "policy 76 %", 76],
            ["switch", "4x10 from 4 May", None, "2026-05-04"],
            ["mean", "before: 82 %", 82, None, "2026-05-04"],
        ],
        "bands": [["usual range", 77.5, 86.5, None, "2026-05-04"]],
    }


@pytest.mark.parametrize(
    "figure",
    [
        weekly_figure([None, None]),
        effect_figure(),
        weekly_figure([80.0]) | {"rows": [{"week_start": "2026-01-05", "value": 1.0, "series": s} for s in "ab"]},
    ],
    ids=["nothing known", "no weeks", "several series"],
)
def test_a_figure_that_cannot_be_read_from_its_table_by_week_is_not_offered(figure: dict[str, Any]) -> None:
    assert explore.part(figure) is None


def test_weeks_that_the_rows_leave_out_are_no_gaps() -> None:
    sprints = weekly_figure([8.0, 9.0, 7.0])
    sprints["rows"] = sprints["rows"][::2]
    part = explore.part(sprints)
    assert part
    assert part["weekly"] == 0


@pytest.mark.parametrize("path", PAGES)
def test_pages_with_figures_link_the_script_and_name_the_library(site: Site, path: str) -> None:
    text = site.text(path)
    assert len(explored(text)) == 4
    script = re.search(r'<script src="[./]*(assets/explore[^"]+)" data-library="[./]*(assets/vega[^"]+)"', text)
    assert script
    assert all((site.out / name).is_file() for name in script.groups())
    assert text.count("assets/vega.") == 1, "named once, loaded by nothing on the page"


def test_pages_without_figures_and_published_months_stay_without(site: Site) -> None:
    for path in (*site.out.glob("*/index.html"), *site.out.glob("reports/*/index.html")):
        text = path.read_text(encoding="utf-8")
        assert "data-explore" not in text, path
        assert "assets/explore" not in text, path


def test_what_a_page_says_of_a_figure_to_explore_is_small(site: Site) -> None:
    for path in PAGES:
        buttons = re.findall(r"<button[^>]*data-explore.*?</button>", site.text(path))
        assert [len(button.encode()) for button in buttons if len(button.encode()) > 600] == []


def test_values_of_the_table_are_those_of_the_chart_and_lie_on_its_scale(site: Site) -> None:
    """The explored chart is drawn from the table: the first number of the second cell is the value."""
    checked = 0
    for path in PAGES:
        for figure in re.findall(r'<figure class="figure box".*?</figure>', site.text(path), re.DOTALL):
            (part,) = explored(figure)
            low, high = json.loads(unescape(part))["y"]
            link = re.search(r'href="([^"]+\.csv)"', figure)
            assert link
            lines = (site.out / path).parent.joinpath(link[1]).resolve().read_text(encoding="utf-8-sig").splitlines()
            known = [float(line.split(",")[1]) for line in lines[1:] if line.split(",")[1]]
            cells = re.findall(r'<tr><th scope="row">(\d{4}-W\d\d)</th><td>([\u2212\d.,]+)', figure)
            told = [float(value.replace(",", "").replace("\u2212", "-")) for _, value in reversed(cells)]
            assert told == known
            assert all(low <= value <= high for value in told)
            checked += len(told)
    assert checked > 400


@pytest.mark.slow
def test_the_library_is_the_same_bytes_in_another_process() -> None:
    code = (
        "from tests.builders.figures import effect_figure\nfrom flows.publish.charts import render\n"
        "render(effect_figure())\n"
        "from tests.site.test_explore import library_path\nprint(library_path())"
    )
    environment = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert elsewhere.stdout.strip() == library_path()


def test_licences_stand_beside_the_library_and_are_of_the_versions_in_it() -> None:
    files = bundle()
    licences = files[library_path().removesuffix("js") + "txt"].decode()
    for name, version in {
        "vega": vl_convert.get_vega_version(),
        "vega-embed": vl_convert.get_vega_embed_version(),
    }.items():
        assert f"{name} {version}" in licences, "another release: write licences.txt anew from its packages"
    for words in ("University of Washington Interactive Data Lab", "Mike Bostock", "Redistribution and use in source"):
        assert words in licences
    assert "licences: the .txt file of the same name" in files[library_path()].decode()[:200]


def test_the_library_evaluates_no_text_as_code_by_itself() -> None:
    """Vega compiles expressions with `Function` unless told to interpret them; a strict page forbids that."""
    drawing = (ROOT / "site_templates/assets/explore/chart.js").read_text(encoding="utf-8")
    assert "ast: true" in drawing
    assert "defaultStyle: false" in drawing
    assert not re.search(r"innerHTML|\beval\b|new Function|setAttribute\(\"style\"", drawing)
