"""The document in a real browser: two sheets of A4 for the board, nothing too wide, readable by everybody."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from tests.method.strategy_builders import material
from tests.report.strategy_report import make_strategy_report

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

WIDTHS = {"wide": 1280, "narrow": 390}
ONLY_THE_BOARD = "document.querySelectorAll('.chapters, footer').forEach(part => part.remove())"
LONG = "They ask for more than we carry, and where we carried it last winter they stayed with us through the season."


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The small client's document, and one with eight groups and long reasons."""
    folder = tmp_path_factory.mktemp("strategy")
    start = material()
    table = start.tables["group_intents"].assign(differs=False, sentence=LONG)
    more = pd.concat([table.iloc[[1]].assign(group_id=f"x{at}", group_name=f"Group {at}") for at in range(5)])
    full = replace(start, tables={**start.tables, "group_intents": pd.concat([table, more], ignore_index=True)})
    names = {one: name for one, name in zip(["g1", "g2", "g3"], ["Yards", "Fleets", "Resellers"], strict=True)}
    names |= {f"x{at}": f"Group {at}" for at in range(5)}
    signed = {"Ada Lund, chair": {"on": "2027-01-20", "reservation": LONG}, "Bo Berg": {"on": "2027-01-20"}}
    small, _ = make_strategy_report(folder / "small")
    wide, _ = make_strategy_report(folder / "wide", "working", *much(start), signed=signed, asked=LONG)
    large, _ = make_strategy_report(folder / "large", "working", full, names, signed=signed, asked=LONG)
    return {name: where / "strategy.html" for name, where in (("small", small), ("large", large), ("wide", wide))}


def much(start):
    """Eight groups with long names and promises, amounts of millions and losses, each with a range and a day."""
    ids, intents = [f"g{at}" for at in range(8)], ["grow", "maintain", "re_engineer", "retire"] * 2
    names = {one: f"Chandleries, workshops and clubs of the coast number {at}" for at, one in enumerate(ids)}
    first = {name: table.iloc[[0]] for name, table in start.tables.items()}

    def each(name: str, **columns: list):
        rows = pd.concat([first[name]] * 8, ignore_index=True)
        return rows.assign(group_id=ids, **columns)

    money = [(at - 3) * 9_876_543.0 for at in range(8)]
    days = [pd.Timestamp("2027-12-31"), pd.Timestamp("2028-06-30")] * 4
    ladder = pd.DataFrame({"group_id": ["all", *ids], "amount": [sum(money), *money], "rung": "customer_profit"})
    tables = {
        "group_intents": each("group_intents", primary=intents, sentence=[f"{LONG} {one}" for one in ids],
                              group_name=list(names.values()), differs=[False] * 8, customers=[12_345] * 8),
        "expected_results": each("expected_results", baseline=money, low=[one - 4e6 for one in money], by_date=days,
                                 likely=[one + 2e6 for one in money], high=[one + 9e6 for one in money]),
        "value_propositions": each("value_propositions", headline=["All on the quay before the boat is lifted."] * 8),
        "group_share": each("group_share"), "profit_ladder": ladder,
        "tactics": each("tactics", tactic=ids, cost=[1_234_567.0] * 8),
    }  # fmt: skip
    return replace(start, tables={**start.tables, **tables}), names


@pytest.mark.parametrize("size", ["small", "large", "wide"])
def test_the_board_gets_exactly_two_sheets_of_a4(browser, pages, size):
    tab = browser.new_page()
    tab.goto(pages[size].as_uri())
    whole = tab.pdf(prefer_css_page_size=True)
    tab.evaluate(ONLY_THE_BOARD)
    board = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", board)) == 2
    assert len(re.findall(rb"/Type\s*/Page\b", whole)) > 2
    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45][.\d]* 84[12][.\d]*", board)  # A4 in points
    tab.close()


@pytest.mark.parametrize("size", ["large", "wide"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_document_fits_and_is_readable_at_every_width(browser, pages, size, width):
    tab = browser.new_page(viewport={"width": WIDTHS[width], "height": 900})
    complaints = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(pages[size].as_uri())
    found, room = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert found <= room
    broken = tab.evaluate("[...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.alt)")
    assert (complaints, broken) == ([], [])
    faults = axe.Axe().run(tab).response["violations"]
    serious = [fault for fault in faults if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in serious] == []
    tab.close()
