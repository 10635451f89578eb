"""What one threshold elsewhere would change: who is shown differently this week, and how often the rules are wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from flows.error_rates import ErrorRates, Measured
from flows.publish.views import wording
from flows.publish.views.book import Book
from flows.publish.views.error_rates import NOT_MEASURED, rate
from transforms.decide import Decisions
from transforms.language import N_, _, listed, ngettext
from transforms.metrics.response import urgent_pages
from transforms.parameters import DecisionParameters
from transforms.what_if import THRESHOLDS, WEEKS_JUDGED, Threshold, in_force, steps, what_if

_MOST_NAMES: Final = 12
# Half a minute of a build at the most; a page could not name more people anyway.
_MOST_ENGINEERS: Final = 2000
_RATES: Final = ("false_alarm", "false_red", "seen_within_12")


@dataclass(frozen=True)
class _Words:
    """A threshold in plain words: its name, what a value means, and how a value is written."""

    title: str
    meaning: str
    written: str
    digits: int = 0
    times: float = 1

    def value(self, value: float) -> str:
        return wording.tied(_(self.written, number=wording.number(self.times * value, self.digits)))


_PERCENT: Final = N_("{number} %")
# TRANSLATORS: standard errors
_ERRORS: Final = N_("{number} s.e.")
_POINTS: Final = N_("{number} points")
_WEEKS: Final = N_("{number} weeks")
_WORDS: Final[Mapping[str, _Words]] = {
    "billable.threshold_pct": _Words(N_("The policy"), N_("Billable share that must be reached"), _PERCENT),
    "billable.soft_policy_z": _Words(
        N_("Certainty below the policy"), N_("Standard errors below the policy that make a signal"), _ERRORS, 1
    ),
    "billable.soft_points": _Words(
        N_("Fall of billable share"), N_("Points under the own normal that make a signal"), _POINTS
    ),
    "billable.soft_z": _Words(
        N_("Certainty of that fall"), N_("Standard errors under the own normal that make a signal"), _ERRORS, 1
    ),
    "velocity.soft_drop": _Words(
        N_("Fall of velocity"), N_("Share under the own normal that makes a signal"), _PERCENT, times=100
    ),
    "hysteresis.rise_signals": _Words(
        N_("Weeks that must agree"), N_("Judged weeks with the signal before a light changes"), _WEEKS
    ),
    "plain.near_points": _Words(N_("Near the policy"), N_("Points above the policy that are still yellow"), _POINTS),
    "plain.velocity_drop": _Words(
        N_("Fall of velocity"), N_("A sprint this far under the own normal is yellow"), _PERCENT, times=100
    ),
}


def what_if_view(book: Book, rates: ErrorRates | None) -> dict[str, Any]:
    """Every threshold that may be moved, with its steps; why there is none, where there is none."""
    tables, rules = book.data.tables, book.config.decisions
    if len(book.present()) > _MOST_ENGINEERS:
        most = wording.number(_MOST_ENGINEERS, 0)
        return _nothing(_("With more than {count} engineers this is not worked out.", count=most))
    published = Decisions(**{name: tables[name] for name in Decisions.__dataclass_fields__})
    offered = _offered(rates, rules.method)
    found = what_if(tables["readings"], urgent_pages(tables["pages"]), rules, published, book.week, offered)
    if found.empty:
        return _nothing(_("Nobody has readings in the reported week: there is nothing to try a threshold on."))
    thresholds = []
    for threshold in offered:
        now = in_force(threshold, rules)
        rows = found[found["key"] == threshold.key]
        shown = {value: rows[rows["value"] == value] for value in steps(threshold, rules)}
        words = _WORDS[threshold.key]
        thresholds.append(
            {
                "key": threshold.key,
                "title": _(words.title),
                "meaning": _(words.meaning),
                "in_force": list(shown).index(now),
                "steps": [
                    {
                        "value": words.value(value),
                        "is_in_force": value == now,
                        **_changes(book, shown[now], step),
                        "rates": _rates(rates, rules.method, threshold.key, value),
                    }
                    for value, step in shown.items()
                ],
            }
        )
    return {
        "thresholds": thresholds,
        "lead": _(
            "What if one threshold stood elsewhere, and all others as they are? The last {weeks} weeks were judged "
            "again for each value when this page was built. Trying it changes nothing.",
            weeks=WEEKS_JUDGED,
        ),
        "since": _published_otherwise(book, _as_it_is(found, offered[0], rules)),
    }


def _offered(rates: ErrorRates | None, method: str) -> list[Threshold]:
    """What may be moved, to the values that were measured; where none were, to the usual ones."""
    measured: dict[str, tuple[float, ...]] = {}
    for step in rates.what_if if rates and method == "evidence" else ():
        measured[step.key] = (*measured.get(step.key, ()), step.value)
    return [Threshold(one.key, measured.get(one.key, one.usual)) for one in THRESHOLDS[method]]


def _nothing(why: str) -> dict[str, Any]:
    return {"thresholds": [], "lead": why, "since": ""}


def _changes(book: Book, now: pd.DataFrame, then: pd.DataFrame) -> dict[str, Any]:
    """Who would be shown in another status, by what it was and what it would be."""
    both = now[["engineer_id", "status"]].merge(
        then[["engineer_id", "status"]], on="engineer_id", suffixes=("_now", "_then"), validate="one_to_one"
    )
    moved = both[both["status_now"] != both["status_then"]]
    ways = {(str(before), str(after)): rows for (before, after), rows in moved.groupby(["status_now", "status_then"])}
    groups = [
        {"from": wording.lozenge(before), "to": wording.lozenge(after), "who": _who(book, rows["engineer_id"].tolist())}
        for (before, after), rows in sorted(
            ways.items(), key=lambda one: [wording.STATUS_ORDER[status] for status in one[0]]
        )
    ]
    count = ngettext("{moved} of {n} engineer", "{moved} of {n} engineers", len(both), moved=len(moved))
    return {"count": count if groups else _("Nobody"), "changes": groups}


def _who(book: Book, engineer_ids: list[str]) -> str:
    """Names as this edition shows them, the first dozen of them; a number where it shows nobody."""
    if not book.people.are_shown:
        return ngettext("{n} engineer", "{n} engineers", len(engineer_ids))
    names = sorted(book.people.label(engineer_id) for engineer_id in engineer_ids)
    more = [_("{count} more", count=len(names) - _MOST_NAMES)] if len(names) > _MOST_NAMES else []
    return listed([*names[:_MOST_NAMES], *more])


def _rates(rates: ErrorRates | None, method: str, key: str, value: float) -> list[str]:
    """False alarms and detection as measured with this value; a step that was not measured says so."""
    if rates is None:
        return [_(NOT_MEASURED)] * len(_RATES)
    figures = {figure.key: figure for figure in rates.figures}
    measured = _measured(rates, method, key, value)
    return [rate(figures[name], measured.get(name)) if name in figures else _(NOT_MEASURED) for name in _RATES]


def _measured(rates: ErrorRates, method: str, key: str, value: float) -> Mapping[str, Measured]:
    if method != "evidence":
        return {}
    for step in rates.what_if:
        if step.key == key and math.isclose(step.value, value):
            return {name: getattr(step, name) for name in _RATES}
    section, name = key.split(".")
    whole = rates.result()
    # The value that everything was measured with needs no measurement of its own.
    if whole and math.isclose(rates.parameters.get(section, {}).get(name, math.nan), value):
        return whole.figures
    return {}


def _as_it_is(found: pd.DataFrame, threshold: Threshold, rules: DecisionParameters) -> pd.DataFrame:
    """The statuses by the rules in force: those at the value in force of any threshold."""
    return found[(found["key"] == threshold.key) & (found["value"] == in_force(threshold, rules))]


def _published_otherwise(book: Book, now: pd.DataFrame) -> str:
    """Who would be shown otherwise by the rules in force, too: entries that came after a week was published."""
    status = {engineer_id: book.status(engineer_id) for engineer_id in now["engineer_id"]}
    differing = [
        row["engineer_id"]
        for row in now.to_dict("records")
        if (published := status[row["engineer_id"]]) and published["status"] != row["status"]
    ]
    if not differing:
        return ""
    return _(
        "Judged again by the rules in force and with what is known today, {who} would be shown otherwise than "
        "published: entries that came late count from the next week on.",
        who=_who(book, differing),
    )
