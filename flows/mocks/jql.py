"""A reader of the part of JQL that a weekly pull may use, as Jira Cloud answers it.

Boolean clauses over a handful of fields, and ORDER BY. Dates are read in the calling user's zone; bare numbers are
milliseconds since 1970. What Jira would refuse raises JqlError with Jira's own kind of message. A query is data: who
has the issues says which of them meet a clause, one by one (`passes`) or all at once.
"""

import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

MOST_ORDER_FIELDS: Final = 7

# Numbers of issues, ascending; which of some numbers meet a clause.
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Sign = Literal["is empty", "in", "!=", "~", "date"]
_ANY_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


class JqlError(Exception):
    """Jira's answer to a query it does not take: status 400 with this message."""


class Searchable(Protocol):
    """What a clause looks at."""

    def terms(self, field: str) -> Collection[str]:
        """Everything the issue has under a field, in lower case."""

    def instants(self, field: str) -> Collection[datetime]:
        """Instants under a date field."""


class Searched(Protocol):
    """Who has the issues. Conditions on quick fields are best tested first."""

    quick_fields: Collection[str]

    def where(self, clause: "Clause", numbers: Numbers) -> Mask:
        """Which of the issues meet the clause."""

    def order_keys(self, field: str, numbers: Numbers) -> npt.NDArray[Any]:
        """What to sort the issues by."""


@dataclass(frozen=True)
class Scope:
    """What exists, and how the caller reads dates. `known` turns a value into the term that stands for it."""

    zone: ZoneInfo
    now: datetime
    known: Mapping[str, Callable[[str], str | None]]


@dataclass(frozen=True)
class Clause:
    """One test of one field: against terms in lower case, or against an instant."""

    field: str
    sign: Sign
    terms: frozenset[str] = frozenset()
    compare: Callable[[Any, Any], Any] = operator.eq
    bound: datetime = _ANY_TIME


@dataclass(frozen=True)
class Every:
    """AND."""

    parts: Sequence["Node"]


@dataclass(frozen=True)
class Either:
    """OR."""

    parts: Sequence["Node"]


@dataclass(frozen=True)
class Not:
    """NOT."""

    part: "Node"


Node = Clause | Every | Either | Not


def passes(issue: Searchable, clause: Clause) -> bool:
    """Whether one issue meets a clause."""
    if clause.sign == "date":
        return any(clause.compare(at, clause.bound) for at in issue.instants(clause.field))
    if clause.sign == "is empty":
        return not (issue.instants(clause.field) if clause.field in _DATES else issue.terms(clause.field))
    terms = issue.terms(clause.field)
    if clause.sign == "~":
        return any(part in term for term in terms for part in clause.terms)
    if clause.sign == "!=":
        return bool(terms) and clause.terms.isdisjoint(terms)
    return not clause.terms.isdisjoint(terms)


def select(node: Node, numbers: Numbers, searched: Searched) -> Numbers:
    """The issues, of those given, that meet a query's conditions."""
    match node:
        case Clause():
            return numbers[searched.where(node, numbers)] if len(numbers) else numbers
        case Every():
            for part in sorted(node.parts, key=lambda part: not _is_quick(part, searched)):
                numbers = select(part, numbers, searched)
            return numbers
        case Either():
            return np.unique(np.concatenate([select(part, numbers, searched) for part in node.parts]))
        case Not():
            return np.setdiff1d(numbers, select(node.part, numbers, searched), assume_unique=True)


def _is_quick(node: Node, searched: Searched) -> bool:
    match node:
        case Clause():
            return node.field in searched.quick_fields
        case Every() | Either():
            return all(_is_quick(part, searched) for part in node.parts)
        case Not():
            return _is_quick(node.part, searched)


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
_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
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

    test: Node | None
    order: Sequence[tuple[str, bool]]

    def run(self, numbers: Numbers, searched: Searched) -> Numbers:
        """The issues, of those given, that pass, in the order asked for; by number where nothing else decides."""
        found = numbers if self.test is None else select(self.test, numbers, searched)
        for field, descending in reversed(self.order):
            _, rank = np.unique(searched.order_keys(field, found), return_inverse=True)
            found = found[np.argsort(-rank if descending else rank, kind="stable")]
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

    def either(self) -> Node:
        parts = [self.both()]
        while self.takes("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Either(parts)

    def both(self) -> Node:
        parts = [self.negated()]
        while self.takes("and"):
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else Every(parts)

    def negated(self) -> Node:
        if self.takes("not"):
            return Not(self.negated())
        if self.takes("("):
            node = self.either()
            if not self.takes(")"):
                raise JqlError("Error in the JQL Query: a closing bracket is missing.")
            return node
        return self.clause()

    def clause(self) -> Node:
        name = self.next()
        field = _ALIASES.get(name.lower(), name.lower())
        if field not in _TEXT | _DATES:
            raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
        if self.takes("is"):
            wants_empty = not self.takes("not")
            self.next()
            return Clause(field, "is empty") if wants_empty else Not(Clause(field, "is empty"))
        if self.takes("not", "in"):
            return Not(Clause(field, "in", self.resolved(field, self.values())))
        if self.takes("in"):
            return Clause(field, "in", self.resolved(field, self.values()))
        sign = self.next()
        if field in _DATES and sign in _COMPARE:
            return Clause(field, "date", compare=_COMPARE[sign], bound=self.instant(self.next(), field))
        if sign == "~" and field in _TEXT:
            return Clause(field, "~", frozenset([self.next().lower()]))
        if sign in ("=", "!=") and field in _TEXT:
            return Clause(field, "in" if sign == "=" else "!=", self.resolved(field, [self.value()]))
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

    def resolved(self, field: str, values: Sequence[str]) -> frozenset[str]:
        """The terms that stand for the values: naming what does not exist is an error."""
        resolve = self.scope.known.get(field)
        wanted = set()
        for value in values:
            term = resolve(value) if resolve else value
            if term is None:
                raise JqlError(_unknown(field, value))
            wanted.add(term.lower())
        return frozenset(wanted)

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


def _unknown(field: str, value: str) -> str:
    if field == "issue":
        return f"An issue with key '{value}' does not exist for field 'key'."
    if field == "sprint":
        return f"Sprint with name '{value}' does not exist or you do not have permission to view it."
    return f"The value '{value}' does not exist for the field '{field}'."
