"""Adoption-ready growth: tables by hand, what is said of them, and what is left open."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.client.schema import schema
from helpers.client.tables import read_table, write_table
from helpers.errors import StepInputError
from helpers.method.bass import BassModel
from helpers.method.group_named import group_named
from helpers.method.market_readiness import market_readiness
from helpers.method.readiness_closing import readiness_assumptions, readiness_cannot_say, readiness_checks
from helpers.method.readiness_findings import readiness_findings
from tests.method.builders import sentences

GROUPS = pd.DataFrame(
    {"customer_id": ["c1", "c2", "c3", "c4"], "group_id": ["g1", "g2", "g10", "lapsing"],
     "group_name": ["Refit", "Yards", "Shops", "Lapsing"]}
)  # fmt: skip
AS_OF = "2027-01-01"
YEARS = range(2021, 2027)


def segment(name, group, size, ready, years=YEARS, **more):
    """A market from year to year: growth rates, or values."""
    years = list(years)
    size, ready = (
        100.0 * (1 + one) ** np.arange(len(years)) if isinstance(one, float) else one for one in (size, ready)
    )
    share = ready if ready is None else np.asarray(ready) / 400
    return pd.DataFrame(
        {"segment": name, "customer_group": group, "year": years, "market_size": size, "adoption_ready_share": share}
        | more
    )


def readiness(*parts, groups=GROUPS, as_of=AS_OF):
    return market_readiness(pd.concat(parts, ignore_index=True), groups, as_of=as_of)


def test_markets_of_none_of_our_groups_stop_nothing():
    """One group only, and every market is of another: nothing that was tested is of a group."""
    alone = GROUPS[GROUPS["group_id"] == "g1"]
    table = readiness(segment("Retail", "yards", 0.03, -0.06), groups=alone)
    assert table.loc[table["group_id"] == "g1", "why_not"].tolist() == ["no_market"] and (table["why_not"] == "").any()
    assert "08.expected_years" not in {one.id for one in readiness_assumptions(table)}


def test_a_market_that_grows_and_a_part_that_does_not():
    """Ready money grows by 1.03 x .94 a year where the market grows by 1.03 and its part falls by 6 %."""
    table = readiness(segment("Retail", "yards", 0.03, -0.06), segment("Refit", "g1", 0.01, 0.06))
    assert table["group_id"].tolist() == ["g1", "g1", "g2", "g2", "g10"]
    yards = table[table["group_id"] == "g2"].iloc[0]
    assert (yards["broad_growth"], yards["ready_growth"]) == pytest.approx((0.03, 1.03 * 0.94 - 1))
    assert (yards["status"], yards["basis"], bool(yards["mistake"])) == ("fail", "measured", True)
    assert (yards["size_year"], yards["market_size"]) == (2026, pytest.approx(100 * 1.03**5, abs=1e-4))
    shops = table[table["group_id"] == "g10"].iloc[0]
    assert (shops["status"], shops["why_not"], shops["segments"]) == ("not_tested", "no_market", 0)
    assert pd.isna(shops["mistake"]) and np.isnan(shops["market_size"])
    text = sentences(readiness_findings(table))
    assert text["08.ready_growth"] == (
        "The part of the market that is ready to adopt grows for 1 of 2 groups, fastest for Refit: 7.1 % a year "
        "(between 7.1 % and 7.1 %); it shrinks for 1, most for Yards, by 3.2 % a year."
    )
    assert text["08.market_mistake"] == (
        "Growth that we could not sell to: the whole market of Yards grows by 3.0 % a year while the part of it "
        "that is ready to adopt shrinks by 3.2 %."
    )


def test_a_groups_market_is_the_sum_of_its_segments_in_the_years_that_all_know():
    one = segment("A", "g1", 0.10, 0.0)
    other = segment("B", "g1", -0.05, 0.0, years=range(2020, 2026))
    table = readiness(one, other)
    whole = table.iloc[0]
    assert (whole["segments"], whole["years"], whole["first_year"], whole["last_year"]) == (2, 5, 2021, 2025)
    assert whole["market_size"] == pytest.approx(100 * 1.1**4 + 100 * 0.95**5, abs=1e-3)
    assert table["segment"].iloc[1:3].tolist() == ["A", "B"]
    delivered = pd.concat([one, other], ignore_index=True)
    verdicts = {check.id: check.verdict for check in readiness_checks(table, delivered)}
    assert verdicts == {"08.market_segments": "pass", "08.market_groups": "pass"}, (
        "sums of other years are not compared"
    )


def test_checks_bite():
    delivered = pd.concat([segment("A", "g1", 0.1, 0.0), segment("B", "g1", 0.1, 0.0), segment("C", "x", 0.1, 0.0)])
    table = readiness(delivered)
    verdicts = {check.id: check.verdict for check in readiness_checks(table, delivered)}
    assert verdicts == {"08.market_segments": "pass", "08.market_sums": "pass", "08.market_groups": "flag"}
    table.loc[0, "market_size"] += 1
    verdicts = {check.id: check.verdict for check in readiness_checks(table[table["segment"] != "A"], delivered)}
    assert verdicts == {"08.market_segments": "fail", "08.market_sums": "fail", "08.market_groups": "flag"}
    assert readiness_checks(table, None) == []


@pytest.mark.parametrize(
    ("years", "as_of", "basis", "expected"),
    [
        (range(2021, 2027), "2027-01-01", "measured", 0),
        (range(2021, 2027), "2026-09-01", "measured", 1),
        (range(2022, 2027), "2026-09-01", "judged", 1),
        (range(2024, 2027), "2027-01-01", "judged", 0),
        (range(2025, 2027), "2027-01-01", "not_tested", 0),
    ],
)
def test_years_that_are_not_over_are_expectations(years, as_of, basis, expected):
    values = 100 + 3.0 * np.arange(len(years)) + np.arange(len(years)) % 2
    table = readiness(segment("A", "g1", values, values, years), as_of=as_of)
    row = table.iloc[0]
    assert (row["basis"], row["expected_years"]) == (basis, expected)
    said = [one.value for one in readiness_assumptions(table) if one.id == "08.expected_years"]
    assert said == [1] * expected
    assert row["size_year"] == 2026 - expected


def test_without_the_part_that_is_ready_only_the_market_is_known():
    table = readiness(segment("A", "g1", 0.05, None))
    row = table.iloc[0]
    assert (row["broad_growth"], row["why_not"], row["status"]) == (pytest.approx(0.05), "no_ready_share", "not_tested")
    assert readiness_findings(table) == []
    gaps = {gap.because for gap in readiness_cannot_say(table)}
    assert "How large their markets are is known, and not which part of them is ready to adopt." in gaps
    assert "No market is delivered for them." in gaps


def test_growth_is_compared_over_the_same_years():
    ready = np.array([np.nan, np.nan, np.nan, 100, 90, 80.0])
    size = np.array([100, 100, 100, 200, 210, 225.0])
    row = readiness(segment("A", "g1", size, ready)).iloc[0]
    assert (row["years"], row["first_year"]) == (3, 2024)
    assert row["broad_growth"] == pytest.approx(np.sqrt(225 / 200) - 1, abs=0.001)


def test_groups_are_known_by_id_or_name_and_strangers_are_told():
    found = group_named(pd.Series([" refit ", "g10", "Lapsing", "all", "Yachts", None, "Barges", "Yachts"]), GROUPS)
    assert found.group_id.tolist() == ["g1", "g10", "lapsing", "all", "no_group", "no_group", "no_group", "no_group"]
    assert found.unmatched == ("Barges", "Yachts")
    table = readiness(segment("A", "Yachts", 0.1, 0.0), segment("B", None, 0.1, 0.0))
    assert table[["group_id", "segment"]].iloc[-2:].values.tolist() == [["no_group", "A"], ["no_group", "B"]]
    assert table["group_name"].iloc[-1] == "No group of ours"
    assert "Whose markets are those of Barges and Yachts?" in {
        gap.question for gap in readiness_cannot_say(table, found)
    }
    parts = [segment("A", name, 0.1, 0.0) for name in ("Yachts", "Barges", "all")]
    parted = readiness(*parts)
    assert parted["group_id"].tolist() == ["all", "all", "g1", "g2", "g10", "no_group"]
    assert parted["market_size"].iloc[-1] == pytest.approx(2 * parted["market_size"].iloc[0], abs=1e-3)
    alone = market_readiness(segment("A", "g1", 0.1, 0.0), None, as_of=AS_OF)
    assert alone["group_id"].tolist() == ["no_group"], "without groups a market is nobody's"
    twins = pd.DataFrame({"group_id": ["g1", "g2"], "group_name": "Yards"})
    assert group_named(pd.Series(["yards"]), twins).group_id.tolist() == ["no_group"]


def test_a_blank_group_is_that_of_the_segments_other_rows():
    rows = segment("A", ["g1", None, None, None, None, "g1"], 0.1, 0.0)
    assert readiness(rows).iloc[0]["years"] == 6
    rows["customer_group"] = ["g1", None, None, None, None, "g2"]
    with pytest.raises(StepInputError, match='"A" has rows of several customer groups, and rows without one'):
        readiness(rows)


def test_a_segment_twice_in_a_year_is_refused():
    with pytest.raises(StepInputError, match='"A" stands in the year 2021 more than once'):
        readiness(segment("A", "g1", 0.1, 0.0), segment("A", "Refit", 0.1, 0.0))


def test_nothing_delivered_is_not_a_market_of_nothing():
    for markets in (None, segment("A", "g1", 0.1, 0.0).iloc[:0]):
        table = market_readiness(markets, GROUPS, as_of=AS_OF)
        assert table["group_id"].tolist() == ["g1", "g2", "g10"]
        assert (table["why_not"] == "no_market").all() and table["market_size"].isna().all()
        assert readiness_findings(table) == [] and readiness_assumptions(table) == []
        assert [gap.question for gap in readiness_cannot_say(table)] == [
            "Does the market that is ready to adopt grow for our groups?"
        ]
    assert market_readiness(None, None, as_of=AS_OF).empty


CURVE = BassModel(0.025, 0.45, 5_000)


def adopting(years, first=2014, lead=0, **more):
    counts = np.concatenate([np.zeros(lead), CURVE.adopters(1, years - lead)])
    return segment("Engines", "g2", 0.02, 0.01, range(first, first + years), new_adopters=counts, **more)


def test_adoption_is_read_from_the_years_that_are_over():
    table = readiness(adopting(13))
    whole, engines = table[table["group_id"] == "g2"].to_dict("records")
    assert whole["bass_why_not"] == "see_segments" and np.isnan(whole["bass_m"])
    assert (engines["bass_q"], engines["bass_m"]) == pytest.approx((0.45, 5_000), rel=0.001)
    assert (engines["peak_year"], engines["coming_from"]) == (2014 + 6, 2027)  # the peak is at 6.09 years
    assert engines["still_to_come"] == pytest.approx(CURVE.adopters(14, 18).sum(), rel=0.01)
    text = sentences(readiness_findings(table))["08.adoption_1"]
    assert text == (
        "Engines (Yards) has had its wave: by the curve that was in 2020, 4,809 of about 5,000 who ever will adopt "
        "have done so, and in the 5 years from 2027 about 172 more will (172)."
    )
    # in the middle of a year, its count is not yet one; the five years begin with the next whole one
    earlier = readiness(adopting(13), as_of="2026-09-01").iloc[-1 - 1]
    assert earlier["adopted"] == pytest.approx(CURVE.adopters(1, 12).sum())
    assert earlier["coming_from"] == 2027
    assert earlier["still_to_come"] == pytest.approx(CURVE.adopters(14, 18).sum(), rel=0.01)


def test_adoption_begins_with_the_first_adopter():
    late = readiness(adopting(15, first=2012, lead=2))
    row = late[late["level"] == "segment"].iloc[0]
    assert (row["bass_m"], row["peak_year"]) == (pytest.approx(5_000, rel=0.001), 2020)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (segment("E", "g2", 0.1, 0.1), "not_counted"),
        (adopting(6, first=2021), "too_short"),
        (adopting(13).assign(new_adopters=0.0), "empty"),
        (adopting(13).drop(index=5), "a_gap"),
        (adopting(13).assign(new_adopters=np.arange(1.0, 14.0)), "before_the_peak"),
    ],
)
def test_no_curve_and_why(rows, why):
    table = readiness(rows)
    found = table[table["level"] == "segment"].iloc[0]
    assert found["bass_why_not"] == why and np.isnan(found["bass_m"])
    assert any("peak" in gap.question for gap in readiness_cannot_say(table))
    assert not [finding for finding in readiness_findings(table) if finding.id.startswith("08.adoption")]


def test_row_order_names_and_currency_change_nothing():
    rows = pd.concat([segment("A", "g1", 0.04, -0.01), segment("B", "Refit", 0.01, 0.03), adopting(13)])
    rows["market_size"] *= np.exp(0.02 * np.random.default_rng(1).standard_normal(len(rows)))
    table = readiness(rows)
    pd.testing.assert_frame_equal(table, readiness(rows.sample(frac=1, random_state=3)))
    other = readiness(rows.assign(market_size=rows["market_size"] * 1_000))
    numbers = ["ready_growth", "ready_low", "p_grows", "bass_m"]
    assert np.allclose(other[numbers], table[numbers], equal_nan=True)
    assert other["status"].tolist() == table["status"].tolist()


def test_the_table_is_what_its_schema_says(tmp_path):
    table = readiness(segment("A", "g1", 0.03, -0.05), adopting(13))
    described = schema("market_readiness")
    write_table(table, tmp_path / "t.parquet", described)
    back = read_table(tmp_path / "t.parquet", described)
    pd.testing.assert_frame_equal(back, table, check_dtype=False)
    assert not table.duplicated(list(described.key)).any()
    for column in described.columns:
        if column.allowed:
            assert set(table[column.name].dropna()) - {""} <= set(column.allowed)
