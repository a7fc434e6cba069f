"""The strategy as a document: two sheets for the board, the chapters, and only what its audience may see."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from helpers.show.range_strip import range_strip
from tests.method.strategy_builders import GROUPS, material
from tests.method.strategy_earlier import before
from tests.report.page_form import check_folder
from tests.report.strategy_report import HOSTILE, make_strategy_report


def text_of(html: str) -> str:
    body = html[html.index("<main") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strategy")
    return {audience: make_strategy_report(folder, audience)[0] for audience in ("working", "client")}


@pytest.fixture(scope="module")
def page(reports):
    return (reports["working"] / "strategy.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("audience", ["working", "client"])
def test_every_page_has_the_form_of_a_page(reports, audience):
    check_folder(reports[audience])


def test_two_sheets_then_the_chapters(page):
    assert page.count('<section class="sheet">') == 2
    first, second, chapters = re.split(r'<section class="(?:sheet|chapters)">', page)[1:]
    assert "We win more business from" in first and '<table class="board">' in first
    assert "Three risks" in second and "The decision asked" in second and "Money in, money back" in second
    assert chapters.index("Who our customers are") < chapters.index("What we could not say")


def test_who_is_served_and_who_is_not_stands_in_bands(page):
    bands = re.findall(r'<tr class="band"><th[^>]*>([^<]*)', page)
    assert bands == ["We serve", "We change how we serve"]
    assert page.count('<img class="strip"') == 3


def test_our_share_stands_with_what_it_is_meant_to_be_where_a_group_is_to_move(page):
    cells = re.findall(
        r'<td class="num" data-title="Our share[^"]*">(.*?)</td>', page.replace("\N{NO-BREAK SPACE}", " ")
    )
    assert cells[0] == "<b>30 %</b><span>25 to 35 %</span><span>→ 32 to 40 %</span>"
    assert "→" not in cells[1]


def test_hostile_words_stay_words(page):
    assert HOSTILE not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 2


def test_the_overview_and_the_steps_page_lead_to_the_document(reports):
    index = (reports["working"] / "index.html").read_text(encoding="utf-8")
    assert 'href="strategy.html">the strategy in two pages</a>' in index
    assert "There are 3 groups." in index  # the steps before still speak for themselves
    assert "waits for" not in text_of(index)
    own = (reports["working"] / "12_customer_strategy.html").read_text(encoding="utf-8")
    assert 'href="strategy.html"' in own and "Who our customers are" not in own


def test_the_client_sees_no_leader_and_no_count_of_named_customers(reports):
    working, client = (text_of((reports[one] / "strategy.html").read_text(encoding="utf-8")) for one in reports)
    assert "Our favourite customers" in working and "like best" in working
    assert "Our favourite customers" not in client and "like best" not in client


def test_small_groups_are_not_shown_to_the_client(tmp_path):
    start = material()
    few = start.tables["group_intents"].assign(customers=[10, 4, 12])
    start = replace(start, tables={**start.tables, "group_intents": few})
    folder, _ = make_strategy_report(tmp_path, "client", start)
    html = (folder / "strategy.html").read_text(encoding="utf-8")
    table = html[html.index('<table class="board">') : html.index("</table>")]
    assert "Yards" in table and "Fleets" not in table


def test_without_any_earlier_step_the_document_says_what_it_waits_for(tmp_path):
    start = material(("01", "03", "04", "05", "09", "10", "11"))
    folder, _ = make_strategy_report(tmp_path, "working", start, asked=None)
    check_folder(folder)
    words = text_of((folder / "strategy.html").read_text(encoding="utf-8"))
    assert "Whom we serve cannot be said yet" in words
    assert "cannot be said before step 03 Form customer groups has a result" in words


def test_a_report_without_the_strategy_has_no_document(tmp_path, reports):
    from helpers.report.pages import make_report
    from tests.report.fake_report import FakeClient

    (tmp_path / "strategy.html").write_text("old", encoding="utf-8")
    make_report(FakeClient(tmp_path / "none"), {}, {}, "working", tmp_path, table=lambda step, name: None)
    assert not (tmp_path / "strategy.html").exists()


def test_who_signed_stands_with_the_reservation(tmp_path):
    signed = {"Ada Lund": {"on": "2027-01-20", "reservation": "The desk first."}}
    folder, _ = make_strategy_report(tmp_path, "working", signed=signed)
    words = text_of((folder / "strategy.html").read_text(encoding="utf-8"))
    assert "Ada Lund, 20 January 2027. With a reservation: The desk first." in words
    assert "Signed by management on 20 January 2027" in words and "Provisional" not in words
    # theirs to sign yet
    assert "The board: ☐ Approved ☐ Approved with changes ☐ Declined Name, day, signature" in " ".join(words.split())
    foot = {name: (folder / f"{name}.html").read_text(encoding="utf-8").rpartition("<footer")[2] for name in
            ("strategy", "index")}  # fmt: skip
    assert "Signed by management on 20 January 2027." in foot["strategy"] and "Draft" not in foot["strategy"]
    assert "Draft." in foot["index"]
    assert "EUR 68.00 of outlays and, besides, 120 days of our own people" in words
    assert "1 of the 2 chosen tactics can be tried to a clear answer" in words


def test_many_groups_are_counted_and_not_squeezed(tmp_path):
    import pandas as pd

    start = material()
    table = start.tables["group_intents"]
    more = pd.concat([table.iloc[[0]].assign(group_id=f"x{at}", group_name=f"Group {at}") for at in range(12)])
    names = {**GROUPS, **{f"x{at}": f"Group {at}" for at in range(12)}}
    start = replace(start, tables={**start.tables, "group_intents": pd.concat([table, more], ignore_index=True)})
    folder, _ = make_strategy_report(tmp_path, "working", start, names)
    assert "And 6 more groups, in the chapters." in (html := (folder / "strategy.html").read_text(encoding="utf-8"))
    chapter = html[html.index('id="intent"') : html.index('id="results"')]
    assert chapter.count('<span class="name">') == 6 and 'class="board many"' in chapter


def test_a_range_is_drawn_where_it_is():
    import base64

    html = range_strip(-10.0, 0.0, 10.0, (-10.0, 30.0), 'a "range"')
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]).decode()
    assert 'alt="a &quot;range&quot;"' in html
    assert '<rect x="4.0"' in svg and 'width="80.0"' in svg and '<circle cx="44.0"' in svg
    assert range_strip(0.0, 0.0, 0.0, (0.0, 0.0), "nothing").startswith("<img")


def test_the_chosen_tactics_stand_in_a_table_with_who_when_cost_and_effect(page):
    chapter = page[page.index('id="tactics"') :]
    rows = re.findall(r"<tr><th scope=.row.>.*?</tr>", chapter[: chapter.index("</table>")])
    words = [" ".join(text_of(f"<main>{row}").split()) for row in rows]
    assert words == [
        "A refit desk Yards Jo 1 February 2027 31 December 2027 EUR 60.00 EUR 20.00 to 160.00 customer share",
        "New terms Resellers – 1 March 2027 31 January 2028 EUR 8.00 EUR 9.00 to 31.00 profit a year",
    ]


def test_assumptions_without_a_range_stand_in_a_fold(tmp_path):
    from helpers.client.result_model import Assumption

    start = material()
    step = start.said["04_value_to_us"]
    more = [*step.assumptions, Assumption(id="04.alike", text="Each year is like the last.", value="so")]
    changed = {**start.said, step.step: step.model_copy(update={"assumptions": more})}
    folder, _ = make_strategy_report(tmp_path, "working", replace(start, said=changed))
    html = (folder / "strategy.html").read_text(encoding="utf-8")
    fold = html[html.index("<details><summary>1 more assumption without a range") :]
    assert "Each year is like the last." in fold[: fold.index("</details>")]
    assert "The rate." in html and "The rate." not in fold[: fold.index("</details>")]


def test_a_group_with_another_day_has_it_in_its_cell_and_the_heading_the_day_of_most(tmp_path):
    import pandas as pd

    start = material()
    expected = start.tables["expected_results"].copy()
    expected.loc[expected["group_id"] == "g3", "by_date"] = pd.Timestamp("2028-03-31")
    start = replace(start, tables={**start.tables, "expected_results": expected})
    folder, _ = make_strategy_report(tmp_path, "working", start)
    html = (folder / "strategy.html").read_text(encoding="utf-8")
    assert "EUR by 31 December 2027" in text_of(html) and text_of(html).count("31 March 2028") >= 2
    assert "Customers<span>part of all → meant by 2027</span>" in html


def test_a_promise_with_open_gaps_is_marked_on_the_first_page(tmp_path):
    start = material()
    offers = start.tables["value_propositions"].assign(gaps=[2, 0])
    start = replace(start, tables={**start.tables, "value_propositions": offers})
    folder, _ = make_strategy_report(tmp_path, "working", start)
    html = (folder / "strategy.html").read_text(encoding="utf-8")
    assert "All on the quay. (not ready)" in html and "A whole season. (not ready)" not in html


def test_what_a_risk_tells_is_not_told_again_beside_it(page):
    second = re.split(r'<section class="(?:sheet|chapters)">', page)[2]
    assert "Resellers: the intent rests most on" in text_of(f"<main>{second}")
    assert "<strong>Resellers</strong>: if we learn" not in second
    assert "<strong>Yards</strong>: if we learn" not in second and "<strong>Fleets</strong>: if we learn" in second
    assert "Also the numbers in risks 2 and 3." in second


def test_the_money_stands_in_a_table_low_likely_and_high_and_says_a_loss(page):
    table = page[page.index('<table class="money">') :]
    rows = re.findall(r"<tr.*?</tr>", table[: table.index("</table>")])
    words = [" ".join(text_of(f"<main>{row}").split()) for row in rows]
    assert words == [
        "EUR Low Most likely High",
        "Cost 1 February 2027 to 31 January 2028 68.00",
        "Brings, by tactic over 36 months, in today&#x27;s money 29.00 110.00 191.00",
        "Left after the cost it may lose money −39.00 42.00 123.00",
        "More profit a year by group, by 31 December 2027 17.00 69.00 120.00",
    ]
    second = re.split(r'<section class="(?:sheet|chapters)">', page)[2]
    assert "Counted tactic by tactic" not in second  # told once
    assert "Not asked: “A quay” and “A crane”, for Yards: EUR 70.00" in text_of(f"<main>{second}")


def test_of_the_money_nothing_is_drawn_as_a_table_where_one_number_is_known(tmp_path):
    start = material()
    unknown = start.tables["tactics"].assign(effect_likely=[None] * 3)
    less = {name: table for name, table in start.tables.items() if name != "expected_results"}
    folder, _ = make_strategy_report(tmp_path, "working", replace(start, tables={**less, "tactics": unknown}))
    html = (folder / "strategy.html").read_text(encoding="utf-8")
    assert '<table class="money">' not in html and "EUR 68.00 and 120 days of work" in text_of(html)


def test_what_would_change_our_mind_is_told_once(page):
    words = text_of(page)
    assert words.count("Fleets : if we learn") + words.count("Fleets: if we learn") == 1
    assert words.count("now 87 %, is") == 0 and words.count("now 87 %.") == 1  # of the risk alone
    assert words.count("now EUR −40.00") == 1  # of the risk alone


def test_reasons_that_have_no_room_on_the_sheet_stand_with_the_intents(tmp_path):
    start = material()
    table = start.tables["group_intents"].assign(differs=False)
    long = [f"{name} ask for more than we carry. " * 30 for name in GROUPS.values()]
    start = replace(start, tables={**start.tables, "group_intents": table.assign(sentence=long)})
    folder, _ = make_strategy_report(tmp_path, "working", start)
    html = (folder / "strategy.html").read_text(encoding="utf-8")
    first = html[: html.index('<section class="chapters">')]
    assert 'class="board many"' in first and '<span class="why">' not in first and "All on the quay." in first
    assert "They ask for more than we carry." in html[html.index('id="intent"') : html.index('id="results"')]


def test_expected_results_stand_in_a_table_with_today_the_day_and_who(page):
    chapter = page[page.index('id="results"') :]
    rows = re.findall(r"<tr.*?</tr>", chapter[: chapter.index("</table>")])
    words = [" ".join(text_of(f"<main>{row}").split()) for row in rows]
    assert words[:5] == [
        "Result Today Expected By Who",
        "Yards",
        "profit a year EUR 100 EUR 110 to 180 31 December 2027 Ada",
        "customer share 30 % 32 to 40 % 31 December 2027 nobody yet",
        "part of customers 30 % 28 to 40 % 31 December 2027 nobody yet",
    ]
    assert len(words) == 9 and "Yards, by" not in chapter


def test_each_cell_of_the_chapters_tables_says_its_heading_where_a_narrow_screen_stacks_them(page):
    tables = re.findall(r'<table class="judged.*?</table>', page[page.index('<section class="chapters">') :])
    assert len(tables) >= 3
    for table in tables:
        heads = re.findall(r'<th scope="col">(.*?)</th>', table)[1:]
        rows = re.findall(r'<tr[^>]*><th scope="row">.*?</tr>', table)
        assert rows and all(re.findall(r'<td data-title="([^"]*)"', row) == heads for row in rows)


def test_what_came_of_each_promise_stands_in_a_table_and_no_cell_has_cents(tmp_path):
    folder, _ = make_strategy_report(tmp_path, "working", before=before())
    html = (folder / "strategy.html").read_text(encoding="utf-8")
    chapter = html[html.index('id="since"') :]
    table = chapter[chapter.index("<table") : chapter.index("</table>")]
    rows = [" ".join(text_of(f"<main>{row}").split()) for row in re.findall(r"<tr.*?</tr>", table)]
    assert rows == [
        "Result Then Promised By Is Verdict Who",
        "Yards",
        "profit a year EUR 90 EUR 90 to 120 31 December 2026 EUR 130 better Ada",
        "customer share 20 % 30 to 40 % 31 December 2027 30 % not due yet Ada",
        "Fleets",
        "profit a year EUR 300 EUR 310 to 330 31 December 2026 EUR 300 worse nobody",
        "Resellers",
        "part of customers 40 % 35 to 45 % 31 December 2026 40 % in range, only watched Bo",
        "Walk-ins",
        "who lapse 30 % 10 to 30 % 31 December 2026 20 % as promised Bo",
    ]
    assert "Promised" not in chapter[: chapter.index("<table")]
    assert text_of(f"<main>{chapter}").count("EUR 90 to 120") == 1


def test_what_groups_are_worth_stands_in_one_table_by_the_year_and_leaves_out_what_is_not_known(page, tmp_path):
    import pandas as pd

    def rows_of(html: str) -> list[str]:
        chapter = html[html.index('id="worth"') :]
        table = chapter[chapter.index("<table") : chapter.index("</table>")]
        return [" ".join(text_of(f"<main>{row}").split()) for row in re.findall(r"<tr.*?</tr>", table)]

    # a ladder over 24 months: half of it a year
    assert rows_of(page) == [
        "Group Profit a year Who gains for sure Our share of what they spend",
        "Yards EUR 100 both sides gain 30 %",
        "Fleets EUR 300 open 20 %",
        "Resellers EUR −20 they gain, and we give more than we get 40 %",
    ]
    start = material()
    more = pd.DataFrame({"group_id": ["g1", "g3"], "amount": [800.0, 0.0], "rung": "revenue"})
    ladder = pd.concat([start.tables["profit_ladder"], more], ignore_index=True)
    folder, _ = make_strategy_report(
        tmp_path, "working", replace(start, tables={**start.tables, "profit_ladder": ladder})
    )
    rows = rows_of((folder / "strategy.html").read_text(encoding="utf-8"))
    assert rows[1] == "Yards EUR 400 EUR 100 25 % both sides gain 30 %"
    assert rows[2] == "Fleets – EUR 300 – open 20 %" and rows[3].startswith("Resellers EUR 0 EUR −20 – they")
    some = {
        **start.tables,
        "value_exchange": start.tables["value_exchange"].iloc[:1],
    }  # who gains is known of one alone
    folder, _ = make_strategy_report(tmp_path / "some", "working", replace(start, tables=some))
    rows = rows_of((folder / "strategy.html").read_text(encoding="utf-8"))
    assert rows[1:3] == ["Yards EUR 100 both sides gain 30 %", "Fleets EUR 300 – 20 %"]
    open_ = start.tables["value_exchange"].assign(position="undecided")  # a column that says nothing is left out
    folder, _ = make_strategy_report(
        tmp_path / "open", "working", replace(start, tables={**start.tables, "value_exchange": open_})
    )
    rows = rows_of((folder / "strategy.html").read_text(encoding="utf-8"))
    assert rows[:2] == ["Group Profit a year Our share of what they spend", "Yards EUR 100 30 %"]


def test_a_portion_that_the_intents_do_not_move_is_said_to_come_without_us(tmp_path):
    start = material()
    said = ["EUR 110 to 180", "32 to 40 %", "28 to 40 %, as without us", "", ""]
    expected = start.tables["expected_results"].assign(expected_words=said)
    folder, _ = make_strategy_report(
        tmp_path, "working", replace(start, tables={**start.tables, "expected_results": expected})
    )
    words = text_of((folder / "strategy.html").read_text(encoding="utf-8"))
    assert "part of customers 30 % 28 to 40 %, as without us 31 December 2027" in words
    assert words.count("as without us") == 1


def test_a_portion_that_no_intent_moves_stands_alone_and_profit_says_that_it_is_before_fees(tmp_path):
    start = material()
    expected = start.tables["expected_results"].assign(expected_words="28 to 40 %")
    cells = {}
    for words in ("28 to 40 %, as without us", "28 to 40 %"):
        table = expected.assign(expected_words=words)
        folder, _ = make_strategy_report(
            tmp_path / words[-2:].strip(), "working", replace(start, tables={**start.tables, "expected_results": table})
        )
        html = (folder / "strategy.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
        cells[words] = re.findall(r'<td class="num" data-title="Customers[^"]*">(.*?)</td>', html)[0]
        assert "Profit a year<span>EUR, before fees</span>" in html
    assert list(cells.values()) == ["<b>10</b><span>30 %</span>", "<b>10</b><span>30 %</span><span>→ 28 to 40 %</span>"]


def test_judgements_that_nobody_confirmed_stand_in_sight_and_the_others_in_a_fold(page):
    chapter = page[page.index('id="decisions"') : page.index('id="open"')]
    shown, _, fold = chapter.partition("<details>")
    assert shown.count('<tr class="open">') == 1 and '<tr><th scope="row">' not in shown
    assert fold.startswith("<summary>3 judgements that people have made</summary>")
    assert fold.count('<tr><th scope="row">') == 3 and 'class="open"' not in fold
