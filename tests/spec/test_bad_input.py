"""What a user sees who has made a mistake: one message that says where, what and what to do; never a traceback."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from tests.builders.config import config_dict, engineer_entry, write_config

CHECK = ("config", "check")

# command, change of a good config, exit code, what the message says
MISTAKES: dict[str, tuple[tuple[str, ...], Callable[[dict[str, Any]], object], int, tuple[str, ...]]] = {
    "a good config": (CHECK, lambda config: None, 0, ("no problems (1 engineers",)),
    "an unknown key": (
        CHECK,
        lambda config: config["policy"].update(swich_date="2026-05-04"),
        2,
        ("policy.swich_date: is not a key here", 'did you mean "switch_date"?', "Nothing was run"),
    ),
    "an engineer without a schedule": (
        CHECK,
        lambda config: config.update(engineers=[engineer_entry(schedules=[])]),
        2,
        ("engineers[0].schedules (ana): is empty", "at least one is needed"),
    ),
    "overlapping schedules": (
        CHECK,
        lambda config: config["engineers"][0]["schedules"][1].update({"from": "2026-04-27"}),
        2,
        ("engineers[0].schedules[1].from (ana)", "overlaps", 'give the earlier one "to": "2026-04-26"'),
    ),
    "no vibes file": (
        ("vibes", "check"),
        lambda config: None,
        2,
        ("The vibes folder cannot be read (No such file or directory)", "tenfour vibes template"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_by_a_message_and_an_exit_code(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command, change, exit_code, says = MISTAKES[mistake]
    config = config_dict()
    change(config)
    write_config(tmp_path, config)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["tenfour", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = "".join(capsys.readouterr())
    assert (ended.value.code or 0) == exit_code, shown
    assert all(part in shown for part in says), shown
    assert "Traceback" not in shown
