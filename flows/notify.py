"""News of alerts to the addresses in TENFOUR_NOTIFY_URLS: after a week is published, each piece of news once."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import pandas as pd
from pydantic import SecretStr

from flows.publish.feeds import event_title
from flows.publish.views import wording
from flows.publish.views.people import People, name_people
from flows.settings.connections import NOTIFY
from flows.workspace import Workspace
from transforms.language import N_, _, listed, ngettext, speaking
from transforms.news import News, news, told_by_now
from transforms.vocabulary import SEVERITIES
from transforms.weeks import iso_week

# Takes addresses, title and text; says of each address whether it took the message.
Send = Callable[[Sequence[SecretStr], str, str], list[bool]]

_MOST_LINES: Final = 40
_EVENT_ORDER: Final = ("opened", "escalated", "reminded", "resolved")
_COUNTED: Final = {
    # TRANSLATORS: how many alerts, as in a list: "2 opened, 1 raised and 1 resolved"
    "opened": N_("{count} opened"),
    "escalated": N_("{count} raised"),
    "reminded": N_("{count} still open"),
    "resolved": N_("{count} resolved"),
}


def tell_news(workspace: Workspace, weeks: Sequence[pd.Timestamp]) -> tuple[str, ...]:
    """Send what is news in the weeks that a run computed; sentences for the run's summary.

    A past run that is told again from the record tells nobody.
    """
    urls = workspace.settings.connections.notify_urls
    if not urls or workspace.recorded is not None:
        return ()
    return tell(workspace, weeks, lambda title, text: send(urls, title, text))


def tell(
    workspace: Workspace, weeks: Sequence[pd.Timestamp], deliver: Callable[[str, str], list[bool]]
) -> tuple[str, ...]:
    """As `tell_news`, by any way of delivery.

    It is noted as told before it is sent: a run that dies in between leaves it untold rather than tells it twice. If no
    address takes the message, the next run tries again; if one does, it is told.
    """
    tables, newest = workspace.tables, weeks[-1]
    told = tables.read("notifications", last=newest)
    found = news(tables.read("alert_events", last=newest), told, pd.DatetimeIndex(list(weeks)))
    if found.is_empty:
        return ()
    _note(workspace, told, found.as_told())
    with speaking(workspace.settings.language):
        title, text = _message(workspace, found, newest)
    taken = deliver(title, text)
    if any(taken):
        missed = [str(place) for place, took in enumerate(taken, start=1) if not took]
        problem = f"; address {listed(missed)} of {NOTIFY} did not take it" if missed else ""
        return (f"News of alerts sent: {_counted(found)}{problem}.",)
    _note(workspace, told, found.as_failed())
    return (f"News of alerts could not be sent: no address of {NOTIFY} took it. The next run tries again.",)


def _note(workspace: Workspace, told: pd.DataFrame, latest: pd.DataFrame) -> None:
    weeks = pd.DatetimeIndex(latest["week_start"].unique())
    workspace.tables.write_weeks("notifications", weeks, told_by_now(told, latest))


def _message(workspace: Workspace, found: News, newest: pd.Timestamp) -> tuple[str, str]:
    """Title and text. People appear as on the site: by name, by initials, or as a number per team."""
    config = workspace.settings.config
    roster = [{str(key): value for key, value in row.items()} for row in workspace.roster.engineers.to_dict("records")]
    people = name_people(config.publishing.people, roster, [])
    about = {"title": config.publishing.title, "week": iso_week(newest), "news": _counted(found)}
    title = (
        _("{title}, {week}: {news} (sample data)", **about)
        if workspace.settings.is_sample
        else _("{title}, {week}: {news}", **about)
    )
    teams = {row["engineer_id"]: row["team_id"] for row in roster}
    names = {team.id: team.name for team in config.teams}
    statuses = workspace.tables.read("statuses", first=newest, last=newest)
    overridden = set(statuses.loc[statuses["override_applied"], "engineer_id"])
    lines = _lines(found, people, {who: names.get(team, team) for who, team in teams.items()}, overridden)
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], _("and {count} more", count=len(lines) - _MOST_LINES)]
    where = [f"{config.publishing.base_url.rstrip('/')}/alerts/index.html"] if config.publishing.base_url else []
    end = [_("Signals for a conversation, not a rating."), *where]
    return title, "\n".join([*(f"- {line}" for line in lines), "", *end])


def _counted(found: News) -> str:
    counts = found.fresh["event"].value_counts()
    parts = [_(_COUNTED[event], count=counts[event]) for event in _EVENT_ORDER if event in counts]
    parts += [_("{count} taken back", count=len(found.taken_back))] if len(found.taken_back) else []
    return listed(parts)


def _lines(found: News, people: People, team_of: Mapping[str, str], overridden: set[str]) -> list[str]:
    """One line per piece of news: what many of a team share first, then the most severe, week by week."""
    rows = [{str(key): value for key, value in row.items()} for row in found.fresh.to_dict("records")]
    shared = [row for row in rows if row["is_team_wide"]]
    single = [row for row in rows if not row["is_team_wide"]]
    taken = [{str(key): value for key, value in row.items()} for row in found.taken_back.to_dict("records")]
    if not people.are_shown:
        return [*_shared(shared, None, team_of), *_by_team([*single, *taken], team_of)]
    single.sort(
        key=lambda row: (row["week_start"], -SEVERITIES.index(row["severity"]), people.label(row["engineer_id"]))
    )
    return [
        *_shared(shared, people, team_of),
        *(_single(row, people, overridden) for row in single),
        *(_("Taken back: {event}. Later data no longer show it.", event=event_title(people, row)) for row in taken),
    ]


def _single(row: Mapping[str, Any], people: People, overridden: set[str]) -> str:
    is_shown_green = row["engineer_id"] in overridden and row["event"] != "resolved"
    return " ".join(
        [
            f"{event_title(people, row)}.",
            wording.sentence(row["reason"]),
            *([_("Shown green by an override.")] if is_shown_green else []),
            *([] if row["is_new_since_switch"] else [_("Not new since 4×10.")]),
        ]
    ).strip()


def _shared(rows: list[dict[str, Any]], people: People | None, team_of: Mapping[str, str]) -> list[str]:
    """A third of a team at once is one piece of news about the team."""

    def key(row: Mapping[str, Any]) -> tuple[pd.Timestamp, str]:
        return row["week_start"], team_of.get(row["engineer_id"], "")

    lines = []
    for (week, team), group in groupby(sorted(rows, key=key), key=key):
        who = sorted({row["engineer_id"] for row in group})
        count = ngettext("{n} engineer", "{n} engineers", len(who))
        named = f"{count} ({listed([people.label(one) for one in who])})" if people else count
        lines.append(
            _(
                "{team} team: {engineers} turned red together in {week}. A holiday, an outage or a fault in the data "
                "is more likely than so many private reasons.",
                team=team,
                engineers=named,
                week=iso_week(week),
            )
        )
    return lines


def _by_team(rows: list[dict[str, Any]], team_of: Mapping[str, str]) -> list[str]:
    counts = pd.Series([team_of.get(row["engineer_id"], "") for row in rows], dtype="str").value_counts().sort_index()
    return [
        ngettext("{team} team: news of {n} alert", "{team} team: news of {n} alerts", int(count), team=team)
        for team, count in counts.items()
    ]


def send(urls: Sequence[SecretStr], title: str, text: str) -> list[bool]:
    """Hand the message to each address by Apprise, which knows chats, mail and web hooks."""
    from apprise import Apprise  # slow to import, and most runs have nobody to tell

    taken = []
    for url in urls:
        service = Apprise()
        taken.append(service.add(url.get_secret_value()) and service.notify(body=text, title=title) is True)
    return taken


def not_understood(urls: Sequence[SecretStr]) -> list[int]:
    """Places (from 1) of addresses that no service is known for."""
    from apprise import Apprise

    return [place for place, url in enumerate(urls, start=1) if not Apprise().add(url.get_secret_value())]
