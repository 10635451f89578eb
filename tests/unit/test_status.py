"""From signals to levels, from levels to the light."""

from dataclasses import replace

import numpy as np
import pytest

from transforms.opinions import HARD, NO_OPINION, NONE, SOFT
from transforms.parameters import DecisionParameters, HysteresisRules
from transforms.status import GREEN, RED, UNKNOWN, YELLOW, History, Levels, levels, underlying_status, weeks_in_status
from transforms.vocabulary import CHANNELS, TOGETHER

PARAMETERS = DecisionParameters()
_FAST = 9
_CODES = {"-": NO_OPINION, "0": NONE, "1": SOFT, "2": HARD, "?": NO_OPINION, "!": _FAST}


def codes(text: str) -> np.ndarray:
    """`0` none, `1` soft, `!` soft and strong, `2` hard, `-` no opinion, `?` unknown now: one character a week."""
    return np.array([[_CODES[letter] for letter in text]])


def run(
    text: str,
    metric: str = "billable",
    *,
    published: Levels | None = None,
    signal: str = "",
    parameters: DecisionParameters = PARAMETERS,
) -> Levels:
    """Levels of one engineer; the weeks of `signal` were published with `published`."""
    n = len(text)
    first = len(signal)
    stored = published or Levels(codes("-" * n), np.zeros((1, n), dtype=bool), np.zeros((1, n), dtype=np.int64))
    history = History(codes(signal + "-" * (n - first)), stored.level, stored.is_held, range(first, n))
    is_unknown = np.array([[letter == "?" for letter in text]])
    return levels(codes(text.replace("!", "1")), is_unknown, codes(text) == _FAST, metric, history, parameters)


def shown(found: Levels) -> str:
    return "".join("012-"[level] for level in found.level[0])


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ("0000", "0000"),
        ("0010", "0000"),  # one week is none
        ("00!0", "0011"),  # but a strong one is, and stays for a second week like any
        ("00!00", "00110"),
        ("00!2", "0011"),  # hard waits for a second week all the same
        ("0011", "0001"),  # two in a row
        ("01010", "00011"),  # two of three
        ("010100", "000110"),  # and gone after two without
        ("010010", "000000"),  # two of four are not enough
        ("01100", "00110"),  # falls after two weeks without
        ("011010", "001111"),  # a single week without does not end it
        ("0222", "0022"),
        ("0212", "0012"),  # soft held twice, hard twice only in the fourth week
        ("02210", "00221"),  # falls to the highest of the last two weeks
        ("022100", "002210"),
        ("1", "0"),
        ("11", "01"),
        ("0-1-1-", "000011"),  # weeks without an opinion are not counted, and hold
        ("011--0-0", "00111110"),
        ("--11", "--01"),  # never judged is unknown
        ("011?0", "001-1"),  # unknown at once, and taken up again where it was
        ("011?-", "001-1"),
    ],
)
def test_hysteresis(signals: str, expected: str) -> None:
    assert shown(run(signals)) == expected


def test_several_together_wait_like_any_metric() -> None:
    assert shown(run("01010", TOGETHER)) == "00011"


@pytest.mark.parametrize(("signals", "expected"), [("0110", "0110"), ("0-2-0", "00220"), ("-1-", "-11")])
def test_velocity_follows_at_once_and_holds_between_sprints(signals: str, expected: str) -> None:
    assert shown(run(signals, "velocity")) == expected


def test_a_level_is_held_for_eight_calendar_weeks() -> None:
    found = run("0" + "-" * 9)
    assert shown(found) == "0" * 9 + "-"
    assert found.is_held[0].tolist() == [False] + [True] * 8 + [False]


def test_after_a_level_could_not_be_held_any_longer_it_starts_anew() -> None:
    assert shown(run("011" + "-" * 9 + "10")).endswith("-00")


@pytest.mark.parametrize("cut", range(1, 12))
def test_published_weeks_and_further_ones_are_the_same_as_all_at_once(cut: int) -> None:
    text = "01?12-0-22--0"
    whole = run(text)
    is_stored = np.arange(len(text)) < cut
    stored = replace(whole, level=np.where(is_stored, whole.level, NO_OPINION), is_held=whole.is_held & is_stored)
    found = run("0" * cut + text[cut:], published=stored, signal=text[:cut])
    assert shown(found) == shown(whole)
    assert found.is_held.tolist() == whole.is_held.tolist()
    assert found.last_judged.tolist() == whole.last_judged.tolist()


def test_a_published_level_wins_over_what_it_would_be_now() -> None:
    stored = replace(run("0000"), level=codes("001-"))
    assert shown(run("0010", published=stored, signal="001")) == "0011"
    assert shown(run("0010")) == "0000"


def test_hysteresis_is_configuration() -> None:
    eager = replace(PARAMETERS, hysteresis=HysteresisRules(rise_signals=1, rise_weeks=1, fall_weeks=1))
    assert shown(run("0120", parameters=eager)) == "0120"


def test_method_plain_knows_no_hysteresis_and_holds_nothing() -> None:
    plain = replace(PARAMETERS, method="plain")
    found = run("02-10", parameters=plain)
    assert shown(found) == "02-10"
    assert not found.is_held.any()


LEVEL = dict(zip("-012", (NO_OPINION, NONE, SOFT, HARD), strict=True))


def status(text: str, parameters: DecisionParameters = PARAMETERS) -> int:
    """The light of levels of billable, velocity, response, vibes and, if it is given, of several together."""
    grids = {name: np.array([[LEVEL[letter]]]) for name, letter in zip(CHANNELS, text, strict=False)}
    return int(underlying_status(grids, parameters)[0, 0])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("0000", GREEN),
        ("0---", GREEN),  # no calls, no sprint and no vibes do not block green
        ("-000", UNKNOWN),  # green only if billable is known
        ("----", UNKNOWN),
        ("1000", YELLOW),
        ("-1--", YELLOW),  # what is known says so
        ("0001", YELLOW),
        ("1001", RED),
        ("-11-", RED),
        ("2000", RED),
        ("---2", RED),
        ("00001", YELLOW),
        ("10001", YELLOW),  # metrics that move together are not one metric more
        ("11001", RED),
        ("00002", RED),
        ("----1", YELLOW),
        ("----0", UNKNOWN),
    ],
)
def test_the_light(found: str, expected: int) -> None:
    assert status(found) == expected


def test_by_method_plain_only_hard_is_red() -> None:
    plain = replace(PARAMETERS, method="plain")
    assert [status(found, plain) for found in ("1111", "2000", "0010", "0000", "-000")] == [
        YELLOW,
        RED,
        YELLOW,
        GREEN,
        UNKNOWN,
    ]


def test_weeks_in_a_status_are_counted_on_from_what_was_published() -> None:
    grid = np.array([[GREEN, GREEN, YELLOW, YELLOW, GREEN]])
    there = np.ones(grid.shape, dtype=bool)
    assert weeks_in_status(grid, there, np.zeros_like(grid), range(5)).tolist() == [[1, 2, 1, 2, 1]]
    stored = np.array([[1, 2, 7, 0, 0]])
    assert weeks_in_status(grid, there, stored, [3, 4]).tolist() == [[1, 2, 7, 8, 1]]
    there[0, 0] = False
    assert weeks_in_status(grid, there, np.zeros_like(grid), range(5))[0, 1] == 1
