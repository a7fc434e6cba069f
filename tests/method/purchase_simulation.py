"""Purchases as the models say they fall: of customers who are new, and of customers with a history, in time to come.

To try the fits on customers whose parameters are known; the kit itself draws what they spend (`value_draws`).

A customer who buys at rate L and drops out after a purchase with chance p is gone after an exponential time with rate
L p; the purchase that ends it happens, and until then others come at rate L (1 - p). So nothing has to be drawn
purchase by purchase.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from helpers.method.purchase_model import PurchaseModel, checked_histories

NEVER = 1e-300  # a rate or chance of zero would divide by zero


def simulated_history(
    model: PurchaseModel, T: ArrayLike, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Histories of customers who buy for the first time and are then watched for T weeks.

    Parameters
    ----------
    model : PurchaseModel
    T : array, one value per customer
    rng : numpy Generator

    Returns
    -------
    x, t_x : array
        Repeat purchases, and weeks from the first purchase to the last.
    alive : array of bool
        Whether the customer is still alive after T weeks.
    """
    T = np.asarray(T, dtype=float)
    rate = np.maximum(rng.gamma(model.r, 1 / model.alpha, len(T)), NEVER)
    chance = np.maximum(rng.beta(model.a, model.b, len(T)), NEVER)
    end = rng.exponential(size=len(T)) / (rate * chance)
    if model.early:
        end = np.where(rng.random(len(T)) < chance, 0.0, end)
    alive = end > T
    others = rng.poisson(rate * (1 - chance) * np.minimum(end, T))
    last = T * rng.random(len(T)) ** (1 / np.maximum(others, 1))  # the latest of so many moments
    x = others + (~alive & (end > 0))
    return x, np.where(x == 0, 0.0, np.where(alive, last, end)), alive


def simulated_future(
    model: PurchaseModel, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: ArrayLike, rng: np.random.Generator
) -> np.ndarray:
    """Purchases of customers with these histories in periods to come, drawn once.

    Parameters
    ----------
    model : PurchaseModel
    x, t_x, T : array, one value per customer
    weeks : array
        Ends of the periods, rising; the first begins now.
    rng : numpy Generator

    Returns
    -------
    array of int, customers x periods
        Zero throughout for a customer drawn as gone already.

    Notes
    -----
    Given a history and being alive, rate and chance are independent: gamma (r + x, alpha + T) and beta (a, b + x), in
    MBG/NBD (a, b + x + 1).
    """
    x, t_x, T = checked_histories(x, t_x, T)
    weeks = np.asarray(weeks, dtype=float)
    there = np.flatnonzero(rng.random(len(x)) < model.p_alive(x, t_x, T))
    rate = rng.gamma(model.r + x[there], 1 / (model.alpha + T[there]))
    chance = rng.beta(model.a, model.b + x[there] + model.early)
    end = rng.exponential(size=len(there)) / np.maximum(rate * chance, NEVER)
    begin = np.append(0.0, weeks[:-1])
    spent = np.clip(end[:, None] - begin, 0.0, weeks - begin)  # of each period, alive
    counts = np.zeros((len(x), len(weeks)), dtype=np.int64)
    counts[there] = rng.poisson((rate * (1 - chance))[:, None] * spent)
    counts[there] += (begin < end[:, None]) & (end[:, None] <= weeks)
    return counts
