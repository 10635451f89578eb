"""Cleaned source rows: what the vendors and the managers' files said, typed and keyed."""

from transforms import vocabulary as words
from transforms.schemas.columns import Day, EngineerWeek, Instant, Table, col, day, flag, hours, instant


class Worklogs(Table):
    """One row per worklog of a rostered engineer, dated in the author's time zone."""

    worklog_id: str = col("Vendor's id of the worklog", "id")
    engineer_id: str = col("Who did the work", "id")
    issue_key: str = col("Issue worked on", "id")
    week_start: Day = day("Monday of the ISO week that holds `work_date`")
    work_date: Day = day("Day of `started_at` in the author's time zone")
    started_at: Instant = instant("When the work started")
    recorded_at: Instant = instant("When the worklog was first entered")
    updated_at: Instant = instant("When the worklog was last edited")
    logged_hours: float = hours("Time logged")
    billable_hours: float = hours("The part of it that a client pays for")
    billing_rule: str = col("Name of the rule that decided, or `default`; `tempo` where Tempo did", "text")

    class Config:
        strict = True
        # Where Tempo took over from Jira, both may have given the same number.
        unique = ["worklog_id", "billing_rule"]


class Sprints(Table):
    """One row per sprint of a team's board.

    A closed sprint stays as it stood when its snapshot was taken, whatever the board lists later.
    """

    sprint_id: int = col("Vendor's id of the sprint", "id", unique=True)
    team_id: str = col("The team whose board it is", "id")
    name: str = col("Name of the sprint", "text")
    state: str = col("State at the time of fetching", "word", isin=["future", "active", "closed"])
    start_at: Instant = instant("When it started; missing for a future sprint", nullable=True)
    end_at: Instant = instant("When it was planned to end", nullable=True)
    complete_at: Instant = instant("When it was closed; missing while it is open", nullable=True)


class IssueEvents(Table):
    """One row per change of an issue's sprint, points, status or assignee, plus one row per field at creation.

    The row at creation (`event_id` 0) holds the value before the first known change.
    """

    issue_key: str = col("The issue", "id")
    is_subtask: bool = flag("Sub-tasks' points are not counted")
    event_id: int = col("Vendor's id of the change; 0 for the value at creation", "id")
    changed_at: Instant = instant("When it changed")
    field: str = col("What changed", "word", isin=["sprints", "points", "is_done", "assignee"])
    value: str = col(
        "New value: sprint ids joined by `,`, a number, `true`/`false`, or an engineer_id", "text", nullable=True
    )


class SprintCredits(EngineerWeek):
    """One row per issue completed or reopened in a sprint and engineer credited with it.

    Work of nobody on the roster stands under `(unassigned)` or `(not on roster)`. The sum over all rows of a sprint
    is the team's completed points. Points taken back by a reopening are negative. Rows of a sprint that has a row in
    `sprint_totals` never change.
    """

    sprint_id: int = col("Vendor's id of the sprint", "id")
    team_id: str = col("The team whose sprint it is", "id")
    issue_key: str = col("The issue; empty in rows of versions that kept sums only", "id", absent="")
    kind: str = col("What happened to it", "word", absent="completed", isin=["completed", "reopened"])
    credited_at: Instant = instant(
        "First move to done inside the sprint, or the reopening; decides the week", nullable=True, absent=None
    )
    points_completed: float = col("Points credited; negative where taken back", "points")

    class Config:
        strict = True
        unique = ["sprint_id", "issue_key", "engineer_id", "week_start", "kind"]


class SprintTotals(Table):
    """One row per closed sprint, as Jira's own report counts it: a snapshot taken at the close, never changed.

    committed + reestimated + added = completed + reopened + carried over + removed. All but the commitment count by
    the points of the close.
    """

    sprint_id: int = col("Vendor's id of the sprint", "id", unique=True)
    team_id: str = col("The team whose sprint it is", "id")
    name: str = col("Name of the sprint", "text")
    week_start: Day = day("Monday of the week in which it closed")
    first_day: Day = day("First day, in the team's time zone")
    last_day: Day = day("Last day, in the team's time zone")
    committed_points: float = col("Points at the start of the issues in the sprint and not done then", "points")
    reestimated_points: float = col(
        "Points at the close less points at the start, over the issues committed; missing in rows of versions that did "
        "not count it",
        "points",
        nullable=True,
        absent=float("nan"),
    )
    added_points: float = col("Points of issues that joined after the start, not done", "points")
    removed_points: float = col("Points of issues that left before the close, or were done elsewhere", "points")
    completed_points: float = col("Points of issues done in the sprint, less `reopened_points`", "points")
    reopened_points: float = col(
        "Points of earlier sprints taken back: their issues were reopened in this one", "points"
    )
    carried_over_points: float = col("Points of issues left undone at the close", "points")
    median_estimate: float = col("Median points of the issues completed that have an estimate", "points", nullable=True)
    n_estimated: int = col("Issues completed that have an estimate", "count", ge=0, absent=0)
    is_reconstructed: bool = flag("Taken later than in the first run after the close")


class Pages(EngineerWeek):
    """One row per incident and engineer paged for it; counted in the week of the engineer's first page."""

    incident_id: str = col("Vendor's id of the incident", "id")
    paged_at: Instant = instant("When the engineer was first paged")
    acknowledge_seconds: float = col(
        "From the engineer's page to their first acknowledge, or until it left them unanswered",
        "seconds",
        nullable=True,
        ge=0,
    )
    resolve_seconds: float = col(
        "From creation to the engineer's resolve; missing if someone else resolved it", "seconds", nullable=True, ge=0
    )
    is_censored: bool = flag("The page timed out away from the engineer: the time is a lower bound")
    urgency: str = col("Vendor's urgency", "word")
    shift: str = col("Where the page fell in the engineer's own schedule", "word", isin=list(words.SHIFTS))

    class Config:
        strict = True
        unique = ["incident_id", "engineer_id"]


class Vibes(EngineerWeek):
    """One row per engineer, week and manager: the manager's reading of someone else.

    A score that was published and then taken back stays as a row without score and note.
    """

    manager_id: str = col("Who wrote it", "id")
    vibes: float = col(
        "1 (struggling) to 5 (thriving); missing for a note alone, or taken back",
        "score",
        nullable=True,
        ge=words.LOWEST_SCORE,
        le=words.HIGHEST_SCORE,
    )
    note: str = col("Context note, as typed", "text", nullable=True, str_length={"max_value": words.LONGEST_TEXT})
    visibility: str = col("Which edition may show the note", "word", isin=list(words.VISIBILITIES))
    saved_at: Instant = instant("When the form saved the row, where it did", nullable=True)
    file: str = col("The file it stands in", "text")
    line: int = col("The line where the record starts", "count", ge=1)
    published_vibes: float = col(
        "Score with which the row was first published, where it is another now or was taken back",
        "score",
        nullable=True,
        absent=float("nan"),
        ge=words.LOWEST_SCORE,
        le=words.HIGHEST_SCORE,
    )

    class Config:
        strict = True
        unique = ["engineer_id", "week_start", "manager_id"]


class ManagerDecisions(EngineerWeek):
    """One row per decision of a manager on a recommendation; `week_start` is the week of the review.

    Several about one review are its history: the one of the latest day counts.
    """

    decision: str = col("What the manager decided on the recommendation", "word", isin=list(words.DECISIONS))
    why: str = col("The reason, as typed", "text", nullable=True, str_length={"max_value": words.LONGEST_TEXT})
    visibility: str = col("Which edition may show the reason", "word", isin=list(words.VISIBILITIES))
    manager_id: str = col("Who decided", "id")
    decided_on: Day = day("The day of the decision; missing where the row does not say", nullable=True)
    file: str = col("The file it stands in", "text")
    line: int = col("The line where the record starts", "count", ge=1)

    class Config:
        strict = True
        unique = ["engineer_id", "week_start", "file", "line"]


class Leave(Table):
    """One row per engineer and day of leave. The reason is neither read nor kept."""

    engineer_id: str = col("Who is away", "id")
    leave_date: Day = day("The day")
    leave_hours: float = hours("Hours away on that day, as entered; the schedule caps them")

    class Config:
        strict = True
        unique = ["engineer_id", "leave_date"]


class Holidays(Table):
    """One row per location and public holiday."""

    location_id: str = col("The location, as in the config", "id")
    holiday_date: Day = day("The day")
    name: str = col("Name of the holiday", "text")

    class Config:
        strict = True
        unique = ["location_id", "holiday_date"]


class Problems(Table):
    """One row per defect in the input, carried as data: nothing is dropped unsaid."""

    source: str = col("Where it was found: a source, file set or step", "word")
    file: str = col("File or endpoint", "text")
    line: int = col("Line of the file where the record starts; 0 where there is none", "count", ge=0)
    column: str = col("Column or field; empty for the whole record", "text")
    rule: str = col("Id of the rule, e.g. V004", "id")
    severity: str = col("How bad", "word", isin=list(words.PROBLEM_SEVERITIES))
    found: str = col("What was found; empty for note columns", "text")
    message: str = col("What is wrong, what happens now, what to do", "text")
    engineer_id: str = col("Whom it touches, if anyone", "id", nullable=True)


class SourceHealth(Table):
    """One row per source and week reported: whether its rows can be trusted."""

    source: str = col("The source", "word", isin=list(words.SOURCES))
    week_start: Day = day("Week that the run reported")
    state: str = col("What became of the fetch", "word", isin=list(words.SOURCE_STATES))
    rows: int = col("Rows kept from this fetch", "count", ge=0)
    complete_to: Day = day("Data complete to the end of this day", nullable=True)
    unknown_since: Day = day("First week with nothing known, while the state lasts", nullable=True)
    message: str = col("One sentence for the page", "text")

    class Config:
        strict = True
        unique = ["source", "week_start"]
