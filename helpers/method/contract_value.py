"""What running contracts will bring: fees over the horizon, each as far as its contract is likely to be renewed.

A contract's end is seen, unlike a customer's leaving, so it has a model of its own. Fees have no cost here: what the
service behind a contract costs is not recorded apart from other service.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

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
    model : the renewals' model, or None where no contract has ended or none was renewed
    fees : array, contracts x renewals: the discounted fees that come in if so many more ends are outlived, or more
    kept : mapping of renewals so far to array, draws of the model x renewals: the chance to outlive so many more ends
    """

    contracts: pd.DataFrame
    model: ContractModel | None
    fees: np.ndarray
    kept: dict[int, np.ndarray]

    @property
    def by_customer(self) -> pd.Series:
        """Value by customer_id, all contracts of a customer together."""
        return self.contracts.groupby("customer_id")["value"].sum()

    def error(self, inside: np.ndarray) -> float:
        """The standard error of what some contracts bring together: each may end, and the model could be another.

        Parameters
        ----------
        inside : array of bool, one value per row of `contracts`

        Notes
        -----
        Given a model, contracts end independently, so their variances add up; that of the sum's mean over draws of the
        model comes on top. Only the model is drawn, and no contract: whoever has which id, the error is the same.
        """
        done, within, between = self.contracts["renewals"].to_numpy(), 0.0, 0.0
        for renewals, kept in self.kept.items():
            fees = self.fees[inside & (done == renewals)]
            # of a value V with P(V >= fees up to j) = kept[j]: E V^2 = sum of kept[j] x (what V^2 rises by at j)
            rises = np.diff(fees.cumsum(axis=1) ** 2, axis=1, prepend=0.0).sum(axis=0)
            within += float(kept.mean(axis=0) @ rises - ((fees.T @ fees) * (kept.T @ kept)).sum() / len(kept))
            between = between + kept @ fees.sum(axis=0)
        return float(np.sqrt(max(within, 0.0) + np.var(between)))


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
    most = int(ends.max()) if ends.size else 0
    fees = np.stack([np.where(ends == more, worth, 0.0).sum(axis=1) for more in range(most + 1)], axis=1)
    ahead = np.arange(most + 1)
    if model is None:
        return ContractValue(table.assign(value=np.round(fees[:, 0], 4)), None, fees, {})
    done = table["renewals"].to_numpy()
    stays = _kept([model], done[:, None], ahead)[0]
    others = model.draw(np.random.default_rng(SEED), DRAWS)
    kept = {one: _kept(others, one, ahead) for one in sorted(set(done.tolist()))}
    return ContractValue(table.assign(value=np.round((fees * stays).sum(axis=1), 4)), model, fees, kept)


def _model(lives: pd.DataFrame) -> ContractModel | None:
    """The renewals of all contracts; those that wait for an answer say nothing of their last end."""
    ended = (lives["state"] == ENDED).to_numpy()
    periods = lives["renewals"].to_numpy() + ended
    try:
        return fit_sbg(periods, ended)
    except StepInputError:
        return None


def _kept(models: list[ContractModel], done: ArrayLike, ahead: np.ndarray) -> np.ndarray:
    """The chance to outlive so many ends more, given that `done` were outlived; models stand first."""
    return np.stack([model.survival(done + ahead) / model.survival(done) for model in models])
