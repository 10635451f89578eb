"""All findings about a config, in the order of the file."""

from flows.settings.consistency import consistency_findings
from flows.settings.findings import Finding, place
from flows.settings.model import TeamConfig
from flows.settings.shape import shape_findings


def config_findings(raw: dict[str, object]) -> list[str]:
    """Every finding as a line: where, what, what was expected or what to do."""
    of_shape = shape_findings(raw)
    misshapen = {finding.loc for finding in of_shape}
    # One finding a place: what has the wrong shape need not be consistent as well.
    others = {finding for finding in consistency_findings(raw) if finding.loc not in misshapen}
    findings = sorted({*of_shape, *others}, key=_order)
    return [f"{place(finding.loc, raw)}: {finding.message}" for finding in findings]


def _order(finding: Finding) -> tuple[int, list[tuple[int, str]], str]:
    sections = list(TeamConfig.model_fields)
    section = str(finding.loc[0]) if finding.loc else ""
    rank = sections.index(section) if section in sections else len(sections)
    parts = [(part, "") if isinstance(part, int) else (-1, part) for part in finding.loc[1:]]
    return rank, parts, finding.message
