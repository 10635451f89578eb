"""What the figures of the four metrics are drawn from."""

import pandas as pd
import pytest

from flows.publish.views import trends
from flows.publish.views.book import open_book
from tests.builders.pseudo import CLOSE, OPEN, PSEUDO
from tests.builders.site_data import site_data
from transforms.language import speaking
from transforms.vocabulary import METRICS, Metric


def response(*, is_low_urgency_added: bool) -> tuple[pd.DataFrame, trends.Period]:
    """The weekly series of response and its two periods, over everybody."""

    def add_low(tables: dict[str, pd.DataFrame]) -> None:
        slow = tables["pages"].assign(urgency="low", acknowledge_seconds=90_000.0)
        slow = slow.assign(incident_id="low-" + slow["incident_id"])
        tables["pages"] = pd.concat([tables["pages"], slow], ignore_index=True)

    book = open_book(site_data(change=add_low if is_low_urgency_added else None))
    group = trends.group_of(book, list(book.engineers), "data")
    weekly = trends.metric_series(book, group)
    return weekly["response"], trends.periods(book, group, weekly)["response"]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("span", [(None, None), (None, 4.0), (3.0, None), (3.0, 4.0)])
def test_before_and_during_are_told_in_the_language_spoken(metric: Metric, span: tuple[float | None, float | None]):
    told = trends.before_and_during(metric, trends.Period(*span))
    with speaking(PSEUDO):
        said = trends.before_and_during(metric, trends.Period(*span))
    assert said.strip(OPEN + CLOSE) != said
    assert said.replace(OPEN, "").replace(CLOSE, "").casefold() == told.casefold()


def test_calls_of_low_urgency_are_in_no_figure():
    weekly, period = response(is_low_urgency_added=False)
    with_low, period_with_low = response(is_low_urgency_added=True)
    assert len(weekly)
    pd.testing.assert_frame_equal(weekly, with_low)
    assert period == period_with_low
