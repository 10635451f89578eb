"""What must be right for a row to count, and what becomes of one that is not: the lists on the method page.

A test holds them against the rules that the core names.
"""

from __future__ import annotations

from typing import Any, Final

from flows.settings.set_aside import RULES as SCHEDULE_RULES
from transforms.clean.input_findings import RULES as FILE_RULES
from transforms.language import _

# What is wrong, and what happens. J is Jira, T Tempo, P PagerDuty, A AlertOps.
VENDOR_RULES: Final[dict[str, tuple[str, str]]] = {
    "J001 T001": ("Hours logged by somebody who is not on the roster", "Left out"),
    "J002 T002": ("A worklog without a start, or of less than 0 or more than 24 hours", "Left out"),
    "J003": ("Hours on an issue that the token may not see", "Counted; the default rule says whether billable"),
    "T003": ("A worklog that does not say how much of it is billable", "Counted; none of it as billable"),
    "J004 T004": ("Worklogs of one engineer that run at the same time", "All counted; said, for the start times"),
    "J005": ("A board that cannot be read, or has no estimates", "Velocity is unknown for the team"),
    "J006": ("A board on which no issue ever had an estimate", "Velocity is unknown for the team"),
    "J007 T007": ("Hours of weeks before those that are read again", "Left out; these weeks stay as they are"),
    "J008": ("An account of the roster that Jira does not know", "No hours and no points can be theirs"),
    "J009 T009": ("A worklog without an id", "Left out: it could be counted twice"),
    "J010": ("A sprint in a state that is not known", "Left out"),
    "J011": ("An issue whose history does not lead to what it holds now", "Counted; points may be off"),
    "J012 T012": (
        "A day on which somebody logged more hours than it has",
        "Left out whole; the week's share is unknown",
    ),
    "J013 T013": ("A worklog dated in the future", "Left out until its day has come"),
    "J014": ("A closed sprint of which Jira tells otherwise by now", "The snapshot of its close stands"),
    "J015": ("A sprint without dates that can be", "Left out; where only the planned end is wrong, counted"),
    "J016": ("An issue in sprints that no configured board lists", "Its points of these sprints count nowhere"),
    "J017": ("An estimate below zero, or that is no number", "Below zero counts as it is; no number as not estimated"),
    "J018": ("A board that estimates in time", "An hour counts as a point"),
    "T014": ("Days of which Tempo does not tell the schedule", "Billable share and velocity are unknown"),
    "T015": ("A week for which Tempo plans other hours than the config", "The config's are counted"),
    "P001": ("Pages of somebody who is not on the roster", "Left out"),
    "P002": ("A user of the roster that PagerDuty does not know", "No page can be theirs"),
    "P003": ("An assignment that does not say to whom", "Counts for nobody"),
    "P004": ("An incident or log entry without a time, or without its incident", "Left out"),
    "P005": ("Somebody on call who is not on the roster", "Said only"),
    "P006": ("A time to acknowledge that differs from PagerDuty's own analytics", "Ours is counted"),
    "A001": ("Alerts of somebody who is not on the roster", "Left out"),
    "A002": ("A user of the roster that AlertOps does not know", "No alert can be theirs"),
    "A003": ("An alert without an id or a time", "Left out"),
    "A004": ("An alert in a status that is not known", "Counted as not closed"),
    "A005": ("Alerts that were cancelled", "Left out"),
}


def tables() -> list[dict[str, Any]]:
    """The rules as tables, in the order in which the page shows them."""
    return [
        {
            "title": _("Rows of Jira, Tempo, PagerDuty and AlertOps"),
            "columns": [_("Rule"), _("What is wrong, and what happens")],
            "rows": [
                [rule.replace(" ", ", "), _("{wrong}. {done}.", wrong=_(wrong), done=_(done))]
                for rule, (wrong, done) in VENDOR_RULES.items()
            ],
        },
        {
            "title": _("Files of vibes, leave and decisions"),
            "columns": [_("Rule"), _("What must hold")],
            "rows": [[rule, _(text)] for rule, text in FILE_RULES.items()],
        },
        {
            "title": _("Schedules of the config"),
            "columns": [_("Rule"), _("What must hold")],
            "rows": [[rule, _(text)] for rule, text in SCHEDULE_RULES.items()],
        },
    ]
