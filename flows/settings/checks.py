"""All findings about a config, in the order of the file, and the config that a run can use in spite of some."""

from typing import Any, NamedTuple

from flows.settings.consistency import consistency_findings
from flows.settings.findings import Loc, place
from flows.settings.model import Engineer, TeamConfig
from flows.settings.periods import ExaminedSchedules, Span, examine_schedules, is_of_schedules
from flows.settings.roster import part_of
from flows.settings.set_aside import SetAside
from flows.settings.shape import shape_findings, validated


class Checked(NamedTuple):
    """What is wrong with a config: as lines (where, what, what was expected or what to do), and counted.

    `config` is what a run can use, without what is set aside; there is none where a finding stops every run.
    """

    config: TeamConfig | None
    lines: list[str]
    n_stopping: int
    set_aside: tuple[SetAside, ...]


def checked(raw: dict[str, object]) -> Checked:
    """Look at everything in a config."""
    of_shape = shape_findings(raw)
    misshapen = {finding.loc for finding in of_shape}
    # One finding a place: what has the wrong shape need not be consistent as well.
    others = {finding for finding in consistency_findings(raw) if finding.loc not in misshapen}
    stopping = {finding for finding in {*of_shape, *others} if not is_of_schedules(finding)}
    examined = examine_schedules(raw, of_shape)
    set_aside = sorted(examined.findings, key=lambda found: _order(found[0], found[1].message))
    tag = " [stops every run]" if set_aside else ""
    lines = [(finding.loc, f"{place(finding.loc, raw)}: {finding.message}{tag}") for finding in stopping]
    lines += [(loc, found.as_line()) for loc, found in set_aside]
    return Checked(
        config=None if stopping else _usable(raw, examined),
        lines=[line for _, line in sorted(lines, key=lambda line: _order(*line))],
        n_stopping=len(stopping),
        set_aside=tuple(found for _, found in set_aside),
    )


def _usable(raw: dict[str, Any], examined: ExaminedSchedules) -> TeamConfig:
    """The config with the schedules of some engineers cut down to what is clear about them."""
    engineers = list(raw["engineers"])
    for number, days in examined.usable.items():
        engineers[number] = {**engineers[number], "schedules": [engineers[number]["schedules"][n] for n in days]}
    config = validated({**raw, "engineers": engineers})
    cut = [
        _cut(engineer, list(examined.usable[number].values())) if number in examined.usable else engineer
        for number, engineer in enumerate(config.engineers)
    ]
    return config.model_copy(update={"engineers": tuple(cut)})


def _cut(engineer: Engineer, days: list[list[Span]]) -> Engineer:
    """The engineer with each period cut down to some spans of days, by date."""
    parts = [
        part_of(period, span.first, span.end)
        for period, spans in zip(engineer.schedules, days, strict=True)
        for span in spans
    ]
    return engineer.model_copy(update={"schedules": tuple(sorted(parts, key=lambda part: part.from_day))})


def _order(loc: Loc, text: str) -> tuple[int, list[tuple[int, str]], str]:
    sections = list(TeamConfig.model_fields)
    section = str(loc[0]) if loc else ""
    rank = sections.index(section) if section in sections else len(sections)
    parts = [(part, "") if isinstance(part, int) else (-1, part) for part in loc[1:]]
    return rank, parts, text
