"""Step 02 on the samples, against numbers counted in the delivered files with pandas alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.method.list_closing import list_checks
from helpers.method.list_findings import list_findings
from tests.method.builders import sentences
from tests.method.sample_lists import SAMPLES, SampleList

WINDOW, CURRENT, END = (pd.Timestamp(day) for day in ("1997-01-01", "1997-10-01", "1998-07-01"))


@pytest.fixture(scope="module")
def raw():
    """The delivered lines, read without the kit."""
    lines = pd.read_csv(SAMPLES / "cdnow" / "data" / "orders.csv", dtype=str)
    lines["day"] = pd.to_datetime(lines["order_day"], format="%Y%m%d")
    lines["cents"] = (lines["dollars"].astype(float) * 100).round().astype(int)
    return lines


@pytest.fixture(scope="module")
def paid(raw):
    return raw[raw["cents"] > 0]


@pytest.fixture(scope="module")
def halves(raw):
    """Cents of each customer in the two halves, and whether it bought in them."""
    late = raw["day"] >= CURRENT
    table = pd.DataFrame(
        {
            "prior": raw["cents"].where(~late, 0).groupby(raw["customer_no"]).sum(),
            "current": raw["cents"].where(late, 0).groupby(raw["customer_no"]).sum(),
        }
    )
    return table


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory):
    return SampleList(SAMPLES / "cdnow", tmp_path_factory.mktemp("cdnow") / "tables")


@pytest.fixture(scope="module")
def tables(cdnow):
    return cdnow.tables()


@pytest.fixture(scope="module")
def journey(tmp_path_factory):
    return SampleList(SAMPLES / "complete_journey", tmp_path_factory.mktemp("journey") / "tables")


def test_customers_and_revenue(raw, paid, cdnow, tables):
    assert (raw["customer_no"].nunique(), paid["customer_no"].nunique()) == (2_357, 2_349)
    assert len(cdnow.summary) == 2_357
    assert set(tables.customer_ratings["customer_id"]) == set(paid["customer_no"])
    assert cdnow.summary["status"].value_counts().to_dict() == {"active": 2_349, "never": 8}
    assert raw["cents"].sum() == 24_409_194
    mix = tables.rating_mix.set_index("rating")
    assert round(mix["revenue"].sum(), 2) == 244_091.94
    assert (mix.loc["never", "customers"], mix.loc["never", "revenue"]) == (8, 0)
    assert mix["customers"].sum() == 2_357
    best = tables.customer_ratings.loc[tables.customer_ratings["rating"] == "A", "customer_id"]
    assert mix.loc["A", "customers"] == len(best)
    assert mix.loc["A", "revenue"] == raw.loc[raw["customer_no"].isin(best), "cents"].sum() / 100


def test_the_bridge(halves, tables):
    """All customers came in the first quarter, so nobody is new and nobody came back."""
    both = halves[(halves["prior"] > 0) & (halves["current"] > 0)]
    lost = halves[(halves["prior"] > 0) & (halves["current"] == 0)]
    change = both["current"] - both["prior"]
    counted = {
        "prior": (len(both) + len(lost), 17_311_555),
        "expanded": (288, 2_158_747),
        "contracted": (396, -3_477_279),
        "lost": (1_665, -8_895_384),
        "credits_only": (8, 0),
        "current": (684, 7_097_639),
    }
    assert (halves["prior"].sum(), halves["current"].sum()) == (17_311_555, 7_097_639)
    assert ((change > 0).sum(), change[change > 0].sum()) == counted["expanded"]
    assert ((change < 0).sum(), change[change < 0].sum()) == counted["contracted"]
    assert (len(lost), -lost["prior"].sum()) == counted["lost"]
    assert ((halves["prior"] == 0) & (halves["current"] == 0)).sum() == 8
    rows = tables.revenue_bridge.set_index("part")
    assert list(rows.index) == list(counted)
    assert rows["customers"].tolist() == [count for count, _ in counted.values()]
    assert rows["amount"].tolist() == [cents / 100 for _, cents in counted.values()]


def test_cohorts(paid, tables):
    """Quarters of three months before 1 July 1998; everybody came in the first of six."""
    edges = pd.to_datetime(["1997-01-01", "1997-04-01", "1997-07-01", "1997-10-01", "1998-01-01", "1998-04-01"])
    quarter = pd.Series(edges.searchsorted(paid["day"], side="right") - 1, index=paid.index)
    buyers = paid.groupby(quarter)["customer_no"].nunique()
    assert buyers.tolist() == [2_349, 524, 418, 404, 384, 300]
    assert tables.cohorts["bought"].tolist() == buyers.tolist()
    assert set(tables.cohorts["cohort"]) == {"Before the data"}
    again = paid.loc[quarter.between(1, 4), "customer_no"].nunique()
    assert again == 934
    assert (tables.before.bought, tables.before.customers, tables.won.customers) == (934, 2_349, 0)
    first = paid.groupby("customer_no")["day"].min()
    assert first.max() < edges[1], "the list is closed"
    assert tables.closed


def test_concentration(paid, tables):
    """Gini as half the mean difference between two customers over the mean: another formula than the kit's."""
    spent = paid.groupby("customer_no")["cents"].sum().sort_values(ascending=False).to_numpy()
    difference = np.abs(spent[:, np.newaxis] - spent[np.newaxis, :]).mean()
    assert difference / (2 * spent.mean()) == pytest.approx(0.629660, abs=5e-7)
    assert tables.spread["gini"] == pytest.approx(difference / (2 * spent.mean()), abs=1e-9)
    enough = int((np.cumsum(spent) < 0.8 * spent.sum()).sum()) + 1
    assert enough == tables.spread["customers_for_80"] == 777
    assert tables.spread["part_for_80"] == pytest.approx(777 / 2_349)
    tenth = spent[:234].sum() + 0.9 * spent[234]  # 2,349 / 10 = 234.9
    assert tables.spread["part_of_top_10"] == pytest.approx(tenth / spent.sum(), abs=1e-9)
    assert tables.spread["largest_customer"] == pytest.approx(spent[0] / spent.sum())


def test_the_call_list(halves, tables):
    rating = tables.customer_ratings.set_index("customer_id")["rating"]
    good = halves.loc[rating.index[rating.isin(["A", "B"])]]
    fell = good["prior"] - good["current"]
    assert len(tables.call_list) == (fell > 0).sum()
    assert -round(tables.call_list["revenue_change"].sum(), 2) == fell[fell > 0].sum() / 100


def test_what_it_says_of_a_closed_list(tables):
    said = sentences(list_findings(tables))
    assert said["02.closed"].startswith("Everybody on this list first bought in the data's first quarter")
    assert said["02.bridge"] == (
        "Revenue fell by 59 % half on half: those who stopped buying took EUR 88,954, those who bought more added "
        "EUR 21,587."
    )
    assert said["02.concentration"] == (
        "777 of the 2,349 customers we sold to, 33 %, bring 80 % of what all bring; the largest tenth brings 51 % "
        "(Gini 0.63)."
    )
    assert said["02.cohorts"] == (
        "Of 2,349 customers of the data's first quarter, 40 % bought again within four quarters; there is no other "
        "cohort."
    )
    assert said["02.kept"].startswith("Of 2,349 customers who bought in the prior half, 29 % bought again")
    assert said["02.others"] == "Beside the active, and not rated: 8 customers without any sale above zero."


def test_complete_journey_adds_up_to_the_cent(journey):
    data = SAMPLES / "complete_journey" / "data"
    raw = pd.read_csv(data / "transactions.csv", dtype=str, keep_default_na=False)
    dropped = (raw["product_category"] == "") | raw["household_id"].isin(["542", "1009", "1549"])
    raw = raw[~dropped].assign(cents=(raw["sales_value"].astype(float) * 100).round().astype(int))
    late = raw["purchase_date"] >= "2017-07-01"
    prior, current = raw.loc[~late, "cents"].sum(), raw.loc[late, "cents"].sum()
    assert prior + current == 9_501_862
    tables = journey.tables()
    assert len(tables.customer_ratings) == tables.customer_ratings["customer_id"].nunique() == 1_824
    assert set(tables.customer_ratings["customer_id"]) == set(raw["household_id"])
    assert round(tables.rating_mix["revenue"].sum(), 2) == 95_018.62
    amounts = (tables.revenue_bridge.set_index("part")["amount"] * 100).round().astype(int)
    assert (amounts["prior"], amounts["current"]) == (prior, current)
    assert amounts["prior"] + amounts.drop(["prior", "current"]).sum() == amounts["current"]
    households = raw.groupby(["household_id", late])["cents"].sum().unstack(fill_value=0)
    both = raw[raw["cents"] > 0].groupby("household_id")["purchase_date"].agg(["min", "max"])
    both = households[(both["min"] < "2017-07-01") & (both["max"] >= "2017-07-01")]
    change = both[True] - both[False]
    assert amounts["expanded"] == change[change > 0].sum()
    assert amounts["contracted"] == change[change < 0].sum()
    assert not tables.closed
    checks = list_checks(
        tables,
        customer_summary=journey.summary,
        customer_days=journey.days,
        window_start=journey.halves["window_start"],
        as_of=journey.halves["as_of"],
    )
    assert {check.verdict for check in checks} == {"pass"}
