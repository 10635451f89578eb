"""Sentences put together column by column."""

import numpy as np
import pytest

from transforms.phrases import either, joined, merged, number, picked, repeated, shortest, words


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [(82.04, 1, "82.0"), (-0.04, 1, "0.0"), (3.0, 0, "3"), (1.756, 2, "1.76"), (-2.5, 1, "-2.5"), (np.nan, 1, "-")],
)
def test_numbers_have_the_places_asked_for(value: float, places: int, expected: str) -> None:
    assert words(number(np.array([value]), places)).tolist() == [expected]


def test_a_half_is_rounded_to_even_whatever_its_last_bits() -> None:
    halves = np.array([84.75, np.nextafter(84.75, 0), np.nextafter(84.75, 90), 0.1 + 0.05, 84.7499])
    assert words(number(halves, 1)).tolist() == ["84.8", "84.8", "84.8", "0.2", "84.7"]


def test_numbers_keep_their_rows() -> None:
    values = np.array([1.0, 2.0, 1.0, np.nan, 2.04])
    assert words(number(values, 1)).tolist() == ["1.0", "2.0", "1.0", "-", "2.0"]
    assert words(shortest(np.array([40.0, 37.5, 40.0]))).tolist() == ["40", "37.5", "40"]


def test_pieces_are_joined_row_by_row() -> None:
    kind = picked(["low", "high"], [1, 0, -1])
    text = joined("so ", kind, either(np.array([True, False, True]), joined(" (", kind, ")")), ".")
    assert words(text).tolist() == ["so high (high).", "so low.", "so - (-)."]


def test_texts_of_several_kinds_come_back_in_their_order() -> None:
    kind = np.array([1, 0, 1, 2, 0])
    texts = [picked(["a", "b"], [0, 1]), picked(["c", "d"], [0, 1]), repeated("e", 1)]
    assert words(merged(kind, texts)).tolist() == ["c", "a", "d", "e", "b"]


def test_nothing_to_say_is_no_words() -> None:
    nothing = np.array([], dtype=np.int64)
    assert words(joined("a ", number(nothing), either(nothing > 0, "b"))).tolist() == []
    assert words(merged(nothing, [repeated("x", 0)])).tolist() == []
