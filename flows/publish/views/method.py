"""How everything is decided: the method in plain words, every threshold in force, worked examples, the dictionary."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final

from flows.publish.dictionary import UNITS, dictionary_metrics, dictionary_tables
from flows.publish.feeds import public_tables
from flows.publish.views import bad_input, examples, wording
from flows.publish.views.book import Book
from flows.publish.views.error_rates import error_rates_view, quoted
from flows.publish.views.like_yours import like_yours_view
from flows.publish.views.shared import Page, provenance
from flows.publish.views.what_if import what_if_view
from transforms import variation
from transforms.definitions import METRIC_DEFINITIONS
from transforms.language import N_, Words, _, brief, day_text, figure, listed
from transforms.parameters import DecisionParameters, YearlySpan
from transforms.schedule import (
    BREAK_HOURS,
    LONGEST_SHIFT_WITHOUT_BREAK_HOURS,
    NIGHT_START_HOUR,
    SHIFT_START_HOUR,
)

# Sections of the rules that are about no single metric: before those that are, and after them.
_FIRST_SECTIONS: Final = Words(
    {
        "eligibility": N_("Which weeks count"),
        "missing": N_("When nothing new can be said"),
        "baseline": N_("An engineer's own normal"),
        "comparison": N_("The last weeks against the own normal"),
    }
)
_LAST_SECTIONS: Final = Words(
    {
        "together": N_("Several metrics together"),
        "hysteresis": N_("How long a signal must last"),
        "status": N_("From levels to the light"),
        "excused": N_("Excused weeks"),
        "override": N_("The vibes override"),
        "alerts": N_("Alerts"),
        "plain": N_("Method “plain”"),
        "recommendation": N_("Recommendations"),
        "team_effect": N_("Change since the switch and verdict"),
    }
)


def pages(book: Book) -> list[Page]:
    """The method, the rules as examples, every threshold, the data dictionary."""
    return [
        Page(
            "method/index.html",
            "pages/method.html.j2",
            _("How it is decided"),
            _("How status, alerts, recommendations and the verdict come about, and every threshold in force."),
            "method",
            method_view(book),
        ),
        Page(
            "method/rules/index.html",
            "pages/rules.html.j2",
            _("The rules as examples"),
            _("Worked examples of the rules, computed by the program itself."),
            "method",
            {"provenance": provenance(book.data), "groups": examples.groups(book.config.decisions)},
        ),
        Page(
            "method/thresholds/index.html",
            "pages/thresholds.html.j2",
            _("Every threshold in force"),
            _("Every number that the decisions rest on, with its key in the config and its meaning."),
            "method",
            {"provenance": provenance(book.data), "groups": threshold_groups(book.config.decisions)},
        ),
        Page(
            "method/dictionary/index.html",
            "pages/dictionary.html.j2",
            _("Data dictionary"),
            _("What each metric is, and every table with its grain, columns, units and meanings."),
            "method",
            {
                "provenance": provenance(book.data),
                "metrics": _metrics(book.config.decisions),
                "bad_input": bad_input.tables(),
                "units": units(),
                "tables": tables(),
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
            "break": _hours(BREAK_HOURS),
            "longest_without_break": _hours(LONGEST_SHIFT_WITHOUT_BREAK_HOURS),
        },
        "variation": {
            "reach": brief(variation.REACH),
            "run": variation.RUN,
            "trend": variation.TREND,
            "fewest": variation.FEWEST,
        },
        "credit": book.config.metrics.velocity.credit,
        "excluded_titles": listed([quoted(word) for word in book.config.metrics.response.excluded_title_words]),
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
            "excused_sds": brief(rules.excused.min_sds),
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
        _("{points} points of billable share", points=brief(comparison.shared_billable_points)),
        _("{share} of velocity", share=wording.percent(100 * comparison.shared_velocity, 0)),
        _("a factor of {factor} in response", factor=wording.number(math.exp(comparison.shared_response_log), 2)),
        _("{score} of vibes", score=brief(comparison.shared_vibes)),
    ]
    return {
        "settling_weeks": rules.baseline.settling_weeks,
        "settled_weeks": comparison.settled_weeks,
        "min_team": comparison.min_team,
        "window_weeks": billable.window_weeks,
        "long_weeks": billable.long_window_weeks,
        "windows": listed([str(weeks) for weeks in comparison.windows_weeks]),
        "shared": listed(shared),
        "clip_billable": brief(comparison.clip_billable_sds),
        "clip_response": brief(comparison.clip_response_sds),
        "hard_policy_z": brief(billable.hard_policy_z),
        "hard_policy_long_z": brief(billable.hard_policy_long_z),
        "hard_change_z": brief(billable.hard_change_z),
        "low_baseline": wording.percent(billable.hard_low_baseline_pct),
        "hard_own_z": brief(billable.hard_own_z),
        "together": together.enabled,
        "together_metrics": together.min_metrics,
        "fast_z": brief(rules.hysteresis.fast_z),
    }


def _reviews(rules: DecisionParameters) -> dict[str, Any]:
    """The numbers in what is said of recommendations."""
    review = rules.recommendation
    several = [
        _("{points} points", points=brief(review.several_billable_points)),
        wording.percent(100 * review.several_velocity_drop, 0),
        _("{factor} times", factor=brief(review.several_response_factor)),
        _("{score} of vibes", score=brief(review.several_vibes_drop)),
    ]
    return {
        "review_windows": listed([str(weeks) for weeks in review.windows_weeks]),
        "peers": review.min_peers,
        "alone": _(
            "billable share by {points} points to below the policy, velocity by {share}, or response to {factor} times "
            "the own normal",
            points=brief(review.one_billable_points),
            share=wording.percent(100 * review.one_velocity_drop, 0),
            factor=brief(review.one_response_factor),
        ),
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
                {"name": name, "text": wording.typeset(wording.capital(text))} for name, text in one.facts.items()
            ],
        }
        for one in dictionary_metrics(rules)
    ]


def threshold_groups(rules: DecisionParameters) -> list[dict[str, Any]]:
    """The parameters in force, by section of the config."""
    of_metrics = {str(metric): one.title for metric, one in METRIC_DEFINITIONS.items()}
    titles = {**_FIRST_SECTIONS, **of_metrics, **_LAST_SECTIONS}
    return [{"id": name, "title": title, "rows": list(_rows(getattr(rules, name)))} for name, title in titles.items()]


def _rows(section: Any, within: str = "") -> Iterator[list[str]]:
    """Key within the section, value in force, meaning: one row for each number, parts within parts included."""
    for entry in fields(section):
        value = getattr(section, entry.name)
        if is_dataclass(value):
            yield from _rows(value, f"{within}{entry.name}.")
        else:
            yield [f"{within}{entry.name}", _value(value), _(entry.metadata["description"])]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return figure(f"{value:.4g}")
    if isinstance(value, tuple):
        return listed([_value(part) for part in value]) or _("none")
    if isinstance(value, YearlySpan):
        first, last = date(2000, value.first_month, value.first_day), date(2000, value.last_month, value.last_day)
        return _("{first} to {last}", first=day_text(first, "MMMd"), last=day_text(last, "MMMd"))
    return str(value)


def _hours(hours: float) -> str:
    return wording.tied(_("{hours} h", hours=brief(hours)))


def _override_rates(book: Book) -> dict[str, Any]:
    """Per manager, how many engineer-weeks since the switch were shown green by an override."""
    statuses = book.data.tables["statuses"]
    since = statuses[statuses["week_start"] >= book.switch]
    manager_of = {engineer_id: row["manager_id"] for engineer_id, row in book.engineers.items()}
    grouped = since.assign(manager=since["engineer_id"].map(manager_of)).groupby("manager")["override_applied"]
    rates = grouped.agg(["sum", "size"])
    return {
        "columns": [_("Manager"), _("Weeks overridden"), _("Engineer-weeks"), _("Share")],
        "rows": [
            [
                book.people.manager(manager),
                wording.number(row["sum"], 0),
                wording.number(row["size"], 0),
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
    return _(
        "{share} of the lights are yellow this week: a light that most people have says little.",
        share=wording.percent(share, 0),
    )


def units() -> list[list[str]]:
    """Every unit of the dictionary, and what it means."""
    return [[_(unit), _(meaning)] for unit, meaning in UNITS.items()]


def tables() -> list[dict[str, Any]]:
    """Every table of the dictionary, in the language spoken."""
    return [
        {
            "name": table.name,
            "grain": _(table.grain).replace("`", ""),
            "key": ", ".join(table.key),
            "columns": [_("Column"), _("Type"), _("Unit"), _("Meaning")],
            "rows": [
                [
                    column.name,
                    column.type,
                    _(column.unit),
                    column.meaning.replace("`", ""),
                ]
                for column in table.columns
            ],
        }
        for table in dictionary_tables()
    ]
