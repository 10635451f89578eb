"""Figures of the four metrics over time, for the organisation, a team or an engineer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from flows.publish.views import series, wording
from flows.publish.views.book import Book
from flows.publish.views.figures import Band, Figure, Mark
from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import _
from transforms.metrics.response import urgent_pages
from transforms.vocabulary import METRICS, Metric
from transforms.weeks import iso_week, week_starts


@dataclass(frozen=True)
class Period:
    """The value before the switch and the one during 4x10, as text, chart and table give them."""

    before: float | None
    during: float | None


@dataclass(frozen=True)
class Group:
    """Whose readings a set of figures shows."""

    readings: pd.DataFrame
    pages: pd.DataFrame
    csv_folder: str
    is_person: bool = False


def group_of(book: Book, engineer_ids: list[str], csv_folder: str, *, is_person: bool = False) -> Group:
    """The rows of some engineers."""
    readings, pages = book.data.tables["readings"], book.data.tables["pages"]
    return Group(
        readings[readings["engineer_id"].isin(engineer_ids)],
        pages[pages["engineer_id"].isin(engineer_ids)],
        csv_folder,
        is_person,
    )


def metric_series(book: Book, group: Group) -> dict[Metric, pd.DataFrame]:
    """The weekly series of each metric."""
    hours = book.hours
    return {
        "billable": series.billable(group.readings, hours.billable),
        "velocity": series.velocity(group.readings, hours.velocity),
        "response": series.acknowledge(urgent_pages(group.pages)),
        "vibes": series.vibes(group.readings),
    }


def periods(book: Book, group: Group, all_series: Mapping[Metric, pd.DataFrame]) -> dict[Metric, Period]:
    """Before against during, settling-in weeks left out, straight from the readings."""
    last_before = book.switch - pd.Timedelta(days=7)
    first_during = book.switch + pd.Timedelta(weeks=book.settling_weeks)
    means = {
        metric: Period(
            series.period_mean(all_series[metric], None, last_before),
            series.period_mean(all_series[metric], first_during, None),
        )
        for metric in METRICS
    }
    urgent = urgent_pages(group.pages)
    means["response"] = Period(
        series.period_median(urgent, None, last_before), series.period_median(urgent, first_during, None)
    )
    return means


def figures(
    book: Book,
    group: Group,
    means: Mapping[Metric, Period] = MappingProxyType({}),
    sentences: Mapping[Metric, str] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """One trend figure per metric. `means` and `sentences` go before those made from the group's own readings."""
    all_series = metric_series(book, group)
    spans = {**periods(book, group, all_series), **means}
    told = {metric: before_and_during(metric, spans[metric]) for metric in METRICS} | dict(sentences)
    return [
        _figure(book, group, metric, all_series[metric], spans[metric], told[metric]).as_dict() for metric in METRICS
    ]


def before_and_during(metric: Metric, span: Period) -> str:
    """`82.1 % before 4×10, 81.4 % since (−0.7 points).`"""
    before, during = (wording.metric_value(metric, value) for value in (span.before, span.during))
    if span.before is None and span.during is None:
        # TRANSLATORS: what there is none of: "No calls so far."
        return _("{nothing} so far.", nothing=wording.capital(METRIC_DEFINITIONS[metric].nothing))
    if span.before is None:
        return _("{during} on 4×10; nothing before it to compare with.", during=during)
    if span.during is None:
        return _("{before} before 4×10; no weeks after the settling-in yet.", before=before)
    return _(
        "{before} before 4×10, {during} since settling in ({change}).",
        before=before,
        during=during,
        change=change_text(metric, span.before, span.during),
    )


def span_change(metric: Metric, span: Period) -> str:
    """The change of a period; a dash where a side is missing."""
    if span.before is None or span.during is None:
        return wording.NOTHING
    return change_text(metric, span.before, span.during)


def change_text(metric: Metric, before: float, during: float) -> str:
    """The change in the metric's own way: points, percent, factor, score."""
    if metric == "billable":
        return _("{number} points", number=wording.number(during - before, signed=True))
    if metric == "velocity" and before > 0:
        return wording.percent(100 * (during / before - 1), 0, signed=True)
    if metric == "response" and before > 0:
        return f"×{wording.number(during / before, 2)}"
    return wording.number(during - before, signed=True)


def chart_value(metric: Metric, value: Any) -> float | None:
    """A reading in the unit of its chart, rounded once for chart, table and CSV."""
    if wording.is_missing(value):
        return None
    return wording.rounded(value / 60 if metric == "response" else value, 1)


def _figure(book: Book, group: Group, metric: Metric, points: pd.DataFrame, span: Period, sentence: str) -> Figure:
    rows, definition = _rows(book, metric, points), METRIC_DEFINITIONS[metric]
    is_log, unit = metric == "response", wording.capital(definition.unit)
    return Figure(
        id=metric,
        title=f"{definition.title}, {definition.unit}",
        sentence=sentence,
        kind="trend",
        unit=definition.short_unit,
        y_label=_("{unit} (log scale)", unit=unit) if is_log else unit,
        rows=rows if len(points) else [],
        columns=_columns(metric),
        table_rows=[_cells(metric, row) for row in points.to_dict("records")][::-1],
        csv_name=f"{group.csv_folder}/{metric}.csv",
        lines=_lines(book, metric, span),
        bands=_bands(book, group, metric, points),
        y_domain=(1.0, 5.0) if metric == "vibes" else None,
        y_scale="log" if is_log else "linear",
    )


def _columns(metric: Metric) -> list[str]:
    columns: dict[Metric, list[str]] = {
        "billable": [_("Week"), METRIC_DEFINITIONS["billable"].title, _("Billable hours"), _("Hours")],
        "velocity": [_("Sprints ended"), wording.capital(METRIC_DEFINITIONS["velocity"].unit), _("Points")],
        "response": [_("Week"), _("Median to acknowledge"), _("Calls")],
        "vibes": [_("Week"), _("Score"), _("Entries")],
    }
    return columns[metric]


def _rows(book: Book, metric: Metric, points: pd.DataFrame) -> list[dict[str, Any]]:
    """Velocity has a point where a sprint ended; the others have every week, so that a gap shows as a gap."""
    values = dict(zip(points["week_start"], points["value"], strict=True))
    weeks = list(points["week_start"]) if metric == "velocity" else _weeks(book, points)
    return [
        {"week_start": wording.iso(week), "value": chart_value(metric, values.get(week)), "series": ""}
        for week in weeks
    ]


def _weeks(book: Book, points: pd.DataFrame) -> list[pd.Timestamp]:
    return [] if points.empty else list(week_starts(points["week_start"].min(), book.week))


def _cells(metric: Metric, row: Mapping[Any, Any]) -> list[str]:
    week, value = iso_week(row["week_start"]), row["value"]
    if metric == "billable":
        return [week, wording.percent(value), wording.number(row["top"]), wording.number(row["bottom"])]
    if metric == "velocity":
        return [week, wording.number(value), wording.number(row["top"])]
    if metric == "response":
        return [
            week,
            wording.tied(_("{minutes} min", minutes=wording.number(value / 60))),
            wording.number(row["bottom"], 0),
        ]
    return [week, wording.number(value), wording.number(row["bottom"], 0)]


def _lines(book: Book, metric: Metric, span: Period) -> list[Mark]:
    day_before = wording.iso(book.switch - pd.Timedelta(days=7))
    switch = wording.iso(book.switch)
    lines = [Mark("switch", _("4×10 starts {day}", day=wording.day(book.switch, year=False)), start=switch)]
    if metric == "billable":
        policy = _("Policy {percent}", percent=wording.percent(book.threshold_pct, 0))
        lines.append(Mark("threshold", policy, value=book.threshold_pct))
    before, during = chart_value(metric, span.before), chart_value(metric, span.during)
    if before is not None:
        lines.append(Mark("mean", _("Before"), value=before, end=day_before))
    if during is not None:
        lines.append(Mark("mean", _("During"), value=during, start=switch, end=wording.iso(book.week)))
    return lines


def _bands(book: Book, group: Group, metric: Metric, points: pd.DataFrame) -> list[Band]:
    usual = series.usual_range(points, book.switch) if group.is_person else None
    if usual is None:
        return []
    low, high = (chart_value(metric, end) for end in usual)
    return [Band(_("Usual before"), low, high)] if low is not None and high is not None else []
