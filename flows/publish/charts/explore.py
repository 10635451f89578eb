"""Charts to explore: one script for all of them, loaded when a reader asks for one, and what it must know of each.

The points come from the figure's table on the page, so picture, table and explored chart cannot differ. A figure's own
part is what its table does not say: the scale, and the reference lines and bands.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import altair as alt
import vl_convert
from babel import Locale

from flows.publish.charts.spec import BAND, GRID, INK, MARK_STYLES, MUTED, SERIES_INKS, scale_of
from transforms.language import spoken

_HERE: Final = Path(__file__).resolve().parents[3] / "site_templates" / "assets" / "explore"
_ACCENT: Final = SERIES_INKS[0]
_WEEK: Final = 7
# The day, and below the first and each January's first the year.
_DAY: Final = (
    "[utcFormat(datum.value, '%s'), datum.index == 0 || utcmonth(datum.value) == 0 && utcdate(datum.value) < 8"
    " ? utcFormat(datum.value, '%%Y') : '']"
)
# What a day without its year is made of: in the patterns of CLDR, and in those of Vega.
_DAY_PARTS: Final = {"d": "%-d", "dd": "%d", "M": "%-m", "MM": "%m", "MMM": "%b", "LLL": "%b"}
_IS_LEFT: Final = "datum.x < first + 0.6 * (last - first)"
_IS_SHOWN: Final = "datum.x < first || datum.x > last ? 0 : 1"


def part(figure: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page must say of a figure besides its table; None for a figure that is not explored.

    That is one without a known value, of several series, or without weeks.
    """
    known = [row for row in figure["rows"] if row["value"] is not None]
    if figure["kind"] != "trend" or not known or len({row["series"] for row in figure["rows"]}) > 1:
        return None
    scale = scale_of(figure, 1)
    return {
        "label": figure["y_label"],
        "scale": "log" if scale.is_log else "linear",
        "y": _short([scale.low, scale.high]),
        "ticks": _short(scale.ticks),
        "weekly": int(_is_weekly(figure)),
        "lines": [
            _short(mark[name] for name in ("kind", "label", "value", "start", "end")) for mark in figure["lines"]
        ],
        "bands": [_short(band[name] for name in ("label", "low", "high", "start", "end")) for band in figure["bands"]],
    }


def _short(values: Iterable[Any]) -> list[Any]:
    """As few bytes as JSON allows: 76, not 76.0, and nothing for what is missing at the end."""
    short = [int(value) if isinstance(value, float) and value.is_integer() else value for value in values]
    while short and short[-1] is None:
        short.pop()
    return short


def _is_weekly(figure: Mapping[str, Any]) -> bool:
    """Whether a row stands for every week: then a week that the table leaves out is a gap in the line."""
    weeks = [date.fromisoformat(row["week_start"]).toordinal() for row in figure["rows"]]
    return len(weeks) == (max(weeks) - min(weeks)) // _WEEK + 1


def library() -> tuple[str, str]:
    """The script that draws charts to explore, in the language spoken, and the licences of what is in it.

    Takes a second or more, so it is made once in a process and language; the same release of vl-convert gives the same
    bytes. Vega stands in a function of its own, for its names are short ones that the page's scripts use too.
    """
    return _library(spoken().locale)


@cache
def _library(locale: Locale) -> tuple[str, str]:
    versions = f"Vega {vl_convert.get_vega_version()}, vega-embed {vl_convert.get_vega_embed_version()}"
    head = f"/* {versions} and what they need; licences: the .txt file of the same name. */\n"
    vega = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    ours = {"charts": {kind: _chart(kind, locale) for kind in ("linear", "log")}, "styles": MARK_STYLES, "muted": MUTED}
    given = f"window.tenfourCharts = {json.dumps(ours, sort_keys=True, separators=(',', ':'))};\n"
    drawing = (_HERE / "chart.js").read_text(encoding="utf-8")
    return f"{head}(function () {{\n{vega}\n}})();\n{given}{drawing}", (_HERE / "licences.txt").read_text(
        encoding="utf-8"
    )


def _chart(kind: Literal["linear", "log"], locale: Locale) -> dict[str, Any]:
    """A trend in Vega, without data: bands and lines, points, and the week that is looked at.

    `first` and `last` are the stretch of time that is shown, `days` and `ticks` what the axes name; the script sets
    them, and gives the rows.
    """
    x = alt.X(
        "x",
        type="temporal",
        title=None,
        scale=alt.Scale(type="utc", nice=False),
        axis=alt.Axis(grid=False, values=alt.ExprRef("days"), labelExpr=_day_label(locale), labelOverlap=True),
    )
    y = alt.Y(
        "y",
        type="quantitative",
        title=None,
        scale=alt.Scale(type=kind, nice=False, zero=False),
        axis=alt.Axis(values=alt.ExprRef("ticks"), labelExpr="format(datum.value, ',')", domain=False, ticks=False),
    )
    color, dash = alt.Color("color", type="nominal", scale=None), alt.StrokeDash("dash", type="nominal", scale=None)
    text, aside = alt.Text("text", type="nominal"), alt.Y("at", type="quantitative", scale=None, axis=None)
    # Words start at what they name, or end there where they would run out of the picture.
    beside: dict[str, Any] = {
        "align": alt.ExprRef(f"{_IS_LEFT} ? 'left' : 'right'"),
        "dx": alt.ExprRef(f"{_IS_LEFT} ? 7 : -7"),
    }
    said: dict[str, Any] = {**beside, "dy": -12, "fontWeight": "bold"}
    heading: dict[str, Any] = {
        "align": alt.ExprRef(f"{_IS_LEFT} ? 'left' : 'right'"),
        "opacity": alt.ExprRef(_IS_SHOWN),
        "y": -9,
    }
    layers = [
        _rows("bands").mark_rect(clip=True, color=BAND).encode(x=x, x2="x2", y=y, y2="y2"),
        _rows("drag").mark_rect(clip=True, color=_ACCENT, opacity=0.2).encode(x=x, x2="x2"),
        _rows("rules").mark_rule(clip=True).encode(x=x, x2="x2", y=y, y2="y2", color=color, strokeDash=dash),
        _rows("looked_at").mark_rule(clip=True, color=MUTED).encode(x=x),
        _rows("points")
        .mark_line(clip=True, color=_ACCENT, strokeWidth=1.75, strokeJoin="round")
        .encode(x=x, y=y, detail=alt.Detail("run", type="nominal")),
        _rows("points")
        .mark_point(filled=True, opacity=alt.ExprRef(_IS_SHOWN), color=_ACCENT, size=22)
        .encode(x=x, y=y),
        _rows("looked_at").mark_point(filled=True, opacity=1, color=_ACCENT, size=90).encode(x=x, y=y),
        _rows("names")
        .mark_text(align="left", baseline="middle", x=alt.ExprRef("width + 10"))
        .encode(y=aside, color=color, text=text),
        _rows("headings").mark_text(color=INK, **heading).encode(x=x, text=text),
        _rows("looked_at")
        .mark_text(stroke="var(--surface)", strokeWidth=5, strokeJoin="round", color=INK, **said)
        .encode(x=x, y=y, text=text),
        _rows("looked_at").mark_text(color=INK, **said).encode(x=x, y=y, text=text),
    ]
    params = [
        alt.param(name=name, value=value)
        for name, value in {"first": 0, "last": 1, "days": [], "low": 1, "high": 2, "ticks": []}.items()
    ]
    axis: dict[str, Any] = {
        "labelColor": MUTED,
        "tickColor": MUTED,
        "domainColor": MUTED,
        "gridColor": GRID,
        "labelFontSize": 11.5,
    }
    theme = alt.layer(*layers).add_params(*params).properties(background="transparent", width=1, height=1)
    theme = theme.properties(autosize="none").configure(font="system-ui, sans-serif", aria=False)
    theme = theme.configure_view(stroke=None).configure_axis(**axis).configure_text(fontSize=11.5)
    chart: dict[str, Any] = vl_convert.vegalite_to_vega(theme.to_dict())
    # Not by the rows: they may be none, and a stretch of time or the picture's scale is shown.
    domains = {"x": "[first, last]", "y": "[low, high]"}
    chart["scales"] = [{**scale, "domain": {"signal": domains[scale["name"]]}} for scale in chart["scales"]]
    chart["config"]["locale"] = _marks_and_names(locale)
    return chart


def _day_label(locale: Locale) -> str:
    """The expression that names a day below the chart, in the order of the language: `16 Nov`, `Nov 16`."""
    pattern: str = locale.datetime_skeletons["MMMd"].format
    return _DAY % (pattern % _DAY_PARTS)


def _marks_and_names(locale: Locale) -> dict[str, Any]:
    """How the language writes numbers and days, as Vega is told; its weeks begin on Sunday."""
    marks, months, days = locale.number_symbols["latn"], locale.months["format"], locale.days["format"]
    return {
        "number": {
            "decimal": marks["decimal"],
            "thousands": marks["group"],
            "grouping": list(locale.decimal_formats[None].grouping),
        },
        "time": {
            "periods": ["AM", "PM"],  # no chart tells a time of day
            "days": [days["wide"][(day - 1) % 7] for day in range(7)],
            "shortDays": [days["abbreviated"][(day - 1) % 7] for day in range(7)],
            "months": [months["wide"][month] for month in range(1, 13)],
            "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
        },
    }


def _rows(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=name))
