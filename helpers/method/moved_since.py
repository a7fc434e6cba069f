"""Who stands higher or lower than in the version before? Counts in which each customer stands once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.client.result_model import Check, Value
from helpers.method.checks import same_count
from helpers.method.finding_values import count_value


@dataclass(frozen=True)
class Moved:
    """Customers by how they stand against then: `gone` had a place then and have none now, `came` the other way."""

    up: int
    down: int
    same: int
    gone: int
    came: int
    everybody: int

    @property
    def both(self) -> int:
        """Those with a place then and now."""
        return self.up + self.down + self.same

    @property
    def values(self) -> dict[str, Value]:
        """All counts for a finding."""
        named = {name: getattr(self, name) for name in ("both", "up", "down", "same", "gone", "came")}
        return {name: count_value(number) for name, number in named.items()}

    def check(self, name: str, sentence: str) -> Check:
        """That each customer with a place then or now is counted once."""
        return same_count(name, sentence, self.both + self.gone + self.came, self.everybody)


def moved_since(then: pd.Series, now: pd.Series, order: Sequence[str]) -> Moved:
    """How many stand higher, lower, the same, and in one of the two only.

    Parameters
    ----------
    then, now : Series of str, indexed by customer, each once
        What is not in `order` is no place.
    order : sequence of str
        The places, the best one first.

    Examples
    --------
    >>> then = pd.Series({"a": "B", "b": "A", "c": "C", "d": "unrated"})
    >>> moved_since(then, pd.Series({"a": "A", "b": "A", "d": "B"}), "ABCD")
    Moved(up=1, down=0, same=1, gone=1, came=1, everybody=4)
    """
    places = {name: place for place, name in enumerate(order)}
    old, new = (one[one.isin(list(places))].map(places).astype(int) for one in (then, now))
    both = old.index.intersection(new.index)
    risen = old[both] - new[both]
    counts = int((risen > 0).sum()), int((risen < 0).sum()), int((risen == 0).sum())
    everybody = len(old.index.union(new.index))
    return Moved(*counts, gone=len(old) - len(both), came=len(new) - len(both), everybody=everybody)


def shared_months(then: tuple[str, int], now: tuple[str, int]) -> int:
    """How many whole months stand in both windows: what they share cannot have moved.

    Parameters
    ----------
    then, now : (as_of, months)
        The day after a window's last, and its length.

    Examples
    --------
    >>> shared_months(("2025-09-01", 24), ("2026-09-01", 24)), shared_months(("2025-09-01", 12), ("2026-09-01", 12))
    (12, 0)
    """
    ends = [pd.Timestamp(as_of) for as_of, _ in (then, now)]
    starts = [end - pd.DateOffset(months=months) for end, (_, months) in zip(ends, (then, now), strict=True)]
    first, last = max(starts), min(ends)
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    return max(int(months), 0)
