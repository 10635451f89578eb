"""HTML of every page: what a strict parser accepts, and which element may stand where."""

import pytest

from tests.site.conftest import Site
from tests.site.html_rules import findings

PAGE = '<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>H</h1>{}</main></body></html>'


def test_every_page_is_valid(site: Site) -> None:
    pages = sorted(path.relative_to(site.out).as_posix() for path in site.out.rglob("*.html"))
    assert len(pages) > 30
    assert {name: found for name in pages if (found := findings(site.text(name)))} == {}


def test_a_sound_page_has_no_finding() -> None:
    body = (
        '<h2 id="a">A</h2><p>x <a href="x.html">y</a></p><ul><li><p>z</p></li></ul>'
        "<dl><dt>t</dt><dd>d</dd></dl><dl><div><dt>t</dt><dd>d</dd></div></dl>"
        '<table><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
        '<details><summary>More</summary><p>x</p></details><label>Name <input name="n"></label>'
        '<button type="button">Go</button><section aria-labelledby="a"><p>x</p></section>'
        '<svg role="img" aria-label="chart"></svg><time datetime="2026-11-16">Monday</time>'
    )
    assert findings(PAGE.format(body)) == []


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("<p>a<div>b</div></p>", "unexpected-end-tag"),
        ("<p>unclosed <b>bold</p>", "unexpected-end-tag"),
        ('<p id="a" id="b">x</p>', "duplicate-attribute"),
        ("<table><p>x</p><tr><td>1</td></tr></table>", "unexpected-start-tag"),
        ("<span><p>x</p></span>", "is a block inside <span>"),
        ("<label><div>x</div></label>", "is a block inside <label>"),
        ('<button type="button"><a href="x">x</a></button>', "is interactive inside <button>"),
        ("<label>a <label>b</label></label>", "is interactive inside <label>"),
        ("<h3>skipped</h3>", "follows a heading of level 1"),
        ("<h2> </h2>", "empty heading"),
        ("<ul><p>x</p></ul>", "may not stand in <ul>"),
        ("<ol>words<li>x</li></ol>", "loose text in <ol>"),
        ("<li>x</li>", "may not stand in <main>"),
        ("<dl><dt>t</dt></dl>", "a term without a description"),
        ("<details><p>x</p><summary>s</summary></details>", "does not begin with <summary>"),
        ("<fieldset><p>x</p></fieldset>", "does not begin with <legend>"),
        ('<input name="a">', "has no label"),
        ('<label for="gone">x</label>', "is for 'gone'"),
        ("<button>x</button>", "has no type"),
        ('<button type="button"></button>', "has no name"),
        ("<a>x</a>", "leads nowhere"),
        ('<a href="x"><svg aria-hidden="true"></svg></a>', "has no name"),
        ("<table><tr><th>a</th></tr></table>", "a header without a scope"),
        ("<table><tr><td>a</td></tr><tr><td>a</td><td>b</td></tr></table>", "has rows of [1, 2] cells"),
        ('<p id="a b">x</p>', "an id with a blank"),
        ('<section aria-labelledby="gone"><h2>x</h2></section>', "names 'gone'"),
        ('<div role="regoin" aria-label="x">x</div>', "the role 'regoin'"),
        ('<div role="region">x</div>', "and no name"),
        ('<p aria-lable="x">x</p>', "has aria-lable"),
        ('<section aria-label=""><h2>x</h2></section>', "an empty aria-label"),
        ('<div aria-label="x">x</div>', "no role to be named"),
        ('<p aria-hidden="true"><a href="x">x</a></p>', "can be reached inside what is hidden"),
        ("<nav>a</nav><nav>b</nav>", "<nav> 'a' has no name"),
        ("<section><p>x</p></section>", "<section> 'x' has no name"),
        ("<svg></svg>", "neither named nor hidden"),
        ('<img src="x">', "no alternative text"),
        ("<time>today</time>", "no date that a machine reads"),
    ],
)
def test_each_defect_is_found(body: str, finding: str) -> None:
    assert any(finding in found for found in findings(PAGE.format(body)))
