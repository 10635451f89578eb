"""The site's own checks: each kind of defect is found, and a sound site has none."""

from pathlib import Path

import pytest

from flows.publish.checks import check_site

PAGE = '<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>H</h1>{}</main></body></html>'


def site_with(tmp_path: Path, body: str, name: str = "index.html", **files: str) -> list[str]:
    (tmp_path / "index.html").write_text(PAGE.format('<p id="here">x</p>'))
    for path, text in {name: PAGE.format(body), **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return check_site(tmp_path)


def test_a_sound_page_has_no_finding(tmp_path: Path) -> None:
    body = (
        '<a href="a/index.html">a</a><a href="#x" id="x">x</a><a href="mailto:me@example.org">m</a><img src="data:,">'
    )
    assert site_with(tmp_path, body, **{"a/index.html": PAGE.format('<a href="../index.html#x">up</a>')}) == []


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ('<a href="nowhere.html">x</a>', "leads nowhere"),
        ('<a href="index.html#gone">x</a>', "an id that is not there"),
        ('<a href="/index.html">x</a>', "is not relative"),
        ('<a href="engineers/">x</a>', "names a folder"),
        ('<a href="..">x</a>', "names a folder"),
        ('<a href="https://example.org/">x</a>', "leads outside"),
        ('<img src="//example.org/a.png" alt="">', "leads outside"),
        ('<script src="https://cdn.example.org/vega.js"></script>', "leads outside"),
        ('<p style="color:red">x</p>', "style attribute"),
        ('<p id="a">x</p><p id="a">y</p>', "stands there 2 times"),
        ('<p aria-describedby="gone">x</p>', "no element has the id"),
        ('<svg><rect fill="url(#gone)"/></svg>', "no element has the id"),
        ("<h1>two</h1>", "2 <h1>"),
        ('<script type="module">1</script>', "module script"),
    ],
)
def test_each_defect_is_found(tmp_path: Path, body: str, finding: str) -> None:
    assert any(finding in found for found in site_with(tmp_path, body))


def test_a_page_without_lang_title_heading_or_main_is_found(tmp_path: Path) -> None:
    found = site_with(tmp_path, "", **{"bare.html": "<html><body>x</body></html>"})
    assert [text.removeprefix("bare.html: ") for text in found] == [
        "0 <h1> elements, not 1",
        "0 <main> elements, not 1",
        "<html> has no lang",
        "no title",
    ]


def test_a_style_sheet_that_loads_something_is_found(tmp_path: Path) -> None:
    assert site_with(tmp_path, "", **{"a.css": "@import 'x.css';"}) == ["a.css: loads something: @import"]


def test_an_archived_month_may_link_to_what_is_gone_but_must_be_whole_itself(tmp_path: Path) -> None:
    body = '<a href="../../engineers/left/index.html">x</a><a href="gone.csv">y</a>'
    found = site_with(tmp_path, body, name="reports/2026-05/index.html")
    assert found == ["reports/2026-05/index.html: <a href> leads nowhere: gone.csv"]


def test_only_the_404_page_may_link_by_an_absolute_address(tmp_path: Path) -> None:
    link = '<a href="https://example.org/site/index.html">home</a>'
    assert site_with(tmp_path, link, name="404.html") == []


def test_a_site_without_a_front_page_is_found(tmp_path: Path) -> None:
    assert check_site(tmp_path) == ["index.html: missing"]
