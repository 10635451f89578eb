"""Charts: a figure as data goes in, inline SVG comes out. The one home of Altair."""

import json
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

import vl_convert

from flows.publish.charts import spec, svg
from transforms.language import _, spoken

_DRAWN_FROM = ("kind", "unit", "y_label", "rows", "lines", "bands", "y_domain", "y_scale")


def render(figure: Mapping[str, Any]) -> str:
    """The chart of a figure (`Figure.as_dict()`, or the same read back from JSON) as inline SVG.

    Same figure and language, same bytes, whatever was drawn before; ids are `<figure id>-<n>`. A figure without a known
    value is a line of words.
    """
    if all(row["value"] is None for row in figure["rows"]):
        return f'<p class="chart-empty">{escape(_("Nothing known to draw yet."))}</p>'
    drawn_from = {key: figure[key] for key in _DRAWN_FROM} | {"unknown": _("unknown"), "locale": spoken().tag}
    drawing = _draw(json.dumps(drawn_from, sort_keys=True))
    label = _("Chart: {title}. {sentence}", title=figure["title"], sentence=figure["sentence"])
    return svg.name(drawing, figure["id"], label)


@lru_cache(maxsize=4096)
def _draw(figure_json: str) -> str:
    """Drawing costs some 15 ms, and many pages show the same figure: each is drawn once in a process and language."""
    figure = json.loads(figure_json)
    chart = spec.bars(figure) if figure["kind"] == "bars" else spec.trend(figure)
    return svg.tidy(vl_convert.vega_to_svg(chart))
