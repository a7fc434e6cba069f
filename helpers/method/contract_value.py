"""What running contracts will bring: fees over the horizon, each as far as its contract is likely to be renewed.

A contract's end is seen, unlike a customer's leaving, so it has a model of its own. Fees have no cost here: what the
service behind a contract costs is not recorded apart from other service.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import StepInputError
from helpers.method.contract_model import ContractModel, fit_sbg
from helpers.method.contract_terms import ENDED, PENDING, RUNNING, contract_terms

DRAWS = 1000
SEED = 20_260_705
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class ContractValue:
    """Fees ahead.

    contracts : DataFrame, one row per running or pending contract: customer_id, value (discounted currency), and the
        columns of `contract_terms`
    drawn : array, draws x contracts: what each could bring
    model : the renewals' model, or None where no contract has ended or none was renewed
    """

    contracts: pd.DataFrame
    drawn: np.ndarray
    model: ContractModel | None

    @property
    def by_customer(self) -> pd.Series:
        """Value by customer_id, all contracts of a customer together."""
        return self.contracts.groupby("customer_id")["value"].sum()


def contract_value(
    contracts: pd.DataFrame | None, *, as_of: object, months: int, annual_discount: float
) -> ContractValue:
    """What the contracts that run today will bring over the horizon.

    Parameters
    ----------
    contracts : DataFrame, one row per contract or term, or None
    as_of : date
    months : int
        The horizon.
    annual_discount : float
        Month k counts (1 + annual_discount)^-((k - 0.5) / 12).

    Returns
    -------
    ContractValue

    Notes
    -----
    A fee of month k comes in if the contract was renewed at each of its ends before the middle of the month. The chance
    to be renewed for the n-th time is that of the shifted beta geometric model, fitted to all contracts with those that
    still run as censored. Without a model, because none has ended or none was ever renewed, a fee counts to the end of
    the running period only. A contract whose last period ended less than 30 days ago may yet be renewed: it has that
    renewal ahead of it.

    References
    ----------
    Fader and Hardie, "How to project customer retention", Journal of Interactive Marketing 21 (2007).

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["c1"], "start_date": pd.to_datetime(["2026-01-01"]), "end_date": pd.NaT,
    ...     "monthly_fee": [10.0], "period_months": [12]})
    >>> found = contract_value(rows, as_of="2026-07-01", months=36, annual_discount=0.0)
    >>> found.contracts["value"].tolist(), found.model
    ([60.0], None)
    """
    lives = contract_terms(contracts, as_of=as_of)
    model = _model(lives)
    table = lives[lives["state"].isin([RUNNING, PENDING])].reset_index(drop=True)
    today = pd.Timestamp(as_of)
    wait = ((table["next_end"] - today).dt.days / DAYS_A_MONTH).round(6).fillna(0.0).to_numpy()
    period = table["period_months"].to_numpy(dtype=float)
    middles = np.arange(months) + 0.5
    # how many ends of periods lie before the middle of each month
    ends = np.floor((middles - wait[:, None]) / period[:, None]) + 1
    ends = np.where(middles < wait[:, None], 0, ends).astype(int)
    worth = table["monthly_fee"].to_numpy()[:, None] * (1 + annual_discount) ** (-middles / 12)
    done = table["renewals"].to_numpy()
    most = int(ends.max()) if ends.size else 0
    if model is None:
        stays = np.broadcast_to(np.arange(most + 1) == 0, (len(table), most + 1)).astype(float)
        drawn = np.where(ends == 0, worth, 0.0).sum(axis=1)[None, :].repeat(DRAWS, axis=0)
    else:
        stays = model.survival(done[:, None] + np.arange(most + 1)) / model.survival(done)[:, None]
        drawn = _drawn(model, done, ends, worth)
    value = (worth * np.take_along_axis(stays, ends, axis=1)).sum(axis=1) if len(table) else np.zeros(0)
    return ContractValue(table.assign(value=np.round(value, 4)), drawn, model)


def _model(lives: pd.DataFrame) -> ContractModel | None:
    """The renewals of all contracts; those that wait for an answer say nothing of their last end."""
    ended = (lives["state"] == ENDED).to_numpy()
    periods = lives["renewals"].to_numpy() + ended
    try:
        return fit_sbg(periods, ended)
    except StepInputError:
        return None


def _drawn(model: ContractModel, done: np.ndarray, ends: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Futures: a model of each draw, then each contract's own chance to end, given that it was renewed so far."""
    rng = np.random.default_rng(SEED)
    alpha, beta = np.array([[one.alpha, one.beta] for one in model.draw(rng, DRAWS)]).T
    chance = rng.beta(alpha[:, None], beta[:, None] + done)
    renewed = rng.geometric(np.clip(chance, 1e-12, 1.0)) - 1  # ends that it outlives
    up_to = np.column_stack([np.zeros(len(worth)), worth.cumsum(axis=1)])
    # months before the first end that it does not outlive
    months = (ends[None, :, :] <= renewed[:, :, None]).sum(axis=2) if ends.size else np.zeros_like(renewed)
    return np.take_along_axis(up_to[None, :, :].repeat(len(months), axis=0), months[:, :, None], axis=2)[:, :, 0]
