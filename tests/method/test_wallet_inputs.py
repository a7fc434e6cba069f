"""What is known of each buyer, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.share import customer_share
from helpers.method.share_wallets import wallet_states
from helpers.method.wallet_inputs import wallet_inputs
from tests.method.days_builders import days

WINDOW = {"window_start": "2025-01-01", "as_of": "2027-01-01"}
STARTS = {"a": "2026-01-01", "b": "2026-07-01", "old": "2025-01-01"}


def category(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "category", "revenue"])


def quarter(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "quarter_start", "category", "revenue"])
    return table.assign(quarter_start=pd.to_datetime(table["quarter_start"].map(STARTS)))


def wallet(customer: str, amount: float, ours: float, start: str, end: str, source: str = "stated", name: str = "tea"):
    start, end = pd.Timestamp(start), pd.Timestamp(end)
    length = (end - start).days + 1
    return {
        "customer_id": customer, "category": name, "wallet": amount, "revenue": ours, "period_start": start,
        "period_end": end, "period_days": length, "covered_days": length, "wallet_source": source, "conflict": False,
    }  # fmt: skip


SOLD = category(("c1", "tea", 60.0), ("c1", "cups", 10.0), ("c2", "tea", 30.0), ("c3", "tea", 5.0))
BOUGHT = quarter(
    ("c1", "old", "tea", 20.0), ("c1", "a", "tea", 30.0), ("c1", "b", "tea", 10.0), ("c1", "b", "cups", 10.0),
    ("c2", "a", "tea", 30.0), ("c3", "old", "tea", 6.0), ("c3", "b", "tea", -1.0),
)  # fmt: skip
DAYS = days(
    ("c1", "2025-02-01", 20.0), ("c1", "2026-02-01", 30.0), ("c1", "2026-08-01", 20.0), ("c2", "2026-11-02", 30.0),
    ("c3", "2025-03-01", 6.0), ("c3", "2026-09-01", -1.0),
)  # fmt: skip


def inputs(*wallets: dict, customers: pd.DataFrame | None = None, scope=None) -> pd.DataFrame:
    delivered = pd.DataFrame(wallets) if wallets else None
    options = {"as_of": WINDOW["as_of"], "scope_categories": scope}
    shares = customer_share(SOLD, delivered, **options)
    states = wallet_states(delivered, SOLD, **options)
    return wallet_inputs(shares, states, BOUGHT, DAYS, customers, **WINDOW, scope_categories=scope).set_index(
        "customer_id"
    )


def test_what_each_buyer_did_in_the_last_year():
    table = inputs()
    assert table["year_revenue"].tolist() == [50.0, 30.0, 0.0], "what came back is not below zero"
    assert table["breadth"].tolist() == [2.0, 1.0, 0.0]
    assert table["order_days"].tolist() == [2.0, 1.0, 0.0]
    assert table["all_order_days"].tolist() == [3.0, 1.0, 1.0]
    assert table["order_value"].tolist() == pytest.approx([70 / 3, 30.0, 6.0])
    assert table.at["c2", "pace"] == pytest.approx(365 / (60 + 60)), "one order 60 days ago"
    assert table["wallet"].isna().all() and not table["scaled"].any()


def test_a_scope_counts_only_its_own_categories():
    table = inputs(scope=["tea"])
    assert table["year_revenue"].tolist() == [40.0, 30.0, 0.0]
    assert table["breadth"].tolist() == [1.0, 1.0, 0.0]


def test_a_wallet_of_half_a_year_is_brought_to_a_year_and_one_of_a_year_is_not():
    year, half = ("2026-01-01", "2026-12-31"), ("2026-07-01", "2026-12-31")
    table = inputs(wallet("c1", 200.0, 40.0, *year), wallet("c2", 92.0, 18.4, *half))
    assert table.loc["c1", ["wallet", "wallet_revenue", "year_revenue"]].tolist() == [200.0, 40.0, 40.0]
    assert table.loc["c2", ["wallet", "wallet_revenue"]].tolist() == pytest.approx([182.5, 36.5])
    assert table["scaled"].tolist() == [False, True, False]


def test_two_halves_make_a_year_and_two_categories_of_the_same_days_do_not_make_two():
    first, second = ("2026-01-01", "2026-06-30"), ("2026-07-01", "2026-12-31")
    rows = [wallet("c1", 50.0, 20.0, *first), wallet("c1", 60.0, 20.0, *second)]
    rows += [wallet("c1", 30.0, 10.0, *second, name="cups")]
    table = inputs(*rows)
    assert table.loc["c1", ["wallet", "scaled"]].tolist() == [140.0, False]


def test_a_panel_speaks_of_all_its_days_though_it_writes_no_row_where_nothing_was_spent():
    quarters = [("2026-01-01", "2026-06-30"), ("2026-07-01", "2026-12-31")]
    rows = [
        wallet("c1", 80.0, 30.0, *quarters[0], source="panel"),
        wallet("c2", 50.0, 9.0, *quarters[1], source="panel"),
    ]
    table = inputs(*rows)
    assert table["wallet"].dropna().tolist() == [80.0, 50.0]
    assert not table["scaled"].any()


def test_a_wallet_in_conflict_is_unknown():
    table = inputs(wallet("c1", 10.0, 40.0, "2026-01-01", "2026-12-31") | {"conflict": True})
    assert np.isnan(table.at["c1", "wallet"])
    assert table.at["c1", "year_revenue"] == 50.0, "the last year's, as for all without a wallet"


def test_half_a_year_of_history_is_brought_to_a_year():
    shares = customer_share(SOLD, None, as_of="2027-01-01")
    late = BOUGHT[BOUGHT["quarter_start"] >= "2026-07-01"]
    table = wallet_inputs(
        shares, wallet_states(None, SOLD, as_of="2027-01-01"), late, DAYS, None, window_start="2026-07-01",
        as_of="2027-01-01",
    )  # fmt: skip
    assert table["year_revenue"].tolist() == pytest.approx([20 * 365 / 184, 0.0, 0.0], abs=1e-4)


def test_attributes_are_words_that_part_buyers_and_rare_ones_stand_together():
    names = [f"c{number}" for number in range(40)]
    sold = category(*((name, "tea", 5.0) for name in names))
    shares = customer_share(sold, None, as_of="2027-01-01")
    about = pd.DataFrame({"customer_id": names, "name": names, "same": "x", "address": names})
    about["size"] = ["big"] * 10 + ["small"] * 21 + ["odd"] * 9
    table = wallet_inputs(
        shares, wallet_states(None, sold, as_of="2027-01-01"), quarter(*((n, "b", "tea", 5.0) for n in names)),
        days(*((name, "2026-08-01", 5.0) for name in names)), about, **WINDOW,
    )  # fmt: skip
    assert [name for name in table if name.startswith("attribute__")] == ["attribute__size"]
    assert table["attribute__size"].value_counts().to_dict() == {"small": 21, "big": 10, "(other)": 9}


def test_a_customer_that_stands_twice_is_refused():
    about = pd.DataFrame({"customer_id": ["c1", "c1"], "region": ["North", "South"]})
    with pytest.raises(StepInputError, match="a customer stands in customers twice"):
        inputs(customers=about)
