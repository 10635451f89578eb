"""An explanation as a terminal shows it, and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any, Final

from flows.explain.trace import Explanation, Trace
from flows.publish.views.wording import SOURCE_NAMES, duration
from transforms.definitions import METRIC_DEFINITIONS
from transforms.explain.billable import BillableTrace, DayHours
from transforms.explain.common import Difference, SourceGap, day_text
from transforms.explain.response import ResponseTrace
from transforms.explain.velocity import Sprint, VelocityTrace
from transforms.explain.vibes import ManagerScore, VibesTrace
from transforms.language import NBSP
from transforms.weeks import iso_week

# What it is, how much, and how it came about.
_Step = tuple[str, str, str]
_INDENT: Final = "    "
_TEAM_WORDS: Final = {"reestimated": "re-estimated", "carried_over": "carried over"}
_MISSING: Final = "-"
_READING: Final = "  <- the reading"


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """Plain values: days and times as ISO text, missing as None."""
    return {
        "engineer_id": explanation.engineer_id,
        "week": iso_week(explanation.week_start),
        "read_in": iso_week(explanation.read_in),
        "no_account": list(explanation.no_account),
        "metrics": {metric: _plain(asdict(trace)) for metric, trace in explanation.traces.items()},
        "problems": [dict(problem) for problem in explanation.problems],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def as_text(explanation: Explanation) -> str:
    """One block per metric: the reading, the steps to it, the rows behind them."""
    blocks = []
    for metric, trace in explanation.traces.items():
        value, lines = _told(trace)
        title = METRIC_DEFINITIONS[metric].title.lower()
        if metric in explanation.no_account:
            lines = ["The roster names no account of theirs at the source, so that nothing in it counts.", *lines]
        blocks.append([f"{_who_and_when(explanation)}, {title}: {value}", *lines])
    if explanation.problems:
        told = [f"{one['severity']}: {one['message']} [{one['rule']}]" for one in explanation.problems]
        blocks.append(["problems in the input of these weeks", *told])
    return "\n\n".join("\n".join([block[0], *_indented(block[1:])]) for block in blocks)


def _who_and_when(explanation: Explanation) -> str:
    """`ana, 2026-W47 (16-22 November 2026)`."""
    first = explanation.week_start.date()
    last = first + timedelta(days=6)
    if first.month == last.month:
        start = f"{first.day}-"
    else:
        start = f"{first.day} {first:%B} - " if first.year == last.year else f"{first.day} {first:%B %Y} - "
    return f"{explanation.engineer_id}, {iso_week(first)} ({start}{last.day} {last:%B %Y})"


def _told(trace: Trace) -> tuple[str, list[str]]:
    """The reading in short, and the lines under it."""
    if isinstance(trace, BillableTrace):
        value, nothing, lines = _percent(trace.share_pct), "no hours", _billable(trace)
    elif isinstance(trace, VelocityTrace):
        value, nothing, lines = _points(trace.points_completed), "no sprint", _velocity(trace)
    elif isinstance(trace, ResponseTrace):
        nothing = "no time" if trace.n_pages else "no calls"
        value, lines = _time(trace.acknowledge_median_seconds), _response(trace)
    else:
        value, nothing, lines = _known(trace.vibes, "{:.2f} of 5"), "no vibes", _vibes(trace)
    told = value if value != _MISSING else nothing if trace.is_known else "unknown"
    why = [*trace.unknown, *(_gap(one) for one in trace.gaps), *(_difference(one) for one in trace.differences)]
    return told, [*why, *lines]


def _billable(trace: BillableTrace) -> list[str]:
    hours, shares = trace.hours, trace.shares
    steps = [
        ("scheduled", f"{hours.scheduled:.2f} h", _schedule(trace.days)),
        ("holidays", f"{0.0 - hours.holiday:.2f} h", _holidays(trace.days)),
        ("leave", f"{0.0 - hours.leave:.2f} h", _leave(trace.days)),
        ("available", f"{hours.available:.2f} h", ""),
        ("logged", f"{hours.logged:.2f} h", _worklogs(trace)),
        ("billable", f"{hours.billable:.2f} h", ""),
        ("of available", _percent(shares.of_available), _divided(hours.billable, hours.available)),
        ("of logged", _percent(shares.of_logged), _divided(hours.billable, hours.logged)),
        ("coverage", _percent(shares.coverage), _divided(hours.logged, hours.available)),
    ]
    marked = "of logged" if trace.denominator == "logged" else "of available"
    lines = _steps([(name, much, how + _READING * (name == marked)) for name, much, how in steps])
    rules = [
        [
            rule.billing_rule,
            _is_billable(rule.logged_hours, rule.billable_hours),
            f"{rule.logged_hours:.2f} h",
            f"{rule.billable_hours:.2f} h",
            f"{rule.worklogs}",
        ]
        for rule in trace.rules
    ]
    worklogs = [
        [
            day_text(one.work_date),
            one.issue_key,
            one.worklog_id,
            f"{one.logged_hours:.2f} h",
            f"{one.billable_hours:.2f} h",
            one.billing_rule,
            one.set_aside and f"set aside: {one.set_aside}",
        ]
        for one in trace.worklogs
    ]
    return [
        *lines,
        *trace.remarks,
        *_grid(["rule", "billable?", "logged", "billable", "worklogs"], rules, right={2, 3, 4}),
        *_grid(["day", "issue", "worklog", "logged", "billable", "rule", ""], worklogs, right={3, 4}),
    ]


def _worklogs(trace: BillableTrace) -> str:
    count = sum(rule.worklogs for rule in trace.rules)
    known = "" if trace.is_known else ", as far as they are known"
    return f"{count} worklog{'' if count == 1 else 's'}{known}"


def _schedule(days: Sequence[DayHours]) -> str:
    """`4x10: Mon 10, Tue 10, Wed 10, Thu 10, Fri off`; and how many days were of employment, if not all."""
    kinds = list(dict.fromkeys(day.schedule for day in days if day.has_schedule))
    listed = [_day_hours(day) for day in days if day.scheduled_hours or day.is_rostered_day_off or not day.has_schedule]
    employed = f" (employed on {len(days)} days of it)" if len(days) < 7 else ""
    return f"{' then '.join(kinds)}: {', '.join(listed)}{employed}"


def _day_hours(day: DayHours) -> str:
    name = f"{day.work_date:%a}"
    if not day.has_schedule:
        return f"{name} no schedule"
    return f"{name} off" if day.is_rostered_day_off else f"{name} {day.scheduled_hours:g}"


def _holidays(days: Sequence[DayHours]) -> str:
    told = []
    for day in days:
        name, when = " and ".join(day.holidays), day_text(day.work_date)
        if day.holidays and not day.holiday_hours:
            told.append(f"{when}: {name}, on a day without hours")
        elif day.holidays:
            told.append(f"{when}: {name}, {day.holiday_hours:g} h")
        elif day.holiday_hours:
            told.append(
                f"{when}: in place of {day.substitute_for or 'a holiday on the day off'}, {day.holiday_hours:g} h"
            )
    return "; ".join(told)


def _leave(days: Sequence[DayHours]) -> str:
    return "; ".join(f"{day_text(day.work_date)}: {day.leave_hours:g} h" for day in days if day.leave_hours)


def _is_billable(logged: float, billable: float) -> str:
    if not billable:
        return "no"
    return "yes" if billable >= logged else "in part"


def _velocity(trace: VelocityTrace) -> list[str]:
    steps = [("this week", _points(trace.week_points), _READING.strip())]
    if trace.sprint is not None:
        points = [f"{iso_week(one.week_start)} {_short(one.points)}" for one in trace.weeks]
        hours = [f"{iso_week(one.week_start)} {_known(one.hours, '{:.2f}')}" for one in trace.weeks]
        steps += [
            ("sprint", _points(trace.sprint_points), ", ".join(points)),
            ("hours", _known(trace.sprint_hours, "{:.2f} h"), f"{trace.denominator}: {', '.join(hours)}"),
            ("velocity", _known(trace.points_per_40h, "{:.1f} per 40 h"), _rate(trace)),
        ]
    issues = [
        [
            one.issue_key or "(sum)",
            one.kind,
            _moment(one.credited_at),
            _short(one.points),
            iso_week(one.week_start),
            f"{one.sprint_id}",
        ]
        for one in trace.credits
    ]
    return [
        *_steps(steps),
        *([] if trace.sprint is None else _sprint(trace.sprint)),
        *_grid(["issue", "what", "when", "points", "counts in", "sprint"], issues, right={3, 5}),
    ]


def _rate(trace: VelocityTrace) -> str:
    if trace.points_per_40h is None:
        return ""
    return f"40 x {_short(trace.sprint_points)} / {trace.sprint_hours:.2f}"


def _sprint(sprint: Sprint) -> list[str]:
    """Which sprint it is; and the team's numbers once it is closed."""
    state = "closed" if sprint.is_closed else "open, counted as far as it has come"
    late = ", reconstructed" if sprint.is_reconstructed else ""
    days = f"{day_text(sprint.first_day)} to {day_text(sprint.last_day)}"
    lines = [f"sprint {sprint.sprint_id}, {sprint.name}, {days}: {state}{late}"]
    if sprint.team is not None:
        parts = {field.name: _short(getattr(sprint.team, field.name)) for field in fields(sprint.team)}
        told = ", ".join(f"{_TEAM_WORDS.get(name, name)} {points}" for name, points in parts.items())
        lines.append(f"its team's points: {told}")
    return lines


def _response(trace: ResponseTrace) -> list[str]:
    if not trace.pages:
        return []
    acknowledged, missed = trace.n_acknowledged, trace.n_missed
    others = trace.n_pages - acknowledged - missed
    steps = [
        ("pages", f"{trace.n_pages}", f"{acknowledged} acknowledged, {missed} missed, {others} left to others"),
        ("low urgency", f"{trace.n_low_urgency}", "listed apart, counted in nothing"),
        ("answered", _percent(trace.response_rate_pct), f"{acknowledged} / {acknowledged + missed}"),
        ("acknowledge", _time(trace.acknowledge_median_of_pages), f"median, a missed page until it left{_READING}"),
        ("resolve", _time(trace.resolve_median_of_pages), "median of what the engineer resolved"),
    ]
    pages = [
        [
            one.incident_id,
            _moment(one.paged_at),
            one.urgency,
            one.shift.replace("_", " "),
            one.answer,
            _known(one.acknowledge_seconds, "{:.0f} s"),
            _known(one.resolve_seconds, "{:.0f} s"),
            one.set_aside and f"set aside: {one.set_aside}",
        ]
        for one in trace.pages
    ]
    header = ["incident", "paged", "urgency", "shift", "answer", "acknowledge", "resolve", ""]
    return [*_steps(steps), *_grid(header, pages, right={5, 6})]


def _vibes(trace: VibesTrace) -> list[str]:
    scores = [one.vibes for one in trace.scores if one.vibes is not None]
    listed = " + ".join(_short(score) for score in scores)
    steps = [
        ("mean", _known(trace.mean_of_scores, "{:.2f}"), f"({listed}) / {len(scores)}{_READING}" if scores else "")
    ]
    rows = [
        [one.manager_id, _score(one), f"for {one.visibility}", f"{one.file}:{one.line}", one.note]
        for one in trace.scores
    ]
    return [*_steps(steps), *_grid(["manager", "score", "note", "where", ""], rows, right=set())]


def _score(one: ManagerScore) -> str:
    now = "taken back" if one.vibes is None and one.published_vibes is not None else _short(one.vibes)
    return now if one.published_vibes is None else f"{now} ({_short(one.published_vibes)} when published)"


def _gap(gap: SourceGap) -> str:
    return f"{SOURCE_NAMES[gap.source]}, {gap.state} in the run of {iso_week(gap.week_start)}: {gap.message}"


def _difference(one: Difference) -> str:
    return (
        f"{one.column} is stored as {_known(one.stored, '{:.6g}')}, and its rows give {_known(one.traced, '{:.6g}')} "
        "now: they were restated since, or an earlier version counted otherwise"
    )


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{day_text(moment)} {moment:%H:%M}"


def _percent(value: float | None) -> str:
    return _known(value, "{:.1f} %")


def _time(seconds: float | None) -> str:
    return _MISSING if seconds is None else duration(seconds).replace(NBSP, " ")


def _points(points: float | None) -> str:
    return _known(None if points is None else round(points, 2), "{:g} points")


def _short(value: float | None) -> str:
    """Points or a score, whole where they are whole."""
    return _known(None if value is None else round(value, 2), "{:g}")


def _known(value: float | None, form: str) -> str:
    return _MISSING if value is None else form.format(value)


def _divided(top: float, bottom: float) -> str:
    return f"{top:.2f} / {bottom:.2f}"


def _steps(steps: Iterable[_Step]) -> list[str]:
    return _grid([], [list(step) for step in steps], right={1})


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]], right: set[int]) -> list[str]:
    """Rows in columns, two blanks apart; a header stands after an empty line. Nothing where there are no rows."""
    if not rows:
        return []
    lines = [header, *rows] if header else list(rows)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    told = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return ["", *told] if header else told


def _indented(lines: Iterable[str]) -> list[str]:
    """Notes and names are somebody's words: what would move the cursor becomes a blank."""
    printable = ("".join(letter if letter.isprintable() else " " for letter in line) for line in lines)
    return [f"{_INDENT}{line}".rstrip() for line in printable]
