"""The hold-out: of CDNOW against what is known of it, and of histories worked by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import StepInputError
from helpers.method.lifetime_checks import validation_table
from helpers.method.mbg_nbd import fit_mbg_nbd
from helpers.method.purchase_holdout import HoldOut, hold_out, holdout_cut
from helpers.steps import KIT
from tests.method.days_builders import days


@pytest.fixture(scope="module")
def cdnow():
    orders = pd.read_csv(KIT / "data_samples" / "cdnow" / "data" / "orders.csv", dtype={"customer_no": "str"})
    orders["date"] = pd.to_datetime(orders["order_day"].astype(str), format="%Y%m%d")
    days = orders.groupby(["customer_no", "date"], as_index=False)["dollars"].sum()
    return days.set_axis(["customer_id", "date", "revenue"], axis=1).assign(
        positive_lines=lambda table: (table["revenue"] > 0).astype(int)
    )


def test_the_hold_out_of_cdnow(cdnow):
    """39 weeks on 39 weeks: BG/NBD foresees 12.1 % too few purchases, the rates carried forward half too many."""
    found = hold_out(cdnow, as_of="1998-07-01")
    assert found.cut == pd.Timestamp("1997-10-01") and found.customers["actual"].sum() == 1882
    assert found.error == pytest.approx(-0.121, abs=0.01) and found.passes
    assert found.mean_error() == pytest.approx(0.788, abs=0.005) and found.mean_error("naive") > 1
    table = validation_table(found)[:-1]
    assert table["frequency"].tolist()[-1] == "7 and more" and table["customers"].sum() == len(found.customers)
    # by frequency the model stays near, the naive figure does not: nothing for the first row, too much for the others
    off = (table[["model", "naive"]].sub(table["actual"], axis=0)).div(table["customers"], axis=0)
    assert off["model"].abs().max() < 1 and table["naive"][0] == 0 < table["actual"][0]
    assert (off["naive"] > 0)[1:].all()
    assert hold_out(cdnow, as_of="1998-07-01", fit=fit_mbg_nbd).error == pytest.approx(-0.163, abs=0.005)


def test_groups_have_fits_of_their_own_and_small_ones_that_of_all(cdnow):
    one = hold_out(cdnow, as_of="1998-07-01").customers.set_index("customer_id")
    ids = one.index.to_series()
    groups = ids.map(lambda name: "few" if name < "0020" else "odd" if int(name) % 2 else "even")
    found = hold_out(cdnow, as_of="1998-07-01", groups=groups).customers.set_index("customer_id")
    assert (found.loc[groups == "few", "predicted"] == one.loc[groups == "few", "predicted"]).all()
    odd = found.loc[groups == "odd", "predicted"]
    assert (
        odd.sum() == pytest.approx(one.loc[odd.index, "predicted"].sum(), rel=0.15)
        and (odd != one.loc[odd.index, "predicted"]).all()
    )
    mixed = hold_out(cdnow.sample(frac=1, random_state=1), as_of="1998-07-01", groups=groups[::-1])
    np.testing.assert_array_equal(mixed.customers["predicted"], found["predicted"])


@pytest.mark.parametrize(
    ("first", "as_of", "cut"),
    [("2024-01-01", "2026-01-01", "2025-01-01"), ("2024-01-02", "2026-01-01", "2025-01-01"),
     ("2025-06-01", "2026-01-01", "2025-09-16"), ("2026-01-01", "2026-01-02", "2026-01-02")],
)  # fmt: skip
def test_where_the_cut_falls(first, as_of, cut):
    assert holdout_cut(first, as_of) == pd.Timestamp(cut)


def test_a_pass_needs_both_a_total_and_customers_foreseen():
    def table(actual, predicted, naive):
        return HoldOut(pd.NaT, pd.DataFrame({"x": 0, "actual": actual, "predicted": predicted, "naive": naive}))

    assert table([1, 3], [1.0, 3.8], [0.0, 0.0]).passes
    assert not table([1, 3], [1.0, 3.9], [0.0, 0.0]).passes  # the total is 22 % off
    assert not table([1, 3], [2.0, 2.0], [1.0, 2.5]).passes  # the total is right, the naive figure nearer to each
    assert not table([0, 0], [0.1, 0.1], [1.0, 1.0]).passes  # nobody bought: nothing to compare with


def test_too_little_to_hold_out():
    with pytest.raises(StepInputError, match="nobody bought"):
        hold_out(days(("c1", "2026-01-05", -3.0)), as_of="2026-02-01")
    with pytest.raises(StepInputError, match="bought again"):
        hold_out(days(("c1", "2026-01-05", 3.0), ("c2", "2026-01-05", 3.0)), as_of="2026-01-06")
