"""Readings written to the exchange files and read back are the same readings."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.decisions import engineer_history
from transforms.exchange import incidents_csv, read_exchange, weekly_csv

MONDAYS = pd.date_range("2026-01-05", periods=4, freq="7D")
hours = st.floats(0, 80, allow_nan=False)
missing = st.just(float("nan"))
maybe_hours = missing | hours
names = st.sampled_from(["ana", "ben", "chloé", 'd"q', "e,f", "007", "NA"])
incident = st.fixed_dictionaries(
    {
        "week_start": st.sampled_from(list(MONDAYS)),
        "acknowledge_seconds": missing | st.floats(0, 1e6),
        "resolve_seconds": missing | st.floats(0, 1e6),
        "is_censored": st.booleans(),
    }
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables, incidents = [], []
    for engineer_id in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        changes = {}
        for week in range(len(MONDAYS)):
            worked, billable = draw(maybe_hours), draw(maybe_hours)
            changes[week] = {
                "worked_hours": worked,
                "billable_hours": billable,
                "points_completed": draw(missing | st.floats(-20, 50)),
                "sprint_id": draw(missing | st.integers(0, 10**6)),
                "is_sprint_end": draw(st.booleans()),
                "vibes": draw(missing | st.floats(1, 5)),
                "has_note": draw(st.booleans()),
                "leave_hours": draw(st.floats(0, 20)),
                "team_id": draw(st.sampled_from(["atlas", "all"])),
            }
        tables.append(engineer_history(engineer_id, n_before=2, n_during=2, changes=changes))
        incidents += [{"engineer_id": engineer_id, **row} for row in draw(st.lists(incident, max_size=3))]
    columns = ["engineer_id", *incident_columns()]
    return pd.concat(tables, ignore_index=True), pd.DataFrame(incidents, columns=columns)


def incident_columns() -> list[str]:
    return ["week_start", "acknowledge_seconds", "resolve_seconds", "is_censored"]


@settings(max_examples=15, deadline=None)
@given(histories())
def test_what_is_written_reads_back_the_same(history: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    rows, incidents = history
    numbers = dict.fromkeys(["acknowledge_seconds", "resolve_seconds"], "float64")
    incidents = incidents.astype(numbers | {"week_start": "datetime64[us]", "is_censored": "bool"})
    written = weekly_csv(rows.astype({"sprint_id": "float64"})), incidents_csv(incidents)
    found = read_exchange(*written)
    assert found.problems == ()
    assert found.remarks == ()
    again = weekly_csv(found.readings), incidents_csv(found.incidents)
    assert again == written
    kept = ["engineer_id", "week_start", "worked_hours", "billable_hours", "points_completed", "sprint_id", "vibes"]
    flags = ["is_sprint_end", "has_note"]
    expected = rows.sort_values(["engineer_id", "week_start"], ignore_index=True)[[*kept, *flags]]
    pd.testing.assert_frame_equal(
        found.readings[[*kept, *flags]], expected.astype(found.readings[[*kept, *flags]].dtypes), check_exact=True
    )
