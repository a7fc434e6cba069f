"""Who shares a purchase model: customers alike when they last bought, those who left since among them.

Customers who buy often are also those who leave at another pace and spend other amounts, so that one model of all is
wrong for each kind. The groups of step 03 cannot be taken as they stand: whoever is in one of them has bought in the
last twelve months, and a model of nobody who left believes that nobody leaves. So here everybody who ever bought is
placed, by the same centres, as they were when they last bought.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betaln, gammaln

from helpers.errors import StepInputError
from helpers.method.gamma_gamma import SpendModel
from helpers.method.group_clusters import Centres, assign
from helpers.method.group_features import group_features
from helpers.method.history import block_starts
from helpers.method.purchase_model import PurchaseModel
from helpers.method.shared_models import shared_models

KNOWN_WEEKS = 26  # watched for less, a customer's pace says more of its age than of its kind
KNOWN_REPEATS = 2
QUARTER = pd.Timedelta(days=95)


def kinds_when_last_bought(
    customer_days: pd.DataFrame,
    customer_quarter: pd.DataFrame,
    customer_channel: pd.DataFrame,
    centres: Centres,
    *,
    end: object,
) -> pd.Series:
    """The centre nearest to each customer as it was in the twelve months up to the quarter in which it last bought.

    Parameters
    ----------
    customer_days, customer_quarter, customer_channel : DataFrame
        As in `group_features`; what happened on `end` or later is not looked at.
    centres : Centres
        Of step 03.
    end : date
        as_of, or a whole number of quarters before it.

    Returns
    -------
    Series of int by customer_id
        The number of the centre. Who ordered on a single day is not in it.

    Notes
    -----
    Measured so, customers who left long ago and customers of today are looked at alike: shortly after an order.
    """
    last = pd.Timestamp(end)
    starts = block_starts(customer_days["date"].min(), last)
    found: list[pd.Series] = []
    placed: set[str] = set()
    for quarter_end in [last, *starts[:0:-1]]:
        lately = customer_days["date"].between(quarter_end - QUARTER, quarter_end, inclusive="left")
        those = set(customer_days.loc[lately, "customer_id"].dropna()) - placed
        # each is measured by its own rows, so that nobody else's need to be looked at again
        own = [table[table["customer_id"].isin(those)] for table in (customer_days, customer_quarter, customer_channel)]
        features = group_features(*own, end=quarter_end, channel=centres.scale.channel)
        new = features[features["recency"] <= QUARTER.days]
        if len(new):
            placed |= set(new["customer_id"])
            found.append(assign(new, centres).set_index("customer_id")["label"].astype("int64"))
    return pd.concat(found).sort_index() if found else pd.Series(dtype="int64")


def lifetime_groups(history: pd.DataFrame, kinds: pd.Series) -> np.ndarray:
    """Whose purchases are modelled together: the customer's kind, for newcomers the kind that explains them best.

    Parameters
    ----------
    history : DataFrame, one row per customer who ever bought, from `purchase_history`
    kinds : Series of int by customer_id, from `kinds_when_last_bought`

    Returns
    -------
    array of str, one value per row of the history
        "k0", "k1" ...; "" for everybody where the kinds are fewer than two or too small to be modelled.

    Notes
    -----
    A customer of a few weeks, or with fewer than two repeat purchases, has no pace yet: its few orders would put it
    among those who seldom buy. It goes to the kind under whose models its purchases and what it spent, the first
    purchase included, are likeliest, weighed by how many customers are of that kind. The models are fitted with
    everybody at its nearest centre first, and once more after newcomers have moved.
    """
    label = kinds.reindex(history["customer_id"]).to_numpy(dtype=float)
    none = np.full(len(history), "", dtype=object)
    known = ~np.isnan(label)
    new = ~known | (history["T"].to_numpy() < KNOWN_WEEKS) | (history["x"].to_numpy() < KNOWN_REPEATS)
    names = np.where(known, np.char.add("k", np.nan_to_num(label).astype(int).astype(str)), "").astype(object)
    for _ in range(2):
        try:
            models = shared_models(history, names)
        except StepInputError:
            return none  # too few who bought again for any model
        own = [name for name in models.purchases if name != "all"]
        if len(own) < 2:
            return none
        odds = np.column_stack(
            [
                np.log((names == name).sum()) + _likelihood(models.purchases[name], models.spends[name], history)
                for name in own
            ]
        )
        likeliest = np.array(own, dtype=object)[odds.argmax(axis=1)]
        names = np.where(new, likeliest, names)
    return names


def _likelihood(purchase: PurchaseModel, spend: SpendModel, history: pd.DataFrame) -> np.ndarray:
    """The log-likelihood of each customer's purchases (BG/NBD) and of its mean spend, the first purchase included."""
    x, t_x, T = (history[name].to_numpy(dtype=float) for name in ("x", "t_x", "T"))
    r, alpha, a, b = purchase.parameters
    stayed = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + T)
    # without a repeat nobody can have left, in this model
    left = np.where(
        x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + t_x), -np.inf
    )
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(stayed, left)
    first = history["first_spend"].to_numpy(dtype=float)
    count = history["spend_days"].to_numpy(dtype=float) + (first > 0)
    total = history["spend_days"].to_numpy(dtype=float) * history["mean_spend"].fillna(0.0).to_numpy() + first
    some, count = count > 0, np.maximum(count, 1)
    total = np.where(some, total, 1.0)
    p, q, gamma = spend.parameters
    shape = p * count
    spent = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma) + shape * np.log(total)
    spent += np.log(count) - np.log(total) - (shape + q) * np.log(gamma + total)
    return bought + np.where(some, spent, 0.0)
