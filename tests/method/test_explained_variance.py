"""LMG against its definition, and what must not move it."""

from itertools import permutations

import numpy as np
import pytest

from helpers.errors import StepInputError
from helpers.method.explained_variance import lmg


def sample(drivers: int, seed: int = 1, rows: int = 300) -> np.ndarray:
    """Drivers that move together, and an outcome, one row an answer."""
    rng = np.random.default_rng(seed)
    halo = rng.normal(size=(rows, 1))
    rated = rng.normal(size=(rows, drivers)) + halo
    outcome = rated @ rng.uniform(0, 1, size=drivers) + 2 * rng.normal(size=rows)
    return np.column_stack([rated, outcome])


def r2(correlations: np.ndarray, drivers: list[int]) -> float:
    """R2 of a regression on these drivers, by solving its normal equations."""
    if not drivers:
        return 0.0
    own = correlations[drivers, -1]
    return float(own @ np.linalg.solve(correlations[np.ix_(drivers, drivers)], own))


def by_definition(correlations: np.ndarray) -> np.ndarray:
    """Each driver's gain in R2, averaged over all orders."""
    p = len(correlations) - 1
    gains = np.zeros(p)
    orders = list(permutations(range(p)))
    for order in orders:
        for place, driver in enumerate(order):
            gains[driver] += r2(correlations, [*order[:place], driver]) - r2(correlations, list(order[:place]))
    return gains / len(orders)


@pytest.mark.parametrize("drivers", [1, 2, 3, 6])
def test_parts_are_the_average_over_all_orders_and_sum_to_r2(drivers):
    correlations = np.corrcoef(sample(drivers), rowvar=False)
    parts = lmg(correlations)
    assert parts == pytest.approx(by_definition(correlations), abs=1e-12)
    assert parts.sum() == pytest.approx(r2(correlations, list(range(drivers))), abs=1e-12)
    assert (parts >= 0).all()


def test_units_of_the_items_change_nothing():
    answers = sample(8)
    stretched = answers * np.array([1, 100, 0.01, 5, 7, 1e6, 3, 2, 40.0]) + 3
    assert lmg(np.cov(stretched, rowvar=False)) == pytest.approx(lmg(np.corrcoef(answers, rowvar=False)), abs=1e-9)


def test_the_order_of_the_drivers_changes_nothing():
    correlations = np.corrcoef(sample(7), rowvar=False)
    turned = [3, 0, 6, 1, 5, 2, 4]
    moved = lmg(correlations[np.ix_([*turned, 7], [*turned, 7])])
    assert moved == pytest.approx(lmg(correlations)[turned], abs=1e-12)


def test_a_stack_of_matrices_is_one_after_the_other():
    stack = np.stack([np.corrcoef(sample(5, seed), rowvar=False) for seed in range(4)])
    together = lmg(stack)
    assert together.shape == (4, 5)
    for matrix, parts in zip(stack, together, strict=True):
        assert parts == pytest.approx(lmg(matrix), abs=1e-14)


def test_two_drivers_that_are_one_share_and_a_constant_explains_nothing():
    answers = sample(3)
    twins = np.column_stack([answers[:, 0], answers[:, 0], answers[:, 1], np.full(len(answers), 7.0), answers[:, -1]])
    parts = lmg(np.cov(twins, rowvar=False))
    alone = lmg(np.cov(twins[:, [0, 2, 4]], rowvar=False))
    assert parts[0] == pytest.approx(parts[1], abs=1e-12)
    assert parts[3] == 0
    assert parts.sum() == pytest.approx(alone.sum(), abs=1e-9)


def test_an_outcome_that_never_varies_leaves_nothing_to_explain():
    answers = sample(3)
    answers[:, -1] = 9
    assert np.isnan(lmg(np.cov(answers, rowvar=False))).all()


def test_beyond_twenty_drivers_orders_are_drawn_and_the_sum_is_exact():
    correlations = np.corrcoef(sample(10), rowvar=False)
    exact = lmg(correlations)
    drawn = lmg(correlations, exact_to=9)
    assert drawn.sum() == pytest.approx(exact.sum(), abs=1e-12)
    assert drawn == pytest.approx(exact, abs=0.001)
    assert not np.array_equal(drawn, exact)
    assert np.array_equal(drawn, lmg(correlations, exact_to=9)), "the seed is fixed"


@pytest.mark.parametrize("wrong", [[[1.0]], np.eye(3)[:2], [[1, np.nan], [np.nan, 1]]])
def test_what_is_no_table_of_correlations_is_refused(wrong):
    with pytest.raises(StepInputError, match="lmg: expected correlations of one driver or more and the outcome"):
        lmg(wrong)
