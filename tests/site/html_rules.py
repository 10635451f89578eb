"""Rules of HTML that a strict parser does not know: which element may stand where, and what names what.

Each rule yields one sentence for each place that breaks it. They run on the tree that html5lib builds, so that they see
what a browser sees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from xml.etree.ElementTree import Element

import html5lib

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
INTERACTIVE: Final = frozenset({"a", "button", "details", "input", "label", "select", "summary", "textarea"})
_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form"}
    | {"header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul", *HEADINGS}
)
_PHRASING_ONLY: Final = frozenset({"p", "span", "strong", "em", "q", "code", "label", "time", "summary", *HEADINGS})
_MAY_HEAD: Final = {"summary": frozenset(HEADINGS)}
_CHILDREN: Final = {
    "ul": {"li", "script", "template"},
    "ol": {"li", "script", "template"},
    "dl": {"dt", "dd", "div", "script", "template"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "select": {"option", "optgroup"},
}
_PARENTS: Final = {
    "li": {"ul", "ol"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "tr": {"thead", "tbody", "tfoot"},
    "legend": {"fieldset"},
    "figcaption": {"figure"},
    "summary": {"details"},
    "option": {"select", "optgroup", "datalist"},
}
_ROLES: Final = frozenset({"alert", "img", "radiogroup", "region", "search", "status", "group"})
_NAMED_ROLES: Final = frozenset({"region", "search", "radiogroup", "img", "group"})
_ARIA: Final = frozenset(
    {"current", "describedby", "hidden", "invalid", "label", "labelledby", "live", "controls", "expanded", "pressed"}
    | {"valuetext"}
)
_ID_LISTS: Final = ("aria-labelledby", "aria-describedby", "aria-controls", "headers")


@dataclass(frozen=True)
class Document:
    """A parsed page: its elements in order, each with its parent."""

    root: Element
    parents: dict[Element, Element]

    def elements(self, *tags: str) -> Iterator[Element]:
        for element in self.root.iter():
            if isinstance(element.tag, str) and (not tags or element.tag in tags):
                yield element

    def ancestors(self, element: Element) -> Iterator[Element]:
        while element in self.parents:
            element = self.parents[element]
            yield element

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(element.attrib["id"] for element in self.elements() if "id" in element.attrib)


def parse(text: str) -> Document:
    root: Element = html5lib.parse(text, namespaceHTMLElements=False)
    # SVG keeps its namespace; the rules speak of plain names.
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rsplit("}", 1)[-1]
    return Document(root, {child: parent for parent in root.iter() for child in parent})


def findings(text: str) -> list[str]:
    """Every defect of one page: what a strict parser says, then what breaks a rule."""
    page = parse(text)
    return [*syntax_errors(text), *(found for rule in RULES for found in rule(page))]


def syntax_errors(text: str) -> list[str]:
    """What a strict parser does not accept."""
    parser: Any = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(text)
    return [f"line {line}: {code} {data or ''}".strip() for (line, _), code, data in parser.errors]


def told(element: Element) -> str:
    name = element.attrib.get("id") or element.attrib.get("class") or "".join(element.itertext()).strip()[:30]
    return f"<{element.tag}> {name!r}"


def blocks_in_phrases(page: Document) -> Iterator[str]:
    for element in page.elements(*_BLOCKS):
        allowed = element.tag
        for above in page.ancestors(element):
            if above.tag in _PHRASING_ONLY and allowed not in _MAY_HEAD.get(above.tag, frozenset()):
                yield f"{told(element)} is a block inside {told(above)}"


def nested_interactive(page: Document) -> Iterator[str]:
    for element in page.elements("a", "button", "label", "summary"):
        for inner in element.iter():
            is_own = element.tag == "label" and inner.tag in ("input", "select", "textarea", "meter", "progress")
            if inner is not element and inner.tag in INTERACTIVE and not is_own:
                yield f"{told(inner)} is interactive inside {told(element)}"


def heading_order(page: Document) -> Iterator[str]:
    last = 0
    for heading in page.elements(*HEADINGS):
        level = int(str(heading.tag)[1])
        if level > last + 1:
            yield f"{told(heading)} follows a heading of level {last}"
        if not "".join(heading.itertext()).strip():
            yield f"{told(heading)} is an empty heading"
        last = level


def children(page: Document) -> Iterator[str]:
    for element in page.elements(*_CHILDREN):
        for child in element:
            if isinstance(child.tag, str) and child.tag not in _CHILDREN[str(element.tag)]:
                yield f"{told(child)} may not stand in {told(element)}"
        loose = (element.text or "") + "".join(child.tail or "" for child in element)
        if loose.strip():
            yield f"loose text in {told(element)}: {loose.strip()[:30]!r}"


def parents(page: Document) -> Iterator[str]:
    for element in page.elements(*_PARENTS):
        above = page.parents[element]
        if above.tag not in _PARENTS[str(element.tag)]:
            yield f"{told(element)} may not stand in {told(above)}"


def first_children(page: Document) -> Iterator[str]:
    for element in page.elements("details", "fieldset"):
        wanted = {"details": "summary", "fieldset": "legend"}[str(element.tag)]
        if len(element) == 0 or element[0].tag != wanted:
            yield f"{told(element)} does not begin with <{wanted}>"
    for element in page.elements("dl"):
        groups = [element, *(child for child in element if child.tag == "div")]
        tags = [[child.tag for child in group if child.tag in ("dt", "dd")] for group in groups]
        for found in tags:
            if found and (found[0] != "dt" or found[-1] != "dd"):
                yield f"{told(element)} has a term without a description, or the other way round"


def labels(page: Document) -> Iterator[str]:
    named = {label.attrib["for"] for label in page.elements("label") if "for" in label.attrib}
    for field in page.elements("input", "select", "textarea"):
        if field.attrib.get("type") in ("hidden", "submit", "reset", "button"):
            continue
        is_inside = any(above.tag == "label" for above in page.ancestors(field))
        is_named = field.attrib.get("id") in named or {"aria-label", "aria-labelledby"} & set(field.attrib)
        # What a script copies out of a template is named by that script.
        is_copied = any(above.tag == "template" for above in page.ancestors(field))
        if not (is_inside or is_named or is_copied):
            yield f"{told(field)} has no label"
    for label in page.elements("label", "output"):
        for wanted in label.attrib.get("for", "").split():
            if wanted not in page.ids:
                yield f"{told(label)} is for {wanted!r}, which is not there"


def buttons(page: Document) -> Iterator[str]:
    for button in page.elements("button"):
        if button.attrib.get("type") not in ("button", "submit", "reset"):
            yield f"{told(button)} has no type"
        if not "".join(button.itertext()).strip() and "aria-label" not in button.attrib:
            yield f"{told(button)} has no name"


def links(page: Document) -> Iterator[str]:
    for link in page.elements("a"):
        if "href" not in link.attrib:
            yield f"{told(link)} leads nowhere"
        if not "".join(link.itertext()).strip() and "aria-label" not in link.attrib:
            yield f"{told(link)} has no name"


def tables(page: Document) -> Iterator[str]:
    for table in page.elements("table"):
        for cell in table.iter("th"):
            if cell.attrib.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f"{told(cell)} is a header without a scope"
        widths = [
            sum(int(cell.attrib.get("colspan", "1")) for cell in row if cell.tag in ("th", "td"))
            for row in table.iter("tr")
        ]
        spans = any("rowspan" in cell.attrib for cell in (*table.iter("td"), *table.iter("th")))
        if len(set(widths)) > 1 and not spans:
            yield f"{told(table)} has rows of {sorted(set(widths))} cells"
        if not widths:
            yield f"{told(table)} has no rows"


def references(page: Document) -> Iterator[str]:
    ids = page.ids
    for element in page.elements():
        if any(re.search(r"\s", element.attrib[name]) for name in ("id", "for") if name in element.attrib) and (
            element.tag != "output"
        ):
            yield f"{told(element)} has an id with a blank"
        for name in _ID_LISTS:
            for wanted in element.attrib.get(name, "").split():
                if wanted not in ids:
                    yield f"{told(element)} {name} names {wanted!r}, which is not there"


def aria(page: Document) -> Iterator[str]:
    for element in page.elements():
        role = element.attrib.get("role")
        if role is not None and role not in _ROLES:
            yield f"{told(element)} has the role {role!r}, which no page needs"
        is_named = {"aria-label", "aria-labelledby"} & set(element.attrib)
        is_copied = any(above.tag == "template" for above in page.ancestors(element))
        if role in _NAMED_ROLES and not is_named and not is_copied:
            yield f"{told(element)} has the role {role!r} and no name"
        for name, value in element.attrib.items():
            if name.startswith("aria-") and name.removeprefix("aria-") not in _ARIA:
                yield f"{told(element)} has {name}, which no page needs"
            if name.startswith("aria-") and not value.strip():
                yield f"{told(element)} has an empty {name}"
        # Where nothing gives it a role, a name is not read out.
        if element.tag in ("span", "div", "p") and "aria-label" in element.attrib and role is None:
            yield f"{told(element)} has a name and no role to be named"
        if element.attrib.get("aria-hidden") == "true":
            for inner in element.iter():
                if inner.tag in INTERACTIVE or "tabindex" in inner.attrib:
                    yield f"{told(inner)} can be reached inside what is hidden"


def sections(page: Document) -> Iterator[str]:
    for tag in ("nav", "aside", "section", "form"):
        every = list(page.elements(tag))
        for element in every:
            has_heading = any(inner.tag in HEADINGS for inner in element.iter())
            is_named = {"aria-label", "aria-labelledby"} & set(element.attrib)
            if not is_named and (tag != "section" or not has_heading) and (tag == "section" or len(every) > 1):
                yield f"{told(element)} has no name"


def images(page: Document) -> Iterator[str]:
    for image in page.elements("svg"):
        is_decoration = image.attrib.get("aria-hidden") == "true"
        is_named = image.attrib.get("role") == "img" and image.attrib.get("aria-label")
        if not (is_decoration or is_named):
            yield f"{told(image)} is neither named nor hidden"
    for image in page.elements("img"):
        if "alt" not in image.attrib:
            yield f"{told(image)} has no alternative text"


def times(page: Document) -> Iterator[str]:
    machine = re.compile(r"\d{4}(-W\d\d|-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?)?)?)?$")
    for element in page.elements("time"):
        if not machine.match(element.attrib.get("datetime", "")):
            yield f"{told(element)} has no date that a machine reads"


RULES: Final[tuple[Callable[[Document], Iterator[str]], ...]] = (
    blocks_in_phrases,
    nested_interactive,
    heading_order,
    children,
    parents,
    first_children,
    labels,
    buttons,
    links,
    tables,
    references,
    aria,
    sections,
    images,
    times,
)
