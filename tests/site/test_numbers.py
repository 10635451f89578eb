"""Numbers on pages are those of the tables behind them: read back from the rendered site, worded anew, compared."""

import csv
import json
import math
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import numpy as np
import pandas as pd
import pytest

from flows.publish.feeds import PUBLIC_TABLES
from tests.builders.site_data import WEEK
from tests.site.conftest import Site

STATUSES = ("green", "yellow", "red", "unknown")
METRICS = ("billable", "velocity", "response", "vibes")


def document(site: Site, path: str) -> Element:
    root: Element = html5lib.parse(site.text(path), namespaceHTMLElements=False)
    return root


def words(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def by_class(root: Element, tag: str, name: str) -> Iterator[Element]:
    return (one for one in root.iter(tag) if name in one.attrib.get("class", "").split())


def rows_of(table: Element) -> list[list[str]]:
    return [[words(cell) for cell in row if cell.tag in ("th", "td")] for row in table.iter("tr")]


def table_of(root: Element, label: str) -> list[list[str]]:
    """Rows of the table in the region of that name, its heading row first."""
    (region,) = [one for one in root.iter("div") if one.attrib.get("aria-label") == f"{label}: table"]
    return rows_of(region)


def csv_rows(site: Site, path: str) -> list[dict[str, str]]:
    with (site.out / path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> float:
    """A number as pages write it: `1,234.5`, `−0.4`, `79.1 %`; what has none is missing."""
    found = re.search(r"[−-]?\d[\d,]*\.?\d*", text)
    return float(found[0].replace("−", "-").replace(",", "")) if found else math.nan


def of_week(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["week_start"] == WEEK]


def name_of(site: Site, engineer_id: str) -> str:
    return next(one.name for one in site.data.settings.config.engineers if one.id == engineer_id)


def test_every_file_of_a_table_holds_the_table(site: Site) -> None:
    for name in PUBLIC_TABLES:
        table = site.data.tables[name]
        told = csv_rows(site, f"data/{name}.csv")
        kept = json.loads(site.text(f"data/{name}.json"))
        columns = [column["name"] for column in kept["columns"]]
        assert len(told) == len(kept["rows"]) == len(table)
        assert list(told[0]) == columns
        for column in columns:
            wanted = table[column].tolist()
            as_json = [row[columns.index(column)] for row in kept["rows"]]
            for expected, in_csv, in_json in zip(wanted, (row[column] for row in told), as_json, strict=True):
                assert same(expected, in_csv, in_json), (name, column, expected, in_csv, in_json)


def same(expected: object, in_csv: str, in_json: object) -> bool:
    if expected is None or expected is pd.NaT or (isinstance(expected, float) and math.isnan(expected)):
        return in_csv == "" and in_json is None
    if isinstance(expected, bool):
        return in_csv == str(expected).lower() and in_json is expected
    if isinstance(expected, (int, float)):
        assert isinstance(in_json, (int, float))
        return math.isclose(float(in_csv), expected, abs_tol=6e-5) and math.isclose(in_json, expected, abs_tol=6e-5)
    if isinstance(expected, pd.Timestamp):
        return in_csv == in_json == expected.strftime("%Y-%m-%d")
    return in_csv.removeprefix("'") == in_json == expected


def expected_series(readings: pd.DataFrame, metric: str) -> dict[str, float]:
    """Week -> value of one engineer, from the readings alone."""
    weeks = readings["week_start"].dt.strftime("%Y-%m-%d")
    if metric == "velocity":
        sprints = readings.groupby("sprint_id").agg(
            points=("points_completed", "sum"), hours=("available_hours", "sum"), week=("week_start", "max")
        )
        ended = readings.loc[readings["is_sprint_end"], "sprint_id"]
        of_sprint = sprints[sprints.index.isin(ended) & (sprints["hours"] > 0)]
        return dict(
            zip(of_sprint["week"].dt.strftime("%Y-%m-%d"), 40 * of_sprint["points"] / of_sprint["hours"], strict=True)
        )
    values = {
        "billable": readings["billable_pct"],
        "response": readings["acknowledge_median_seconds"] / 60,
        "vibes": readings["vibes"],
    }[metric]
    return {week: value for week, value in zip(weeks, values, strict=True) if not np.isnan(value)}


@pytest.mark.parametrize("metric", METRICS)
def test_a_trend_of_an_engineer_is_that_of_the_readings_in_chart_file_and_table(site: Site, metric: str) -> None:
    for engineer_id in ("ana", "chloe", "fatima", "hana"):
        readings = site.data.tables["readings"]
        expected = expected_series(readings[readings["engineer_id"] == engineer_id], metric)
        told = {
            row["week_start"]: float(row["value"])
            for row in csv_rows(site, f"data/engineers/{engineer_id}/{metric}.csv")
            if row["value"]
        }
        assert {week for week in expected if week not in told} == set()
        assert all(abs(told[week] - value) <= 0.0501 for week, value in expected.items())
        assert set(told) == set(expected)


def test_the_table_behind_every_figure_has_the_rows_of_its_file(site: Site) -> None:
    pages = ["index.html", "teams/atlas/index.html", "engineers/chloe/index.html", "reports/2026-10/index.html"]
    checked = 0
    for path in pages:
        for figure in by_class(document(site, path), "figure", "figure"):
            (link,) = [one.attrib["href"] for one in figure.iter("a") if one.attrib["href"].endswith(".csv")]
            file = (site.out / path).parent.joinpath(link).resolve().relative_to(site.out.resolve()).as_posix()
            in_file = [row for row in csv_rows(site, file) if row["value"]]
            (table,) = list(figure.iter("table"))
            heading, *rows = rows_of(table)
            shown = {row[0]: number(row[1]) for row in rows if not math.isnan(number(row[1]))}
            for row in in_file:
                year, week, _ = pd.Timestamp(row["week_start"]).isocalendar()
                key = f"{year}-W{week:02d}"
                assert key in shown, (path, file, key)
                assert abs(shown[key] - float(row["value"])) <= 0.051, (path, file, key, heading)
                checked += 1
            assert len(shown) == len(in_file), (path, file)
    assert checked > 500


def test_cards_show_the_readings_and_statuses_of_the_week(site: Site) -> None:
    readings = of_week(site.data.tables["readings"]).set_index("engineer_id")
    statuses = of_week(site.data.tables["statuses"]).set_index("engineer_id")
    cards = {words(card.find(".//h3")): card for card in by_class(document(site, "index.html"), "article", "card")}
    assert sorted(cards) == sorted(name_of(site, engineer_id) for engineer_id in readings.index)
    for engineer_id, row in readings.iterrows():
        card, status = cards[name_of(site, str(engineer_id))], statuses.loc[engineer_id]
        assert card.attrib["data-status"] == status["status"]
        lozenges = [words(one) for one in by_class(card, "span", "lozenge")]
        underneath = [] if status["status"] == status["underlying_status"] else [status["underlying_status"]]
        assert [text.split()[0].lower() for text in lozenges] == [status["status"], *underneath]
        big = number(words(next(by_class(card, "p", "big"))))
        assert math.isnan(big) if np.isnan(row["billable_pct"]) else abs(big - row["billable_pct"]) <= 0.051
        minis = {words(one.find("dt")): words(one.find("dd")) for one in card.iter("div") if one.find("dt") is not None}
        if not np.isnan(row["vibes"]):
            assert number(minis["Vibes"]) == row["vibes"]
        if row["n_pages"] and row["is_response_known"] and not np.isnan(row["acknowledge_median_seconds"]):
            assert abs(seconds(minis["Response"]) - row["acknowledge_median_seconds"]) <= 30


def seconds(text: str) -> float:
    """`45 s`, `4.2 min`, `1.5 h` in seconds."""
    return number(text) * {"s": 1, "min": 60, "h": 3600}[text.split()[-1]]


def test_status_counts_are_those_of_the_table_for_everybody_and_for_each_team(site: Site) -> None:
    statuses = of_week(site.data.tables["statuses"])
    engineers = site.data.tables["engineers"]
    present = engineers[~(engineers["employed_to"] < WEEK)]
    for team_id, path in [(None, "index.html"), *((team, f"teams/{team}/index.html") for team in ("atlas", "harbor"))]:
        members = present if team_id is None else present[present["team_id"] == team_id]
        judged = statuses[statuses["engineer_id"].isin(members["engineer_id"])]
        expected = [int((judged["status"] == status).sum()) for status in STATUSES]
        expected[3] += len(members) - len(judged)
        (counts,) = by_class(document(site, path), "ul", "counts")
        assert [int(words(one)) for one in counts.iter("strong")] == expected, path


def test_needs_attention_lists_everybody_who_is_not_green_underneath(site: Site) -> None:
    statuses = of_week(site.data.tables["statuses"])
    (section,) = [
        one for one in document(site, "index.html").iter("section") if one.attrib.get("aria-labelledby") == "attention"
    ]
    listed = [words(one) for one in section.iter("a")]
    asking = statuses.loc[statuses["underlying_status"] != "green", "engineer_id"]
    assert sorted(listed) == sorted(name_of(site, engineer_id) for engineer_id in asking)


def test_tiles_show_the_newest_effects(site: Site) -> None:
    effects = site.data.tables["team_effects"]
    newest = effects[effects["week_start"] == effects["week_start"].max()].set_index("metric")
    tiles = {
        words(one.find("h3")).split()[0].lower(): one for one in by_class(document(site, "index.html"), "div", "tile")
    }
    assert set(tiles) == {"billable", "velocity", "incident", "vibes"}
    for word, metric in (("billable", "billable"), ("vibes", "vibes")):
        during, was = words(next(by_class(tiles[word], "span", "big"))), words(tiles[word].findall("p")[0])
        assert abs(number(during) - newest.loc[metric, "during"]) <= 0.051
        assert abs(number(was.split("was", 1)[1]) - newest.loc[metric, "before"]) <= 0.051
        change = words(tiles[word].findall("p")[1])
        assert abs(number(change) - newest.loc[metric, "effect"]) <= 0.051


def test_coverage_of_the_week_is_that_of_the_table(site: Site) -> None:
    coverage = of_week(site.data.tables["coverage"])
    _, *rows = table_of(document(site, "index.html"), "Covered share of office hours by weekday")
    names = {team.name: team.id for team in site.data.settings.config.teams}
    assert {row[0] for row in rows} == set(names)
    for row in rows:
        days = coverage[coverage["team_id"] == names[row[0]]].sort_values("work_date")
        assert [
            abs(number(cell) - 100 * share) <= 0.51 for cell, share in zip(row[1:], days["covered_share"], strict=True)
        ] == [True] * 5


def test_sprints_of_a_team_are_those_of_the_table(site: Site) -> None:
    sprints = site.data.tables["sprint_totals"]
    heading, *rows = table_of(document(site, "teams/atlas/index.html"), "Sprints")
    of_team = sprints[sprints["team_id"] == "atlas"].sort_values("last_day", ascending=False)
    assert rows
    for row, (_, sprint) in zip(rows, of_team.iterrows(), strict=False):
        told = dict(zip(heading, row, strict=True))
        assert told["Sprint"].removesuffix(" (reconstructed)") == sprint["name"]
        assert number(told["Committed"]) == sprint["committed_points"]
        assert number(told["Carried over"]) == sprint["carried_over_points"]


def test_open_alerts_are_those_of_the_table(site: Site) -> None:
    alerts = site.data.tables["alerts"]
    is_open = alerts["state"].isin(["open", "overridden"]) & (alerts["severity"] != "notice")
    rows = [row for kind in ("rows",) for row in by_class(document(site, "alerts/index.html"), "ul", kind)]
    listed = sum(1 for one in rows for _ in one.findall("li"))
    assert listed == int(is_open.sum())


def test_the_summary_of_a_month_is_that_of_the_table(site: Site) -> None:
    summary = site.data.tables["monthly_summary"]
    of_month = summary[summary["month"] == "2026-10"]
    told = csv_rows(site, "reports/2026-10/summary.csv")
    assert len(told) == len(of_month)
    for row, (_, expected) in zip(told, of_month.iterrows(), strict=True):
        assert (row["scope"], row["metric"]) == (expected["scope"], expected["metric"])
        assert float(row["during"]) == pytest.approx(expected["during"], abs=6e-5)
    (heading, *rows) = table_of(document(site, "reports/2026-10/index.html"), "The month per metric")
    everybody = of_month[of_month["scope"] == "all"].set_index("metric")
    assert abs(number(rows[0][1]) - everybody.loc["billable", "before"]) <= 0.051, heading
    assert abs(number(rows[0][2]) - everybody.loc["billable", "during"]) <= 0.051, heading


def test_the_hours_of_the_waterfall_are_those_of_the_week(site: Site) -> None:
    row = of_week(site.data.tables["readings"]).set_index("engineer_id").loc["chloe"]
    _, *rows = table_of(document(site, "engineers/chloe/index.html"), "Hours of the week")
    told = [number(cells[1]) for cells in rows]
    assert any(abs(value - row["billable_hours"]) <= 0.06 for value in told)
    assert any(abs(value - row["available_hours"]) <= 0.06 for value in told)
