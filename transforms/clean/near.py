"""The nearest known word, for "did you mean"."""

import difflib
from collections.abc import Iterable


def nearest(found: str, known: Iterable[str]) -> str | None:
    """The known word most like `found`, upper and lower case alike; None if none is near."""
    by_folded = {word.casefold(): word for word in known}
    near = difflib.get_close_matches(found.casefold(), by_folded, n=1)
    return by_folded[near[0]] if near else None
