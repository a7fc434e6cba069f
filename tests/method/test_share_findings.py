"""What step 05 says: every sentence true and sayable, whatever the data."""

from __future__ import annotations

from dataclasses import fields, replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.client.schema import schema
from helpers.client.tables import read_table, write_table
from helpers.method.share_closing import share_assumptions, share_cannot_say, share_checks
from helpers.method.share_findings import share_findings
from helpers.method.share_scope import categories_in_scope, proposed_scope
from helpers.method.share_tables import ShareTables, period_label
from tests.method.builders import WINDOW_START, clients, quarterly, sentences, share_tables, sold, wallet, wallets

WITH_WALLETS = {"answer", "share_by_scope", "share_by_category", "headroom", "coverage", "band"}
MANY = [f"c{number:02}" for number in range(12)]


def said(category, rows, **options):
    """The sentences of step 05, ids without the step."""
    return {
        key.removeprefix("05."): text
        for key, text in sentences(share_findings(share_tables(category, rows, **options))).items()
    }


def checks_of(category, tables, delivered=None):
    inside = categories_in_scope(category, tables.scope["scope"])
    summary = category.dropna(subset="customer_id").groupby("customer_id", as_index=False)["revenue"].sum()
    return share_checks(
        tables,
        customer_summary=summary,
        customer_category=category,
        customer_quarter=quarterly(category),
        window_start=WINDOW_START,
        scope_categories=inside,
        wallet_revenue=delivered,
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
        "Of what our buyers spend on all 2 categories that we sell, 29 % comes to us; EUR 1,326 a year goes to others."
    )
    assert text["share_by_scope"] == (
        "How wide we draw the category decides the answer: 29 % over all 2 categories, 80 % in tea alone."
    )
    assert text["share_by_category"] == (
        "Our share runs from 80 % in tea to 5 % in cups: of 2 shelves we own 1 and hardly matter on 1."
    )
    assert text["coverage"] == "The wallet of every buyer in scope is known (12 of 12)."
    assert text["band"].startswith("Our share is below 30 % even at the upper end of its range (")
    assert text["no_trend"].startswith("Whether our share moves we cannot say"), "no quarter: no title of a picture"
    assert text["mean_of_shares"].endswith("on the whole big and small wallets give us about the same part.")


def read_back(tables, folder):
    """The tables as every later reader sees them: written and read as their schemas say."""
    kept = {}
    for field in fields(tables):
        frame = getattr(tables, field.name)
        if field.name not in ("wallets", "change", "market"):
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
    assert set(text) == {"05.answer"}
    assert text["05.answer"].startswith("No customer known to us bought")
    assert {check.verdict for check in checks_of(sold(), tables)} == {"pass"}


def test_without_wallets_it_says_what_it_cannot():
    category, _ = two_categories()
    text = said(category, None)
    assert text["answer"].startswith(
        "We cannot say our share: no wallet is known for the 12 customers who buy from us. "
    )
    assert set(text) == {"answer"}, "the others would only say again that no wallet is known"
    tables = share_tables(category, None)
    assert [gap.question for gap in share_cannot_say(tables)][:3] == [
        "What is our share of our customers' spend?",
        "What do customers without a known wallet spend?",
        "How much of the headroom can be won?",
    ]
    findings = {finding.id.removeprefix("05."): finding for finding in share_findings(tables)}
    assert (findings["answer"].n, findings["answer"].evidence) == (None, "measured")
    assert {name for name, finding in findings.items() if finding.n == 0} == set()
    one = said(sold(("c1", "tea", 40)), None)["answer"]
    assert one.startswith("We cannot say our share: no wallet is known for the one customer who buys from us. ")


def test_low_coverage_is_not_an_answer():
    category = sold(("c1", "tea", 20), ("c2", "tea", 80))
    text = said(category, wallets(wallet("c1", 100, 20)))
    assert text["answer"] == (
        "We cannot say our share: the wallets that we know belong to customers with 20 % of our revenue in "
        "all that we sell, and below 30 % they may be quite unlike the rest."
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
    assert text["answer"] == (
        "No customer known to us bought on balance in all that we sell, so there is no share to speak of."
    )


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
def test_moved_only_if_the_range_of_the_difference_leaves_out_zero(first, last, word):
    category, rows, quarter = quarters(first, last)
    text = said(category, rows, quarter=quarter)["share_by_quarter"]
    assert text.startswith(f"Our share of the same buyers {word}")
    assert "1 January 2026" in text
    assert "1 October 2026" in text
    assert text.endswith("(12 are known in both).")


def test_customers_who_differ_much_and_all_gain_have_a_share_that_rose():
    """The two ranges overlap widely; what each customer has in common with itself cancels."""
    category = sold(*((name, "tea", 60) for name in MANY))
    rows = [
        wallet(name, 100, 5 * place + gain, start=start, end=end, source="panel")
        for place, name in enumerate(MANY)
        for start, end, gain in (("2026-01-01", "2026-03-31", 10), ("2026-10-01", "2026-12-31", 14 + place % 2))
    ]
    quarter = quarterly(category).assign(revenue=10.0)
    text = said(category, wallets(*rows), quarter=quarter)["share_by_quarter"]
    assert text.startswith("Our share of the same buyers rose from 38 % in the quarter from 1 January 2026 to 42 %")


def test_a_wide_range_does_not_tell_whether_the_share_moved():
    category = sold(*((name, "tea", 60) for name in MANY))
    rows = [
        wallet(name, 100, 40 + (30 if (place + late) % 2 else 0), start=start, end=end, source="panel")
        for place, name in enumerate(MANY)
        for late, (start, end) in enumerate((("2026-01-01", "2026-03-31"), ("2026-10-01", "2026-12-31")))
    ]
    text = said(category, wallets(*rows), quarter=quarterly(category).assign(revenue=10.0))["share_by_quarter"]
    assert "does not tell whether it moved" in text


def test_other_customers_in_the_last_quarter_are_no_move():
    category = sold(*((name, "tea", 60) for name in MANY))
    half = len(MANY) // 2
    rows = [wallet(name, 100, 20, start="2026-01-01", end="2026-03-31", source="panel") for name in MANY[:half]]
    rows += [wallet(name, 100, 60, start="2026-10-01", end="2026-12-31", source="panel") for name in MANY[half:]]
    quarter = quarterly(category).assign(revenue=10.0)
    tables = share_tables(category, wallets(*rows), quarter=quarter)
    assert tables.share_by_quarter["customer_share"].notna().sum() == 2
    assert tables.change is None
    assert sentences(share_findings(tables))["05.share_by_quarter"].startswith("Whether our share moves we cannot say")
    assert "Is our share rising or falling?" in {gap.question for gap in share_cannot_say(tables)}


def test_wallets_of_earlier_years_are_not_said_to_be_none():
    category = sold(*((name, "tea", 60) for name in MANY))
    old = [wallet(name, 100, 60, start="2024-01-01", end="2024-12-31") for name in MANY]
    text = said(category, wallets(*old))["answer"]
    assert text == (
        "We cannot say our share of today: 12 wallets of 12 buyers were delivered, and all end too early, the last on "
        "31 December 2024. What these customers spend now, asked again, would be a start."
    )
    text = said(category, wallets(old[0]))["answer"]
    assert text.startswith("We cannot say our share of today: one wallet of a buyer was delivered, and such end too")
    zero = [wallet(name, 0, 0) for name in MANY]
    assert "all are zero, which says as little as none. What" in said(category, wallets(*zero))["answer"]
    strangers = [wallet(f"x{name}", 100, 60) for name in MANY]
    assert "no wallet is known for the 12 customers who buy" in said(category, wallets(*strangers))["answer"]


def test_a_shelf_is_owned_only_if_its_whole_range_says_so():
    category = sold(*((name, kind, 40) for name in MANY for kind in ("tea", "cups")))
    rows = [wallet(name, 50, 40 if place % 2 else 45, "tea") for place, name in enumerate(MANY)]
    rows += [wallet(name, 100, 82 if place % 2 else 80, "cups") for place, name in enumerate(MANY)]
    text = said(category, wallets(*rows))["share_by_category"]
    assert text == "Our share runs from 85 % in tea to 81 % in cups: of 2 shelves we own 2."
    rows[:12] = [wallet(name, 100, 100 if place % 2 else 62, "tea") for place, name in enumerate(MANY)]
    text = said(category, wallets(*rows))["share_by_category"]
    assert text == "Our share runs from 81 % in cups to 81 % in tea: of 2 shelves we own 1."


def test_market_share_stands_beside():
    category, rows = two_categories()
    markets = pd.DataFrame({"segment": ["tea", "cups"], "year": 2026, "market_size": [4800.0, 4800.0]})
    text = said(category, rows, markets=markets)["market_share"]
    assert text.startswith("Our market share is 6 %, our share of our own buyers 29 %: customer share points at ")
    assert text.endswith("with people who already buy; market share cannot tell them from strangers.")
    assert "market_share" not in said(category, rows, markets=markets.head(1))
    gaps = str(share_cannot_say(share_tables(category, rows, markets=markets.head(1))))
    assert "How does customer share compare with our market share?" in gaps


def twice(table):
    """The table, and the same rows of other customers."""
    return pd.concat([table, table.assign(customer_id=table["customer_id"] + "b")], ignore_index=True)


def test_a_group_with_one_known_wallet_is_not_named_beside_others():
    hotels = [f"h{number:02}" for number in range(12)]
    category = sold(*((name, "tea", 40) for name in [*MANY, *hotels]))
    rows = wallets(*(wallet(name, 100, 40) for name in MANY), wallet("h00", 41, 40))
    groups = pd.DataFrame({"customer_id": [*MANY, *hotels], "group_id": ["g1"] * 12 + ["g2"] * 12})
    findings = {f.id: f for f in share_findings(share_tables(category, rows, groups=groups))}
    assert "05.group_share" not in findings
    assert (findings["05.group_share.g1"].n, findings["05.group_share.g2"].n) == (12, 1)


def test_groups_are_compared_and_each_has_its_sentence():
    category, rows = two_categories()
    groups = pd.DataFrame({"customer_id": MANY, "group_id": ["g1"] * 6 + ["g2"] * 6, "group_name": "named elsewhere"})
    few = said(category, rows, groups=groups)
    assert {"group_share.g1", "group_share.g2"} <= set(few)
    assert "group_share" not in few
    category, rows = twice(category), twice(rows)
    groups = twice(groups)
    text = said(category, rows, groups=groups)
    assert text["group_share"].startswith(
        "Of what each group spends, we get the largest part from Refit (30 %), the smallest from Yards (28 %)"
    )
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
        scope_categories=categories_in_scope(category, proposed_scope(category)[0]),
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


@settings(max_examples=15)
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
    for scope in {"all_categories", proposed_scope(category)[0]}:
        tables = share_tables(category, rows, scope=scope, **options)
        text = sentences(share_findings(tables))
        wanted = {"answer"} if tables.wallets.empty else WITH_WALLETS
        said_of = {key.removeprefix("05.") for key in text}
        assert said_of >= wanted
        assert tables.wallets.empty or len(said_of & {"share_by_quarter", "no_trend"}) == 1
        assert "nan" not in " ".join(text.values())
        assert not [check for check in checks_of(category, tables, rows) if check.verdict == "fail"]
        assumptions, gaps = share_assumptions(tables), share_cannot_say(tables)
        assert len({assumption.id for assumption in assumptions}) == len(assumptions)
        assert len({gap.question for gap in gaps}) == len(gaps)


@pytest.mark.parametrize(("shares", "word"), [((60, 10), "smaller"), ((10, 60), "larger")])
def test_mean_of_shares_tells_what_big_wallets_do(shares, word):
    small, big = shares
    pairs = [wallet(name, 100, small) if place % 2 else wallet(name, 1000, big * 10) for place, name in enumerate(MANY)]
    category = sold(*((name, "tea", 10) for name in MANY))
    text = said(category, wallets(*pairs))
    assert text["mean_of_shares"].endswith(f"on the whole bigger wallets give us a {word} part.")
    # Two customers may differ by chance: the mean lies within the range of the share.
    text = said(category[:2], wallets(*pairs[:2]))
    assert text["mean_of_shares"].endswith("on the whole big and small wallets give us about the same part.")


def test_n_of_the_scopes_counts_known_wallets():
    category, rows = two_categories()
    rows = rows[rows["customer_id"] != "c00"]
    findings = {finding.id: finding for finding in share_findings(share_tables(category, rows))}
    assert findings["05.share_by_scope"].n == 11


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([wallet("c2", 90, 20, end="2025-12-31", start="2025-01-01")], "end too early"),
        ([wallet("c2", 90, 20, end="2027-12-31", start="2027-01-01")], "begin after the window"),
        ([wallet("c2", 90, 20, "cups")], "are for what we do not sell"),
        ([wallet("c2", 10, 20)], "are below our own revenue"),
        ([wallet("c2", 0, 0)], "are zero, which says as little as none"),
        ([], "were not delivered"),
    ],
)
def test_why_a_wallet_is_not_known_is_told_by_its_state(rows, words):
    category = sold(("c1", "tea", 40), ("c2", "tea", 40))
    tables = share_tables(category, wallets(wallet("c1", 90, 40), *rows), scope="all_categories")
    gaps = {gap.question: gap for gap in share_cannot_say(tables)}
    said = gaps["What do customers without a known wallet spend?"].because
    assert said == f"Their wallets {words}; none is estimated."
    assert "How much of the headroom can be won?" in gaps


def test_market_share_counts_lines_without_a_customer_and_gaps_name_their_cause():
    category = sold(("c1", "tea", 120), (None, "tea", 120))
    rows = wallets(wallet("c1", 200, 120))
    markets = pd.DataFrame({"segment": ["tea"], "year": [2026], "market_size": [1000.0]})
    tables = share_tables(category, rows, markets=markets)
    assert sentences(share_findings(tables))["05.market_share"].startswith("Our market share is 24 %")
    causes = {
        "No size of any market": None,
        "No year in markets fits": markets.assign(year=2020),
        "not known for every category": markets.assign(segment="boats"),
    }
    for words, sizes in causes.items():
        gaps = {gap.question: gap for gap in share_cannot_say(share_tables(category, rows, markets=sizes))}
        assert words in gaps["How does customer share compare with our market share?"].because


def test_checks_find_a_lost_wallet_a_lost_customer_and_lost_anonymous_revenue():
    category, rows = two_categories()
    category = pd.concat([category, sold((None, "tea", 7))], ignore_index=True)
    groups = pd.DataFrame({"customer_id": MANY, "group_id": ["g1"] * 6 + ["g2"] * 6})
    good = share_tables(category, rows, groups=groups)
    assert {check.verdict for check in checks_of(category, good, rows)} == {"pass"}

    def failed(**changed):
        return {check.id for check in checks_of(category, replace(good, **changed), rows) if check.verdict == "fail"}

    assert failed(wallets=good.wallets.drop(good.wallets.index[0])) >= {"05.wallets_used", "05.wallets_delivered"}
    assert failed(headroom=good.headroom[1:]) == {"05.headroom"}
    assert failed(group_share=good.group_share[:-1]) == {"05.group_wallets"}
    named = share_tables(category.dropna(subset="customer_id"), rows, groups=groups)
    assert failed(share_by_category=named.share_by_category) == {"05.revenue_by_category"}


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-01-01", "2026-12-31", "2026"),
        ("2026-03-01", "2027-02-28", "1 March 2026 to 28 February 2027"),
    ],
)
def test_the_period_of_the_wallets_in_words(start, end, words):
    category = sold(("c1", "tea", 40))
    tables = share_tables(category, wallets(wallet("c1", 90, 40, start=start, end=end)))
    assert period_label(tables).replace("\u00a0", " ") == words
    assert period_label(share_tables(category, None)) == ""


def test_a_shelf_with_too_few_wallets_is_told_since_the_picture_shows_it():
    category, held = two_categories()
    few = sold(("c01", "hats", 9), ("c02", "hats", 9))
    rows = wallets(wallet("c01", 9, 9, "hats"), wallet("c02", 9, 9, "hats"))
    text = said(pd.concat([category, few]), pd.concat([held, rows]))["share_by_category"]
    assert text.endswith(" 1; 1 more has too few known wallets to be read alone.")
    assert text.startswith("Our share runs from 80 % in tea to 5 % in cups: of 2 shelves")
