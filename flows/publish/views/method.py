"""How everything is decided: the method in plain words, every threshold in force, worked examples, the dictionary."""

from __future__ import annotations

import math
from calendar import month_abbr
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from flows.publish.dictionary import UNITS, dictionary_metrics, dictionary_tables
from flows.publish.feeds import public_tables
from flows.publish.views import bad_input, examples, wording
from flows.publish.views.book import Book
from flows.publish.views.error_rates import error_rates_view
from flows.publish.views.like_yours import like_yours_view
from flows.publish.views.shared import Page, provenance
from flows.publish.views.what_if import what_if_view
from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import NBSP, listed
from transforms.parameters import DecisionParameters, YearlySpan
from transforms.schedule import (
    BREAK_HOURS,
    LONGEST_SHIFT_WITHOUT_BREAK_HOURS,
    NIGHT_START_HOUR,
    SHIFT_START_HOUR,
)

_SECTIONS: Final[Mapping[str, str]] = {
    "eligibility": "Which weeks count",
    "missing": "When nothing new can be said",
    "baseline": "An engineer's own normal",
    "comparison": "The last weeks against the own normal",
    **{metric: one.title for metric, one in METRIC_DEFINITIONS.items()},
    "together": "Several metrics together",
    "hysteresis": "How long a signal must last",
    "status": "From levels to the light",
    "excused": "Excused weeks",
    "override": "The vibes override",
    "alerts": "Alerts",
    "plain": "Method “plain”",
    "recommendation": "Recommendations",
    "team_effect": "Change since the switch and verdict",
}


def pages(book: Book) -> list[Page]:
    """The method, the rules as examples, every threshold, the data dictionary."""
    return [
        Page(
            "method/index.html",
            "pages/method.html.j2",
            "How it is decided",
            "How status, alerts, recommendations and the verdict come about, and every threshold in force.",
            "method",
            method_view(book),
        ),
        Page(
            "method/rules/index.html",
            "pages/rules.html.j2",
            "The rules as examples",
            "Worked examples of the rules, computed by the program itself.",
            "method",
            {"provenance": provenance(book.data), "groups": examples.groups(book.config.decisions)},
        ),
        Page(
            "method/thresholds/index.html",
            "pages/thresholds.html.j2",
            "Every threshold in force",
            "Every number that the decisions rest on, with its key in the config and its meaning.",
            "method",
            {"provenance": provenance(book.data), "groups": threshold_groups(book.config.decisions)},
        ),
        Page(
            "method/dictionary/index.html",
            "pages/dictionary.html.j2",
            "Data dictionary",
            "What each metric is, and every table with its grain, columns, units and meanings.",
            "method",
            {
                "provenance": provenance(book.data),
                "metrics": _metrics(book.config.decisions),
                "bad_input": bad_input.tables(),
                "units": [list(unit) for unit in UNITS.items()],
                "tables": _tables(),
                "files": public_tables(book.people),
            },
        ),
    ]


def method_view(book: Book) -> dict[str, Any]:
    """What the page says with numbers in it; its prose stands in the template."""
    rules, policy = book.config.decisions, book.config.policy
    return {
        "provenance": provenance(book.data),
        "method": rules.method,
        "metrics": _metrics(rules),
        "policy": {
            "baseline": wording.day(policy.baseline_start),
            "switch": wording.day(policy.switch_date),
            "threshold": wording.percent(book.threshold_pct, 0),
            "holiday_on_day_off": policy.holiday_on_day_off,
        },
        "hours": {
            "lookback_weeks": book.config.sources.lookback_weeks,
            "shift_start": wording.hour(SHIFT_START_HOUR),
            "night_start": wording.hour(NIGHT_START_HOUR),
            "break": f"{BREAK_HOURS:g}{NBSP}h",
            "longest_without_break": f"{LONGEST_SHIFT_WITHOUT_BREAK_HOURS:g}{NBSP}h",
        },
        "credit": book.config.metrics.velocity.credit,
        "excluded_titles": listed([f"“{word}”" for word in book.config.metrics.response.excluded_title_words]),
        "rules": {
            **_comparison(rules),
            "rise_signals": rules.hysteresis.rise_signals,
            "rise_weeks": rules.hysteresis.rise_weeks,
            "fall_weeks": rules.hysteresis.fall_weeks,
            "soft_metrics_for_red": rules.status.soft_metrics_for_red,
            "hold_weeks": rules.missing.hold_weeks,
            "min_coverage": wording.percent(100 * rules.missing.min_coverage, 0),
            "override_vibes": wording.number(rules.override.min_vibes, 0),
            "override_green": wording.percent(100 * rules.override.min_green_share, 0),
            "override_look_back": rules.override.look_back_weeks,
            "override_running": rules.override.max_running,
            "override_in_span": rules.override.max_in_span,
            "override_span": rules.override.span_weeks,
            "excused_sds": f"{rules.excused.min_sds:g}",
            "excused_vibes": wording.number(rules.excused.min_vibes, 0),
            "excused_one_in": rules.excused.one_in_weeks,
            "reminder_weeks": rules.alerts.reminder_weeks,
            "team_share": wording.percent(100 * rules.alerts.team_share, 0),
            "team_min": rules.alerts.team_min_engineers,
            **_reviews(rules),
            "first_review": rules.recommendation.first_review_week,
            "review_every": rules.recommendation.review_every_weeks,
            "return_reviews": rules.recommendation.reviews_running,
            "min_weeks": rules.recommendation.min_weeks,
            "confidence": wording.percent(100 * rules.team_effect.confidence, 0),
            "return_probability": wording.percent(100 * rules.team_effect.return_probability, 0),
            "late_week": rules.team_effect.late_from_week,
            "late_probability": wording.percent(100 * rules.team_effect.late_return_probability, 0),
            "verdict_reviews": rules.team_effect.reviews_running,
            "other_metrics": rules.team_effect.other_metrics_for_return,
            "verdict_engineers": rules.team_effect.min_engineers,
        },
        "error_rates": error_rates_view(book.data.error_rates, book.config.decision_rules),
        "like_yours": like_yours_view(book, book.data.error_rates),
        "what_if": what_if_view(book, book.data.error_rates),
        "overrides": _override_rates(book),
        "yellow_share": _yellow_share(book),
    }


def _comparison(rules: DecisionParameters) -> dict[str, Any]:
    """The numbers in what is said of windows, the own normal and signals."""
    billable, comparison, together = rules.billable, rules.comparison, rules.together
    shared = [
        f"{comparison.shared_billable_points:g} points of billable share",
        f"{wording.percent(100 * comparison.shared_velocity, 0)} of velocity",
        f"a factor of {wording.number(math.exp(comparison.shared_response_log), 2)} in response",
        f"{comparison.shared_vibes:g} of vibes",
    ]
    return {
        "settling_weeks": rules.baseline.settling_weeks,
        "settled_weeks": comparison.settled_weeks,
        "min_team": comparison.min_team,
        "window_weeks": billable.window_weeks,
        "long_weeks": billable.long_window_weeks,
        "windows": listed([str(weeks) for weeks in comparison.windows_weeks]),
        "shared": listed(shared),
        "clip_billable": f"{comparison.clip_billable_sds:g}",
        "clip_response": f"{comparison.clip_response_sds:g}",
        "hard_policy_z": f"{billable.hard_policy_z:g}",
        "hard_policy_long_z": f"{billable.hard_policy_long_z:g}",
        "hard_change_z": f"{billable.hard_change_z:g}",
        "low_baseline": wording.percent(billable.hard_low_baseline_pct),
        "hard_own_z": f"{billable.hard_own_z:g}",
        "together": together.enabled,
        "together_metrics": together.min_metrics,
        "fast_z": f"{rules.hysteresis.fast_z:g}",
    }


def _reviews(rules: DecisionParameters) -> dict[str, Any]:
    """The numbers in what is said of recommendations."""
    review = rules.recommendation
    alone = [
        f"billable share by {review.one_billable_points:g} points to below the policy",
        f"velocity by {wording.percent(100 * review.one_velocity_drop, 0)}",
        f"response to {review.one_response_factor:g} times the own normal",
    ]
    several = [
        f"{review.several_billable_points:g} points",
        wording.percent(100 * review.several_velocity_drop, 0),
        f"{review.several_response_factor:g} times",
        f"{review.several_vibes_drop:g} of vibes",
    ]
    return {
        "review_windows": " and ".join(str(weeks) for weeks in review.windows_weeks),
        "peers": review.min_peers,
        "alone": f"{', '.join(alone[:-1])}, or {alone[-1]}",
        "several": listed(several),
        "several_metrics": review.several_metrics,
        "max_q": wording.percent(100 * review.max_q, 0),
        "return_flagged": review.return_flagged_weeks,
        "strong_q": wording.percent(100 * review.strong_q, 0),
        "weak_reviews": review.weak_reviews_running,
        "watch_weeks": review.watch_weeks,
        "watch_flagged": review.watch_flagged_weeks,
    }


def _metrics(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The definitions, with the denominators and windows in force."""
    return [
        {
            "id": one.metric,
            "title": one.title,
            "description": one.description,
            "facts": [
                {"name": name, "text": wording.typeset(text[0].upper() + text[1:])} for name, text in one.facts.items()
            ],
        }
        for one in dictionary_metrics(rules)
    ]


def threshold_groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The parameters in force, by section of the config."""
    return [
        {"id": name, "title": title, "rows": list(_rows(getattr(rules, name)))} for name, title in _SECTIONS.items()
    ]


def _rows(section: Any, within: str = "") -> Iterator[list[str]]:
    """Key within the section, value in force, meaning: one row for each number, parts within parts included."""
    for entry in fields(section):
        value = getattr(section, entry.name)
        if is_dataclass(value):
            yield from _rows(value, f"{within}{entry.name}.")
        else:
            yield [f"{within}{entry.name}", _value(value), str(entry.metadata["description"])]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple):
        return listed([_value(part) for part in value]) or "none"
    if isinstance(value, YearlySpan):
        first, last = (
            f"{day} {month_abbr[month]}"
            for day, month in ((value.first_day, value.first_month), (value.last_day, value.last_month))
        )
        return f"{first} to {last}"
    return str(value)


def _override_rates(book: Book) -> dict[str, Any]:
    """Per manager, how many engineer-weeks since the switch were shown green by an override."""
    statuses = book.data.tables["statuses"]
    since = statuses[statuses["week_start"] >= book.switch]
    manager_of = {engineer_id: row["manager_id"] for engineer_id, row in book.engineers.items()}
    grouped = since.assign(manager=since["engineer_id"].map(manager_of)).groupby("manager")["override_applied"]
    rates = grouped.agg(["sum", "size"])
    return {
        "columns": ["Manager", "Weeks overridden", "Engineer-weeks", "Share"],
        "rows": [
            [
                book.people.manager(manager),
                str(row["sum"]),
                str(row["size"]),
                wording.percent(100 * row["sum"] / row["size"]),
            ]
            for manager, row in rates.to_dict("index").items()
        ]
        if book.people.are_shown
        else [],
    }


def _yellow_share(book: Book) -> str:
    """A sentence when more than half of all lights are yellow: a light that nearly everybody has says little."""
    statuses = book.data.tables["statuses"]
    now = statuses.loc[statuses["week_start"] == book.week, "status"]
    share = 100 * float((now == "yellow").mean()) if len(now) else 0.0
    if share <= 50:
        return ""
    return f"{wording.percent(share, 0)} of the lights are yellow this week: a light that most people have says little."


def _tables() -> list[dict[str, Any]]:
    return [
        {
            "name": table.name,
            "grain": table.grain.replace("`", ""),
            "key": ", ".join(table.key),
            "columns": ["Column", "Type", "Unit", "Meaning"],
            "rows": [
                [
                    column.name,
                    column.type,
                    column.unit,
                    column.meaning.replace("`", ""),
                ]
                for column in table.columns
            ],
        }
        for table in dictionary_tables()
    ]
