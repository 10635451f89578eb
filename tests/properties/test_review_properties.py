"""What holds of the reviews whatever the readings are. One team is many cases: engineers are measured by themselves."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.decisions import incidents, noisy_team
from transforms.baselines import baselines_by_week
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.recommendations import recommend
from transforms.review_evidence import Evidence, review_evidence
from transforms.review_windows import own_facts, review_facts
from transforms.reviews import reviews
from transforms.vocabulary import METRICS

PARAMETERS = DecisionParameters()
SIZE, BEFORE, DURING = 24, 16, 24
seeds = st.integers(0, 10_000)


def team(seed: int) -> pd.DataFrame:
    return noisy_team(SIZE, seed=seed, n_before=BEFORE, n_during=DURING)


def evidence(rows: pd.DataFrame) -> list[Evidence]:
    panel = build_panel(rows, incidents(), PARAMETERS)
    facts = review_facts(panel, PARAMETERS)
    held = reviews(panel, PARAMETERS.recommendation)
    own = baselines_by_week(panel, PARAMETERS, [review.week for review in held])
    return [
        review_evidence(facts, own_facts(facts, own[review.week], PARAMETERS.recommendation), PARAMETERS, review)
        for review in held
    ]


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_a_worse_billable_week_on_4x10_never_makes_a_fall_smaller(seed: int) -> None:
    rows = team(seed)
    rng = np.random.default_rng(seed + 1)
    is_worse = (rows["schedule"] == "4x10").to_numpy() & (rng.random(len(rows)) < 0.3)
    worse = rows.assign(billable_hours=rows["billable_hours"] * np.where(is_worse, rng.random(len(rows)), 1.0))
    for one, other in zip(evidence(rows), evidence(worse), strict=True):
        for size in one.windows:
            before, after = (found.windows[size].changes["billable"] for found in (one, other))
            assert (after.worse >= before.worse - 1e-9).all()
            np.testing.assert_array_equal(after.error, before.error)


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_what_others_do_on_4x10_moves_nobodys_own_change(seed: int) -> None:
    """The pooled numbers come from the weeks before; only peers and the correction for many look at the others."""
    rows = team(seed)
    others = rows["engineer_id"] >= "e12"
    changed = rows.copy()
    changed.loc[others & (rows["schedule"] == "4x10"), ["billable_hours", "points_completed"]] *= 0.5
    for one, other in zip(evidence(rows), evidence(changed), strict=True):
        for size in one.windows:
            for metric in METRICS:
                mine, theirs = (found.windows[size].changes[metric] for found in (one, other))
                np.testing.assert_array_equal(mine.worse[:12], theirs.worse[:12])
                np.testing.assert_array_equal(mine.error[:12], theirs.error[:12])


@settings(max_examples=5, deadline=None)
@given(seed=seeds, data=st.data())
def test_the_order_of_rows_is_irrelevant(seed: int, data: st.DataObject) -> None:
    rows = team(seed)
    tables = []
    for one in (rows, rows.sample(frac=1, random_state=data.draw(seeds))):
        panel = build_panel(one, incidents(), PARAMETERS)
        tables.append(recommend(panel, {}, np.ones(panel.is_4x10.shape, dtype=bool), PARAMETERS))
    pd.testing.assert_frame_equal(*tables)


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_weeks_that_are_not_known_are_no_evidence(seed: int) -> None:
    rows = team(seed)
    is_during = rows["schedule"] == "4x10"
    unknown = rows.assign(
        is_billable_known=~is_during,
        is_velocity_known=~is_during,
        is_vibes_known=~is_during,
        billable_hours=rows["billable_hours"].where(~is_during, 0.0),
    )
    panel = build_panel(unknown, incidents(), PARAMETERS)
    table = recommend(panel, {}, np.ones(panel.is_4x10.shape, dtype=bool), PARAMETERS)
    assert set(table["recommendation"]) == {"insufficient"}
    assert not table["is_candidate"].any()
    assert table["strength"].isna().all()
