"""Acquisition: costs by hand, value against its formula, straight lines and limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.acquisition import COLUMNS, acquisition
from helpers.method.bg_nbd import fit_bg_nbd
from helpers.method.newborn import newborn_by_channel, newborn_of
from tests.method.profit_builders import shuffled
from tests.method.purchase_sets import simulated

AS_OF = "2026-07-01"


def accounts(*rows: tuple) -> pd.DataFrame:
    """customers from (customer, channel, start date, acquisition cost)."""
    table = pd.DataFrame(rows, columns=["customer_id", "channel", "start_date", "acquisition_cost"])
    texts = {"customer_id": "str", "channel": "str", "start_date": "datetime64[us]", "acquisition_cost": float}
    return table.astype(texts)


def bought(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "date", "revenue"])
    table = table.astype({"customer_id": "str", "date": "datetime64[us]", "revenue": float})
    return table.assign(positive_lines=(table["revenue"] > 0).astype("Int64"))


FEW = accounts(
    ("c1", "web", "2025-03-01", 30.0),
    ("c2", "web", "2025-04-01", 50.0),
    ("c3", "fair", "2026-02-01", 100.0),
    ("c4", "fair", "2026-02-01", 60.0),  # never bought, and cost
    ("c5", "fair", "2026-07-01", 999.0),  # opened on as_of
    ("c6", None, "2026-03-01", None),
)
FEW_DAYS = bought(
    ("c1", "2025-03-05", 40.0), ("c2", "2025-04-05", 40.0), ("c3", "2026-02-05", 40.0), ("c6", "2026-03-05", 40.0)
)
FEW_RATES = pd.Series({"c1": 0.5, "c2": 0.5, "c3": np.nan, "c6": 0.5})


def named(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("cohort")


def test_costs_and_counts_by_hand():
    found = acquisition(FEW, FEW_DAYS, FEW_RATES, as_of=AS_OF)
    assert found["cohort"].tolist() == [
        *("All channels", "All channels, 2025", "All channels, 2026", "fair", "web", "fair, 2026", "web, 2025")
    ]
    rows = named(found)
    assert rows["customers"].tolist() == [4, 2, 2, 1, 2, 1, 2]
    assert rows["never_bought"].tolist() == [1, 0, 1, 1, 0, 1, 0]
    assert rows["margins_unknown"].tolist() == [1, 0, 1, 1, 0, 1, 0]
    # all: 240 / 4 known costs x 5 accounts / 4 who bought; the fair: 80 x 2 / 1
    assert rows["acquisition_cost"].tolist() == [75.0, 40.0, 120.0, 160.0, 40.0, 160.0, 40.0]


def test_too_few_repeat_buyers_leave_the_value_unknown():
    found = acquisition(FEW, FEW_DAYS, FEW_RATES, as_of=AS_OF)
    for name in ("newborn_clv", "clv_low", "clv_high", "value_per_cost", "payback_months", "model"):
        assert found[name].isna().all()


def test_without_accounts_years_are_those_of_the_first_purchase():
    found = acquisition(None, FEW_DAYS, FEW_RATES, as_of=AS_OF)
    assert found["cohort"].tolist() == ["All channels", "All channels, 2025", "All channels, 2026"]
    assert found["acquisition_cost"].isna().all() and found["costs_known"].eq(0).all()


@pytest.mark.parametrize(
    "days", [bought(), bought(("c1", "2025-05-01", -9.0)), bought(("c1", AS_OF, 9.0))], ids=["none", "refund", "later"]
)
def test_where_nobody_bought_there_is_no_cohort(days):
    found = acquisition(FEW, days, FEW_RATES, as_of=AS_OF)
    assert found.empty and found.columns.tolist() == list(COLUMNS)


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(StepInputError, match="months is 0"):
        acquisition(FEW, FEW_DAYS, FEW_RATES, as_of=AS_OF, months=0)
    with pytest.raises(StepInputError, match="customer c1 has more than one row"):
        acquisition(pd.concat([FEW, FEW.iloc[:1]]), FEW_DAYS, FEW_RATES, as_of=AS_OF)


# ---- with a model ----------------------------------------------------------------------------------------------------


def shop(buyers: int = 160) -> pd.DataFrame:
    """Customers who buy at their own pace; those with an even number bring a tenth more."""
    rng = np.random.default_rng(5)
    rows = []
    for number in range(buyers):
        day, gap = 500 * rng.random(), 25 + 90 * rng.random()
        while day < 900:
            rows.append((f"c{number:03d}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(day)), 50.0))
            if rng.random() < 0.1:
                break
            day += rng.exponential(gap) + 1
    table = bought(*rows).drop_duplicates(["customer_id", "date"], ignore_index=True)
    return table.assign(revenue=table["revenue"].where(table["customer_id"].str[-1].astype(int) % 2 == 1, 55.0))


DAYS = shop()
IDS = sorted(set(DAYS["customer_id"]))
RATES = pd.Series(0.4, index=IDS)
ACCOUNTS = accounts(*[(one, "web" if number % 4 else "fair", "2024-01-01", 20.0) for number, one in enumerate(IDS)])


@pytest.fixture(scope="module")
def found():
    return named(acquisition(ACCOUNTS, DAYS, RATES, as_of=AS_OF))


def test_value_is_the_margin_of_a_day_times_the_days_of_a_newborn(found):
    channels = ACCOUNTS.set_index("customer_id")["channel"]
    models = newborn_by_channel(DAYS, channels, as_of=AS_OF, months=36, annual=0.10)
    for cohort, key in (("All channels", ""), ("web", "web"), ("fair", "fair" if "fair" in models else "")):
        own = DAYS if key == "" and cohort == "All channels" else DAYS[DAYS["customer_id"].map(channels) == cohort]
        margin = 0.4 * own["revenue"].mean()
        row = found.loc[cohort]
        assert row["newborn_clv"] == pytest.approx(margin * models[key].days, abs=1e-3)
        assert row["value_per_cost"] == pytest.approx(row["newborn_clv"] / 20.0, abs=1e-5)
        assert row["clv_low"] < row["newborn_clv"] < row["clv_high"]
        assert row["model"] == ("channel" if key == cohort else "all")


def test_value_is_linear_in_margin_and_cost_leaves_it_alone(found):
    half = named(acquisition(ACCOUNTS, DAYS, RATES / 2, as_of=AS_OF))
    for name in ("newborn_clv", "clv_low", "clv_high"):
        np.testing.assert_allclose(half[name], found[name] / 2, atol=1e-4)
    dear = named(acquisition(ACCOUNTS.assign(acquisition_cost=60.0), DAYS, RATES, as_of=AS_OF))
    assert dear["newborn_clv"].equals(found["newborn_clv"])
    np.testing.assert_allclose(dear["value_per_cost"], found["value_per_cost"] / 3, atol=1e-6)
    assert (dear["payback_months"] > found["payback_months"]).all()


def test_neither_rows_nor_ids_nor_the_unit_of_the_currency_matter(found):
    swap = {one: f"k{len(IDS) - number:03d}" for number, one in enumerate(IDS)}
    renamed = [table.assign(customer_id=table["customer_id"].map(swap)) for table in (ACCOUNTS, DAYS)]
    cents = renamed[1].assign(revenue=renamed[1]["revenue"] * 100)
    dear = renamed[0].assign(acquisition_cost=renamed[0]["acquisition_cost"] * 100)
    other = named(acquisition(shuffled(dear), shuffled(cents), shuffled(RATES.rename(swap)), as_of=AS_OF))
    for name in ("acquisition_cost", "newborn_clv", "clv_low", "clv_high"):
        np.testing.assert_allclose(other[name], 100 * found[name], rtol=1e-4)
    np.testing.assert_allclose(other["value_per_cost"], found["value_per_cost"], rtol=1e-4)
    assert other["payback_months"].equals(found["payback_months"])


def test_payback_counts_the_first_purchase_and_ends_with_the_horizon():
    margin = 0.4 * DAYS["revenue"].mean()
    said = {}
    for cost in (0.0, margin - 0.01, margin + 0.01, 1e6):
        costly = ACCOUNTS.assign(acquisition_cost=cost, channel=None)
        said[cost] = acquisition(costly, DAYS, RATES, as_of=AS_OF, months=12).iloc[0]
    months = [row["payback_months"] for row in said.values()]
    assert months[:3] == [0, 0, 1] and pd.isna(months[3])
    assert np.isnan(said[0.0]["value_per_cost"]) and said[0.0]["newborn_clv"] > margin


def test_a_longer_horizon_is_worth_more_and_one_account_has_no_interval(found):
    short = named(acquisition(ACCOUNTS, DAYS, RATES, as_of=AS_OF, months=6))
    assert (short["newborn_clv"] < found["newborn_clv"]).all()
    alone = ACCOUNTS.assign(channel=["lone"] + ["web"] * (len(IDS) - 1))
    row = named(acquisition(alone, DAYS, RATES, as_of=AS_OF)).loc["lone"]
    assert row["model"] == "all" and row["newborn_clv"] > 0
    assert np.isnan(row["clv_low"]) and np.isnan(row["ratio_high"])


def test_where_no_margin_is_known_costs_still_are():
    row = named(acquisition(ACCOUNTS, DAYS, RATES * np.nan, as_of=AS_OF)).loc["All channels"]
    assert row["margins_unknown"] == row["customers"] == len(IDS)
    assert row["acquisition_cost"] == 20.0 and np.isnan(row["newborn_clv"]) and pd.isna(row["payback_months"])


def test_the_error_of_a_newborn_is_the_spread_over_models_that_could_also_be():
    model = fit_bg_nbd(simulated(600, 21, 0.8, 6.0, 0.6, 2.5, 26, 104))
    terms = {"months": 36, "annual": 0.10}
    days = [newborn_of(one, **terms).days for one in model.draw(np.random.default_rng(4), 400)]
    found = newborn_of(model, **terms)
    assert found.error == pytest.approx(np.std(days), rel=0.1)
    # the first purchase counts in full, at once
    assert found.days_by_month[0] == 1.0 and found.days == found.days_by_month[-1]
