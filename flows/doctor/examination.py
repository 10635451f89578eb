"""Everything looked at, at the same time: what one source cannot give does not keep the others waiting."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flows.doctor.alertops import examine_alertops
from flows.doctor.case import Case
from flows.doctor.findings import TITLES, Diagnosis, Finding, Mode, Place, guarded, without_secrets
from flows.doctor.jira import examine_jira
from flows.doctor.machine import examine_machine
from flows.doctor.pagerduty import examine_pagerduty
from flows.doctor.roster import config_findings
from flows.doctor.share import examine_share
from flows.doctor.tempo import examine_tempo
from flows.mocks import sample_connections, speaks_for
from flows.settings import Settings
from flows.sources.http import Patience, Source, SourceClient
from flows.workspace import utc_now

# Somebody waits at a terminal: twice, and not for long.
QUICK: Final = Patience(
    attempts=2, first_wait=0.5, longest_wait=2.0, jitter=0.0, connect=5.0, silence=10.0, answer=20.0, total=20.0
)
LONGEST_SECONDS: Final = 45.0

_VENDORS: Final[Mapping[Source, Callable[[Case, SourceClient], Iterator[Finding]]]] = {
    "jira": examine_jira,
    "tempo": examine_tempo,
    "pagerduty": examine_pagerduty,
    "alertops": examine_alertops,
}


def examine(
    settings: Settings,
    environ: Mapping[str, str],
    now: Callable[[], datetime] = utc_now,
    patience: Patience = QUICK,
    longest_seconds: float = LONGEST_SECONDS,
) -> Diagnosis:
    """Look at config, sources, share and machine; every finding at once. Nothing is stored or published.

    In sample mode the embedded mocks are looked at, by the sample's clock. What has not ended after `longest_seconds`
    is told as a finding.
    """
    if not settings.is_sample:
        return _diagnosis("real", Case(settings, settings.connections, now, patience), environ, longest_seconds)
    as_of = speaks_for(settings.config)
    with sample_connections(settings) as connections:
        return _diagnosis("sample", Case(settings, connections, lambda: as_of, patience), environ, longest_seconds)


def _diagnosis(mode: Mode, case: Case, environ: Mapping[str, str], longest_seconds: float) -> Diagnosis:
    parts: dict[Place, Iterable[Finding]] = {
        "config": config_findings(case),
        **{source: _vendor(case, source) for source in _VENDORS if case.has(source)},
        "share": examine_share(case),
        "machine": examine_machine(case, environ),
    }
    found = _at_once(parts, longest_seconds)
    in_order = sorted(found, key=lambda finding: list(TITLES).index(finding.source))
    return Diagnosis(mode, case.started, without_secrets(in_order, case.connections))


def _vendor(case: Case, source: Source) -> Iterator[Finding]:
    with case.open(source) as client:
        yield from guarded(source, "access", _VENDORS[source](case, client))


@dataclass
class _Part:
    """One place as it is looked at in a thread of its own."""

    place: Place
    findings: Iterable[Finding]
    found: list[Finding] = field(default_factory=list)
    bug: BaseException | None = None

    def start(self) -> threading.Thread:
        # A daemon: what hangs must not keep the command from ending.
        thread = threading.Thread(target=self._look, name=f"doctor-{self.place}", daemon=True)
        thread.start()
        return thread

    def _look(self) -> None:
        try:
            for finding in self.findings:
                self.found.append(finding)
        except BaseException as error:  # raised again where somebody listens
            self.bug = error


def _at_once(parts: Mapping[Place, Iterable[Finding]], longest_seconds: float) -> list[Finding]:
    """The findings of all parts, in the order of the parts. Errors: whatever a part raised that is a bug of ours."""
    begun = [(part := _Part(place, findings), part.start()) for place, findings in parts.items()]
    ends_at = time.monotonic() + longest_seconds
    found: list[Finding] = []
    for part, thread in begun:
        thread.join(max(0.0, ends_at - time.monotonic()))
        # A list that a thread may still be adding to is copied once.
        found += list(part.found)
        if thread.is_alive():
            found.append(_unfinished(part.place, longest_seconds))
        elif part.bug is not None:
            raise part.bug
    return found


def _unfinished(place: Place, seconds: float) -> Finding:
    return Finding(
        place,
        "time",
        "error",
        f"{TITLES[place]} did not end within {seconds:.0f} s; what was found until then stands above.",
        "an answer in time",
        "Check the address and the network, or whether the share hangs; then ask again.",
    )
