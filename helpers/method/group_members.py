"""Who is in which group, and who stands beside: one order so far, none of late, a contract alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from helpers.errors import StepInputError, listed
from helpers.method.group_features import CLUSTERED, CONTRACT_ONLY, LAPSING, ONE_ORDER
from helpers.method.share import UNGROUPED, UNGROUPED_NAME

# in the order in which they stand after the groups
BESIDE = {
    ONE_ORDER: "One order so far",
    LAPSING: "Lapsing",
    CONTRACT_ONLY: "By contract alone",
    UNGROUPED: UNGROUPED_NAME,
}
TOLD = {
    ONE_ORDER: "Ordered once ever, in the last twelve months: too little to tell a habit from.",
    LAPSING: "Ordered in the window, and not in its last twelve months.",
    CONTRACT_ONLY: "Active by a running contract, without an order in the window.",
    UNGROUPED: "No rule holds for them.",
}


def group_order(group_ids: Iterable[str]) -> list[str]:
    """Ids of groups in the order in which they are shown: g1, g2 ... g10, then those who stand beside.

    >>> group_order(["lapsing", "g10", "g2", "one_order"])
    ['g2', 'g10', 'one_order', 'lapsing']
    """
    beside = list(BESIDE)

    def place(group_id: str) -> tuple[int, int, str]:
        after = beside.index(group_id) + 1 if group_id in beside else 0
        return after, len(group_id), group_id

    return sorted(dict.fromkeys(map(str, group_ids)), key=place)


def customer_groups(
    standing: pd.DataFrame, assigned: pd.DataFrame, names: Mapping[str, str], *, way_in: str
) -> pd.DataFrame:
    """One group for each active customer, whatever put it there.

    Parameters
    ----------
    standing : DataFrame, one row per active customer, from `group_features.standing`
    assigned : DataFrame, one row per customer that the way in could place
        customer_id and group_id; distance, second_group_id and confidence where there are centres.
    names : mapping of group_id to name
        Of the groups that were formed; those who stand beside have names of their own.
    way_in : str
        `behaviour`, `rfm` or `rules`.

    Returns
    -------
    DataFrame, one row per active customer, sorted by customer_id: the columns of the published customer_groups
        Who was placed is in that group; who was not stands beside by its standing, others as ungrouped.

    Raises
    ------
    StepInputError
        If a customer is placed twice or is not active, or a group has no name.

    Examples
    --------
    >>> standing = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "standing": ["clustered", "lapsing", "clustered"]})
    >>> placed = pd.DataFrame({"customer_id": ["c1"], "group_id": ["g1"]})
    >>> found = customer_groups(standing, placed, {"g1": "Yards"}, way_in="rules")
    >>> found[["group_name", "assigned_by"]].values.tolist()
    [['Yards', 'rules'], ['Lapsing', 'lapsing'], ['In no group', 'rules']]
    """
    table = standing.sort_values("customer_id", ignore_index=True)
    if assigned["customer_id"].duplicated().any() or not assigned["customer_id"].isin(table["customer_id"]).all():
        raise StepInputError("customer_groups: each active customer is placed at most once, and nobody else is.")
    nameless = sorted(set(assigned["group_id"]) - set(names))
    if nameless:
        raise StepInputError(f"customer_groups: {listed(nameless)} has no name. Give each group one.")
    table = table.merge(assigned, on="customer_id", how="left")
    beside = table["standing"].replace(CLUSTERED, UNGROUPED)
    # a customer for whom no rule holds was looked at by the way in all the same
    table["assigned_by"] = beside.mask(table["group_id"].notna() | (beside == UNGROUPED), way_in).astype("str")
    table["group_id"] = table["group_id"].astype("object").fillna(beside).astype("str")
    table["group_name"] = table["group_id"].map({**BESIDE, **names}).astype("str")
    for column, dtype in (("distance", "float64"), ("second_group_id", "str"), ("confidence", "float64")):
        table[column] = table[column].astype(dtype) if column in table else pd.Series(None, table.index, dtype)
    columns = ["customer_id", "group_id", "group_name", "assigned_by", "distance", "second_group_id", "confidence"]
    return table[columns]
