"""What other cuts between the value tiers would do: for the form of that judgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from helpers.client.result_model import Finding
from helpers.method.finding_values import count_value, share_value
from helpers.method.value_tiers import value_tiers


def if_cuts(profits: pd.DataFrame) -> Callable[[Mapping[str, float]], Finding]:
    """A function from cuts to the sentence that says how many customers would stand in each tier.

    Parameters
    ----------
    profits : DataFrame, from `customer_profit`

    Examples
    --------
    >>> profits = pd.DataFrame({"ordered": True, "yearly_profit": [90.0, 40.0, -5.0]})
    >>> {name: value.value for name, value in if_cuts(profits)({"high": 80, "middle": 30}).values.items()}
    {'high': 1, 'middle': 1, 'low': 0, 'loss': 1, 'part': 0.3333333333333333}
    """
    yearly = profits.loc[profits["ordered"].astype(bool), "yearly_profit"].dropna()

    def told(cuts: Mapping[str, float]) -> Finding:
        counts = value_tiers(yearly, cuts).value_counts()
        values = {tier: count_value(counts.get(tier, 0)) for tier in ("high", "middle", "low", "loss")}
        values["part"] = share_value(counts.get("high", 0) / max(len(yearly), 1))
        text = (
            "With these cuts {high:count} customers are of high value ({part:pct}), {middle:count} of middle, "
            "{low:count} of low, and {loss:count} cost us money."
        )
        return Finding(id="04.if_cuts", text=text, values=values, n=len(yearly), evidence="measured")

    return told
