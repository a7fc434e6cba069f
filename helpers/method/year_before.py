"""A year before: what customers did in the twelve months before the last twelve, and of which kind they were.

A group holds the customers who behaved in a certain way over the last twelve months. That choice alone moves its margin
in these months against what was before: who bought well of late is in, who did not is out. Drawn a year earlier by the
same centres, a group errs the other way. What both show is no matter of who was chosen.
"""

from __future__ import annotations

import pandas as pd

from helpers.method.group_clusters import assign, frozen_centres
from helpers.method.group_features import MONTHS, group_features


def features_a_year_before(
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame | None,
    customer_channel: pd.DataFrame | None,
    group_centres: pd.DataFrame | None,
    *,
    as_of: object,
) -> pd.DataFrame | None:
    """The features of step 03 over the twelve months before the last twelve, measured in the same way.

    Parameters
    ----------
    customer_days, customer_quarter, customer_channel : DataFrame
        As in `group_features`.
    group_centres : DataFrame or None
        Of step 03; it names the channel that counts.
    as_of : date

    Returns
    -------
    DataFrame as of `group_features`
    None where there is no centre, or less than 24 months of history: in a year cut short customers seem to buy less.
    """
    if group_centres is None or group_centres.empty or customer_quarter is None or customer_channel is None:
        return None
    then = pd.Timestamp(as_of) - pd.DateOffset(months=MONTHS)
    if customer_days.empty or customer_days["date"].min() > then - pd.DateOffset(months=MONTHS):
        return None
    channel = frozen_centres(group_centres)[0].scale.channel
    return group_features(customer_days, customer_quarter, customer_channel, end=then, channel=channel)


def groups_a_year_before(earlier: pd.DataFrame | None, group_centres: pd.DataFrame | None) -> pd.DataFrame | None:
    """The group of each customer by what it did in the twelve months before the last twelve.

    Parameters
    ----------
    earlier : DataFrame, from `features_a_year_before`, or None
    group_centres : DataFrame or None
        Of step 03; without a row where groups were not formed by behaviour.

    Returns
    -------
    DataFrame, one row per customer who was active then and had ordered on two days or more, sorted by customer_id
        customer_id, group_id, group_name  str  the group's id stands for its name as well
    None where there are no features of that year

    Examples
    --------
    >>> import numpy as np
    >>> from helpers.method.group_clusters import Centres, centres_table
    >>> from helpers.method.group_scale import Scale
    >>> often = Centres(Scale(("frequency",), ("none",), (1.0,), (0.0,), (1.0,)), np.array([[2.0], [6.0]]))
    >>> dates = ["2024-01-01", "2024-07-01", "2025-02-01"]
    >>> days = pd.DataFrame({"customer_id": "c1", "date": pd.to_datetime(dates), "positive_lines": 1, "orders": 1,
    ...     "revenue": 5.0, "returned": 0.0, "list_revenue": 5.0})
    >>> none = pd.DataFrame({"customer_id": [], "quarter_start": pd.to_datetime([]), "category": [], "revenue": []})
    >>> by = pd.DataFrame({"customer_id": [], "quarter_start": pd.to_datetime([]), "channel": [], "orders": []})
    >>> table = centres_table(often, ["g2", "g1"])
    >>> earlier = features_a_year_before(days, none, by, table, as_of="2026-01-01")
    >>> groups_a_year_before(earlier, table).values.tolist()
    [['c1', 'g2', 'g2']]
    """
    if earlier is None:
        return None
    centres, ids = frozen_centres(group_centres)
    near = assign(earlier, centres)
    group_id = near["label"].map(dict(enumerate(ids))).astype("str")
    return pd.DataFrame({"customer_id": near["customer_id"], "group_id": group_id, "group_name": group_id})
