"""What step 05 says: every sentence true and sayable, whatever the data."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.client.tables import read_table, write_table
from helpers.method.share_closing import share_assumptions, share_cannot_say, share_checks
from helpers.method.share_findings import share_findings
from helpers.method.share_scope import categories_in_scope, proposed_scope
from helpers.method.share_tables import ShareTables
from tests.method.builders import WINDOW_START, clients, quarterly, sentences, share_tables, sold, wallet, wallets

ALWAYS = {"answer", "share_by_scope", "share_by_category", "share_by_quarter", "headroom", "coverage", "band"}
MANY = [f"c{number:02}" for number in range(12)]


def said(category, rows, **options):
    """The sentences of step 05, ids without the step."""
    return {
        key.removeprefix("05."): text
        for key, text in sentences(share_findings(share_tables(category, rows, **options))).items()
    }


def checks_of(category, tables):
    inside = categories_in_scope(category, tables.scope["scope"])
    summary = category.dropna(subset="customer_id").groupby("customer_id", as_index=False)["revenue"].sum()
    return share_checks(
        tables,
        customer_summary=summary,
        customer_category=category,
        customer_quarter=quarterly(category),
        window_start=WINDOW_START,
        scope_categories=inside,
    )


def two_categories():
    category = sold(*((name, "tea", 40) for name in MANY), *((name, "cups", 5) for name in MANY))
    rows = [wallet(name, 50, 40, "tea") for name in MANY] + [
        wallet(name, 100 + place, 5, "cups") for place, name in enumerate(MANY)
    ]
    return category, wallets(*rows)


def test_answer_and_exhibits_with_every_wallet_known():
    text = said(*two_categories())
    assert text["answer"] == (
        "Of what our buyers spend on the 2 categories in which we really compete, 29 % comes to us; EUR 1,326 a year "
        "goes to others."
    )
    assert text["share_by_scope"] == (
        "How wide we draw the category decides the answer: 29 % over all 2 categories, 80 % in tea alone."
    )
    assert text["share_by_category"] == (
        "Our share runs from 80 % in tea to 5 % in cups: of 2 shelves we own 1 and hardly matter on 1."
    )
    assert text["coverage"] == "The wallet of every buyer in scope is known (12 of 12)."
    assert text["band"].startswith("Our share is below 30 % even at the upper end of its range (")
    assert text["share_by_quarter"].startswith("Whether our share moves we cannot say")
    assert text["mean_of_shares"].endswith("on the whole big and small wallets give us about the same part.")


def read_back(tables, folder):
    """The tables as every later reader sees them: written and read as their schemas say."""
    kept = {}
    for field in fields(tables):
        frame = getattr(tables, field.name)
        if field.name != "wallets":
            write_table(frame, folder / f"{field.name}.parquet", schema(field.name))
            frame = read_table(folder / f"{field.name}.parquet", schema(field.name))
        kept[field.name] = frame
    return ShareTables(**kept)


@pytest.mark.parametrize("known", [True, False])
def test_tables_written_and_read_say_the_same(known, tmp_path):
    category, rows = two_categories()
    category = pd.concat([category, sold(("c99", None, 7))], ignore_index=True)
    tables = share_tables(category, rows if known else None, scope="all_categories")
    again = read_back(tables, tmp_path)
    assert sentences(share_findings(again)) == sentences(share_findings(tables))
    assert share_cannot_say(again) == share_cannot_say(tables)
    assert checks_of(category, again) == checks_of(category, tables)
    assert {check.verdict for check in checks_of(category, again)} == {"pass"}


def test_a_window_without_any_line(tmp_path):
    tables = share_tables(sold(), None)
    text = sentences(share_findings(read_back(tables, tmp_path)))
    assert {key.removeprefix("05.") for key in text} == ALWAYS
    assert text["05.answer"].startswith("Nobody bought from us")
    assert {check.verdict for check in checks_of(sold(), tables)} == {"pass"}


def test_without_wallets_it_says_what_it_cannot():
    category, _ = two_categories()
    text = said(category, None)
    assert text["answer"].startswith(
        "We cannot say our share: no wallet is known of those (12) who buy from us in the 2"
    )
    assert set(text) == ALWAYS
    gaps = [gap.question for gap in share_cannot_say(share_tables(category, None))]
    assert gaps[0] == "What is our share of our customers' spend?"


def test_low_coverage_is_not_an_answer():
    category = sold(("c1", "tea", 20), ("c2", "tea", 80))
    text = said(category, wallets(wallet("c1", 100, 20)))
    assert text["answer"] == (
        "We cannot say our share: the wallets that we know belong to customers with 20 % of our revenue in tea, and "
        "below 30 % they may be quite unlike the rest."
    )
    assert text["band"].startswith("Without a share there is no band")
    assert text["coverage"].endswith("below 30 % we do not state a share.")


def test_wallets_of_part_of_a_year_are_not_called_a_year():
    category = sold(*((name, "tea", 40) for name in MANY))
    rows = wallets(*(wallet(name, 100, 20, start="2026-07-01", end="2026-12-31") for name in MANY))
    assert "EUR 960.00 between 1 July 2026 and 31 December 2026 goes to others" in said(category, rows)["answer"]


def test_nothing_left_to_win():
    category = sold(*((name, "tea", 40) for name in MANY))
    text = said(category, wallets(*(wallet(name, 40, 40) for name in MANY)))
    assert text["answer"].endswith("100 % comes to us; next to nothing goes to others.")
    assert text["headroom"].endswith("there is no headroom to win.")
    assert text["band"].startswith("Our share is 80 % or more even at the lower end")


def test_nobody_bought():
    text = said(sold(("c1", "tea", -40)), None)
    assert text["answer"] == "Nobody bought from us on balance in all that we sell, so there is no share to speak of."


def quarters(first, last):
    """Twelve buyers with wallets of 100 in the first and the last quarter, of which we get about the numbers given."""
    category = sold(*((name, "tea", first + last) for name in MANY))
    rows = []
    for place, name in enumerate(MANY):
        wobble = 1 if place % 2 else -1
        rows.append(wallet(name, 100, first + wobble, start="2026-01-01", end="2026-03-31", source="panel"))
        rows.append(wallet(name, 100, last - wobble, start="2026-10-01", end="2026-12-31", source="panel"))
    quarter = quarterly(category)
    quarter["revenue"] = (
        quarter["quarter_start"].map({pd.Timestamp("2026-01-01"): first, pd.Timestamp("2026-10-01"): last}).fillna(0.0)
    )
    return category, wallets(*rows), quarter


@pytest.mark.parametrize(
    ("first", "last", "word"), [(30.0, 50.0, "rose"), (50.0, 30.0, "fell"), (40.0, 40.5, "stands still")]
)
def test_moved_only_if_the_intervals_do_not_overlap(first, last, word):
    category, rows, quarter = quarters(first, last)
    text = said(category, rows, quarter=quarter)["share_by_quarter"]
    assert text.startswith(f"Our share of the same buyers {word}")
    assert ("1 January 2026" in text and "1 October 2026" in text) == (word != "stands still")


def test_market_share_stands_beside():
    category, rows = two_categories()
    markets = pd.DataFrame({"segment": ["tea", "cups"], "year": 2026, "market_size": [4800.0, 4800.0]})
    text = said(category, rows, markets=markets)["market_share"]
    assert text.startswith("Our market share is 6 %, our share of our own buyers 29 %: the first would send us after ")
    assert "market_share" not in said(category, rows, markets=markets.head(1))
    gaps = str(share_cannot_say(share_tables(category, rows, markets=markets.head(1))))
    assert "How does customer share compare with our market share?" in gaps


def test_groups_are_compared_and_each_has_its_sentence():
    category, rows = two_categories()
    groups = pd.DataFrame({"customer_id": MANY, "group_id": ["g1"] * 6 + ["g2"] * 6, "group_name": "named elsewhere"})
    text = said(category, rows, groups=groups)
    assert text["group_share"].startswith(
        "Refit gives us the largest part of what it spends (30 %), Yards the smallest (28 %)"
    )
    assert {"group_share.g1", "group_share.g2"} <= set(text)
    assert "Which customer groups" not in str(share_cannot_say(share_tables(category, rows, groups=groups)))


def test_account_managers_estimates_are_judged_not_measured():
    category = sold(*((name, "tea", 40) for name in MANY))
    rows = wallets(*(wallet(name, 100, 40, source="account_manager") for name in MANY))
    assert share_findings(share_tables(category, rows))[0].evidence == "judged"
    assert share_findings(share_tables(category, rows.assign(wallet_source="stated")))[0].evidence == "measured"


def test_conflicts_are_told_and_flagged():
    category = sold(("c1", "tea", 40), ("c2", "tea", 40))
    rows = wallets(wallet("c1", 100, 40), wallet("c2", 10, 40))
    assert "left out and listed (1 of the buyers)" in said(category, rows)["coverage"]
    verdicts = {check.id: check.verdict for check in checks_of(category, share_tables(category, rows))}
    assert verdicts["05.conflicts"] == "flag"


def test_a_wrong_table_fails_its_check():
    category, rows = two_categories()
    checks = share_checks(
        share_tables(category, rows),
        customer_summary=pd.DataFrame({"revenue": [540.01]}),
        customer_category=category,
        customer_quarter=quarterly(category),
        window_start=WINDOW_START,
        scope_categories=categories_in_scope(category, proposed_scope(category)),
    )
    failed = [check for check in checks if check.verdict == "fail"]
    assert [check.id for check in failed] == ["05.revenue_by_category"]
    assert (failed[0].found, failed[0].expected) == (540.0, 540.01)


def test_assumptions_name_what_was_used():
    category, rows = two_categories()
    scaled = rows.assign(wallet_source="panel", covered_days=300)
    names = {assumption.id for assumption in share_assumptions(share_tables(category, scaled))}
    assert {"05.share_cut_low", "05.no_row_no_spend", "05.scaled_by_days"} <= names
    assert "05.wallet_order" not in names


spend = st.lists(
    st.tuples(
        st.sampled_from(["c0", "c1", "c2"]),
        st.sampled_from(["we", "x", "y"]),
        st.integers(0, 50),
        st.sampled_from([1, 1.5, 2]),
    ),
    max_size=6,
    unique_by=lambda row: row[:2],
)


@settings(max_examples=25)
@given(clients(), spend, st.sampled_from(["preference", "satisfaction", "spend"]), st.booleans(), st.booleans())
def test_for_any_client_every_sentence_can_be_said_and_no_check_fails(client, ranks, basis, grouped, named):
    category, rows = client
    ids = sorted(set(category["customer_id"]))
    groups = pd.DataFrame({"customer_id": ids, "group_id": ["g1", "g2"] * (len(ids) // 2) + ["g1"] * (len(ids) % 2)})
    table = pd.DataFrame(ranks, columns=["customer_id", "supplier", "spend", "supplier_rank"]).assign(
        rank_basis=basis, category="tea"
    )
    known = named and (table["supplier"] == "we").any()
    options = {"groups": groups if grouped else None, "supplier_spend": table, "our_name": "we" if known else None}
    for scope in {"all_categories", proposed_scope(category)}:
        tables = share_tables(category, rows, scope=scope, **options)
        text = sentences(share_findings(tables))
        assert {key.removeprefix("05.") for key in text} >= ALWAYS
        assert "nan" not in " ".join(text.values())
        assert not [check for check in checks_of(category, tables) if check.verdict == "fail"]
        assumptions, gaps = share_assumptions(tables), share_cannot_say(tables)
        assert len({assumption.id for assumption in assumptions}) == len(assumptions)
        assert len({gap.question for gap in gaps}) == len(gaps)


@pytest.mark.parametrize(("shares", "word"), [((60, 10), "smaller"), ((10, 60), "larger")])
def test_mean_of_shares_tells_what_big_wallets_do(shares, word):
    category = sold(("small", "tea", 10), ("big", "tea", 10))
    small, big = shares
    text = said(category, wallets(wallet("small", 100, small), wallet("big", 1000, big * 10)))
    assert text["mean_of_shares"].endswith(f"on the whole bigger wallets give us a {word} part.")
