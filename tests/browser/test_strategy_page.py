"""The document in a real browser: two sheets of A4 for the board, nothing too wide, readable by everybody."""

from __future__ import annotations

import re
from dataclasses import replace

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
    import pandas as pd

    table = start.tables["group_intents"].assign(differs=False, sentence=LONG)
    more = pd.concat([table.iloc[[1]].assign(group_id=f"x{at}", group_name=f"Group {at}") for at in range(5)])
    full = replace(start, tables={**start.tables, "group_intents": pd.concat([table, more], ignore_index=True)})
    names = {one: name for one, name in zip(["g1", "g2", "g3"], ["Yards", "Fleets", "Resellers"], strict=True)}
    names |= {f"x{at}": f"Group {at}" for at in range(5)}
    signed = {"Ada Lund, chair": {"on": "2027-01-20", "reservation": LONG}, "Bo Berg": {"on": "2027-01-20"}}
    small, _ = make_strategy_report(folder / "small")
    large, _ = make_strategy_report(folder / "large", "working", full, names, signed=signed, asked=LONG)
    return {"small": small / "strategy.html", "large": large / "strategy.html"}


@pytest.mark.parametrize("size", ["small", "large"])
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


@pytest.mark.parametrize("width", WIDTHS)
def test_the_document_fits_and_is_readable_at_every_width(browser, pages, width):
    tab = browser.new_page(viewport={"width": WIDTHS[width], "height": 900})
    complaints = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(pages["large"].as_uri())
    found, room = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert found <= room
    broken = tab.evaluate("[...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.alt)")
    assert (complaints, broken) == ([], [])
    faults = axe.Axe().run(tab).response["violations"]
    serious = [fault for fault in faults if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in serious] == []
    tab.close()
