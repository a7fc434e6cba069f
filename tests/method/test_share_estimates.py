"""What step 05 says of estimated wallets and of what can be won: true and sayable, whatever the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.method.share_closing import share_cannot_say
from helpers.method.share_estimate_closing import step_assumptions, step_checks
from helpers.method.share_estimate_findings import step_findings
from helpers.method.share_estimates import (
    FRONTIER,
    EstimateTables,
    beside,
    estimate_tables,
    frontier_where_unknown,
    wallet_table,
)
from helpers.method.share_estimates import MODELLED as MODELLED_COLUMNS
from helpers.method.share_what_if import if_capture_rate
from helpers.method.wallet_estimates import WalletEstimates, WalletFit
from tests.method.builders import AS_OF, WINDOW_START, quarterly, sentences, share_tables, sold, wallet, wallets

NAMES = [f"c{number:02}" for number in range(40)]
FIT = WalletFit(30, 10, 0.62, 0.91, 4.2, 0.1, 0, 0.90, ("industry", "size"))
STUDY = pd.DataFrame(
    {
        "time": [1, 2],
        "hidden": [15, 15],
        "coverage": [0.8, 1.0],
        "median_ratio": [4.0, 5.0],
        "share_measured": 0.3,
        "share_modelled": [0.28, 0.34],
        "difference": [-0.02, 0.04],
        "inside": [True, True],
    }
)
MODELLED = pd.DataFrame(
    {
        "group_id": ["all"],
        "estimated": [10],
        "modelled_share": [0.20],
        "modelled_low": [0.17],
        "modelled_high": [0.24],
        "band": ["win_more"],
    }
)


def winnable(**changes):
    row = {
        "group_id": "all",
        "group_name": "All customers",
        "customers": 40,
        "headroom": 1000.0,
        "headroom_low": 800.0,
        "headroom_high": 1300.0,
        "capture_rate": 0.2,
        "capture_low": 0.15,
        "capture_high": 0.26,
        "capture_basis": "all",
        "pairs": 33,
        "winnable": 200.0,
        "winnable_low": 120.0,
        "winnable_high": 320.0,
    }
    return pd.DataFrame([row | changes])


def measured(known=30):
    """Forty buyers with revenue 30, of whom the first `known` have a wallet of 100."""
    rows = [wallet(name, 100, 30) for name in NAMES[:known]]
    return share_tables(sold(*((name, "tea", 30) for name in NAMES)), wallets(*rows) if rows else None)


def estimates(tables, **changes):
    made = EstimateTables(
        group_share=beside(tables.group_share, MODELLED),
        wallets=wallets_of(["known"] * 30 + ["estimated"] * 10),
        winnable=winnable(),
        study=STUDY,
        frontier=pd.DataFrame(columns=FRONTIER),
        fit=FIT,
        why_not="",
        asks_rate=False,
    )
    return replace(made, **changes)


OF_ESTIMATES = {
    *("modelled_share", "winnable_headroom", "own_frontier", "capture_rate", "wallet_model", "wallet_study"),
    "conflicts",
}


def said(tables, made):
    """What is said beside the measured share, in the order in which it is said."""
    found = {key.removeprefix("05."): text for key, text in sentences(step_findings(tables, made)).items()}
    assert list(found)[0] == "answer"
    return {key: text for key, text in found.items() if key in OF_ESTIMATES}


def test_what_is_said_where_wallets_were_estimated():
    tables = measured()
    text = said(tables, estimates(tables))
    assert list(text) == ["modelled_share", "winnable_headroom", "capture_rate", "wallet_model", "wallet_study"]
    assert text["modelled_share"] == (
        "With the 10 wallets that we do not know estimated, we hold 20 % of what our 40 buyers spend (17 to 24 %): the "
        "known wallets alone say 30 %, because they belong to customers who give us more."
    )
    assert "its upper end is 4.2 times its lower in the middle case" in text["wallet_model"]
    assert "of the 30 known ones, each estimated without itself, 91 % lie within their range" in text["wallet_model"]
    assert "2 times" in text["wallet_study"]
    assert "90 % of the hidden wallets lay within their range" in text["wallet_study"]
    assert "came out 3 points off on average" in text["wallet_study"]
    assert text["winnable_headroom"] == (
        "Of the EUR 1,000 a year that goes to others, estimated wallets included, EUR 120.00 to 320.00 can be won "
        "within a year."
    )
    assert text["capture_rate"].startswith(
        "What can be won supposes that all give way as the readiest quarter did: 20 % of what was elsewhere, seen in "
    )


def test_the_group_with_most_to_win_is_named_if_it_can_be_read_alone():
    rows = [("g1", 30, 150.0), ("g2", 10, 40.0), ("ungrouped", 100, 900.0), ("lapsing", 50, 500.0)]
    parts = [winnable(group_id=group, customers=count, winnable=won) for group, count, won in rows]
    tables = measured()
    text = said(tables, estimates(tables, winnable=pd.concat([winnable(), *parts])))["winnable_headroom"]
    assert text.endswith("can be won within a year, 75 % of it from Refit.")


def test_a_modelled_share_that_agrees_is_said_to():
    tables = measured()
    model = MODELLED.assign(modelled_share=0.29, modelled_low=0.25, modelled_high=0.33)
    text = said(tables, estimates(tables, group_share=beside(tables.group_share, model)))
    assert text["modelled_share"].endswith("(25 to 33 %): the known wallets alone say about the same, 30 %.")


def test_a_judged_rate_is_called_judged():
    tables = measured()
    made = estimates(tables, winnable=winnable(capture_basis="judged", pairs=0))
    finding = next(one for one in step_findings(tables, made) if one.id == "05.winnable_headroom")
    assert finding.evidence == "judged"
    assert "people judged: 20 % of what is elsewhere within a year." in said(tables, made)["capture_rate"]
    rate = next(one for one in step_assumptions(tables, made) if one.id == "05.capture_rate")
    assert (rate.value, rate.low, rate.high, rate.evidence) == (0.2, 0.15, 0.26, "judged")


def test_the_customers_behind_the_rates_are_counted_once():
    parts = [("g1", "group", 40), ("g2", "group", 35), ("g3", "all", 90)]
    rows = [winnable(group_id=group, capture_basis=basis, pairs=count) for group, basis, count in parts]
    made = estimates(measured(), winnable=pd.concat([winnable(capture_basis=None, pairs=90), *rows]))
    assert made.pairs == 90
    assert replace(made, winnable=pd.concat([winnable(capture_basis=None, pairs=40), *rows[:2]])).pairs == 75


def test_without_a_rate_nothing_can_be_won_and_the_gap_is_named():
    tables = measured()
    made = estimates(tables, winnable=winnable(winnable=np.nan, capture_rate=np.nan, capture_basis="unknown", pairs=3))
    assert "winnable_headroom" not in said(tables, made)
    gap = next(gap for gap in share_cannot_say(tables, made) if "headroom" in gap.question)
    assert "all.capture_rate" in gap.unlocked_by
    assert not [one for one in step_assumptions(tables, made) if one.id == "05.capture_rate"]


def test_where_nothing_could_be_estimated_the_better_customers_stand_in():
    tables = measured(known=3)
    frontier = pd.DataFrame([("all", "All customers", 40, 1200.0, 50.0, 31, 410.0)], columns=FRONTIER)
    made = estimates(
        tables,
        group_share=beside(tables.group_share),
        winnable=winnable(headroom=np.nan, winnable=np.nan),
        study=STUDY.head(0),
        frontier=frontier,
        fit=None,
        why_not="the wallets of 3 customers are known, and 30 are needed",
    )
    assert said(tables, made) == {
        "own_frontier": "Spending like our better customers of their kind, the 40 buyers of the last year would bring "
        "EUR 410.00 more; whether they buy it elsewhere, nobody knows."
    }
    assert [one.id for one in step_assumptions(tables, made)][-1] == "05.frontier_part"
    unknown = next(gap for gap in share_cannot_say(tables, made) if "without a known wallet" in gap.question)
    assert "30 are needed, so none is estimated" in unknown.because


def test_estimated_wallets_close_the_gap():
    tables = measured()
    questions = [gap.question for gap in share_cannot_say(tables, estimates(tables))]
    assert "What do customers without a known wallet spend?" not in questions
    assert "What do customers without a known wallet spend?" in [gap.question for gap in share_cannot_say(tables)]


def test_conflicts_are_named_the_worst_first_and_at_most_five():
    rows = [wallet(name, 100 - place, 101 + place) for place, name in enumerate(NAMES[:7])]
    tables = share_tables(sold(*((name, "tea", 30) for name in NAMES)), wallets(*rows))
    made = estimates(tables)
    finding = next(one for one in step_findings(tables, made) if one.id == "05.conflicts")
    assert sentences([finding])["05.conflicts"] == (
        "The whole wallets of 7 customers lie below what we sold to each of them, which cannot be true; ask again: "
        "c06, c05, c04, c03, c02 and others."
    )
    assert (finding.n, finding.smallest) == (7, 1), "no client reads who they are"


def test_conflicts_with_scaled_sales_are_no_lie_and_many_of_them_bend_the_share():
    rows = [wallet(NAMES[0], 100, 110), *(wallet(name, 100, 30) for name in NAMES[1:5])]
    category = sold(*((name, "tea", 30) for name in NAMES))
    told = []
    for covered in (365, 242):
        tables = share_tables(category, wallets(*rows).assign(covered_days=covered))
        finding = next(one for one in step_findings(tables, estimates(tables)) if one.id == "05.conflicts")
        told.append(sentences([finding])["05.conflicts"])
    assert told[0] == (
        "One customer's whole wallet lies below what we sold to the same customer, which cannot be true; ask again: "
        "c00. Leaving out so many, 4 remain, may make our share look smaller than it is."
    )
    assert "cannot be true" not in told[1] and "scaled to the wallet's whole period; ask again: c00" in told[1]


def test_beside_keeps_the_measured_columns():
    table = measured().group_share.drop(columns=list(MODELLED_COLUMNS))
    with_model = beside(table, MODELLED)
    pd.testing.assert_frame_equal(with_model[list(table)], table)
    assert with_model["modelled_band"].tolist() == ["win_more"]
    assert beside(table, MODELLED.assign(estimated=0))["modelled_share"].isna().all(), "all known: nothing modelled"
    assert beside(with_model)["modelled_share"].isna().all(), "what stood there before is gone"


def wallets_of(basis):
    rows = pd.DataFrame({"customer_id": NAMES, "group_id": "all", "year_revenue": 30.0, "basis": basis})
    for name in ("wallet_estimate", "wallet_low", "wallet_high"):
        rows[name] = np.where(rows["basis"] == "unknown", np.nan, 100.0)
    return rows


def checks_of(made, tables):
    category = sold(*((name, "tea", 30) for name in NAMES))
    facts = {"customer_summary": category, "customer_category": category, "customer_quarter": quarterly(category)}
    return step_checks(tables, made, **facts, window_start=WINDOW_START)


def test_checks_find_an_estimate_below_revenue_and_a_lost_buyer():
    tables = measured()
    made = estimates(tables)
    rows = made.wallets
    assert {check.verdict for check in checks_of(made, tables)} == {"pass"}
    below = rows.assign(wallet_low=np.where(rows["basis"] == "estimated", 29.0, 100.0))
    swapped = rows.assign(basis=rows["basis"].tolist()[::-1])
    assert failed(checks_of(replace(made, wallets=below), tables)) == ["05.estimates_above_revenue"]
    assert failed(checks_of(replace(made, wallets=rows.iloc[1:]), tables)) == ["05.estimates_of_buyers"]
    assert failed(checks_of(replace(made, wallets=swapped), tables)) == ["05.known_stay_known"]
    poor = replace(made, fit=replace(FIT, coverage=0.7))
    found = {check.id: check.verdict for check in checks_of(poor, tables)}
    assert found["05.estimates_hold"] == "flag"


def failed(checks):
    return [check.id for check in checks if check.verdict == "fail"]


def test_the_wallet_table_joins_each_buyer_once():
    found = WalletEstimates(wallets_of("known"), FIT, "", None, None)
    amounts = pd.DataFrame({"customer_id": NAMES[::-1], "headroom": 70.0, "headroom_low": 70.0, "headroom_high": 70.0})
    amounts = amounts.assign(winnable=np.arange(40.0), winnable_low=0.0, winnable_high=1.0)
    table = wallet_table(found, amounts)
    assert table["customer_id"].tolist() == NAMES
    assert table["winnable"].tolist() == list(np.arange(39.0, -1, -1))
    with pytest.raises(pd.errors.MergeError):
        wallet_table(found, pd.concat([amounts, amounts]))


def test_the_preview_of_a_rate():
    text = sentences([if_capture_rate(winnable())(0.1)])["05.preview_rate"]
    assert text == "With this, EUR 100.00 of the EUR 1,000 a year that goes to others could be won in a year."
    nothing = sentences([if_capture_rate(winnable(headroom=np.nan))(0.1)])["05.preview_rate"]
    assert nothing.startswith("At 10 % a year nothing can be said in money")


def test_the_frontier_stands_in_only_where_nothing_is_estimated_and_counts_who_bought():
    inputs = pd.DataFrame({"customer_id": NAMES, "group_id": "all", "year_revenue": [10.0] * 30 + [0.0] * 10})
    cannot = WalletEstimates(wallets_of("unknown"), None, "too few are known", None, None)
    table = frontier_where_unknown(inputs, cannot)
    assert (table["customers"][0], table["frontier"][0], table["distance"][0]) == (30, 10, 0)
    assert frontier_where_unknown(inputs, WalletEstimates(wallets_of("known"), None, "", None, None)).empty
    assert frontier_where_unknown(inputs.tail(10), cannot).empty


def made_of(rows, decided=None):
    """All estimates of forty customers who order for 30 on one day, with these wallets."""
    category = sold(*((name, "tea", 30) for name in NAMES))
    delivered = wallets(*rows) if rows else None
    tables = share_tables(category, delivered)
    days = pd.DataFrame({"customer_id": NAMES, "date": pd.Timestamp("2026-03-01"), "orders": 1, "revenue": 30.0})
    days = days.assign(positive_lines=1, positive_revenue=30.0, net_revenue=30.0)
    facts = {"customer_category": category, "customer_quarter": quarterly(category), "customer_days": days}
    facts |= {"customers": None, "wallet_revenue": delivered, "window_start": WINDOW_START, "as_of": AS_OF}
    return estimate_tables(tables.customer_share, tables.group_share, tables.wallets, **facts, decided=decided)


def test_from_wallets_to_what_can_be_won_by_hand():
    """All wallets are 100 and known: headroom 40 x 70; a judged rate of .1 wins 280, half to one and a half times."""
    rows = [wallet(name, 100, 30) for name in NAMES]
    made = made_of(rows, decided=0.1)
    assert made.asks_rate
    row = made.winnable.iloc[0]
    assert (row["headroom"], row["winnable"], row["capture_basis"]) == (2800, 280, "judged")
    assert (made.evidence_of_winning, made.frontier.empty) == ("judged", True)
    assert made.wallets["winnable"].tolist() == [7] * 40
    assert made_of(rows).won is None, "no rate was judged"


def test_wallets_of_two_years_need_no_judgement():
    """Each gave 16 of 100 the year before and 30 now: 14 of the 84 elsewhere."""
    rows = [wallet(name, 100, 30) for name in NAMES]
    rows += [wallet(name, 100, 16, start="2025-01-01", end="2025-12-31") for name in NAMES]
    made = made_of(rows, decided=0.9)
    assert (made.asks_rate, made.pairs) == (False, 40)
    assert made.won["winnable"] == pytest.approx(14 / 84 * 2800, abs=0.01)


def test_without_wallets_nothing_is_asked_and_the_better_customers_stand_in():
    made = made_of([])
    assert not made.asks_rate
    assert made.won is None
    assert made.frontier["frontier"].tolist() == [30]
