"""A small trial run after run through the whole pipeline, with hours and vibes as the test says and no network.

Judged by the literal policy (method `plain`): a week's billable share says at once what happens to an alert, so a test
can tell an alert's life week by week.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from flows import notify
from flows.collect import Fetched, fetch_source
from flows.pipeline import Outcome, Published, Steps, run_weekly
from flows.settings import load_settings
from flows.sources.window import Window
from flows.store.layout import Layout
from flows.store.tables import TableStore
from flows.workspace import Workspace, open_workspace
from tests.builders.config import config_dict, write_config
from tests.builders.facts import issue_events, leave, pages, sprints, vibe, vibes, worklog, worklogs
from transforms.vocabulary import ALERT_EVENTS

FIRST = pd.Timestamp("2026-02-02")
SWITCH_WEEK = 1
GOOD, NEAR, LOW = 82.0, 77.0, 70.0  # green, soft, hard against a policy of 76 %
_SCHEDULES = [
    {"from": "2025-01-06", "to": "2026-02-08", "kind": "5x8"},
    {"from": "2026-02-09", "kind": "4x10", "day_off": "friday"},
]


def monday(index: int) -> pd.Timestamp:
    """The Monday of week `index` of the trial."""
    return FIRST + pd.Timedelta(weeks=index)


@dataclass
class Trial:
    """A project folder and what its sources would tell.

    `billable`: percent by engineer and week, `GOOD` where nothing is said. `vibes`: scores with a note. `sent`:
    messages (title, text) that were delivered.
    """

    folder: Path
    billable: dict[tuple[str, int], float] = field(default_factory=dict)
    vibes: dict[tuple[str, int], float] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)

    def configure(self, *engineers: dict[str, Any], **sections: Any) -> "Trial":
        """Write the config: these engineers, on 4x10 from week `SWITCH_WEEK` on."""
        people = [{**one, "schedules": _SCHEDULES} for one in engineers]
        rules = {"method": "plain"}
        policy = {"baseline_start": f"{FIRST:%Y-%m-%d}", "switch_date": f"{monday(SWITCH_WEEK):%Y-%m-%d}"}
        content = config_dict(*people, policy=policy, decisions=rules, sample={"as_of": "2026-11-23"}, **sections)
        write_config(self.folder, content)
        return self

    def run(self, last: int) -> Outcome:
        """One weekly run that reports week `last`; the site is not built."""
        with self.opened() as workspace:
            steps = Steps(self._fetch, publish=lambda workspace, week: Published(0, False), tell=self._tell)
            return run_weekly(workspace, monday(last), steps)

    def opened(self) -> AbstractContextManager[Workspace]:
        return open_workspace(load_settings({}, self.folder))

    @property
    def tables(self) -> TableStore:
        return TableStore(Layout(self.folder / "data"))

    def told(self, engineer_id: str = "ana", severity: str | None = None) -> list[str]:
        """The stored events of an engineer's billable alerts, in order: `5 opened critical!`, with ! if notified."""
        events = self.tables.read("alert_events")
        own = events[(events["engineer_id"] == engineer_id) & (events["channel"] == "billable")]
        own = own[own["severity"].eq("notice") == (severity == "notice")]
        order = own.assign(order=own["event"].map(ALERT_EVENTS.index)).sort_values(["week_start", "order"])
        return [
            f"{(row['week_start'] - FIRST).days // 7} {row['event']} {row['severity']}"
            + ("!" if row["is_notified"] else "")
            for row in order.to_dict("records")
        ]

    def news(self) -> list[str]:
        """Lines of all messages so far that tell of somebody."""
        return [line for _, text in self.sent for line in text.splitlines() if line.startswith("- ")]

    def _tell(self, workspace: Workspace, weeks: Sequence[pd.Timestamp]) -> tuple[str, ...]:
        def deliver(title: str, text: str) -> list[bool]:
            self.sent.append((title, text))
            return [True]

        return notify.tell(workspace, weeks, deliver)

    def _fetch(self, workspace: Workspace, source: str, window: Window) -> Fetched:
        if source == "decisions":
            return fetch_source(workspace, source, window)
        since, until = (pd.Timestamp(moment).tz_localize(None) for moment in (window.since, window.until))
        engineers = [engineer.id for engineer in workspace.settings.config.engineers]
        weeks = [week for week in pd.date_range(FIRST, "2026-11-16", freq="7D") if week < until]
        number = {week: index for index, week in enumerate(weeks)}
        tables: dict[str, dict[str, pd.DataFrame]] = {
            "jira": {
                "worklogs": worklogs(
                    *(
                        self._half_week(who, number[week], week + pd.Timedelta(days=day))
                        for week in weeks
                        if week >= since
                        for who in engineers
                        for day in (0, 2)
                    )
                ),
                "sprints": sprints(),
                "issue_events": issue_events(),
            },
            "pagerduty": {"pages": pages()},
            "vibes": {
                "vibes": vibes(
                    *(
                        vibe(who, f"{monday(index):%Y-%m-%d}", score, note="As good as ever.", line=line)
                        for line, ((who, index), score) in enumerate(self.vibes.items(), start=2)
                        if monday(index) < until
                    )
                )
            },
            "leave": {"leave": leave()},
        }
        return Fetched(source, window, "ok", "", tables[source])

    def _half_week(self, who: str, index: int, on: pd.Timestamp) -> dict[str, Any]:
        share = self.billable.get((who, index), GOOD)
        return worklog(who, f"{on:%Y-%m-%d}", 20.0, 20.0 * share / 100)
