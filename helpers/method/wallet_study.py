"""Would we have found it? Known wallets are hidden by chance and estimated, and then compared.

The proof that a client can see on its own data: half of the known wallets are put away, the other half estimates them.
It proves the method for customers who are unknown by chance. Where the known ones were chosen, as mostly they are, it
shows what is best possible, and the response weights must do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.intervals import LEVEL
from helpers.method.wallet_design import design
from helpers.method.wallet_estimates import LEAST_KNOWN, estimate_wallets
from helpers.method.wallet_groups import modelled_group_share
from helpers.method.wallet_sums import SEED

TIMES = 20
MOST = 4_000  # known wallets that take part; more make it surer of what is sure
COLUMNS = (
    "time",
    "hidden",
    "coverage",
    "median_ratio",
    "share_measured",
    "share_modelled",
    "modelled_low",
    "modelled_high",
    "difference",
    "inside",
)


@dataclass(frozen=True)
class StudySummary:
    """Means over the times: `difference` of what they were off, sign apart; `inside` the part that held the truth."""

    times: int
    hidden: int
    coverage: float
    median_ratio: float
    difference: float
    inside: float


def wallet_study(inputs: pd.DataFrame, *, times: int = TIMES, level: float = LEVEL) -> pd.DataFrame:
    """Hide a random half of the known wallets, estimate them from the others, and compare; so many times.

    Answers "would the estimate have found what we know?".

    Parameters
    ----------
    inputs : DataFrame, one row per buyer, from `wallet_inputs.wallet_inputs`
        Only customers with a known wallet take part, at most 4,000 of all sizes.
    times : int
        1 or more.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame, one row per time; none where fewer than 60 wallets are known
        hidden                                      int    wallets that were hidden
        coverage                                    float  part of them that lay in their interval
        median_ratio                                float  median of high / low of these intervals
        share_measured                              float  of all that take part, from their known wallets
        share_modelled, modelled_low, modelled_high float  the same with estimates in place of the hidden ones
        difference                                  float  share_modelled - share_measured
        inside                                      bool   whether the modelled range holds the measured share

    Raises
    ------
    StepInputError
        If `times` is below 1.
    """
    if times < 1:
        raise StepInputError(f"wallet_study: times is {times}; expected 1 or more.")
    known = inputs[inputs["wallet"].notna()].reset_index(drop=True)
    if len(known) < 2 * LEAST_KNOWN:
        return pd.DataFrame(columns=list(COLUMNS))
    places = design(known).rows  # an order that neither names nor rows decide
    known = known.iloc[places[np.unique(np.linspace(0, len(known) - 1, min(len(known), MOST)).astype(int))]]
    known = known.reset_index(drop=True)
    rng = np.random.default_rng(SEED)
    rows = [_once(known, rng.permutation(len(known)) < len(known) // 2, level) for _ in range(times)]
    return pd.DataFrame(rows).assign(time=range(1, times + 1))[list(COLUMNS)]


def wallet_study_summary(study: pd.DataFrame) -> StudySummary | None:
    """The study in five numbers; None where there was none."""
    if study.empty:
        return None
    return StudySummary(
        times=len(study),
        hidden=int(study["hidden"].iloc[0]),
        coverage=float(study["coverage"].mean()),
        median_ratio=float(study["median_ratio"].mean()),
        difference=float(study["difference"].abs().mean()),
        inside=float(study["inside"].mean()),
    )


def _once(known: pd.DataFrame, hide: np.ndarray, level: float) -> dict:
    """Hide these wallets, and see what comes of it."""
    rest = known.assign(wallet=known["wallet"].mask(hide), wallet_revenue=known["wallet_revenue"].mask(hide))
    found = estimate_wallets(rest.assign(group_id=known["group_id"]), level=level)
    guessed = found.customers[hide]
    truth = known.loc[hide, "wallet"].to_numpy()
    inside = (truth >= guessed["wallet_low"].to_numpy()) & (truth <= guessed["wallet_high"].to_numpy())
    whole = modelled_group_share(found, level=level).iloc[0]
    measured = float(known["wallet_revenue"].sum() / known["wallet"].sum())
    return {
        "hidden": int(hide.sum()),
        "coverage": float(inside.mean()),
        "median_ratio": found.fit.median_ratio,
        "share_measured": measured,
        "share_modelled": float(whole["modelled_share"]),
        "modelled_low": float(whole["modelled_low"]),
        "modelled_high": float(whole["modelled_high"]),
        "difference": float(whole["modelled_share"]) - measured,
        "inside": bool(whole["modelled_low"] <= measured <= whole["modelled_high"]),
    }
