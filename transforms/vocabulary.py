"""The words of the project: one name, one meaning, used in code, tables and pages."""

from typing import Final, Literal

Metric = Literal["billable", "velocity", "response", "vibes"]
METRICS: Final[tuple[Metric, ...]] = ("billable", "velocity", "response", "vibes")
OBJECTIVE_METRICS: Final[tuple[Metric, ...]] = ("billable", "velocity", "response")

# A signal may also come from several metrics moving together (decisions, 10.1).
TOGETHER: Final = "together"
CHANNELS: Final[tuple[str, ...]] = (*METRICS, TOGETHER)

Signal = Literal["none", "soft", "hard"]
SIGNALS: Final[tuple[Signal, ...]] = ("none", "soft", "hard")
LEVELS: Final[tuple[str, ...]] = (*SIGNALS, "unknown")

Status = Literal["green", "yellow", "red", "unknown"]
STATUSES: Final[tuple[Status, ...]] = ("green", "yellow", "red", "unknown")

SEVERITIES: Final[tuple[str, ...]] = ("notice", "warning", "critical")
ALERT_EVENTS: Final[tuple[str, ...]] = ("opened", "escalated", "eased", "reminded", "resolved")
ALERT_STATES: Final[tuple[str, ...]] = ("open", "overridden", "resolved")

RECOMMENDATIONS: Final[tuple[str, ...]] = ("stay", "watch", "return", "insufficient")
# Of these a manager may decide on.
ASKING: Final[tuple[str, ...]] = ("return", "watch")
DECISIONS: Final[tuple[str, ...]] = ("agree", "decline", "defer")
VERDICTS: Final[tuple[str, ...]] = ("keep", "watch", "return", "insufficient")
POLICY: Final = "policy"

SCHEDULES: Final[tuple[str, ...]] = ("5x8", "4x10", "9/80")
# What managers may type: the reader, the tables and the page hold it against the same limits.
LOWEST_SCORE: Final = 1
HIGHEST_SCORE: Final = 5
LONGEST_TEXT: Final = 500  # of a note or a reason, in characters (code points)
VISIBILITIES: Final[tuple[str, ...]] = ("everyone", "managers")
SHIFTS: Final[tuple[str, ...]] = ("in_shift", "evening", "rostered_day_off", "night", "no_schedule")

SOURCES: Final[tuple[str, ...]] = ("jira", "tempo", "pagerduty", "alertops", "vibes", "leave", "decisions")
SOURCE_STATES: Final[tuple[str, ...]] = ("ok", "late", "incomplete", "failed", "off")
# In these what a source gave is all there is to know.
KNOWN_STATES: Final[tuple[str, ...]] = ("ok", "late")
PROBLEM_SEVERITIES: Final[tuple[str, ...]] = ("error", "warning", "info")

METHODS: Final[tuple[str, ...]] = ("evidence", "plain")
