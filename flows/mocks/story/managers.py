"""The managers' files: a score for most engineers and weeks, a note for some; a few decisions on recommendations."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from flows.mocks.facts import DecisionRow, VibesRow
from flows.mocks.story import notes
from flows.mocks.story.cast import DAY, WEEK, Actor, Span
from flows.mocks.story.characters import RE_ESTIMATING_TEAM, WEEKS_TO_RE_ESTIMATION
from flows.mocks.story.draws import chance, pick, stream
from flows.mocks.story.levels import Level

MISSING_SHARE: Final = 0.08
NOTED_SHARE: Final = 0.42
PRIVATE_SHARE: Final = 0.012
SECOND_SHARE: Final = 0.02
WEEKS_TO_FIRST_REVIEW: Final = 11
WEEKS_BETWEEN_REVIEWS: Final = 4
UNSCORED_SHARE: Final = 0.004


def tell_vibes(
    actors: Sequence[Actor],
    levels: Mapping[str, Mapping[date, Level]],
    managers: Sequence[str],
    stamping: str | None,
    zone: ZoneInfo,
    span: Span,
) -> list[VibesRow]:
    """Rows of every week, in the order in which they were typed.

    `stamping` is the manager who uses the form instead of a spreadsheet: only those rows are stamped.
    """
    rows: list[VibesRow] = []
    used: dict[str, set[str]] = {}
    for n in range((span.last_week - span.first_week).days // 7 + 1):
        week = span.first_week + n * WEEK
        this_week: set[str] = set()
        for actor in actors:
            mine = used.setdefault(actor.engineer_id, set())
            told = list(_rows_of(actor, levels[actor.engineer_id], managers, week, span, mine | this_week))
            mine.update(row.note for row in told)
            this_week.update(row.note for row in told)
            rows += [_stamped(row, zone) if row.manager == stamping else row for row in told]
    return rows


def tell_decisions(actors: Sequence[Actor], span: Span) -> list[DecisionRow]:
    """What was decided by the end of the story, in the order in which it was typed."""
    rows = []
    for actor in actors:
        for one in actor.character.decisions:
            week = span.switch + (WEEKS_TO_FIRST_REVIEW + (one.review - 1) * WEEKS_BETWEEN_REVIEWS) * WEEK
            decided_on = week + WEEK + one.days_after * DAY
            visibility = "everyone" if one.is_for_everyone else "managers"
            row = DecisionRow(actor.engineer_id, week, one.decision, one.why, actor.manager_id, decided_on, visibility)
            rows += [row] if decided_on < span.last_week + WEEK else []
    return sorted(rows, key=lambda row: (row.decided_on, row.engineer_id))


def _rows_of(
    actor: Actor, levels: Mapping[date, Level], managers: Sequence[str], week: date, span: Span, used: set[str]
) -> Iterator[VibesRow]:
    level = levels[week]
    worked = sum(actor.available.get(week + n * DAY, 0.0) for n in range(7))
    contract = sum(actor.contract.get(week + n * DAY, 0.0) for n in range(7))
    rng = stream(span.seed, "vibes", actor.engineer_id, week)
    if contract == 0:
        return
    if level.scripted_vibes is not None:
        yield VibesRow(week, actor.engineer_id, level.scripted_vibes, level.note, actor.manager_id, "everyone", None)
        return
    closing_note = actor.character.closing_note if week == span.last_week else ""
    if worked == 0:
        if closing_note:
            yield VibesRow(week, actor.engineer_id, None, closing_note, actor.manager_id, "everyone", None)
        return
    score = int(np.clip(round(level.vibes), 1, 5))
    if closing_note:
        yield VibesRow(week, actor.engineer_id, score, closing_note, actor.manager_id, "everyone", None)
        return
    if chance(rng, MISSING_SHARE):
        return
    if chance(rng, UNSCORED_SHARE):
        yield VibesRow(week, actor.engineer_id, None, pick(rng, notes.NOTES[0]), actor.manager_id, "everyone", None)
        return
    note = _note(rng, actor, week, score, span, used) if chance(rng, NOTED_SHARE) else ""
    is_private = score <= 3 and chance(rng, PRIVATE_SHARE * 4)
    if is_private:
        note = pick(rng, notes.PRIVATE)
    visibility = "managers" if is_private else "everyone"
    yield VibesRow(week, actor.engineer_id, score, note, actor.manager_id, visibility, None)
    others = [manager for manager in managers if manager != actor.manager_id]
    if others and chance(rng, SECOND_SHARE):
        second = int(np.clip(score + rng.integers(-1, 2), 1, 5))
        view = notes.SECOND_VIEW[2] if second < 3 else pick(rng, notes.SECOND_VIEW[:2])
        yield VibesRow(week, actor.engineer_id, second, view, pick(rng, others), "everyone", None)


def _note(rng: np.random.Generator, actor: Actor, week: date, score: int, span: Span, used: set[str]) -> str:
    """A note that fits; one that this engineer has not had yet while there is one."""
    bank = list(_own_notes(actor, week, score, span)) if chance(rng, 0.6) else []
    bank = bank or list(notes.NOTES[score])
    fresh = [note for note in bank if note not in used] or [note for note in notes.NOTES[score] if note not in used]
    if not fresh:
        return ""
    return pick(rng, fresh)


def _own_notes(actor: Actor, week: date, score: int, span: Span) -> Sequence[str]:
    """Notes on what is particular about the engineer at that time."""
    name = actor.character.name
    if (
        actor.character.decline is not None
        and score <= 3
        and actor.switched_on
        and week >= actor.switched_on + 5 * WEEK
    ):
        return notes.DECLINE
    if name == "heavy on-call":
        return notes.HEAVY_ON_CALL if score <= 4 else ()
    if name == "chronic low" and score <= 4:
        return notes.CHRONIC
    if actor.character.is_new and week < actor.employed_from + 8 * WEEK:
        return notes.NEW_HIRE
    if actor.team_id == RE_ESTIMATING_TEAM and week >= span.switch + WEEKS_TO_RE_ESTIMATION * WEEK and score >= 3:
        return notes.RE_ESTIMATED
    return ()


def _stamped(row: VibesRow, zone: ZoneInfo) -> VibesRow:
    friday = datetime.combine(row.week_start + 4 * DAY, time(15, 30), tzinfo=zone)
    odd = timedelta(seconds=7 * (sum(map(ord, row.engineer_id)) % 200))
    saved_at = (friday + odd).astimezone(UTC)
    return VibesRow(row.week_start, row.engineer_id, row.vibes, row.note, row.manager, row.visibility, saved_at)
