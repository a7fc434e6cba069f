"""What running contracts will bring: by hand without a model, by the model's own retention, and how sure that is."""

import numpy as np
import pandas as pd
import pytest

from helpers.method.contract_value import contract_value

AS_OF = "2026-07-01"


def contracts(*rows):
    """Rows of customer_id, start_date, end_date, monthly_fee; periods of twelve months."""
    table = pd.DataFrame(rows, columns=["customer_id", "start_date", "end_date", "monthly_fee"])
    dates = {name: pd.to_datetime(table[name]) for name in ("start_date", "end_date")}
    return table.assign(**dates, period_months=12)


def many():
    """Forty contracts that end sooner or later, and one that runs in its third year."""
    rows = [(f"e{number}", "2021-01-01", f"{2021 + number % 5}-12-31", 10.0) for number in range(40)]
    return contracts(*rows, ("c1", "2024-01-01", None, 100.0))


def test_without_a_model_a_fee_counts_to_the_end_of_the_period():
    found = contract_value(contracts(("c1", "2026-01-01", None, 10.0)), as_of=AS_OF, months=36, annual_discount=0.1)
    by_hand = sum(10 * 1.1 ** (-(month + 0.5) / 12) for month in range(6))
    assert found.model is None
    assert found.contracts["value"].tolist() == pytest.approx([by_hand], abs=1e-3)
    assert found.error(np.array([True])) == 0


def test_with_a_model_each_end_is_outlived_with_its_chance():
    found = contract_value(many(), as_of=AS_OF, months=30, annual_discount=0.0)
    running = found.contracts[found.contracts["customer_id"] == "c1"].iloc[0]
    assert running["renewals"] == 2
    third, fourth, fifth = found.model.retention([3, 4, 5])
    # six months of the third year, then two whole years
    by_hand = 100 * (6 + 12 * third + 12 * third * fourth)
    assert running["value"] == pytest.approx(by_hand, rel=1e-6)
    assert fifth > fourth > third, "who stayed so far is likelier to stay"


def test_the_error_of_a_sum_is_that_of_futures_drawn():
    rows = [*many().itertuples(index=False, name=None)][:40]
    rows = [(one, start, end, fee) for one, start, end, fee, _ in rows]
    rows += [(f"c{number}", f"{2022 + number % 4}-03-01", None, 20.0 + 13 * number) for number in range(9)]
    found = contract_value(contracts(*rows), as_of=AS_OF, months=36, annual_discount=0.1)
    inside = (found.contracts["customer_id"] > "c3").to_numpy()
    rng = np.random.default_rng(3)
    alpha, beta = np.array([[one.alpha, one.beta] for one in found.model.draw(rng, 4_000)]).T[:, :, None]
    chance = rng.beta(alpha, beta + found.contracts.loc[inside, "renewals"].to_numpy())
    outlived = np.minimum(rng.geometric(chance) - 1, found.fees.shape[1] - 1)
    totals = found.fees[inside].cumsum(axis=1)[np.arange(inside.sum()), outlived].sum(axis=1)
    assert found.error(inside) == pytest.approx(np.std(totals), rel=0.05)
    assert found.contracts["value"][inside].sum() == pytest.approx(np.mean(totals), rel=0.02)
    assert found.error(~inside & False) == 0


def test_whoever_has_which_id_the_error_is_the_same():
    """Draws of futures were once handed out in the order of ids, so another id was another range."""
    rows = [(f"e{number}", "2021-01-01", f"{2021 + number % 5}-12-31", 10.0) for number in range(40)]
    running = [(f"2024-0{1 + number}-01", None, 20.0 + 13 * number) for number in range(8)]
    found = [
        contract_value(
            contracts(*rows, *((f"c{sign * number + 9}", *one) for number, one in enumerate(running))),
            as_of=AS_OF,
            months=36,
            annual_discount=0.1,
        )
        for sign in (1, -1)
    ]
    first, again = (
        [one.error((one.contracts["monthly_fee"] < 60).to_numpy()), one.error(np.ones(8, bool))] for one in found
    )
    assert first == pytest.approx(again, rel=1e-12)
    assert first[0] > 0 and first[1] > first[0]


def test_who_has_ended_brings_nothing_and_nobody_is_nothing():
    found = contract_value(many(), as_of=AS_OF, months=36, annual_discount=0.1)
    assert found.by_customer.index.tolist() == ["c1"]
    none = contract_value(None, as_of=AS_OF, months=36, annual_discount=0.1)
    assert none.contracts.empty
    assert none.by_customer.empty
    assert none.error(np.zeros(0, dtype=bool)) == 0


def test_rows_in_any_order_give_the_same():
    table = many()
    first = contract_value(table, as_of=AS_OF, months=36, annual_discount=0.1)
    again = contract_value(table.iloc[::-1], as_of=AS_OF, months=36, annual_discount=0.1)
    pd.testing.assert_frame_equal(first.contracts, again.contracts)
    assert first.error(np.array([True])) == again.error(np.array([True])) > 0
