"""The input page reads managers' files as the pipeline does: the same rows, the same problems, word for word."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser

from flows.publish.views.book import open_book
from flows.publish.views.input_rules import input_rules, page_roster
from tests.builders.facts import day
from tests.builders.input_corpus import CASES, CURRENT_WEEK, LAST_DAY, MANAGERS, Accepted, Case, Decided, Told, roster
from tests.builders.mangled_files import Mangler
from tests.builders.pseudo import OPEN, PSEUDO
from tests.builders.site_data import site_data
from transforms.clean.manager_decisions import DECISION_COLUMNS, clean_decisions
from transforms.clean.sheet import read_sheet
from transforms.clean.vibes import VIBES_COLUMNS, clean_vibes
from transforms.language import speaking

pytestmark = pytest.mark.browser

Report = dict[str, Any]
Files = Sequence[tuple[str, bytes]]
Page = Callable[..., list[Report]]
ROSTER = roster()
# Sentences that the corpus does not need: of what may be a piece of a text, only what holds no letters is repeated.
WITHOUT_LETTERS = {
    "vibes": b"manager,visibility,week_start,engineer_id,vibes,note\n?,?,2026-11-16,ana,4,\n",
    "decisions": b"decided_on,visibility,engineer_id,review_week,decision,why\n?,?,ana,,?,so\n",
}
_PLACES = ["line", "column", "rule", "severity", "found", "message"]
_CHECK = """([rules, jobs, today]) => jobs.map((files) => tenfour.check(rules, files.map(([name, content]) =>
  ({ name, bytes: Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)) })), today))"""


@pytest.fixture(scope="module")
def rules() -> dict[str, dict[str, Any]]:
    return rules_now()


def rules_now() -> dict[str, dict[str, Any]]:
    """The rules of the site's page in the language spoken, for the people of the corpus."""
    book = open_book(site_data())
    people = {
        "roster": page_roster(ROSTER.to_dict("records"), day(CURRENT_WEEK)),
        "managers": MANAGERS,
        "week": CURRENT_WEEK,
    }
    return {"vibes": input_rules(book, "vibes") | people, "decisions": input_rules(book, "decisions") | people}


@pytest.fixture(scope="module")
def page(browser: Browser, site: Path, rules: dict[str, dict[str, Any]]) -> Iterator[Page]:
    """What the page's checker says of files of one kind: one report per list of files that are read together."""
    opened = browser.new_page()
    opened.goto((site / "input/index.html").as_uri())
    [script] = site.glob("assets/check.*.js")
    opened.evaluate(script.read_text(encoding="utf-8"))

    def check(kind: str, *jobs: Files, today: str = CURRENT_WEEK, **other_rules: Any) -> list[Report]:
        sent = [[(name, base64.b64encode(content).decode()) for name, content in files] for files in jobs]
        reports: list[Report] = opened.evaluate(_CHECK, [rules[kind] | other_rules, sent, today])
        return reports

    yield check
    opened.close()


def of_pipeline(kind: str, files: Files) -> Report:
    """What `tenfour vibes check --json` would say of files that are read together."""
    columns = VIBES_COLUMNS if kind == "vibes" else DECISION_COLUMNS
    sheets = [read_sheet(name, content, columns) for name, content in sorted(files)]
    cleaned: Any
    if kind == "vibes":
        cleaned = clean_vibes(sheets, ROSTER, MANAGERS, day(CURRENT_WEEK))
        used = cleaned.vibes.assign(week_start=cleaned.vibes["week_start"].dt.strftime("%Y-%m-%d"))
        used = used.astype({"vibes": "Int64"}).rename(columns={"manager_id": "manager"})
        names = ["line", "week_start", "engineer_id", "vibes", "note", "manager", "visibility"]
    else:
        cleaned = clean_decisions(sheets, ROSTER, MANAGERS, LAST_DAY)
        days = {name: cleaned.decisions[name].dt.strftime("%Y-%m-%d") for name in ("week_start", "decided_on")}
        used = cleaned.decisions.assign(**days).rename(columns={"manager_id": "manager", "week_start": "review_week"})
        names = ["line", "engineer_id", "review_week", "decision", "why", "manager", "decided_on", "visibility"]
    place = ["file"] if len(files) > 1 else []
    used = used.sort_values(["file", "line"])[[*place, *names]].astype(object)
    return {
        "file": ", ".join(name for name, _ in sorted(files)),
        "encoding": ", ".join(sorted({sheet.encoding for sheet in sheets})),
        "rows_read": cleaned.rows_read,
        "rows_used": len(used),
        "accepted": used.where(used.notna(), None).to_dict("records"),
        "problems": cleaned.problems[[*place, *_PLACES]].to_dict("records"),
    }


@pytest.fixture(scope="module")
def told(page: Page) -> dict[str, Report]:
    """The page's reports of all cases, by kind and name."""
    reports = {}
    for kind in ("vibes", "decisions"):
        cases = [case for case in CASES if case.kind == kind]
        found = page(kind, *(case.files for case in cases))
        reports |= {f"{kind}: {case.name}": report for case, report in zip(cases, found, strict=True)}
    return reports


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.name}"[:60])
def test_a_file_is_read_on_the_page_as_the_plan_asks_for_and_as_the_pipeline_reads_it(
    case: Case, told: dict[str, Report]
) -> None:
    report = told[f"{case.kind}: {case.name}"]
    assert report == of_pipeline(case.kind, case.files)
    [(first, _), *others] = case.files
    kind = Accepted if case.kind == "vibes" else Decided
    of_file = {} if others else {"file": first}
    assert {kind(**row, **of_file) for row in report["accepted"]} == set(case.accepted)
    places = [{name: problem[name] for name in problem if name in Told._fields} for problem in report["problems"]]
    assert sorted(Told(**place, **of_file) for place in places) == sorted(case.problems)


@pytest.mark.parametrize("kind", WITHOUT_LETTERS)
def test_what_holds_no_letters_is_repeated_as_in_the_pipeline(kind: str, page: Page) -> None:
    files = [(f"{kind}.csv", WITHOUT_LETTERS[kind])]
    assert page(kind, files) == [of_pipeline(kind, files)]


def test_the_page_is_made_to_say_each_of_its_sentences(
    told: dict[str, Report], page: Page, rules: dict[str, dict[str, Any]]
) -> None:
    more = [page(kind, [(f"{kind}.csv", content)])[0] for kind, content in WITHOUT_LETTERS.items()]
    messages = {problem["message"] for report in (*told.values(), *more) for problem in report["problems"]}
    unsaid = {
        key
        for key, (_, template) in rules["vibes"]["findings"].items()
        if not any(_pattern(template).match(message) for message in messages)
    }
    assert unsaid == set(), "a rule that the page forgets would not be noticed"


def _pattern(template: str) -> re.Pattern[str]:
    words = [re.escape(part) for part in re.split(r"\{\w+\}", template)]
    return re.compile("(.|\n)*".join(words))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_becomes_of_a_file_page_and_pipeline_say_the_same_of_it(seed: int, page: Page) -> None:
    mangler = Mangler(seed)
    for kind in ("vibes", "decisions"):
        jobs = [[mangler.file(kind)] for _ in range(80 if kind == "vibes" else 40)]
        for files, report in zip(jobs, page(kind, *jobs), strict=True):
            assert report == of_pipeline(kind, files), files


def test_in_another_language_page_and_pipeline_say_the_same_too(page: Page) -> None:
    cases = [case for case in CASES if case.problems][::3]
    with speaking(PSEUDO):
        for kind, rules in rules_now().items():
            del rules["kind"]
            jobs = [case.files for case in cases if case.kind == kind]
            for files, report in zip(jobs, page(kind, *jobs, **rules), strict=True):
                assert report == of_pipeline(kind, files)
                assert all(one["message"].startswith(OPEN) for one in report["problems"])


def test_a_page_of_weeks_ago_knows_by_the_clock_which_weeks_have_begun(page: Page) -> None:
    files = [("vibes.csv", b"week_start,engineer_id,vibes\n2026-11-30,ana,4\n")]
    decided = [
        ("decisions.csv", b"engineer_id,review_week,decision,why,decided_on\nana,2026-W44,agree,so,2026-12-06\n")
    ]
    assert [report["rows_used"] for report in page("vibes", files, is_sample=False)] == [0]
    assert [report["rows_used"] for report in page("vibes", files, is_sample=False, today="2026-12-06")] == [1]
    assert [report["rows_used"] for report in page("decisions", decided, is_sample=False)] == [0]
    assert [report["rows_used"] for report in page("decisions", decided, is_sample=False, today="2026-12-06")] == [1]
    assert [report["rows_used"] for report in page("vibes", files, is_sample=False, today="2020-01-01")] == [0]
    assert [report["rows_used"] for report in page("vibes", files, is_sample=True, today="2026-12-06")] == [0]


def test_the_clock_is_this_computer_s_unless_told(page: Page) -> None:
    files = [("vibes.csv", b"week_start,engineer_id,vibes\n2026-11-30,ana,4\n9999-12-27,ana,4\n")]
    [report] = page("vibes", files, is_sample=False, week="1999-01-04", today="")
    assert report["rows_used"] == int(pd.Timestamp.now() >= day("2026-11-30"))
