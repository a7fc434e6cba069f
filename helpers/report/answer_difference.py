"""In what do two answers differ? Only those parts, each with where it stands, what it was and what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import shorten
from typing import Any, NamedTuple

from helpers.show import blocks

LONGEST = 160  # characters of one part; the whole stands in the decision file of its version
BESIDE = 3  # words left on each side of what differs in a text
CUT = "…"


class Difference(NamedTuple):
    """One part that differs; `was` is None where it was added, `now` where it was left out."""

    where: tuple[str, ...]
    was: str | None
    now: str | None

    def __str__(self) -> str:
        """In a line, such as `g1, anchors: added H7`."""
        place = f"{', '.join(self.where)}: " if self.where else ""
        if self.was is None:
            return f"{place}added {self.now}"
        return f"{place}left out {self.was}" if self.now is None else f"{place}{self.was} -> {self.now}"


def differences(was: Any, now: Any, where: tuple[str, ...] = ()) -> Iterator[Difference]:
    """The parts in which two answers differ, in the order of the first, then those that the second adds.

    Parameters
    ----------
    was, now : what a decision file may hold: a value, a list, or parts by name, to any depth
    where : tuple of str, the names that lead there

    Notes
    -----
    Of two lists only the entries that one of them has; the same entries in another order are shown whole. Of two long
    texts the words around the first and the last that differ.

    Examples
    --------
    >>> then = {"g1": {"name": "Yards", "anchors": ["H1", "H2"]}, "g2": {"name": "Owners"}}
    >>> now = {"g1": {"name": "Yards", "anchors": ["H2", "H3"]}, "g2": {"name": "Clubs"}, "g3": {"name": "Fleets"}}
    >>> [str(one) for one in differences(then, now)]
    ['g1, anchors: left out H1', 'g1, anchors: added H3', 'g2, name: Owners -> Clubs', 'g3: added name: Fleets']
    """
    if was == now:
        return
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*was, *now]):
            place = (*where, str(key))
            if key not in now:
                yield Difference(place, part(was[key]), None)
            elif key not in was:
                yield Difference(place, None, part(now[key]))
            else:
                yield from differences(was[key], now[key], place)
    elif _listed(was) and _listed(now) and (entries := _entries(was, now)):
        yield from (Difference(where, *one) for one in entries)
    elif isinstance(was, str) and isinstance(now, str):
        yield Difference(where, *apart(was, now))
    else:
        yield Difference(where, part(was), part(now))


def apart(was: str, now: str) -> tuple[str, str]:
    """Two texts, each cut to where it differs from the other.

    >>> apart("We plan your lift day and send the kit the day before it is needed, every time and to each yard.",
    ...     "We plan your lift day and send the kit two days before it is needed, every time and to each yard.")
    ('… send the kit the day before it is …', '… send the kit two days before it is …')
    """
    old, new = was.split(), now.split()
    if old == new or max(len(was), len(now)) <= LONGEST // 2:
        return part(was), part(now)
    shortest = min(len(old), len(new))
    head = next((at for at in range(shortest) if old[at] != new[at]), shortest)
    rest = shortest - head
    tail = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    return _around(old, head, tail), _around(new, head, tail)


def part(value: Any) -> str:
    """An answer, or a part of one, on a line that is cut where it is long."""
    return _short(_flat(value))


def _around(words: Sequence[str], head: int, tail: int) -> str:
    """What differs, with a few words on each side."""
    start, end = max(head - BESIDE, 0), len(words) - max(tail - BESIDE, 0)
    before, after = (f"{CUT} " if start else ""), (f" {CUT}" if end < len(words) else "")
    said = _short(" ".join(words[start:end]))
    return before + said + ("" if said.endswith(CUT) else after)


def _entries(was: Sequence, now: Sequence) -> list[tuple[str | None, str | None]]:
    """Of two lists the entries that only the first has, and those that only the second has."""
    gone, came = [one for one in was if one not in now], [one for one in now if one not in was]
    return ([(part(gone), None)] if gone else []) + ([(None, part(came))] if came else [])


def _listed(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{blocks.plain(key)}: {_flat(one)}" for key, one in value.items()) or "nothing"
    if _listed(value):
        return ", ".join(map(_flat, value)) or "nothing"
    return blocks.plain(value)


def _short(text: str) -> str:
    return shorten(text, LONGEST, placeholder=f" {CUT}")
