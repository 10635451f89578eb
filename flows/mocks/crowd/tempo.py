"""The crowd as Tempo knows it at one instant: Jira's worklogs, found by day, author, project and issue as arrays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from flows.mocks.credentials import TEMPO_TOKEN
from flows.mocks.crowd import words
from flows.mocks.crowd.calendar import Calendar
from flows.mocks.crowd.draws import Flags, Ints, Purpose, draw
from flows.mocks.crowd.histories import key_of
from flows.mocks.crowd.issues import BLOCK, is_unpaid_work
from flows.mocks.crowd.jira import FIRST_PROJECT, CrowdJira, standing_issue
from flows.mocks.crowd.lazy import Lazy
from flows.mocks.crowd.pagerduty import people_and_services
from flows.mocks.crowd.roster import SECOND, Crowd, at
from flows.mocks.crowd.worklogs import (
    A_DAY,
    A_WEEK,
    FIRST_ISSUE,
    FIRST_STANDING,
    FIRST_WORKLOG,
    INTERNAL_STANDING,
    STANDING,
    Logs,
    logs,
    numbers_of,
)
from flows.mocks.facts import Issue
from flows.mocks.http import App, Request, Response
from flows.mocks.jira_state import milliseconds
from flows.mocks.tempo_server import (
    IDS_APART,
    PREFIX,
    Json,
    Logged,
    TempoError,
    TempoMock,
    TempoState,
    Wanted,
    _body,
    _numbers,
    schedule_day,
)
from flows.mocks.world import ROBOT

ANSWERS_KEPT: Final = 4
ISSUES_KEPT: Final = 20_000
_ORDERS: Final = ("", "ID", "START_DATE_TIME", "UPDATED")
_UNAUTHORISED: Final = b"<html><body><h1>401 Unauthorized</h1></body></html>"


def crowd_tempo_app(crowd: Crowd, as_of: datetime | None = None) -> App:
    """A mock of Tempo that serves the crowd as it stood at an instant: `crowd.as_of` unless an earlier one."""
    state = CrowdTempo(CrowdJira(crowd, as_of))

    def app(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TEMPO_TOKEN}":
            return Response(401, _UNAUTHORISED, "text/html;charset=UTF-8")
        is_prefixed = request.path.startswith(f"{PREFIX}/")
        prefix, path = (PREFIX, request.path.removeprefix(PREFIX)) if is_prefixed else ("", request.path)
        return CrowdTempoMock(state, f"http://{request.host}{prefix}").answer(request, path)

    return app


class _Issues(Mapping[int, Issue]):
    """Issues by id as far as Tempo knows them: key, project and labels. Learnt when needed, forgotten when many."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.calendar = crowd, Calendar(crowd)
        self.known: dict[int, Issue] = {}

    def learn(self, ids: Sequence[int]) -> None:
        missing = sorted(set(ids) - self.known.keys())
        bits = draw(self.crowd.seed, Purpose.WORDS, np.array(missing, dtype=np.int64) - FIRST_ISSUE)
        is_unpaid = is_unpaid_work(bits).tolist()
        learnt = {number: self._issue(number, is_unpaid[n]) for n, number in enumerate(missing)}
        self.known = {**(self.known if len(self.known) < ISSUES_KEPT else {}), **learnt}

    def _issue(self, number: int, is_unpaid: bool) -> Issue:
        if number < FIRST_ISSUE:
            return standing_issue(self.crowd, number)
        key, labels = key_of(self.calendar, number), words.UNPAID if is_unpaid else ()
        since = at(self.crowd.start)
        return Issue(number, key, key.partition("-")[0], "Task", None, "", labels, ROBOT, since, {}, ())

    def __getitem__(self, number: int) -> Issue:
        if number not in self.known:
            self.learn([number])
        return self.known[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@dataclass(frozen=True)
class Asked:
    """`Wanted` in a form that can be looked up."""

    first: date | None
    last: date | None
    updated_from: datetime | None
    projects: tuple[int, ...]
    issues: tuple[int, ...]
    authors: tuple[str, ...]

    @classmethod
    def of(cls, wanted: Wanted) -> "Asked":
        lists = (tuple(sorted(wanted.projects)), tuple(sorted(wanted.issues)), tuple(sorted(wanted.authors)))
        return cls(wanted.first, wanted.last, wanted.updated_from, *lists)


class CrowdTempo(TempoState):
    """The crowd's worklogs. There is no list of all of them."""

    def __init__(self, jira: CrowdJira) -> None:
        world = people_and_services(jira.crowd, projects=list(jira.projects.values()))
        self.jira, self.crowd, self.told_issues = jira, jira.crowd, _Issues(jira.crowd)
        # The world's own look-up of issues, which a crowd has no list of.
        vars(world)["issues_by_id"] = self.told_issues
        super().__init__(world, jira.as_of)
        self.engineers = {account: number for number, account in enumerate(self.crowd.accounts)}
        self.find = lru_cache(ANSWERS_KEPT)(self._find)

    @cached_property
    def issues(self) -> set[int]:
        return set(self.jira.numbers.tolist())

    def told(self, numbers: Ints) -> list[Logged]:
        """Worklogs by the numbers that `find` gives."""
        return self.told_by_id((numbers + FIRST_WORKLOG).tolist())

    def told_by_id(self, ids: Sequence[int]) -> list[Logged]:
        """Of some worklogs, by Jira's ids, those that are there."""
        found = self.jira.worklogs(ids)
        self.told_issues.learn([log.issue_id for log in found])
        return [self._logged(log) for log in found]

    def _find(self, wanted: Asked, order: str) -> Ints:
        """Numbers of the worklogs that are wanted, in order; a week at a time."""
        weeks = range(self.crowd.weeks)
        first = 0 if wanted.first is None else (wanted.first - self.crowd.first_week).days
        last = 7 * self.crowd.weeks if wanted.last is None else (wanted.last - self.crowd.first_week).days
        engineers = self._engineers(wanted)
        numbers, keys = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for week in weeks[max(first // 7, 0) : max(last // 7 + 1, 0)]:
            rows = logs(self.jira.calendar, numbers_of(self.crowd, engineers, np.array([week], dtype=np.int64)))
            day = 7 * week + rows.number % A_WEEK // A_DAY
            is_wanted = self._is_wanted(rows, wanted) & (first <= day) & (day <= last)
            numbers.append(rows.number[is_wanted])
            keys.append(self._key(rows, day, order)[is_wanted])
        whole = np.concatenate(numbers)
        return whole[np.lexsort((whole, np.concatenate(keys)))]

    def _engineers(self, wanted: Asked) -> Ints:
        known = (self.engineers[account] for account in wanted.authors if account in self.engineers)
        return np.array(sorted(known) if wanted.authors else range(self.crowd.engineers), dtype=np.int64)

    def _is_wanted(self, rows: Logs, wanted: Asked) -> Flags:
        now = self.jira.now
        found = rows.is_there(now)
        if wanted.updated_from is not None:
            found &= rows.saved(now) >= milliseconds(wanted.updated_from)
        if wanted.issues:
            found &= np.isin(rows.issue, wanted.issues)
        if wanted.projects:
            standing = rows.issue - FIRST_STANDING
            internal = standing % STANDING == INTERNAL_STANDING
            of_sprint = (rows.issue - FIRST_ISSUE) // BLOCK % self.crowd.teams
            team = np.where(rows.issue >= FIRST_ISSUE, of_sprint, np.where(internal, -1, standing // STANDING))
            found &= np.isin(FIRST_PROJECT + team, wanted.projects)
        return found

    def _key(self, rows: Logs, day: Ints, order: str) -> Ints:
        if order == "START_DATE_TIME":
            return self.crowd.local(self.crowd.places[rows.engineer], day, rows.started) // SECOND
        return rows.saved(self.jira.now) if order == "UPDATED" else rows.number


class CrowdTempoMock(TempoMock):
    """The endpoints over the crowd: what goes through all worklogs goes through arrays here."""

    state: CrowdTempo

    def mapping(self, request: Request, direction: str) -> Json:
        name = "tempoWorklogIds" if direction == "tempo-to-jira" else "jiraWorklogIds"
        wanted = _numbers(_body(request), name)
        if not wanted:
            raise TempoError(400, f"{name} must not be empty")
        apart = IDS_APART if direction == "tempo-to-jira" else 0
        found = self.state.told_by_id(sorted(number - apart for number in wanted))
        rows = [{"tempoWorklogId": one.tempo_id, "jiraWorklogId": one.log.id} for one in found]
        return self._page(request, rows, dict)

    def _one(self, number: str) -> Logged:
        found = self.state.told_by_id([int(number) - IDS_APART]) if number.isdigit() else []
        if not found:
            raise TempoError(404, f"Worklog with id {number} not found")
        return found[0]

    def _list(self, request: Request, wanted: Wanted) -> Json:
        order = request.one("orderBy")
        if order not in _ORDERS:
            raise TempoError(400, f"orderBy: unknown value {order}")
        return self._page(request, Lazy(self.state.find(Asked.of(wanted), order), self.state.told), self._row)

    def _schedule_day(self, account: str, day: date) -> Json:
        return schedule_day(day, self._hours(account, day), is_holiday=False)

    def _hours(self, account: str, day: date) -> int:
        """By the schedule of the engineer; eight on weekdays for everybody else."""
        crowd, number = self.state.crowd, self.state.engineers.get(account)
        if day.weekday() > 4:
            return 0
        if number is None:
            return 8
        is_employed = crowd.employed_from(number) <= day <= (crowd.employed_to(number) or day)
        is_new = day >= crowd.first_week + timedelta(weeks=crowd.switch)
        is_free = not is_employed or (is_new and day.weekday() == int(crowd.days_off[number]))
        return 0 if is_free else 10 if is_new else 8
