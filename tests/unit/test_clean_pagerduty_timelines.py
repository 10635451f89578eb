"""Any timeline of an incident, judged once by the vectorised code and once by a plain walk through it."""

from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import payloads as p
from transforms.clean.pagerduty import clean_pages
from transforms.clean.pagerduty_rows import read_incidents, read_log_entries, read_users

CREATED = datetime(2026, 11, 3, 2, tzinfo=UTC)
PEOPLE = (p.ANA_PAGER, p.BEN_PAGER, p.STRANGER_PAGER)

people = st.sampled_from(PEOPLE)
steps = st.one_of(
    st.tuples(st.just("acknowledge"), people),
    st.tuples(st.just("assign"), st.sets(people, min_size=1)),
    st.tuples(st.just("timeout"), st.sets(people, min_size=1)),
    st.tuples(st.just("notify"), people),
    st.tuples(st.sampled_from(["trigger", "unacknowledge", "resolve"]), people),
)
# One or two things may happen in the same second.
timelines = st.lists(st.tuples(st.integers(0, 6), steps), max_size=8)


def entries_of(incident_id, timeline):
    entries = []
    for number, (second, (kind, who)) in enumerate(timeline):
        at = f"{CREATED + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"
        named = [who] if isinstance(who, str) else sorted(who)
        entries.append(
            {
                **p.entry("escalate" if kind == "timeout" else kind, at, *named, incident_id=incident_id),
                "id": f"R{incident_id}{number}",
            }
        )
    return entries


def walked(timeline, person):
    """(seconds from creation to the page, seconds to acknowledge, censored) of one person, or None.

    Who raised the incident has no row. A notice is a page for those only who were never assigned. That it was resolved,
    or the acknowledge ran out, changes no time.
    """
    if ("trigger", person) in [step for _, step in timeline]:
        return None
    answers = sorted((second, who) for second, (kind, who) in timeline if kind == "acknowledge")
    own = min((second for second, who in answers if who == person), default=None)
    assigned = {}
    for second, (kind, who) in timeline:
        if kind in ("assign", "timeout"):
            holders, is_timeout = assigned.get(second, (set(), False))
            assigned[second] = (holders | who, is_timeout or kind == "timeout")

    begun = previous = None
    spans = []
    for second in sorted(assigned):
        holders, is_timeout = assigned[second]
        is_answered = previous is not None and any(previous <= at <= second for at, _ in answers)
        if begun is not None and (person not in holders or is_answered):
            spans.append((begun, second, "answered" if is_answered else "timeout" if is_timeout else "handed over"))
            begun = None
        if begun is None and person in holders:
            begun = second
        previous = second
    if begun is not None:
        spans.append((begun, None, "open"))

    notices = [second for second, step in timeline if step == ("notify", person)]
    if notices and not spans:
        spans.append((min(notices), None, "open"))

    if own is not None:
        before = [span for span in spans if span[0] < own]
        counted = [start for start, end, how in before if end is None or end >= own or how == "timeout"]
        paged = min(counted, default=max((span[0] for span in before), default=0))
        return paged, own - paged, False
    for start, end, how in spans:
        if how == "timeout":
            return start, end - start, True
    paged = [start for start, _, how in spans if how != "handed over"]
    return (paged[0], None, False) if paged else None


@settings(max_examples=10, deadline=None)
@given(st.lists(timelines, min_size=1, max_size=60))
def test_every_timeline_gives_what_a_walk_through_it_gives(several):
    incidents = {f"Q{number}": timeline for number, timeline in enumerate(several)}
    table, _ = clean_pages(
        read_incidents([p.incident(name) for name in incidents]),
        read_log_entries([entry for name, timeline in incidents.items() for entry in entries_of(name, timeline)]),
        read_users([]),
        p.roster(),
        (),
        pd.Timestamp("2026-10-26"),
    )
    table = table.assign(paged=(table["paged_at"] - pd.Timestamp(CREATED)).dt.total_seconds())
    columns = ("incident_id", "engineer_id", "paged", "acknowledge_seconds", "is_censored")
    expected = {
        (name, engineer): walked(timeline, f"P{engineer.upper()}")
        for name, timeline in incidents.items()
        for engineer in ("ana", "ben")
    }
    assert {row[:2]: row[2:] for row in p.values(table, *columns)} == {
        key: row for key, row in expected.items() if row is not None
    }
