"""The groups of the version before: what is kept of them when later data come, and when they are formed anew.

Centres that are kept let customers move; centres that are found again move themselves, and nobody can tell the two
apart. So later data are assigned to the groups that stand, and forming them anew is a decision of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.client.result_model import Check
from helpers.errors import quoted
from helpers.method.group_clusters import Centres, assign, fit_centres, frozen_centres
from helpers.method.group_members import BESIDE
from helpers.method.share import ALL

BEHAVIOUR, RFM = "behaviour", "rfm"
ASSIGN, REFIT = "assign", "refit"


@dataclass(frozen=True)
class GroupsBefore:
    """The published tables of step 03 in a version: customer_groups, group_centres and group_cuts.

    `same_window` says whether its window was as long as today's: then the same customers count as active. Centres are
    of the last twelve months whatever the window; cuts of scores are of orders and revenue of the whole of it.
    """

    version: str
    as_of: str
    groups: pd.DataFrame
    centres: pd.DataFrame
    cuts: pd.DataFrame
    same_window: bool = True

    @property
    def way_in(self) -> str:
        """By what the groups were formed; empty where nobody was in one."""
        ways = self.groups.loc[~self.groups["group_id"].isin(list(BESIDE)), "assigned_by"]
        return str(ways.iloc[0]) if len(ways) else ""

    @property
    def names(self) -> dict[str, str]:
        """The groups that were formed, by id, with their names then."""
        rows = self.groups[~self.groups["group_id"].isin(list(BESIDE))].drop_duplicates("group_id")
        return dict(zip(rows["group_id"], rows["group_name"], strict=True))

    def keeps(self, way_in: str) -> bool:
        """Whether something was fixed by which later customers can be assigned: centres, or cuts of scores."""
        kept = {BEHAVIOUR: self.centres, RFM: self.cuts if self.same_window else None}.get(way_in)
        return way_in == self.way_in and kept is not None and not kept.empty

    @property
    def channel(self) -> str | None:
        """The channel that the kept centres count; None where they count none, or there are none."""
        return frozen_centres(self.centres)[0].scale.channel if self.keeps(BEHAVIOUR) else None


def channel_checks(before: GroupsBefore | None, features: pd.DataFrame) -> list[Check]:
    """Whether orders still come through the channel that the kept centres count.

    Where it has another name today, every customer seems to have left it, and many seem to have moved.

    Parameters
    ----------
    before : GroupsBefore or None
    features : DataFrame, one row per customer, from `group_features`, with the channel of the kept centres
    """
    channel = before.channel if before is not None else None
    if not channel or features.empty:
        return []
    there = bool((features["channel_mix"] > 0).any())
    return [
        Check(
            id="03.channel",
            sentence="The kept groups are told apart by a channel too, and orders still come through it. If it has "
            "another name now, give it its old one in the data, or form the groups anew.",
            found=channel if there else f"none through {quoted(channel)}",
            expected=channel,
            verdict="pass" if there else "flag",
        )
    ]


def refit_proposal(before: GroupsBefore | None) -> dict[str, tuple[str, str]]:
    """What to propose on forming groups anew, and why; nothing where no version fixed any.

    >>> refit_proposal(None)
    {}
    """
    why = "The groups stay and customers move: a change of the groups themselves is a decision."
    return {scope: (ASSIGN, why) for scope in refit_scopes(before, before.way_in if before else "")}


def refit_scopes(before: GroupsBefore | None, way_in: str) -> list[str]:
    """Where it is asked whether groups are formed anew: for all where a version fixed them, else nowhere."""
    return [ALL] if before is not None and before.keeps(way_in) else []


def kept_groups(before: GroupsBefore | None, refit: str | None) -> GroupsBefore | None:
    """The groups to assign later data to; None where there are none, or people decided to form them anew.

    >>> kept_groups(None, "assign") is None
    True
    """
    return None if refit == REFIT else before


def way_in_proposal(proposal: str, because: str, kept: GroupsBefore | None) -> tuple[str, str]:
    """The way in to propose, and why: that of the kept groups goes before what today's data would say.

    >>> way_in_proposal("rfm", "Too few customers.", None)
    ('rfm', 'Too few customers.')
    """
    if kept is None or not kept.keeps(kept.way_in):
        return proposal, because
    return kept.way_in, f"As in version {kept.version}: customers can only be seen to move between groups that stay."


def possible_ways(ways: Sequence[str], kept: GroupsBefore | None) -> tuple[str, ...]:
    """The ways in that are possible: those that today's data allow, and that by which groups are kept."""
    more = [way for way in (BEHAVIOUR, RFM) if kept is not None and kept.keeps(way) and way not in ways]
    return (*more, *ways)


def drift(features: pd.DataFrame, kept: GroupsBefore | None) -> float:
    """How far groups formed anew would agree with the kept ones: adjusted Rand index, 1 = the same groups.

    Parameters
    ----------
    features : DataFrame, one row per customer, from `group_features`, measured with the kept channel
    kept : GroupsBefore or None

    Returns
    -------
    float, rounded to nine decimals; not a number where no centres are kept or too few customers differ

    Examples
    --------
    >>> drift(pd.DataFrame(), None)
    nan
    """
    from helpers.method.group_evidence import adjusted_rand
    from helpers.method.group_scale import scaled

    if kept is None or not kept.keeps(BEHAVIOUR):
        return float("nan")
    centres, _ = frozen_centres(kept.centres)
    if len(features) < centres.k or len(pd.DataFrame(scaled(features, centres.scale)).drop_duplicates()) < centres.k:
        return float("nan")
    anew = fit_centres(features, centres.scale, centres.k)
    one, other = (_labels(features, each) for each in (centres, anew))
    return float(adjusted_rand(one[None, :], other[None, :], centres.k)[0].round(9))


def _labels(features: pd.DataFrame, centres: Centres) -> object:
    return assign(features, centres)["label"].to_numpy(dtype="int64")
