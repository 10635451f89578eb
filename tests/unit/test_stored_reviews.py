"""Reviews and verdicts that an earlier version stored are read, and the next review goes on from them."""

import numpy as np
import pandas as pd
import pytest

from tests.builders.decisions import engineer_history, incidents, readings, week
from transforms.panel import build_panel
from transforms.parameters import DecisionParameters
from transforms.recommendations import recommend
from transforms.schemas.columns import Table
from transforms.schemas.decisions import Recommendations, TeamEffects
from transforms.schemas.registry import completed, conform
from transforms.team_effect import team_effects

RULES = DecisionParameters()
N_BEFORE = 20
FIRST_COLUMNS = {
    Recommendations: [
        "engineer_id", "week_start", "review_number", "recommendation", "is_candidate", "q_value", "billable_change",
        "velocity_change", "response_change", "vibes_change", "reasons", "counter_evidence",
    ],
    TeamEffects: [
        "week_start", "review_number", "metric", "effect", "ci_low", "ci_high", "margin", "before", "during",
        "n_engineers", "is_beyond_margin", "is_season_matched", "verdict", "reason",
    ],
}  # fmt: skip


def panel():
    """Ten engineers, all of whom lose ten points of billable share."""
    histories = [
        engineer_history(
            f"e{number:02d}",
            n_before=N_BEFORE,
            n_during=16,
            billable_pct=lambda index, number=number: 82.0 + (index * (number + 2)) % 5 - 10 * (index >= N_BEFORE),
        )
        for number in range(10)
    ]
    return build_panel(readings(*histories), incidents(), RULES)


@pytest.mark.parametrize("table", [Recommendations, TeamEffects])
def test_rows_of_the_first_version_are_read_and_the_next_review_goes_on_from_them(table: type[Table]) -> None:
    held, newest = panel(), pd.DatetimeIndex([week(N_BEFORE + 15)])

    def reviewed(published: pd.DataFrame | None, weeks: pd.DatetimeIndex) -> pd.DataFrame:
        if table is TeamEffects:
            return team_effects(held, RULES, published, weeks)
        return recommend(held, {}, np.ones(held.is_4x10.shape, dtype=bool), RULES, published, weeks)

    first = reviewed(None, pd.DatetimeIndex([week(N_BEFORE + 11)]))
    stored = conform(completed(first[FIRST_COLUMNS[table]], table), table)
    assert (stored["would_change"] == "").all()
    pd.testing.assert_frame_equal(reviewed(stored, newest), reviewed(first, newest))
