"""What does it cost us to serve each driver? Traced cost to serve by the driver that an activity serves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.method.cost_to_serve import add_costs, cost_of_events
from helpers.method.delivered import columns_of
from helpers.method.group_parts import parts_of
from helpers.method.share import ALL

COLUMNS = ("group_id", "driver", "cost_to_serve", "part_of_cost")


def driver_costs(
    events: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    drivers: Sequence[str],
    *,
    start: object,
    end: object,
) -> pd.DataFrame:
    """The traced cost to serve of each group by driver, and its part of all such cost that serves a driver.

    Answers "is what we are good at also what we spend on?".

    Parameters
    ----------
    events, costs, start, end
        As in `cost_of_events`; `costs` also holds the driver that each activity serves.
    groups : DataFrame, one row per customer, or None
    drivers : list of str
        The drivers of the survey. A driver of an activity matches one of them whatever its capitals, and whether
        words are parted by a blank, a dash or an underscore.

    Returns
    -------
    DataFrame, one row per group and driver, "all" first: nothing where no activity serves one of the drivers
        cost_to_serve  float  currency; 0 for a driver that no activity serves
        part_of_cost   float  of the group's traced cost that serves any of the drivers; missing where that is nothing

    Raises
    ------
    StepInputError
        As in `cost_of_events`.

    Notes
    -----
    Activities without a driver, and those without a price, are in no part. So the parts of a group sum to one, as its
    importances do.

    Examples
    --------
    >>> events = pd.DataFrame({"customer_id": "c1", "date": pd.Timestamp("2026-03-01"), "activity": ["van", "call"]})
    >>> costs = pd.DataFrame({"activity": ["van", "call"], "unit_cost": [6.0, 2.0], "driver": ["Delivery", "advice"]})
    >>> found = driver_costs(events, costs, None, ["delivery", "advice"], start="2026-01-01", end="2027-01-01")
    >>> found[["driver", "cost_to_serve", "part_of_cost"]].values.tolist()
    [['delivery', 6.0, 0.75], ['advice', 2.0, 0.25]]
    """
    served = driver_of_activity(costs, drivers)
    costed = cost_of_events(events, costs, start=start, end=end)
    costed = costed.assign(driver=costed["activity"].map(served)).dropna(subset=["driver", "cost"])
    if costed.empty:
        kinds = {"group_id": "str", "driver": "str", "cost_to_serve": float, "part_of_cost": float}
        return pd.DataFrame(columns=list(COLUMNS)).astype(kinds)
    costed = costed.assign(group_id=parts_of(costed["customer_id"], groups).to_numpy())
    sums = add_costs(costed, ["group_id", "driver"])
    own = sums.pivot(index="group_id", columns="driver", values="cost_to_serve")
    whole = add_costs(costed, ["driver"]).set_index("driver")["cost_to_serve"].rename(ALL).to_frame().T
    table = pd.concat([whole, own if groups is not None else own.head(0)]).reindex(columns=list(drivers)).fillna(0.0)
    long = table.rename_axis("group_id").melt(ignore_index=False, var_name="driver", value_name="cost_to_serve")
    long = long.reset_index()
    total = long.groupby("group_id")["cost_to_serve"].transform("sum")
    long["part_of_cost"] = np.where(total > 0, long["cost_to_serve"] / total.where(total > 0, 1.0), np.nan)
    place = pd.Categorical(long["group_id"], list(table.index))
    order = long.assign(place=place.codes).sort_values("place", kind="stable")
    return order.drop(columns="place").astype({"group_id": "str", "driver": "str"}).reset_index(drop=True)


def driver_of_activity(costs: pd.DataFrame | None, drivers: Sequence[str]) -> dict[str, str]:
    """Which driver of the survey each activity serves; an activity that serves none of them is absent.

    >>> driver_of_activity(pd.DataFrame({"activity": ["van"], "driver": ["On-time"]}), ["on_time"])
    {'van': 'on_time'}
    """
    rows = columns_of(costs, {"activity": "str", "driver": "str"}).dropna()
    known = {_plain(name): name for name in drivers}
    return {
        activity: known[_plain(driver)] for activity, driver in rows.itertuples(index=False) if _plain(driver) in known
    }


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
