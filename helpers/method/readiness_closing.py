"""Markets: what stays open, what was assumed, and whether the table adds up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.client.result_model import Assumption, CannotSay, Check
from helpers.errors import listed
from helpers.method.bass import LEAST_YEARS as CURVE_YEARS
from helpers.method.checks import same_count
from helpers.method.delivered import columns_of
from helpers.method.finding_values import is_known
from helpers.method.group_named import NO_GROUP, Named
from helpers.method.market_growth import A_ZERO, LEAST_YEARS, TOO_FEW
from helpers.method.market_readiness import (
    A_GAP,
    GROUP,
    MEASURED_YEARS,
    NO_MARKET,
    NO_SHARE,
    NOT_COUNTED,
    SEGMENT,
)

MOST_NAMED = 12
WHY = {
    NO_MARKET: (
        "No market is delivered for them.",
        "markets: segment, year, market_size, with customer_group filled in.",
    ),
    NO_SHARE: (
        "How large their markets are is known, and not which part of them is ready to adopt.",
        "markets: adoption_ready_share by segment and year.",
    ),
    TOO_FEW: (
        f"Fewer than {LEAST_YEARS} years of their adoption-ready markets are known.",
        f"markets: {LEAST_YEARS} years or more, better {MEASURED_YEARS}.",
    ),
    A_ZERO: (
        "In one of the years nothing was ready to adopt, and from nothing there is no rate of growth.",
        "markets: a segment that is drawn wider, or the years since it began.",
    ),
}
NO_CURVE = {
    A_GAP: ("A year is missing between others.", "markets: new_adopters of each year."),
    "too_short": (
        f"Fewer than {CURVE_YEARS} years are over since the first new adopter.",
        f"markets: new_adopters of {CURVE_YEARS} years or more.",
    ),
    "empty": ("Nobody has adopted yet.", "markets: new_adopters, once there are some."),
    "before_the_peak": (
        "The peak has not passed beyond doubt; before it, how many will ever adopt is a guess.",
        "the same series in a year or two.",
    ),
}


def readiness_cannot_say(market_readiness: pd.DataFrame, named: Named | None = None) -> list[CannotSay]:
    """The questions on markets that stay open for this client, each only where it does.

    Parameters
    ----------
    market_readiness : DataFrame, from `market_readiness`
    named : Named, optional
        What `group_named` found in the column customer_group.
    """
    gaps = []
    groups = market_readiness[market_readiness["level"] == GROUP]
    for why, (because, unlocked) in WHY.items():
        names = groups.loc[groups["why_not"] == why, "group_name"].tolist()
        if names:
            everyone = len(names) == len(groups)
            whom = "our groups" if everyone else listed(names, MOST_NAMED)
            question = f"Does the market that is ready to adopt grow for {whom}?"
            gaps.append(CannotSay(question=question, because=because, unlocked_by=unlocked))
    if named is not None and named.unmatched:
        gaps.append(
            CannotSay(
                question=f"Whose markets are those of {listed(list(named.unmatched), MOST_NAMED)}?",
                because="No group of ours has that id or name.",
                unlocked_by="markets: in customer_group the id or the name of a group, as step 03 shows it.",
            )
        )
    segments = market_readiness[market_readiness["level"] == SEGMENT]
    for why, (because, unlocked) in NO_CURVE.items():
        names = sorted(set(segments.loc[segments["bass_why_not"] == why, "segment"]))
        if names:
            question = f"Has the adoption of {listed(names, MOST_NAMED)} passed its peak, and who is still to come?"
            gaps.append(CannotSay(question=question, because=because, unlocked_by=unlocked))
    if len(segments) and (segments["bass_why_not"] == NOT_COUNTED).all():
        gaps.append(
            CannotSay(
                question="Has the adoption of what is new passed its peak?",
                because="Nobody counted who bought for the first time.",
                unlocked_by="markets: new_adopters by segment and year.",
            )
        )
    return gaps


def readiness_assumptions(market_readiness: pd.DataFrame) -> list[Assumption]:
    """What was used that the data did not supply, each only where it was.

    Parameters
    ----------
    market_readiness : DataFrame, from `market_readiness`
    """
    found = []
    tested = market_readiness[market_readiness["why_not"] == ""]
    if len(tested):
        text = (
            "The ranges of growth take each year's distance from the trend for luck of its own. With fewer years that "
            "are over than this, the verdict counts as judged."
        )
        found.append(Assumption(id="08.growth_years", text=text, value=MEASURED_YEARS))
        # tested may be a market that is none of our groups' alone: then nothing here is of a group
        expected = tested.loc[tested["level"] == GROUP, "expected_years"].fillna(0).max()
        if is_known(expected) and expected:
            text = "So many of the years of a market are not over, and stand in the growth as they are expected."
            found.append(Assumption(id="08.expected_years", text=text, value=int(expected), evidence="judged"))
    if market_readiness["bass_m"].notna().any():
        text = (
            "New adopters are counted from the first year that has any, taken as the first in which anybody could "
            "adopt; years that are not over are left out. Fewer years than this, or a peak that has not passed, give "
            "no curve."
        )
        found.append(Assumption(id="08.adoption_years", text=text, value=CURVE_YEARS))
    return found


def readiness_checks(market_readiness: pd.DataFrame, markets: pd.DataFrame | None) -> list[Check]:
    """Whether each delivered segment stands in the table, and a group's market is the sum of its segments.

    Parameters
    ----------
    market_readiness : DataFrame, from `market_readiness`
    markets : DataFrame, as delivered, or None; then nothing is to be checked
    """
    if markets is None or markets.empty:
        return []
    segments = market_readiness[market_readiness["level"] == SEGMENT]
    missing = sorted(set(markets["segment"].dropna()) - set(segments["segment"]))
    checks = [same_count("08.market_segments", "Each delivered segment stands in the table.", len(missing), 0)]
    sums = segments.groupby("group_id").agg(
        size=("market_size", "sum"), in_years=("size_year", "nunique"), in_year=("size_year", "max")
    )
    both = market_readiness[market_readiness["level"] == GROUP].merge(sums, on="group_id")
    # only where all speak of one year: a group's market is known in the years that all of its segments know
    both = both[(both["in_years"] == 1) & (both["in_year"] == both["size_year"]).fillna(False)]
    if len(both):
        differ = int((~np.isclose(both["size"], both["market_size"], atol=0.01)).sum())
        checks.append(same_count("08.market_sums", "A group's market is the sum of its segments.", differ, 0))
    # a segment that names no group is an open question and no slip
    named = columns_of(markets, {"segment": "str", "customer_group": "str"}).dropna()["segment"]
    strangers = int(((segments["group_id"] == NO_GROUP) & segments["segment"].isin(named)).sum())
    words = "Each segment that names a group belongs to one of ours."
    verdict = "flag" if strangers else "pass"
    checks.append(Check(id="08.market_groups", sentence=words, found=strangers, expected=0, verdict=verdict))
    return checks
