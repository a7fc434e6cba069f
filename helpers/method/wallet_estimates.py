"""Estimated wallets: what the customers whose wallet nobody told us probably spend, and between which amounts.

Step 05 measures where it can. Here the rest is estimated from the customers whose wallet is known, with an interval for
each, and for the sum of any group; or not at all where too few are known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError, counted
from helpers.method.intervals import LEVEL
from helpers.method.money import HALF_A_CENT
from helpers.method.wallet_design import Design, design
from helpers.method.wallet_inputs import YEAR
from helpers.method.wallet_model import WalletModel, fit_wallets, interval_of, money_of
from helpers.method.wallet_sums import DRAWS, drawn_wallets, mean_wallets

LEAST_KNOWN = 30


@dataclass(frozen=True)
class WalletFit:
    """How well wallets were estimated.

    known, estimated  int    customers
    r2                float  of the logarithm of wallets, for customers left out, weighted as the unknown are made
    coverage          float  part of known wallets that lay in the interval made without them, weighted likewise
    median_ratio      float  median of high / low over the estimated
    truncated         float  part of the estimated whose low end is our own revenue
    scaled            int    known wallets that were brought to a year by days
    level             float  of the intervals
    attributes        names of the attributes used
    """

    known: int
    estimated: int
    r2: float
    coverage: float
    median_ratio: float
    truncated: float
    scaled: int
    level: float
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class WalletEstimates:
    """What `estimate_wallets` found: `customers`, how good it is, or why not; and sums of them with their chance."""

    customers: pd.DataFrame
    fit: WalletFit | None
    why_not: str
    made: Design
    model: WalletModel | None

    def sums(self, by: pd.Series) -> tuple[pd.Index, np.ndarray]:
        """What the unknown wallets of each group may sum to.

        Parameters
        ----------
        by : Series of str by customer_id, a group for each estimated customer

        Returns
        -------
        groups : Index, sorted
        sums : array, (groups, 600) draws: another sample of known customers, and a chance of its own for each unknown
            None of either where nothing is estimated.
        """
        if self.model is None:
            return pd.Index([], dtype="str"), np.zeros((0, DRAWS))
        unknown = self.customers["customer_id"].iloc[self.made.rows[self.made.known :]]
        codes, groups = pd.factorize(by.loc[unknown].to_numpy(), sort=True)
        sums = np.zeros((len(groups), DRAWS))
        for rows, drawn in drawn_wallets(self.made, self.model):
            sums += (codes[rows] == np.arange(len(groups))[:, None]).astype(float) @ drawn
        return pd.Index(groups), sums


def estimate_wallets(inputs: pd.DataFrame, *, level: float = LEVEL) -> WalletEstimates:
    """Estimate the unknown wallets from the known ones, each with an interval.

    Answers "what do the others probably spend, and how wrong could that be?".

    Parameters
    ----------
    inputs : DataFrame, one row per buyer, from `wallet_inputs.wallet_inputs`
    level : float
        Of the intervals.

    Returns
    -------
    WalletEstimates
        customers : DataFrame, one row per buyer, sorted as the inputs
            year_revenue               float  ours in the wallet's year, currency
            wallet_estimate            float  known: the wallet; estimated: its mean; missing where unknown. Never below
                                              our revenue
            wallet_low, wallet_high    float  of the interval; both the wallet where it is known
            basis                      str    known, estimated, or unknown: all without a wallet where fewer than 30
                                              wallets are known
        fit : WalletFit, or None where nothing is estimated
        why_not : str, why not; empty where all is known or estimated

    Raises
    ------
    StepInputError
        If a wallet is below our revenue of its year by more than rounding can make it, or not above zero.

    Notes
    -----
    Ridge regression of log(wallet - 0.9 x revenue) on what the customer spends with us in the year, its order days and
    breadth then, the value and the pace of its orders, its attributes and its group. Spend of our own is taken off
    because it is certain: what is open is the rest. Known customers count by the odds of being unknown among their like
    (logistic regression; their square root in the regression, bounded to a fifth and five times the mean).
    How far an estimate can be off is read from ten-fold cross-validation, in units of a spread that grows for customers
    whom we seldom saw: the quantiles of the weighted distances (split-conformal, weighted for covariate shift) make the
    interval, the mean over all of them the estimate ("smearing"). Low ends are raised to our revenue.
    An interval is honest for customers who are unknown for reasons that these columns hold. Who conceals a wallet
    because it is large is beyond any of this.

    References
    ----------
    Duan, "Smearing Estimate", Journal of the American Statistical Association 78 (1983); Lei, G'Sell, Rinaldo,
    Tibshirani, Wasserman, "Distribution-Free Predictive Inference for Regression", ibid. 113 (2018); Tibshirani,
    Barber, Candes, Ramdas, "Conformal Prediction Under Covariate Shift", NeurIPS (2019).

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1", "c2"], "group_id": "all", "year_revenue": [10.0, 40.0],
    ...     "wallet": [None, 90.0], "wallet_revenue": [None, 40.0], "scaled": False, "order_days": [1.0, 3.0],
    ...     "breadth": 1.0, "order_value": [10.0, 13.0], "all_order_days": [1.0, 3.0], "pace": [1.0, 3.0]})
    >>> found = estimate_wallets(rows.astype({"wallet": float}))
    >>> found.customers["basis"].tolist(), found.why_not
    (['unknown', 'known'], 'the wallet of 1 customer is known, and 30 are needed')
    """
    _refuse_bad(inputs)
    made = design(inputs)
    unknown = len(inputs) - made.known
    table = _as_known(inputs)
    if unknown == 0:
        return WalletEstimates(table, None, "", made, None)
    if made.known < LEAST_KNOWN:
        told = "the wallet of 1 customer is" if made.known == 1 else f"the wallets of {made.known} customers are"
        why = f"{told} known, and {LEAST_KNOWN} are needed"
        return WalletEstimates(table, None, why, made, None)
    model = fit_wallets(made)
    rest = slice(made.known, None)
    centre, spread, revenue = model.centre(made.features[rest]), model.spread(made.spread[rest]), made.revenue[rest]
    low, high = interval_of(model.off, model.weights, level)
    low, high = (money_of(centre + spread * off, revenue) for off in (low, high))
    mean = mean_wallets(made, model)
    places = made.rows[rest]
    for name, values in (("wallet_estimate", mean), ("wallet_low", low), ("wallet_high", high)):
        table.iloc[places, table.columns.get_loc(name)] = values
    table.iloc[places, table.columns.get_loc("basis")] = "estimated"
    fit = WalletFit(
        known=made.known,
        estimated=unknown,
        r2=_r2(made, model),
        coverage=_coverage(model, level),
        median_ratio=float(np.median(high / low)),
        truncated=float((low <= revenue).mean()),
        scaled=int(inputs["scaled"].sum()),
        level=level,
        attributes=made.attributes,
    )
    return WalletEstimates(table, fit, "", made, model)


def _refuse_bad(inputs: pd.DataFrame) -> None:
    short = inputs["wallet"] <= 0
    short |= inputs["wallet"] < inputs["year_revenue"] - HALF_A_CENT * YEAR  # half a cent of a day, brought to a year
    if short.any():
        raise StepInputError(
            f"estimate_wallets: {counted(int(short.sum()), 'wallet')} of {int(inputs['wallet'].notna().sum()):,} not "
            "above zero, or below our own revenue of the year. Expected such wallets to be conflicts, and their "
            "customers without a wallet."
        )


def _as_known(inputs: pd.DataFrame) -> pd.DataFrame:
    known = inputs["wallet"].notna()
    table = inputs[["customer_id", "group_id", "year_revenue"]].copy()
    for name in ("wallet_estimate", "wallet_low", "wallet_high"):
        table[name] = inputs["wallet"]
    table["basis"] = np.where(known, "known", "unknown")
    table["basis"] = table["basis"].astype("str")
    return table


def _coverage(model: WalletModel, level: float) -> float:
    """Of known customers, by the distances off of the other tenths only."""
    inside = np.empty(len(model.off), bool)
    for number in np.unique(model.fold):
        out = model.fold == number
        low, high = interval_of(model.off[~out], model.weights[~out], level)
        inside[out] = (model.off[out] >= low) & (model.off[out] <= high)
    return float(np.average(inside, weights=model.weights))


def _r2(made: Design, model: WalletModel) -> float:
    told = np.log(made.wallet[: made.known])
    estimated = np.log(money_of(model.left_out, made.revenue[: made.known]))
    middle = np.average(told, weights=model.weights)
    whole = np.average(np.square(told - middle), weights=model.weights)
    return float(1 - np.average(np.square(told - estimated), weights=model.weights) / whole) if whole > 0 else np.nan
