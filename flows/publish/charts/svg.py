"""From Vega's SVG to what stands in a page: small, without ids of its own, without what the page says better."""

import re
from html import escape

_TAG = re.compile(r"<[^>]+>")
# Marks are named by the figure's own words and table, not one by one; the rest are SVG's defaults or the page's font.
_DROPPED = re.compile(
    r' (?:aria-[\w-]+|role|class|font-family|pointer-events|xmlns:xlink|version)="[^"]*"'
    r'| (?:opacity|stroke-width|fill-opacity|stroke-opacity)="1"'
    r'| stroke-miterlimit="10"| transform="translate\(0,0\)"'
)
_STYLE = re.compile(r' style="([^"]*)"')
_INVISIBLE = re.compile(r'<path[^>]*(?: display="none"| d="M0,0h0v0h0Z")[^>]*/>|<path(?: fill="none")? d="[^"]*"/>')
_EMPTY_GROUP = re.compile(r"<g[^>]*(?:></g>|/>)")
_BARE_GROUP = re.compile(r"<g>((?:(?!</?g[ >]).)*)</g>")
_NUMBER = re.compile(r"-?\d+\.\d+")
_ID = re.compile(r' id="([^"]+)"')
_HEAD = re.compile(r'^<svg xmlns="[^"]+"(?: [^>]*?)? (width="[^"]+" height="[^"]+" viewBox="[^"]+")>')


def tidy(svg: str) -> str:
    """Drop what the page does not need, round coordinates, turn style attributes into plain ones."""
    svg = _TAG.sub(lambda tag: _tidy_tag(tag[0]), svg)
    svg = _INVISIBLE.sub("", svg)
    for pattern, replacement in ((_EMPTY_GROUP, ""), (_BARE_GROUP, r"\1")):
        previous = ""
        while previous != svg:
            previous, svg = svg, pattern.sub(replacement, svg)
    return _HEAD.sub(r"<svg \1>", svg)


def name(svg: str, figure_id: str, label: str) -> str:
    """Name the image for screen readers and make its ids the figure's own: `<figure id>-<n>`."""
    ids = dict.fromkeys(_ID.findall(svg))
    for number, old in enumerate(ids, start=1):
        new = f"{figure_id}-{number}"
        svg = svg.replace(f' id="{old}"', f' id="{new}"').replace(f"url(#{old})", f"url(#{new})")
        svg = svg.replace(f'href="#{old}"', f'href="#{new}"')
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)


def _tidy_tag(tag: str) -> str:
    tag = _STYLE.sub(_as_attributes, _DROPPED.sub("", tag))
    return _NUMBER.sub(
        lambda number: (
            f"{float(number[0]):.1f}".removesuffix(".0").replace("-0", "0", 1)
            if abs(float(number[0])) < 0.05
            else f"{float(number[0]):.1f}".removesuffix(".0")
        ),
        tag,
    )


def _as_attributes(style: re.Match[str]) -> str:
    """A strict content security policy ignores `style="..."` and reports it."""
    pairs = (part.split(":", 1) for part in style[1].split(";") if ":" in part)
    return "".join(f' {key.strip()}="{value.strip()}"' for key, value in pairs)
