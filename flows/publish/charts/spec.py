"""The specifications of our charts. The only Altair code.

Sizes and scales are fixed here rather than by Vega, so that a chart does not depend on the fonts or the time zone of
the machine that draws it. Colours are the site's CSS variables: one SVG follows light, dark and print.
"""

import copy
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import altair as alt
import vl_convert

from flows.publish.charts.layout import LINE_HEIGHT, Scale, date_ticks, linear_scale, log_scale, spread
from transforms.language import decimal

INK, MUTED, GRID, BAND = "var(--text)", "var(--muted)", "var(--line)", "var(--band)"
SERIES_INKS = ("var(--accent)", "var(--text)", "var(--muted)")
SERIES_DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 3])
_SOLID, _DASHED, _DOTTED = [1, 0], [6, 3], [2, 3]
MARK_STYLES: Mapping[str, tuple[str, list[int]]] = {
    "switch": (INK, _SOLID),
    "threshold": (INK, _DASHED),
    "mean": (MUTED, _DOTTED),
}

WIDTH, HEIGHT = 560, 250
_TREND = {"left": 44, "right": 108, "top": 40, "bottom": 36}
_BARS = {"left": 140, "right": 96, "top": 26, "bottom": 44}
_BAR_HEIGHT = 34
_LABEL_CHARACTERS = 16

Row = dict[str, Any]
_ALIGNS: tuple[Literal["left", "right", "center"], ...] = ("left", "right", "center")


@dataclass(frozen=True)
class _Plot:
    """The picture's scales: `x` and `y` turn values into pixels, and pixels back into what Vega places there."""

    x: Scale
    y: Scale
    padding: Mapping[str, int]

    def words(self, lines: Sequence[str], x: float, y: float, color: str, align: str = "left") -> list[Row]:
        """Rows that write lines of text with the middle of the block at a pixel of the plot."""
        top = y - LINE_HEIGHT * (len(lines) - 1) / 2
        return [
            {
                "x": self.x.value_at(x),
                "y": self.y.value_at(top + LINE_HEIGHT * index),
                "text": line,
                "color": color,
                "align": align,
            }
            for index, line in enumerate(lines)
        ]


def trend(figure: Mapping[str, Any]) -> Row:
    """Values by week: series, usual range, threshold, means, and the week of the switch."""
    width, height = _inner(_TREND, HEIGHT)
    weeks = sorted(date.fromisoformat(row["week_start"]) for row in figure["rows"])
    first, last = weeks[0], weeks[-1]
    span = max((last - first).days, 1)
    plot = _Plot(Scale(span, 0, [], width), scale_of(figure, height), _TREND)

    def day(iso: str | None, otherwise: date) -> int:
        """Days from the left edge, within the plot."""
        return (min(max(date.fromisoformat(iso) if iso else otherwise, first), last) - first).days

    rows: dict[str, list[Row]] = {
        "bands": [
            {
                "x": day(band["start"], first),
                "x2": day(band["end"], last),
                "y": plot.y.clamp(band["low"]),
                "y2": plot.y.clamp(band["high"]),
            }
            for band in figure["bands"]
        ],
        "rules": [],
        "lines": [],
        "dots": [],
        "words": plot.words([figure["y_label"]], 4 - _TREND["left"], 12 - _TREND["top"], MUTED),
    }
    for mark in figure["lines"]:
        start, end = day(mark["start"], first), day(mark["end"], last)
        color, dash = MARK_STYLES[mark["kind"]]
        if mark["kind"] == "switch":
            rows["rules"].append(_rule(start, start, plot.y.low, plot.y.high, color, dash))
            # Words start at the line, or end there where they would run out of the picture.
            align = "left" if start < 0.7 * span else "right"
            rows["words"] += plot.words([mark["label"]], width * start / span, -9, INK, align)
        else:
            rows["rules"].append(_rule(start, end, mark["value"], mark["value"], color, dash))
    for row in figure["rows"]:
        if row.get("low") is not None and row.get("high") is not None:
            x = day(row["week_start"], first)
            rows["rules"].append(_rule(x, x, row["low"], row["high"], SERIES_INKS[0], _SOLID))
    for index, points in enumerate(_series(figure, first)):
        style = {"color": SERIES_INKS[index % 3], "dash": SERIES_DASHES[index % 3], "series": index}
        length = Counter(point["run"] for point in points)
        rows["lines"] += [{**point, **style} for point in points]
        rows["dots"] += [
            {**point, **style, "size": 46 if point is points[-1] else 16}
            for point in points
            if point is points[-1] or length[point["run"]] == 1
        ]
    rows["words"] += _margin_words(figure, plot, width, height)
    return _chart(plot, rows, date_ticks(first, last), grid="y")


def bars(figure: Mapping[str, Any]) -> Row:
    """One row per word: a bar from zero, or, where there is an interval, its estimate and both ends."""
    n_rows = len(figure["rows"])
    width, height = _inner(_BARS, _BAR_HEIGHT * n_rows + _BARS["top"] + _BARS["bottom"])
    values = scale_of(figure, width, with_zero=True)
    # Values run along x here, so the ends are turned round: pixel 0 is the low end.
    plot = _Plot(Scale(values.high, values.low, values.ticks, width), Scale(0, height, [], height), _BARS)
    rows: dict[str, list[Row]] = {
        "bands": [
            {"x": values.clamp(band["low"]), "x2": values.clamp(band["high"]), "y": 0, "y2": height}
            for band in figure["bands"]
        ],
        "rules": [_rule(0, 0, 0, height, MUTED, _SOLID)],
        "lines": [],
        "dots": [],
        "words": plot.words([figure["y_label"]], width / 2, height + 32, MUTED, "center"),
    }
    for mark in figure["lines"]:
        color, dash = MARK_STYLES[mark["kind"]]
        rows["rules"].append(_rule(mark["value"], mark["value"], 0, height, color, dash))
        rows["words"] += plot.words([mark["label"]], plot.x.position(mark["value"]), -10, color, "center")
    for index, row in enumerate(figure["rows"]):
        pixel = _BAR_HEIGHT * (index + 0.5)
        rows["words"] += plot.words(_wrapped(row["x"]), -12, pixel, INK, "right")
        text = figure["unknown"] if row["value"] is None else _with_unit(row["value"], figure["unit"])
        rows["words"] += plot.words([text], width + 10, pixel, INK)
        y, style = plot.y.value_at(pixel), {"color": SERIES_INKS[0], "run": 0, "series": index}
        if row["value"] is None:
            continue
        if row.get("low") is None or row.get("high") is None:
            half = _BAR_HEIGHT / 5
            bar = {"x": 0, "x2": row["value"], "y": plot.y.value_at(pixel - half), "y2": plot.y.value_at(pixel + half)}
            rows["bands"].append({**bar, "color": SERIES_INKS[0]})
        else:
            rows["lines"] += [{"x": row[end], "y": y, "dash": _SOLID, **style} for end in ("low", "high")]
            rows["dots"].append({"x": row["value"], "y": y, "size": 90, **style})
    return _chart(plot, rows, [(tick, number(tick)) for tick in values.ticks], grid="x")


def _chart(
    plot: _Plot, rows: Mapping[str, list[Row]], x_ticks: Sequence[tuple[float, str | list[str]]], *, grid: str
) -> Row:
    """The compiled template with this chart's size, scales and rows put in."""
    axes = _axes(plot, x_ticks, grid)
    words = [*axes["words"], *rows["words"]]
    values: dict[str, list[Row]] = {
        "bands": [{"color": BAND, **row} for row in rows["bands"]],
        "rules": [*axes["rules"], *rows["rules"]],
        "lines": rows["lines"],
        "dots": rows["dots"],
        **{f"words_{align}": [row for row in words if row["align"] == align] for align in _ALIGNS},
    }
    chart = copy.deepcopy(_template(plot.y.is_log))
    chart |= {"width": plot.x.length, "height": plot.y.length, "padding": dict(plot.padding)}
    for data in chart["data"]:
        if data["name"] in values:
            data["values"] = values[data["name"]]
    for scale in chart["scales"]:
        mine = plot.x if scale["name"] == "x" else plot.y
        scale["domain"] = sorted((mine.low, mine.high))
    return chart


def _axes(plot: _Plot, x_ticks: Sequence[tuple[float, str | list[str]]], grid: str) -> dict[str, list[Row]]:
    """Grid, ticks and labels as rules and words like the rest: with Vega's own axes a chart costs twice as much."""
    bottom, left, right = plot.y.low, plot.x.value_at(0), plot.x.value_at(plot.x.length)
    top, below = plot.y.value_at(0), plot.y.value_at(plot.y.length + 4)
    rules: list[Row] = []
    words: list[Row] = []
    for tick in plot.y.ticks:
        rules.append(_rule(left, right, tick, tick, GRID, _SOLID))
        words += plot.words([number(tick)], -8, plot.y.position(tick), MUTED, "right")
    for at, label in x_ticks:
        if grid == "x":
            rules.append(_rule(at, at, bottom, top, GRID, _SOLID))
        lines = [label] if isinstance(label, str) else label
        rules.append(_rule(at, at, bottom, below, MUTED, _SOLID))
        first = plot.y.length + 14 + LINE_HEIGHT * (len(lines) - 1) / 2
        words += plot.words(lines, plot.x.position(at), first, MUTED, "center")
    rules.append(_rule(left, right, bottom, bottom, MUTED, _SOLID))
    return {"rules": rules, "words": words}


@cache
def _template(is_log: bool) -> Row:
    """All that charts share, compiled to Vega: layers from back to front over named rows, and the theme.

    Made once in a process. Scales get their domain, and names their rows, when a chart is drawn.
    """
    kind: Literal["linear", "log"] = "log" if is_log else "linear"
    x = _position(alt.X, "x", alt.Scale(nice=False, zero=False, domain=[0, 1]))
    y = _position(alt.Y, "y", alt.Scale(nice=False, zero=False, domain=[1, 10], type=kind))
    color, dash = alt.Color("color", type="nominal", scale=None), alt.StrokeDash("dash", type="nominal", scale=None)
    detail = [alt.Detail(name, type="nominal") for name in ("series", "run")]
    size = alt.Size("size", type="quantitative", scale=None)
    text = alt.Text("text", type="nominal")
    layers = [
        _layer("bands").mark_rect().encode(x=x, x2="x2", y=y, y2="y2", color=color),
        _layer("rules").mark_rule().encode(x=x, x2="x2", y=y, y2="y2", color=color, strokeDash=dash),
        _layer("lines")
        .mark_line(strokeWidth=1.75, strokeJoin="round")
        .encode(x=x, y=y, color=color, strokeDash=dash, detail=detail),
        _layer("dots").mark_point(filled=True, opacity=1).encode(x=x, y=y, color=color, size=size),
        *(
            _layer(f"words_{align}")
            .mark_text(align=align, baseline="middle", fontSize=11.5)
            .encode(x=x, y=y, color=color, text=text)
            for align in _ALIGNS
        ),
    ]
    theme = alt.layer(*layers).properties(background="transparent", autosize="none", width=1, height=1)
    chart: Row = vl_convert.vegalite_to_vega(theme.configure(font="sans-serif").configure_view(stroke=None).to_dict())
    return chart


def _layer(dataset: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=dataset))


def _position(channel: type[alt.X] | type[alt.Y], field: str, scale: alt.Scale) -> Any:
    return channel(field, type="quantitative", title=None, scale=scale, axis=None)


def _inner(padding: Mapping[str, int], height: float) -> tuple[float, float]:
    return WIDTH - padding["left"] - padding["right"], height - padding["top"] - padding["bottom"]


def scale_of(figure: Mapping[str, Any], length: float, *, with_zero: bool = False) -> Scale:
    values = [row[key] for row in figure["rows"] for key in ("value", "low", "high") if row.get(key) is not None]
    values += [mark["value"] for mark in figure["lines"] if mark["value"] is not None]
    values += [end for band in figure["bands"] for end in (band["low"], band["high"])]
    domain = figure["y_domain"]
    if figure["y_scale"] == "log":
        return log_scale([value for value in values if value > 0], length, domain)
    return linear_scale([*values, 0.0] if with_zero else values, length, domain)


def _series(figure: Mapping[str, Any], first: date) -> list[list[Row]]:
    """Points by series. Each run of known weeks is a line of its own: a line never crosses an unknown week."""
    series: list[list[Row]] = []
    for name in dict.fromkeys(row["series"] for row in figure["rows"]):
        points: list[Row] = []
        run = 0
        for row in sorted((row for row in figure["rows"] if row["series"] == name), key=_week):
            if row["value"] is None:
                run += 1
            else:
                days = (date.fromisoformat(row["week_start"]) - first).days
                points.append({"x": days, "y": row["value"], "run": run, "name": name})
        series.append(points)
    return series


def _margin_words(figure: Mapping[str, Any], plot: _Plot, width: float, height: float) -> list[Row]:
    """Names in the right margin, apart from each other: newest values, threshold, means, bands."""
    named: list[tuple[list[str], float, str]] = []
    series = _series(figure, date.min)
    for index, points in enumerate(series):
        if points:
            text = _with_unit(points[-1]["y"], figure["unit"])
            text = text if len(series) == 1 else f"{points[-1]['name']}: {text}"
            named.append((_wrapped(text), points[-1]["y"], SERIES_INKS[index % 3]))
    for mark in figure["lines"]:
        if mark["value"] is not None:
            named.append((_wrapped(mark["label"]), mark["value"], MARK_STYLES[mark["kind"]][0]))
    for band in figure["bands"]:
        named.append((_wrapped(band["label"]), plot.y.clamp((band["low"] + band["high"]) / 2), MUTED))
    middles = spread(
        [plot.y.position(value) for _, value, _ in named],
        [LINE_HEIGHT * len(lines) + 3 for lines, _, _ in named],
        -12,
        height + 12,
    )
    return [
        row
        for (lines, _, color), middle in zip(named, middles, strict=True)
        for row in plot.words(lines, width + 10, middle, color)
    ]


def _rule(x: float, x2: float, y: float, y2: float, color: str, dash: list[int]) -> Row:
    return {"x": x, "x2": x2, "y": y, "y2": y2, "color": color, "dash": dash}


def _week(row: Mapping[str, Any]) -> str:
    return str(row["week_start"])


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _LABEL_CHARACTERS) or [""]


def number(value: float) -> str:
    """A tick or value as it is read: no trailing zeros, a real minus sign, the marks of the language."""
    short = Decimal(f"{abs(value):.6g}")
    return ("\N{MINUS SIGN}" if value < 0 else "") + decimal(float(short), max(0, -int(short.as_tuple().exponent)))


def _with_unit(value: float, unit: str) -> str:
    return f"{number(value)}\N{NO-BREAK SPACE}{unit}".strip()
