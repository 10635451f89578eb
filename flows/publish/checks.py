"""The site's own checks, run on a finished folder before it may be published. Standard library only."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

# Attributes whose URL a browser loads or follows.
_URL_ATTRIBUTES = ("href", "src", "action", "poster", "xlink:href", "data", "srcset")
_LOCAL_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_CSS_URL = re.compile(r"@import|url\(\s*['\"]?(?!data:|#)([^)'\"]+)")
# A 404 page is shown at any depth, so its links go by the configured base.
NOT_FOUND = "404.html"
# A published month is never changed, so what it links to may be gone one day: another team, another edition.
_ARCHIVED = re.compile(r"^(reports/\d{4}-\d{2})/")


@dataclass
class Page:
    """What one HTML file says about itself, as far as the checks care."""

    ids: Counter[str] = field(default_factory=Counter)
    urls: list[tuple[str, str, str]] = field(default_factory=list)  # tag, attribute, value
    references: list[str] = field(default_factory=list)  # ids that this page must hold
    tags: Counter[str] = field(default_factory=Counter)
    style_attributes: Counter[str] = field(default_factory=Counter)
    module_scripts: int = 0
    lang: str = ""
    title: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        page, values = self.page, {name: value or "" for name, value in attrs}
        page.tags[tag] += 1
        # An SVG has titles of its own; the page's is the first.
        self._in_title = tag == "title" and page.tags["title"] == 1
        if "id" in values:
            page.ids[values["id"]] += 1
        if "style" in values:
            page.style_attributes[tag] += 1
        if tag == "html":
            page.lang = values.get("lang", "")
        if tag == "script" and values.get("type") == "module":
            page.module_scripts += 1
        page.urls += [(tag, name, values[name]) for name in _URL_ATTRIBUTES if name in values]
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers", "list"):
            page.references += values.get(name, "").split()
        for value in values.values():
            page.references += _LOCAL_REFERENCE.findall(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._in_title = False

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title += data.strip()


def read_page(text: str) -> Page:
    """Parse one HTML document."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page


def check_site(out: Path) -> list[str]:
    """Every defect of a rendered site, one sentence each, sorted; empty when it may be published."""
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    pages = {name: read_page((out / name).read_text(encoding="utf-8")) for name in files if name.endswith(".html")}
    findings = [] if "index.html" in files else ["index.html: missing"]
    for name, page in pages.items():
        findings += [f"{name}: {finding}" for finding in (*_document_findings(page), *_url_findings(name, page))]
        findings += [f"{name}: {finding}" for finding in _link_findings(name, page, files, pages)]
    for name in files:
        if name.endswith(".css"):
            found = _CSS_URL.search((out / name).read_text(encoding="utf-8"))
            findings += [f"{name}: loads something: {found[0]}"] if found else []
    return sorted(findings)


def _document_findings(page: Page) -> list[str]:
    findings = [f"id {name!r} stands there {count} times" for name, count in page.ids.items() if count > 1]
    findings += [f"no element has the id {name!r}" for name in sorted(set(page.references) - set(page.ids))]
    findings += [f"<{tag}> has a style attribute ({count}x)" for tag, count in page.style_attributes.items()]
    findings += [f"{page.tags[tag]} <{tag}> elements, not 1" for tag in ("h1", "main") if page.tags[tag] != 1]
    if not page.lang:
        findings.append("<html> has no lang")
    if not page.title:
        findings.append("no title")
    if page.module_scripts:
        findings.append("a module script does not load from file://")
    return findings


def _url_findings(name: str, page: Page) -> list[str]:
    findings = []
    for tag, attribute, value in page.urls:
        url = urlsplit(value)
        may_leave = tag == "a" and (url.scheme == "mailto" or name == NOT_FOUND)
        if (url.scheme or url.netloc) and url.scheme != "data" and not may_leave:
            findings.append(f"<{tag} {attribute}> leads outside: {value}")
        elif url.path.startswith("/") and not may_leave:
            findings.append(f"<{tag} {attribute}> is not relative: {value}")
        elif url.path.endswith(("/", "..")) and not (url.scheme or url.netloc):
            findings.append(f"<{tag} {attribute}> names a folder, not its index.html: {value}")
    return findings


def _link_findings(name: str, page: Page, files: set[str], pages: dict[str, Page]) -> list[str]:
    findings = []
    for tag, attribute, value in page.urls:
        url = urlsplit(value)
        if url.scheme or url.netloc or url.path.startswith("/"):
            continue
        target = _resolve(name, url)
        archive = _ARCHIVED.match(name)
        if target not in files:
            if archive and not target.startswith(archive[0]):
                continue
            findings.append(f"<{tag} {attribute}> leads nowhere: {value}")
        elif url.fragment and target in pages and unquote(url.fragment) not in pages[target].ids:
            findings.append(f"<{tag} {attribute}> leads to an id that is not there: {value}")
    return findings


def _resolve(name: str, url: SplitResult) -> str:
    """The file that a relative link on the page `name` means, as a path below the site's root."""
    if not url.path:
        return name
    parts = name.split("/")[:-1]
    for part in unquote(url.path).split("/"):
        if part == "..":
            # Above the root there is nothing of ours: keep it visible as a link that leads nowhere.
            parts = parts[:-1] if parts else [".."]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
