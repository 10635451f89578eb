"""Alerts, messages and decisions through whole runs: re-runs, late changes, missed weeks, leavers, overrides.

One trial is run once, week after week; every engineer in it plays one part, and each test looks at one of them.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest

from flows.pipeline import site_data
from flows.publish.views.alerts import alerts_view
from flows.publish.views.book import Book, open_book
from tests.builders.config import engineer_entry
from tests.builders.project import digests
from tests.builders.trial import GOOD, LOW, NEAR, Trial, monday
from tests.pipeline.conftest import Story
from transforms.weeks import iso_week

pytestmark = pytest.mark.slow

LIFE, LEAVER, CHRONIC, OVERRIDDEN, CORRECTED_LATE, CORRECTED = "ana", "ben", "emeka", "fatima", "dmitri", "kate"
TOGETHER, BESIDE = ("gabriel", "hana", "imran"), "joon"
REVIEW = 12  # week 12 of 4x10, which began in week 1: its first review


@dataclass
class Told:
    """The trial after its last run, and what stood after some steps on the way."""

    trial: Trial
    books: dict[int, Book] = field(default_factory=dict)
    stored: dict[str, dict[str, str]] = field(default_factory=dict)
    events: dict[str, pd.DataFrame] = field(default_factory=dict)
    problems: dict[str, list[list[Any]]] = field(default_factory=dict)
    news: dict[str, list[str]] = field(default_factory=dict)
    sources: dict[str, list[str]] = field(default_factory=dict)

    def run(self, week: int, step: str = "") -> None:
        before = len(self.trial.news())
        outcome = self.trial.run(week)
        name = step or str(week)
        tables = self.trial.tables
        self.stored[name] = digests(self.trial.folder / "data" / "performance")
        self.events[name] = tables.read("alert_events")
        self.news[name] = self.trial.news()[before:]
        self.sources[name] = list(outcome.sources)
        found = tables.read("problems", first=monday(week), last=monday(week))
        of_decisions = found.loc[found["source"] == "decisions", ["line", "rule"]]
        self.problems[name] = sorted(of_decisions.to_numpy().tolist())

    def open_book(self, week: int) -> None:
        with self.trial.opened() as workspace:
            self.books[week] = open_book(site_data(workspace, monday(week), workspace.settings.editions[0]))


def _low(trial: Trial, who: str, *weeks: int, share: float = LOW) -> None:
    trial.billable |= dict.fromkeys([(who, week) for week in weeks], share)


def _decide(trial: Trial, *rows: str) -> None:
    folder = trial.folder / "data" / "inputs" / "vibes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "decisions.csv").write_text("\n".join(["engineer_id,review_week,decision,why", *rows, ""]))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    trial = Trial(tmp_path_factory.mktemp("trial"))
    core = [engineer_entry(name) for name in (LIFE, CHRONIC, OVERRIDDEN, CORRECTED_LATE, CORRECTED)]
    edge = [engineer_entry(name, team="edge") for name in (*TOGETHER, BESIDE)]
    teams = [{"id": "core", "name": "Core", "jira_board_ids": [1]}, {"id": "edge", "name": "Edge"}]
    leaver = engineer_entry(LEAVER, employed_to=f"{monday(6) + pd.Timedelta(days=6):%Y-%m-%d}")
    trial.configure(*core, *edge, leaver, teams=teams)
    _low(trial, LIFE, 4, 10, share=NEAR)
    _low(trial, LIFE, 5, 6, 7, 8, 9)
    _low(trial, LEAVER, 5, 6)
    _low(trial, CHRONIC, *range(13))
    _low(trial, CHRONIC, 2, share=45.0)  # a holiday takes ten hours off this week
    _low(trial, OVERRIDDEN, 6, 7, share=NEAR)
    trial.vibes[OVERRIDDEN, 6] = 5
    for who in TOGETHER:
        _low(trial, who, 9)
    _low(trial, BESIDE, 9, share=NEAR)
    _low(trial, CORRECTED_LATE, 10)
    _low(trial, CORRECTED, REVIEW)

    told = Told(trial)
    for week in (3, 4, 5, 6, 7, 9, 10):  # week 8 is missed, and caught up by the run of week 9
        told.run(week)
        if week in (6, 7, 9):
            told.open_book(week)
    _low(trial, CORRECTED_LATE, 10, share=GOOD)
    _decide(trial, f"{CHRONIC},{iso_week(monday(REVIEW))},agree,too early")
    told.run(11)
    review = iso_week(monday(REVIEW))
    _decide(
        trial,
        f"{CHRONIC},{review},defer,first",
        f"{CHRONIC},{review},agree,then",
        f"{LIFE},{review},agree,stays",
        "zoe,x,y,z",
    )
    told.run(12)
    told.open_book(12)
    told.run(12, "again")
    _low(trial, CORRECTED, 12, share=GOOD)
    told.run(12, "corrected")
    told.run(12, "corrected again")
    _low(trial, CORRECTED, 12)
    (trial.folder / "data" / "inputs" / "vibes" / "decisions.csv").unlink()
    told.run(12, "back")
    return told


def heads(lines: list[str], who: str) -> list[str]:
    """What the lines about somebody say, up to the week."""
    name = f"- {who.title()}: Billable share, "
    return [line.removeprefix(name).split(". ")[0] for line in lines if line.startswith(name)]


def test_the_whole_life_of_an_alert_is_told_once_each(told: Told) -> None:
    assert told.trial.told(LIFE) == [
        "4 opened warning!",
        "5 escalated critical!",
        "9 reminded critical!",
        "10 eased warning",
        "11 resolved warning!",
    ]
    assert heads(told.trial.news(), LIFE) == [
        "warning opened (2026-W10)",
        "now critical (2026-W11)",
        "critical still open (2026-W15)",
        "warning resolved (2026-W17)",
    ]


def test_every_message_counts_what_it_tells(told: Told) -> None:
    titles = [title for title, _ in told.trial.sent]
    assert titles[:2] == [
        "Four-day week trial, 2026-W10: 1 opened and 1 still open (sample data)",
        "Four-day week trial, 2026-W11: 1 opened and 1 raised (sample data)",
    ]
    assert all(text.endswith("Signals for a conversation, not a rating.") for _, text in told.trial.sent)


def test_a_notice_is_stored_and_never_sent_and_never_becomes_more(told: Told) -> None:
    notices = told.trial.told(CORRECTED_LATE, "notice")
    assert notices == ["10 opened notice", "11 resolved notice"]
    assert "notice" not in str(told.trial.sent).lower()


def test_in_the_story_single_low_weeks_are_noted_and_never_sent(story: Story) -> None:
    table = pd.concat(
        pd.read_parquet(path) for path in (story.project / "data" / "performance" / "alert_events").rglob("*.parquet")
    )
    notices = table[table["severity"] == "notice"]
    assert len(notices) > 20
    assert set(notices["event"]) == {"opened", "resolved"}
    assert not notices["is_notified"].any()


def test_the_decisions_of_the_story_are_on_reviews_that_asked_for_them(story: Story) -> None:
    partition = story.project / "data" / "performance" / "problems" / "week=2026-W47" / "part-0.parquet"
    problems = pd.read_parquet(partition)
    assert problems[problems["source"] == "decisions"].empty, "after a change of rules: flows/mocks/story/characters.py"
    page = (story.project / "site" / "engineers" / "ben" / "index.html").read_text()
    assert "Deferred by Nadia Rahman" in page
    assert "Declined by Nadia Rahman" in page
    assert "in confidence" not in page


def test_the_history_of_a_first_run_is_no_news(told: Told) -> None:
    assert told.trial.told(CHRONIC)[0] == "0 opened critical!"
    assert told.news["3"] == []


def test_an_open_alert_is_called_to_mind_every_four_weeks_and_said_not_to_be_new(told: Told) -> None:
    assert told.trial.told(CHRONIC) == [
        "0 opened critical!",
        "4 reminded critical!",
        "8 reminded critical!",
        "12 reminded critical!",
    ]
    lines = [line for line in told.trial.news() if line.startswith(f"- {CHRONIC.title()}")]
    assert len(lines) == 3
    assert all("Not new since 4×10." in line for line in lines)
    assert not any("Not new" in line for line in told.trial.news() if line not in lines)


def test_a_week_that_was_missed_is_caught_up_with_its_own_events_in_one_message(told: Told) -> None:
    caught_up = told.events["9"]
    assert set(caught_up.loc[caught_up["week_start"] == monday(8), "engineer_id"]) == {CHRONIC, OVERRIDDEN}
    assert heads(told.news["9"], CHRONIC) == ["critical still open (2026-W14)"]
    assert heads(told.news["9"], OVERRIDDEN) == ["warning resolved (2026-W14)"]
    assert sum("2026-W15" in title for title, _ in told.trial.sent) == 1


def test_who_leaves_has_no_open_alert_and_nobody_is_told(told: Told) -> None:
    assert told.trial.told(LEAVER) == ["5 opened critical!", "7 resolved critical"]
    assert heads(told.trial.news(), LEAVER) == ["critical opened (2026-W11)"]


def test_an_alert_goes_on_under_an_override_and_both_are_said(told: Told) -> None:
    status = told.books[6].status(OVERRIDDEN)
    assert status is not None
    assert (status["status"], status["underlying_status"], status["override_applied"]) == ("green", "yellow", True)
    (line,) = (line for line in told.trial.news() if "Fatima" in line and "opened" in line)
    assert "Shown green by an override." in line
    shown = {week: alerts_view(told.books[week]) for week in (6, 7)}
    assert [item["name"] for item in shown[6]["overridden"]] == ["Fatima"]
    assert shown[7]["overridden"] == []
    assert "Fatima" in {item["name"] for item in shown[7]["open"]}, "the alert that was overridden is open again"
    # Going and coming of the override is no event.
    assert told.trial.told(OVERRIDDEN) == ["6 opened warning!", "8 resolved warning!"]


def test_a_team_that_turns_red_in_one_week_is_one_piece_of_news(told: Told) -> None:
    (line,) = (line for line in told.news["9"] if line.startswith("- Edge team"))
    assert line.startswith("- Edge team: 3\u00a0engineers (Gabriel, Hana and Imran) turned red together in 2026-W15.")
    assert heads(told.news["9"], "gabriel") == []
    assert heads(told.news["9"], BESIDE) == ["warning opened (2026-W15)"]
    view = alerts_view(told.books[9])
    assert [len(team["items"]) for team in view["teams"]] == [3]
    assert {"Gabriel", "Hana", "Imran"}.isdisjoint(item["name"] for item in view["open"])


def test_a_late_change_of_an_earlier_week_changes_no_event_of_it(told: Told) -> None:
    before, after = told.events["10"], told.events["11"]
    pd.testing.assert_frame_equal(after[after["week_start"] <= monday(10)], before)
    assert told.trial.told(CORRECTED_LATE) == ["10 opened critical!", "11 resolved critical!"]
    readings = told.trial.tables.read("readings", first=monday(10), last=monday(10)).set_index("engineer_id")
    assert readings.loc[CORRECTED_LATE, "billable_pct"] == pytest.approx(GOOD), "facts are restated, decisions are not"


def test_a_week_run_again_tells_nothing_twice_and_changes_no_byte(told: Told) -> None:
    assert heads(told.news["12"], CORRECTED) == ["critical opened (2026-W18)"]
    assert told.news["again"] == []
    assert told.stored["again"] == told.stored["12"]


def test_a_late_change_of_the_newest_week_takes_its_news_back_once(told: Told) -> None:
    assert told.news["corrected"] == [
        "- Taken back: Kate: Billable share, critical opened (2026-W18). Later data no longer show it."
    ]
    assert told.news["corrected again"] == []
    assert told.stored["corrected again"] == told.stored["corrected"]
    assert CORRECTED not in set(told.events["corrected"]["engineer_id"])


def test_what_comes_again_after_it_was_taken_back_is_news(told: Told) -> None:
    assert heads(told.news["back"], CORRECTED) == ["critical opened (2026-W18)"]
    assert len(told.news["back"]) == 1


def test_a_decision_on_a_review_that_was_not_held_is_told(told: Told) -> None:
    assert told.problems["10"] == []
    assert told.problems["11"] == [[2, "D007"]]


def test_the_review_that_a_run_holds_can_be_decided_on_in_the_same_run(told: Told) -> None:
    assert told.problems["12"] == [[2, "D009"], [4, "D008"], [5, "D001"], [5, "D002"], [5, "V007"]]
    assert [row["decision"] for row in told.books[12].decisions[CHRONIC]] == ["defer", "agree"]
    assert told.problems["again"] == told.problems["12"]


def test_without_a_file_no_decision_is_shown_and_nothing_is_missed(told: Told) -> None:
    assert "decisions" in told.sources["12"]
    assert "decisions" not in told.sources["back"]
    assert told.problems["back"] == []
    assert told.trial.tables.read("manager_decisions").empty
