"""A reader of the part of JQL that a weekly pull may use, as Jira Cloud answers it.

Boolean clauses over a handful of fields, and ORDER BY. Dates are read in the calling user's zone; bare numbers are
milliseconds since 1970. What Jira would refuse raises JqlError with Jira's own kind of message.
"""

import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

MOST_ORDER_FIELDS: Final = 7


class JqlError(Exception):
    """Jira's answer to a query it does not take: status 400 with this message."""


class Searchable(Protocol):
    """What the query looks at."""

    def terms(self, field: str) -> Collection[str]:
        """Everything the issue has under a field, in lower case."""

    def instants(self, field: str) -> Collection[datetime]:
        """Instants under a date field."""

    def order_key(self, field: str) -> str | float:
        """What to sort by."""


Found = TypeVar("Found", bound=Searchable)


@dataclass(frozen=True)
class Scope:
    """What exists, and how the caller reads dates."""

    zone: ZoneInfo
    now: datetime
    known: Mapping[str, Callable[[str], str | None]]


Test = Callable[[Searchable], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<op><=|>=|!=|!~|[=<>~(),])|(?P<word>[^\s=<>!~(),"']+))"""
)
_ALIASES: Final[Mapping[str, str]] = {
    "key": "issue",
    "issuekey": "issue",
    "id": "issue",
    "type": "issuetype",
    "updateddate": "updated",
    "createddate": "created",
    "resolved": "resolutiondate",
    "customfield_10020": "sprint",
    "cf[10020]": "sprint",
}
_TEXT: Final = {
    "project", "issue", "sprint", "assignee", "reporter", "status", "statuscategory", "labels", "issuetype", "parent",
    "worklogauthor", "summary",
}  # fmt: skip
_DATES: Final = {"updated", "created", "resolutiondate", "worklogdate"}
_ORDERS: Final = {"issue", "updated", "created", "rank", "project", "status"}
_COMPARE: Final[Mapping[str, Callable[[datetime, datetime], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_UNITS: Final = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


@dataclass(frozen=True)
class Query:
    """A parsed query. `test` is None when nothing restricts it."""

    test: Test | None
    order: Sequence[tuple[str, bool]]

    def run(self, issues: Sequence[Found]) -> list[Found]:
        """The issues that pass, in the order asked for."""
        found = [issue for issue in issues if self.test is None or self.test(issue)]
        for field, descending in reversed(self.order):
            found.sort(key=lambda issue: issue.order_key(field), reverse=descending)
        return found


def parse(jql: str, scope: Scope) -> Query:
    """Read a query.

    Errors: JqlError.
    """
    parser = _Parser(_tokens(jql), scope)
    test = None if parser.at_end or parser.sees("order") else parser.either()
    return Query(test, parser.order_by())


def _tokens(jql: str) -> list[tuple[str, bool]]:
    """(text, was quoted)."""
    tokens, place = [], 0
    while place < len(jql.rstrip()):
        match = _TOKEN.match(jql, place)
        if match is None:
            raise JqlError(f"Error in the JQL Query: unexpected character at position {place}.")
        quoted = match["quoted"]
        tokens.append(
            (re.sub(r"\\(.)", r"\1", quoted[1:-1]), True) if quoted else (match["op"] or match["word"], False)
        )
        place = match.end()
    return tokens


class _Parser:
    """Recursive descent: OR over AND over NOT over clauses."""

    def __init__(self, tokens: list[tuple[str, bool]], scope: Scope) -> None:
        self.tokens, self.scope, self.place = tokens, scope, 0

    @property
    def at_end(self) -> bool:
        return self.place >= len(self.tokens)

    def sees(self, *words: str) -> bool:
        here = self.tokens[self.place : self.place + len(words)]
        return [text.lower() for text, quoted in here if not quoted] == list(words)

    def takes(self, *words: str) -> bool:
        if self.sees(*words):
            self.place += len(words)
            return True
        return False

    def next(self) -> str:
        if self.at_end:
            raise JqlError("Error in the JQL Query: the query ends where more was expected.")
        self.place += 1
        return self.tokens[self.place - 1][0]

    def either(self) -> Test:
        tests = [self.both()]
        while self.takes("or"):
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda issue: any(test(issue) for test in tests)

    def both(self) -> Test:
        tests = [self.negated()]
        while self.takes("and"):
            tests.append(self.negated())
        return tests[0] if len(tests) == 1 else lambda issue: all(test(issue) for test in tests)

    def negated(self) -> Test:
        if self.takes("not"):
            test = self.negated()
            return lambda issue: not test(issue)
        if self.takes("("):
            test = self.either()
            if not self.takes(")"):
                raise JqlError("Error in the JQL Query: a closing bracket is missing.")
            return test
        return self.clause()

    def clause(self) -> Test:
        name = self.next()
        field = _ALIASES.get(name.lower(), name.lower())
        if field not in _TEXT | _DATES:
            raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
        if self.takes("is"):
            wants_empty = not self.takes("not")
            self.next()
            return lambda issue: (not _content(issue, field)) == wants_empty
        if self.takes("not", "in"):
            test = self.one_of(field, self.values())
            return lambda issue: not test(issue)
        if self.takes("in"):
            return self.one_of(field, self.values())
        sign = self.next()
        if field in _DATES and sign in _COMPARE:
            bound, compare = self.instant(self.next(), field), _COMPARE[sign]
            return lambda issue: any(compare(at, bound) for at in issue.instants(field))
        if sign == "~" and field in _TEXT:
            part = self.next().lower()
            return lambda issue: any(part in term for term in issue.terms(field))
        if sign in ("=", "!=") and field in _TEXT:
            test = self.one_of(field, [self.value()])
            return test if sign == "=" else lambda issue: bool(issue.terms(field)) and not test(issue)
        raise JqlError(f"The operator '{sign}' is not supported by the '{name}' field.")

    def value(self) -> str:
        text = self.next()
        if self.takes("(", ")"):
            return f"{text}()"
        return text

    def values(self) -> list[str]:
        first = self.next()
        if first != "(":
            if self.takes("(", ")"):
                return [f"{first}()"]
            raise JqlError("Error in the JQL Query: a list in brackets was expected.")
        values = [self.value()]
        while self.takes(","):
            values.append(self.value())
        if not self.takes(")"):
            raise JqlError("Error in the JQL Query: a closing bracket is missing.")
        return values

    def one_of(self, field: str, values: Sequence[str]) -> Test:
        resolve = self.scope.known.get(field)
        wanted = set()
        for value in values:
            term = resolve(value) if resolve else value
            if term is None:
                raise JqlError(_unknown(field, value))
            wanted.add(term.lower())
        return lambda issue: not wanted.isdisjoint(issue.terms(field))

    def instant(self, text: str, field: str) -> datetime:
        """An instant by milliseconds, by the caller's clock, or relative to now."""
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        relative = re.fullmatch(r"([+-]?\d+)([wdhm])", text)
        if relative:
            return self.scope.now + timedelta(**{_UNITS[relative[2]]: int(relative[1])})
        for pattern in ("%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"):
            try:
                return datetime.strptime(text, pattern).replace(tzinfo=self.scope.zone)
            except ValueError:
                continue
        raise JqlError(
            f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
            "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )

    def order_by(self) -> list[tuple[str, bool]]:
        """(field, descending) in order of weight."""
        order: list[tuple[str, bool]] = []
        if self.takes("order", "by"):
            while not order or self.takes(","):
                name = self.next()
                field = _ALIASES.get(name.lower(), name.lower())
                if field not in _ORDERS:
                    raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
                descending = self.takes("desc")
                _ = descending or self.takes("asc")
                order.append((field, descending))
        if not self.at_end:
            raise JqlError(f"Error in the JQL Query: Expecting operator but got '{self.next()}'.")
        if len(order) > MOST_ORDER_FIELDS:
            raise JqlError(f"JQL can be ordered by at most {MOST_ORDER_FIELDS} fields.")
        return order


def _content(issue: Searchable, field: str) -> Collection[object]:
    return issue.instants(field) if field in _DATES else issue.terms(field)


def _unknown(field: str, value: str) -> str:
    if field == "issue":
        return f"An issue with key '{value}' does not exist for field 'key'."
    if field == "sprint":
        return f"Sprint with name '{value}' does not exist or you do not have permission to view it."
    return f"The value '{value}' does not exist for the field '{field}'."
