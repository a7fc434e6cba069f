"""Whose money is it? Rows of money by customer group, so that the groups' sums are the portfolio's.

Groups hold the active customers. What others bring or cost, and what belongs to nobody, stands in parts of its own.
"""

from __future__ import annotations

import pandas as pd

from helpers.errors import StepInputError, listed, quoted
from helpers.method.group_members import BESIDE as STANDING_BESIDE
from helpers.method.group_members import group_order
from helpers.method.share import ALL, ALL_NAME, UNGROUPED

NO_CUSTOMER, NO_CUSTOMER_NAME = "no_customer", "Without a customer"
# parts that are no group that anybody formed, with their names
BESIDE = {**STANDING_BESIDE, NO_CUSTOMER: NO_CUSTOMER_NAME}
MIN_CELL = 10  # customers; of a group with fewer no sentence is said alone, and none that compares singles it out


def parts_of(customer_id: pd.Series, groups: pd.DataFrame | None) -> pd.Series:
    """The part of the portfolio that each row belongs to.

    Parameters
    ----------
    customer_id : Series of str
        Missing or empty for money without a customer.
    groups : DataFrame, one row per customer in a group, or None
        customer_id and group_id. Without it, all who have a customer_id are in one part, "ungrouped".

    Returns
    -------
    Series of str, same rows: a group_id, "ungrouped" or "no_customer"

    Raises
    ------
    StepInputError
        If a customer stands in the groups twice.

    Examples
    --------
    >>> groups = pd.DataFrame({"customer_id": ["c1"], "group_id": ["g1"]})
    >>> parts_of(pd.Series(["c1", "c2", None], dtype="str"), groups).tolist()
    ['g1', 'ungrouped', 'no_customer']
    """
    named = customer_id.astype("str").fillna("")
    parts = pd.Series(UNGROUPED, index=named.index, dtype="str")
    if groups is not None:
        twice = groups.loc[groups["customer_id"].duplicated(), "customer_id"].unique()
        if len(twice):
            raise StepInputError(
                f"customer_groups: {listed([quoted(name) for name in sorted(twice)])} stands in two rows or more. "
                "Expected one group per customer."
            )
        group_ids = groups.set_index("customer_id")["group_id"]
        parts = named.map(group_ids).astype("str").fillna(UNGROUPED)
    return parts.mask(named == "", NO_CUSTOMER)


def part_names(parts: pd.Series, groups: pd.DataFrame | None) -> dict[str, str]:
    """The parts that occur with their names: "all" first, g1, g2 ... g10, other groups, then what is in no group.

    Without groups there is only "all".

    Examples
    --------
    >>> groups = pd.DataFrame({"group_id": ["g10", "g2"], "group_name": ["Yards", "Owners"]})
    >>> part_names(pd.Series(["no_customer", "g10", "g2"]), groups)
    {'all': 'All customers', 'g2': 'Owners', 'g10': 'Yards', 'no_customer': 'Without a customer'}
    """
    names = {ALL: ALL_NAME}
    if groups is None:
        return names
    known = dict(BESIDE)
    if "group_name" in groups:
        known |= dict(groups[["group_id", "group_name"]].drop_duplicates("group_id").itertuples(index=False))
    ordered = sorted(group_order(parts), key=lambda part: part == NO_CUSTOMER)
    return names | {part: known.get(part, part) for part in ordered}
