"""What another scope or rate of capture would change: the sentence under the controls of step 05's forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from helpers.client.result_model import Finding
from helpers.method.finding_values import count_value, is_known, money_value, row_share, share_value
from helpers.method.share import ALL, customer_share, group_share
from helpers.method.share_scope import categories_in_scope, scope_in_force


def if_scope(
    customer_category: pd.DataFrame, wallet_revenue: pd.DataFrame | None, *, as_of: object, min_part: float
) -> Callable[[Any], Finding]:
    """Our share of the customers under another scope.

    Parameters
    ----------
    customer_category, wallet_revenue, as_of, min_part
        As in `share_by.share_by_scope`.

    Returns
    -------
    function from a scope, or a list of categories, to a Finding; StepInputError where it holds nothing
    """

    def preview(decision: str | Sequence[str]) -> Finding:
        scope, chosen = scope_in_force(decision)
        inside = categories_in_scope(customer_category, scope, chosen, min_part)
        shares = customer_share(customer_category, wallet_revenue, as_of=as_of, scope_categories=inside)
        whole = group_share(shares).iloc[0]
        values = {"customers": count_value(whole["customers"]), "revenue": money_value(whole["revenue"])}
        text = "With this, {customers:count} buyers bring {revenue:money}"
        if pd.notna(whole["customer_share"]):
            values |= {"share": row_share(whole), "known": count_value(whole["known_wallets"])}
            text += "; of the {known:count} whose wallet we know we have {share:pct}"
        return Finding(id="05.preview", text=f"{text}.", values=values, evidence="measured")

    return preview


def if_capture_rate(winnable: pd.DataFrame) -> Callable[[Any], Finding]:
    """What of all headroom could be won within a year at another rate of capture.

    Parameters
    ----------
    winnable : DataFrame, one row per group, from `winnable_groups.winnable_by_group`

    Returns
    -------
    function from a rate, 0 to 1, to a Finding

    Examples
    --------
    >>> rows = pd.DataFrame({"group_id": ["all"], "headroom": [500.0], "customers": [12]})
    >>> if_capture_rate(rows)(0.2).values["winnable"].value
    100.0
    """

    def preview(rate: float) -> Finding:
        rows = winnable.loc[winnable["group_id"] == ALL, "headroom"]
        values = {"rate": share_value(rate)}
        if rows.empty or not is_known(rows.iloc[0]):
            text = "At {rate:pct} a year nothing can be said in money: there is no headroom in sight."
            return Finding(id="05.preview_rate", text=text, values=values, evidence="judged")
        headroom = float(rows.iloc[0])
        values |= {"winnable": money_value(rate * headroom), "headroom": money_value(headroom)}
        text = "With this, {winnable:money} of the {headroom:money} a year that goes to others could be won in a year."
        return Finding(id="05.preview_rate", text=text, values=values, evidence="judged")

    return preview
