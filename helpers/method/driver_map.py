"""The map of drivers: what matters, how we compare on it, and so what each driver asks of us.

Importance comes from `driver_importance`, advantage from `driver_performance`. A place is given only where both are
known well enough; everywhere else the map says what keeps it from being said.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

WIN_ON, FIX_FIRST, CONTESTED = "win_on", "fix_first", "contested"
OVER_SERVED, KEEP = "over_served", "keep"
UNDECIDED, CANNOT_SAY = "undecided", "cannot_say"
PROFITABLY, COSTLY = "win_profitably", "win_costly"
SURE = 0.8  # P(importance >= 1/p) from which on a driver counts as important; from 1 - SURE down as unimportant
TOLD = ("importance", "importance_low", "importance_high", "p_important", "borrowed_part")


def driver_map(
    performance: pd.DataFrame, importance: pd.DataFrame, costs: pd.DataFrame | None = None, *, sure: float = SURE
) -> pd.DataFrame:
    """Performance with importance beside it, and the place that both give each driver on the map.

    Answers "what do we build on, what do we mend, what could we do with less?".

    Parameters
    ----------
    performance : DataFrame, one row per group and driver, from `driver_performance`
    importance : DataFrame, one row per group and driver, the table of `driver_importance`
    costs : DataFrame, optional
        One row per group and driver, from `driver_costs`.
    sure : float
        A driver is important where P(importance >= 1/p) is at least this, unimportant where it is at most 1 - sure.

    Returns
    -------
    DataFrame, the rows and columns of `performance`, and
        importance, _low, _high, p_important, borrowed_part  float  missing where nothing is known of the group
        place          str    as below
        cost_to_serve  float  traced cost of the driver's activities, currency; missing without costs
        part_of_cost   float  of the group's traced cost that serves any driver
        win            str    win_profitably, win_costly; only where place is win_on and costs are known

    Notes
    -----
    With p drivers, 1/p is what each would have if all mattered alike.

    | importance | advantage | place |
    |---|---|---|
    | 1/p or more | interval above 0 | win_on |
    | 1/p or more | interval below 0 | fix_first |
    | 1/p or more | interval holds 0 | contested |
    | below 1/p | interval above 0 | over_served |
    | below 1/p | otherwise | keep |
    | too near to 1/p to tell | any | undecided |
    | either of the two unknown | | cannot_say |

    `win_costly`: the driver's part of cost is above its part of importance; we are better, and pay for it more than it
    counts. Both parts sum to one over the drivers.

    Examples
    --------
    >>> performance = pd.DataFrame({"group_id": "all", "driver": ["price", "advice"], "advantage": [-1.0, 0.8],
    ...     "advantage_low": [-1.5, 0.2], "advantage_high": [-0.5, 1.4]})
    >>> importance = pd.DataFrame({"group_id": "all", "driver": ["price", "advice"], "importance": [0.7, 0.3],
    ...     "importance_low": [0.6, 0.2], "importance_high": [0.8, 0.4], "p_important": [0.99, 0.01],
    ...     "borrowed_part": 0.0})
    >>> driver_map(performance, importance)["place"].tolist()
    ['fix_first', 'over_served']
    """
    keys = ["group_id", "driver"]
    table = performance.merge(importance[[*keys, *TOLD]], on=keys, how="left", validate="one_to_one")
    table = table.astype(dict.fromkeys(TOLD, float))
    table["place"] = pd.Series(_places(table, sure), index=table.index, dtype="str")
    spent = ["cost_to_serve", "part_of_cost"]
    if costs is None:
        table[spent] = np.nan
    else:
        table = table.merge(costs[[*keys, *spent]], on=keys, how="left", validate="one_to_one")
    table[spent] = table[spent].astype(float)
    dear = table["part_of_cost"] > table["importance"]
    kind = pd.Series(np.where(dear, COSTLY, PROFITABLY), index=table.index, dtype="str")
    table["win"] = kind.where((table["place"] == WIN_ON) & table["part_of_cost"].notna())
    return table


def _places(table: pd.DataFrame, sure: float) -> np.ndarray:
    """The first that holds, in this order."""
    chance = table["p_important"]
    ahead, behind = table["advantage_low"] > 0, table["advantage_high"] < 0
    important, unimportant = chance >= sure, chance <= 1 - sure + 1e-12
    holds = [
        (CANNOT_SAY, chance.isna() | table["advantage_low"].isna()),
        (UNDECIDED, ~important & ~unimportant),
        (WIN_ON, important & ahead),
        (FIX_FIRST, important & behind),
        (CONTESTED, important),
        (OVER_SERVED, ahead),
    ]
    return np.select([where for _, where in holds], [place for place, _ in holds], KEEP)
