"""Rows that are worked out when a page of them is taken."""

from collections.abc import Callable, Sequence
from typing import Any

from flows.mocks.crowd.draws import Ints


class Lazy(Sequence[Any]):
    """Numbers that look like the rows they stand for."""

    def __init__(self, numbers: Ints, make: Callable[[Ints], list[Any]]) -> None:
        self.numbers, self.make = numbers, make

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, place: Any) -> Any:
        return self.make(self.numbers[place]) if isinstance(place, slice) else self.make(self.numbers[[place]])[0]
