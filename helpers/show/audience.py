"""For whom a page is drawn: what that reader may see, the currency, and the names of the customer groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.errors import StepInputError, nearest

AUDIENCES = ("working", "client")


@dataclass(frozen=True)
class Audience:
    """A reader. `working` is the team and sees everything; `client` sees no person and no small group on its own.

    `groups` gives each group id the name to read; `min_cell` is the fewest customers that may be shown alone.
    """

    name: str
    currency: str
    groups: Mapping[str, str] = field(default_factory=dict)
    min_cell: int = 10

    @property
    def sees_persons(self) -> bool:
        """Whether personal columns and ids of customers may be shown."""
        return self.name == "working"

    def holds_back(self, count: int | None) -> bool:
        """Whether something that rests on so many customers may not be shown alone; an unknown count may be shown.

        >>> audience_for("client", "EUR", {}).holds_back(9)
        True
        """
        return not self.sees_persons and count is not None and 0 < count < self.min_cell

    def group(self, group_id: str) -> str | None:
        """The name of a group, or None when it has none."""
        return self.groups.get(group_id) or ("All customers" if group_id == "all" else None)


def audience_for(name: str, currency: str, groups: Mapping[str, str]) -> Audience:
    """The audience of this name.

    Raises
    ------
    StepInputError
        If there is no such audience; the nearest is named.
    """
    if name not in AUDIENCES:
        raise StepInputError(f'There is no audience "{name}". {nearest(name, AUDIENCES)}')
    return Audience(name=name, currency=currency, groups=dict(groups))
