"""The two editions: what each holds, and that no byte of everyone's holds what is not for everyone."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from flows.publish import feeds
from flows.publish.build import edition_findings, render_site
from flows.publish.data import SiteData
from flows.publish.privacy import private_findings, readings
from flows.publish.views import alerts, engineers, reports, week
from flows.publish.views.book import Book, open_book, people_of
from flows.publish.views.people import name_people
from flows.publish.views.shared import Page
from flows.publish.withdrawn import WITHDRAWN, revised, without
from flows.publish.withheld import withheld
from flows.settings import EditionName
from tests.builders import site_data as build
from tests.builders.rendering import html_of, page_at
from tests.builders.site_data import OVERRIDDEN, RED, WEEK, YELLOW, site_data
from tests.builders.sites import add_facts

OCTOBER = pd.Timestamp("2026-10-12")
# One unique word for each private field; none is a part of another.
PLANTED = {
    "note": "Zqnote asked in confidence for fewer evenings",
    "old note": "Zqolden told me of it in confidence",
    "reason": "Zqreason was given in confidence, please keep it so",
    "problem of a note": "zqtyped",
    "problem of leave": "zqholiday",
    "jira account": "712020:zqjira-77",
    "pagerduty account": "PZQ0077",
    "alertops account": "zqalert@example.org",
    "hours of leave": "7.7771",
    "incident": "ZQINCIDENT1",
}
PERSON, MANAGER = "Zoë Quux-Vandermolen", "Yngvar Zqboss"
NAME_PARTS = ("zoë", "quux", "vandermolen", "zquid", "yngvar", "zqboss", "zqmid")


def planted(tables: dict[str, pd.DataFrame]) -> None:
    """A private text, or a field that no edition shows, wherever one can be; a public note that names people."""
    add_facts(tables)
    vibes = tables["vibes"]
    here = (vibes["engineer_id"] == YELLOW) & (vibes["week_start"] == WEEK)
    vibes = vibes.assign(
        note=vibes["note"].mask(here, PLANTED["note"]), visibility=vibes["visibility"].mask(here, "managers")
    )
    own = vibes[vibes["engineer_id"] == RED].iloc[[-1]]
    old = own.assign(week_start=OCTOBER, note=PLANTED["old note"], visibility="managers", manager_id="zqmid", line=7001)
    told = own.assign(
        week_start=OCTOBER - pd.Timedelta(weeks=1),
        note="Zoë and zquid paired; ZOE QUUX-VANDERMOLEN led, Yngvar agreed. Quux-Vandermolen's week.",
        manager_id="tomasz",
        line=7002,
    )
    tables["vibes"] = pd.concat([vibes, old, told], ignore_index=True)
    decisions = tables["manager_decisions"]
    tables["manager_decisions"] = decisions.assign(
        why=decisions["why"].mask(decisions["visibility"] == "managers", PLANTED["reason"]), manager_id="zqmid"
    )
    tables["problems"] = pd.DataFrame(
        [
            ("vibes", "vibes.csv", 3, "visibility", "V010", "warning", "zqtyped", "zqtyped is not everyone"),
            ("leave", "leave.csv", 4, "hours", "V030", "error", "zqholiday", "zqholiday is no number of hours"),
            ("jira", "users", 0, "accountId", "J008", "error", "x", f"ana: no account {PLANTED['jira account']}"),
            ("pagerduty", "users", 0, "", "P006", "info", "", f"A page of {PLANTED['pagerduty account']} differs"),
            ("vibes", "vibes.csv", 9, "vibes", "V004", "error", "4/5", '"4/5" is not a whole number from 1 to 5'),
        ],
        columns=["source", "file", "line", "column", "rule", "severity", "found", "message"],
    ).assign(engineer_id=None)
    health = tables["source_health"]
    tables["source_health"] = health.assign(
        message=health["message"] + f" Not read: {PLANTED['alertops account']} of {PERSON}."
    )
    readings_table = tables["readings"]
    away = (readings_table["engineer_id"] == RED) & (readings_table["week_start"] == OCTOBER)
    tables["readings"] = readings_table.assign(
        leave_hours=readings_table["leave_hours"].mask(away, float(PLANTED["hours of leave"]))
    )
    # A light stood in the week of the old note, so the month's report tells it.
    statuses = tables["statuses"]
    stood = (statuses["engineer_id"] == RED) & (statuses["week_start"] == OCTOBER)
    tables["statuses"] = statuses.assign(underlying_status=statuses["underlying_status"].mask(stood, "yellow"))
    pages = tables["pages"]
    tables["pages"] = pages.assign(incident_id=[PLANTED["incident"], *pages["incident_id"].iloc[1:]])
    roster = tables["engineers"]
    tables["engineers"] = roster.assign(
        name=roster["name"].mask(roster["engineer_id"] == RED, PERSON),
        jira_account_id=roster["jira_account_id"].mask(roster["engineer_id"] == RED, PLANTED["jira account"]),
    )
    for name, table in tables.items():
        if "engineer_id" in table:
            tables[name] = table.assign(engineer_id=table["engineer_id"].replace({RED: "zquid"}))


@cache
def planted_data(edition: EditionName, people: str) -> SiteData:
    """The planted site; the config has the same person, accounts and manager."""
    publishing = {"people": people}
    if edition == "managers":
        own = build.settings().config.publishing.managers_edition
        publishing = {"managers_edition": own.model_copy(update={"people": people})}
    data = site_data(change=planted, publishing=publishing, edition=edition)
    return replace(data, settings=replace(data.settings, config=_with_persons(data.settings.config)))


def _with_persons(config: Any) -> Any:
    accounts = {
        "jira_account_id": PLANTED["jira account"],
        "pagerduty_user_id": PLANTED["pagerduty account"],
        "alertops_user_name": PLANTED["alertops account"],
    }
    people = tuple(
        one.model_copy(update={"id": "zquid", "name": PERSON, **accounts}) if one.id == RED else one
        for one in config.engineers
    )
    boss = config.managers[0].model_copy(update={"id": "zqmid", "name": MANAGER})
    return config.model_copy(update={"engineers": people, "managers": (*config.managers, boss)})


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[EditionName, str], Path]:
    """An edition of the planted site, rendered once for each way to show people."""
    done: dict[tuple[str, str], Path] = {}

    def folder(edition: EditionName, people: str) -> Path:
        if (edition, people) not in done:
            out = tmp_path_factory.mktemp("editions") / "site"
            data = planted_data(edition, people)
            render_site(data, out)
            assert edition_findings(data, out) == []
            done[edition, people] = out
        return done[edition, people]

    return folder


def every_reading(out: Path) -> str:
    """Every file and its name, as the bytes stand and as HTML, JSON and addresses are read; in small letters."""
    texts = []
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        texts += readings(f"{path.relative_to(out)}\n{raw.decode('utf-8')}")
    return "\n".join(texts).lower()


WAYS = [
    pytest.param("named"),
    pytest.param("initials", marks=pytest.mark.slow),
    pytest.param("team-only", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("people", WAYS)
def test_no_byte_for_everyone_holds_what_is_private(built: Callable[..., Path], people: str) -> None:
    text = every_reading(built("everyone", people))
    assert [field for field, value in PLANTED.items() if value.lower() in text] == []
    assert "managers only</span>" not in text, "the mark of a private note tells that there is one"


@pytest.mark.slow
@pytest.mark.parametrize("people", ["initials", "team-only"])
def test_where_people_are_not_named_no_byte_names_one(built: Callable[..., Path], people: str) -> None:
    text = every_reading(built("everyone", people))
    assert [part for part in NAME_PARTS if part in text] == []


@pytest.mark.slow
def test_with_initials_a_note_that_names_people_is_told_without_their_names(built: Callable[..., Path]) -> None:
    told = "ZQV and ZQV paired; ZQV led, YZ agreed. ZQV&#39;s week."
    assert told in (built("everyone", "initials") / "engineers" / "zqv" / "index.html").read_text()


@pytest.mark.slow
def test_the_managers_edition_shows_what_managers_wrote_for_managers_marked_in_words_and_by_an_icon(
    built: Callable[..., Path],
) -> None:
    out = built("managers", "named")
    page = (out / "engineers" / "zquid" / "index.html").read_text()
    for text in (PLANTED["old note"], PLANTED["reason"]):
        before = page.split(html.escape(text))[0]
        assert before.endswith('<use href="#s-lock"/></svg>Managers only</span> <q>')
    assert f"Managers only</span> “{PLANTED['note']}”" in (out / "index.html").read_text()
    assert PLANTED["old note"] in (out / "reports" / "2026-10" / "index.html").read_text()
    assert PLANTED["problem of leave"] in (out / "index.html").read_text()
    # What took hours away is for the engineer and the own manager, not for all managers.
    assert PLANTED["hours of leave"] not in every_reading(out)


@pytest.mark.slow
def test_every_page_of_the_managers_edition_says_so_on_screen_and_on_paper(built: Callable[..., Path]) -> None:
    out = built("managers", "named")
    pages = {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.html")}
    assert [name for name, page in pages.items() if "Managers' edition: do not pass on." not in page] == []
    # A browser prints the title at the head of each sheet.
    titled = re.compile(r"<title>[^<]* \(managers' edition\)</title>")
    assert [name for name, page in pages.items() if not titled.search(page)] == []
    assert "Disallow: /" in (out / "robots.txt").read_text()
    assert json.loads((out / "index.json").read_text())["edition"] == "managers"
    assert "(managers' edition)" in (out / "alerts" / "feed.xml").read_text()
    for_everyone = {path.read_text() for path in built("everyone", "named").rglob("*.html")}
    assert [page for page in for_everyone if "Managers' edition" in page or "#s-lock" in page] == []


def test_the_managers_edition_asks_search_engines_to_stay_away_even_where_the_other_is_public() -> None:
    data = site_data(edition="managers", publishing={"public": True, "base_url": "https://example.org/all"})
    assert not data.edition.may_be_listed
    assert data.edition.base_url is None
    assert 'content="noindex, nofollow"' in html_of(data, week.pages(open_book(data))[0])


def test_a_reading_tells_of_a_note_only_where_everyone_may_read_one() -> None:
    data = site_data(edition="managers")
    noted = data.tables["readings"].assign(has_note=True)
    shown = {
        name: open_book(replace(site_data(edition=name), tables={**data.tables, "readings": noted}))
        for name in ("everyone", "managers")
    }
    assert [book.readings[YELLOW][-1]["has_note"] for book in shown.values()] == [False, True]
    assert [book.readings[OVERRIDDEN][-1]["has_note"] for book in shown.values()] == [True, True]


@hypothesis_settings(max_examples=8, deadline=None)
@given(st.data())
def test_whatever_is_made_private_no_page_for_everyone_holds_and_the_rest_is_told(draw: st.DataObject) -> None:
    usual = _few_notes()
    flags = draw.draw(st.lists(st.booleans(), min_size=len(usual), max_size=len(usual)))
    vibes = usual.assign(visibility=["managers" if flag else "everyone" for flag in flags])
    data = site_data()
    data = replace(data, tables={**data.tables, "vibes": vibes})
    pages = [*_pages_of(open_book(data))]
    text = html.unescape("\n".join(html_of(data, page) for page in pages))
    private = [note for note, flag in zip(vibes["note"], flags, strict=True) if flag]
    assert [note for note in private if note in text] == []
    assert [note for note in set(vibes["note"]) - set(private) if note not in text] == []


def _few_notes() -> pd.DataFrame:
    """Six notes of one engineer, two of them of the same week."""
    own = site_data().tables["vibes"]
    own = own[own["engineer_id"] == RED].tail(1)
    weeks = [WEEK, WEEK, *(WEEK - pd.Timedelta(weeks=back) for back in (1, 2, 3, 9))]
    rows = [
        own.assign(week_start=monday, note=f"Context no. {number} & such", manager_id=f"m{number}", line=number + 1)
        for number, monday in enumerate(weeks)
    ]
    return pd.concat(rows, ignore_index=True)


def _pages_of(book: Book) -> list[Page]:
    return [week.pages(book)[0], page_at(engineers.pages(book), book.people.href(RED))]


# What was published and is taken back


def _published_then_private(note: str) -> tuple[SiteData, SiteData]:
    """The site as it was when the note was for everyone, and the same after it was made one for managers."""

    def said(visibility: str) -> Callable[[dict[str, pd.DataFrame]], None]:
        def change(tables: dict[str, pd.DataFrame]) -> None:
            add_facts(tables)
            row = tables["vibes"][tables["vibes"]["engineer_id"] == RED].iloc[[-1]]
            row = row.assign(week_start=pd.Timestamp("2026-10-26"), note=note, visibility=visibility, line=8001)
            others = tables["vibes"]
            same = (others["engineer_id"] == RED) & (others["week_start"] == row["week_start"].iloc[0])
            tables["vibes"] = pd.concat([others[~same], row], ignore_index=True)
            # A light stands, so that the report tells the note.
            statuses = tables["statuses"]
            there = (statuses["engineer_id"] == RED) & (statuses["week_start"] == row["week_start"].iloc[0])
            tables["statuses"] = statuses.assign(underlying_status=statuses["underlying_status"].mask(there, "red"))

        return change

    return site_data(change=said("everyone")), site_data(change=said("managers"))


NOTE = "Told me over lunch that the \"new\" client is too much & why."


@pytest.mark.parametrize("note", [NOTE, "Ill."])
def test_a_note_made_private_after_its_month_was_frozen_is_withdrawn_from_it_and_the_report_says_so(
    note: str, tmp_path: Path
) -> None:
    before, after = _published_then_private(note)
    book = open_book(before)
    report = next(page for page in reports.pages(book) if page.path == "reports/2026-10/index.html")
    frozen = html_of(before, report)
    assert html.escape(note).replace("&quot;", "&#34;") in frozen
    hidden = withheld(after, people_of(after))
    told = revised(frozen, hidden, "30 November 2026")
    assert note not in html.unescape(told)
    assert "<li>As of 30 November 2026: a note was withdrawn.</li>" in told
    assert WITHDRAWN in told
    # Nothing else moved, and done again nothing is left to do.
    escaped = html.escape(note).replace("&quot;", "&#34;")
    section = re.search(r'<section aria-labelledby="revisions">.*?</section>\n', told, re.DOTALL)
    assert section
    assert told.replace(section[0], "").replace(WITHDRAWN, f"<q>{escaped}</q>") == frozen
    assert revised(told, hidden, "7 December 2026") == told
    assert revised(frozen, withheld(before, people_of(before)), "30 November 2026") == frozen


@pytest.mark.parametrize("note", [NOTE, "Ill."])
def test_a_note_made_private_later_is_withdrawn_from_the_pages_of_earlier_weeks(note: str) -> None:
    before, after = _published_then_private(note)
    then = replace(open_book(before).data, week=pd.Timestamp("2026-10-26"))
    view = week.week_view(open_book(then))
    assert note in json.dumps(view, ensure_ascii=False).replace('\\"', '"')
    told = without(view, withheld(after, people_of(after)))
    assert note not in json.dumps(told, ensure_ascii=False).replace('\\"', '"')
    card = next(card for card in told["cards"] if card["engineer_id"] == RED)
    assert card["note"]["text"] == WITHDRAWN
    # The same words about somebody else stay.
    assert without(view, withheld(before, people_of(before))) == view


def test_of_the_notes_of_several_managers_only_the_one_that_was_taken_back_is_withdrawn() -> None:
    _, after = _published_then_private("Ill.")
    entry = {"href": f"engineers/{RED}/index.html", "note": {"when": "", "text": "On call. / Ill. / Go-live."}}
    other = {"href": "engineers/ana/index.html", "note": {"when": "", "text": "Ill."}}
    told = without({"cards": [entry, other]}, withheld(after, people_of(after)))
    assert [card["note"]["text"] for card in told["cards"]] == [f"On call. / {WITHDRAWN} / Go-live.", "Ill."]


# The last look


@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text,
        lambda text: html.escape(text),
        lambda text: "".join(f"&#{ord(letter)};" for letter in text),
        lambda text: json.dumps(text),
        lambda text: quote(text),
        lambda text: text.replace(" ", "\n  "),
        lambda text: text.upper(),
    ],
)
def test_the_last_look_finds_a_private_text_however_it_is_spelt(spelt: Callable[[str], str], tmp_path: Path) -> None:
    data = planted_data("everyone", "initials")
    hidden = withheld(data, people_of(data))
    for name, text in {
        "note": PLANTED["note"],
        "reason": PLANTED["reason"],
        "account": PLANTED["alertops account"],
        "name": PERSON,
    }.items():
        (tmp_path / f"{name}.txt").write_text(spelt(text))
    found = private_findings(tmp_path, hidden)
    assert {finding.split(":")[0] for finding in found} == {"note.txt", "reason.txt", "account.txt", "name.txt"}
    assert not any("Zq" in finding or PERSON in finding for finding in found)


@pytest.mark.parametrize(
    "text", ['<a href="../zquid/index.html">', '{"id":"zquid"}', "a,zquid,1", "zquid,1", ">zquid<"]
)
def test_the_last_look_finds_an_id_where_it_stands_for_somebody(text: str, tmp_path: Path) -> None:
    data = planted_data("everyone", "initials")
    (tmp_path / "file.txt").write_text(text)
    assert private_findings(tmp_path, withheld(data, people_of(data))) == ["file.txt: holds the id of a person"]


def test_the_last_look_finds_an_id_in_the_name_of_a_file(tmp_path: Path) -> None:
    data = planted_data("everyone", "team-only")
    (tmp_path / "zquid.csv").write_text("a,b")
    assert private_findings(tmp_path, withheld(data, people_of(data))) == ["zquid.csv: holds the id of a person"]


def test_an_id_that_is_a_word_of_the_site_stops_no_publish(tmp_path: Path) -> None:
    data = site_data(publishing={"people": "initials"})
    config = data.settings.config
    people = tuple(one.model_copy(update={"id": "note"}) if one.id == "ana" else one for one in config.engineers)
    data = replace(data, settings=replace(data.settings, config=config.model_copy(update={"engineers": people})))
    (tmp_path / "page.html").write_text('<p class="note">"green"</p>')
    assert private_findings(tmp_path, withheld(data, people_of(data))) == []


def test_who_is_named_on_purpose_as_the_contact_stops_no_publish(tmp_path: Path) -> None:
    data = site_data(publishing={"people": "initials"})
    config = data.settings.config
    organisation = config.organisation.model_copy(update={"correction_contact": "Nadia Rahman, room 4"})
    named = config.model_copy(update={"organisation": organisation})
    (tmp_path / "page.html").write_text("Something wrong? Nadia Rahman, room 4")
    assert private_findings(tmp_path, withheld(data, people_of(data))) == ["page.html: holds the name of a person"]
    data = replace(data, settings=replace(data.settings, config=named))
    assert private_findings(tmp_path, withheld(data, people_of(data))) == []


def test_a_short_private_note_does_not_stop_a_site_that_says_the_same_for_another_reason(tmp_path: Path) -> None:
    _, after = _published_then_private("on leave")
    (tmp_path / "page.html").write_text("What an engineer on leave has logged")
    assert private_findings(tmp_path, withheld(after, people_of(after))) == []


# Names inside what people typed


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Ana Ruiz led it", "AR led it"),
        ("ana and RUIZ", "AR and AR"),
        ("banana, Anastasia", "banana, Anastasia"),
        ("Lucia was on call; LUCÍA too", "LF was on call; LF too"),
        ("Will was ill, she will be back", "WS was ill, she will be back"),
        ("Nadia's call", "NR's call"),
        ("a walk in the park, Park said", "a walk in the park, a colleague said"),
    ],
)
def test_names_in_a_note_are_told_as_the_edition_shows_people(typed: str, told: str) -> None:
    names = ["Ana Ruiz", "Lucía Fernández", "Will Smith", "Joon Park", "Mia Park"]
    engineers_ = [{"engineer_id": name.split()[0].lower(), "name": name} for name in names]
    people = name_people("initials", engineers_, [{"id": "nadia", "name": "Nadia Rahman"}])
    assert people.worded(typed) == told
    assert name_people("named", engineers_, []).worded(typed) == typed
    assert "AR" not in name_people("team-only", engineers_, []).worded("Ana")


# Who was taken off the roster


@pytest.mark.parametrize("people", ["named", "initials"])
def test_an_engineer_taken_off_the_roster_stops_no_report(people: str) -> None:
    def gone(tables: dict[str, pd.DataFrame]) -> None:
        add_facts(tables)
        roster = tables["engineers"]
        tables["engineers"] = roster[roster["engineer_id"] != RED]
        tables["alerts"] = tables["alerts"].assign(is_team_wide=True)

    data = site_data(change=gone, publishing={"people": people})
    book = open_book(data)
    pages = [*reports.pages(book), *alerts.pages(book), *week.pages(book)]
    text = "\n".join(html_of(data, page) for page in pages)
    assert "someone not on the roster" in text
    assert 'href="../../"' not in text
    assert 'href="../"' not in text
    files = feeds.feed_files(book) | feeds.data_files(book) | feeds.month_files(book, ["2026-10"])
    if people == "initials":
        assert [name for name, content in files.items() if RED.encode() in content] == []


def test_a_month_of_an_edition_switched_on_later_says_when_it_was_made() -> None:
    data = replace(site_data(change=add_facts, edition="managers"), made_later=frozenset({"2026-09"}))
    pages = {page.path: page.view["meta"] for page in reports.pages(open_book(data)) if page.path.count("/") == 2}
    assert pages["reports/2026-09/index.html"][-1] == "Made on 23\xa0Nov\xa02026, from what was on file then"
    assert pages["reports/2026-10/index.html"][-1].startswith("As of")
