"""The page over several clients in a real browser: readable at every width, by everybody, and on paper."""

import pytest

from helpers.report.batch_page import overview_html
from helpers.report.run_report import ClientRun, Measure
from tests.browser.test_pages import WIDTHS, axe, watched


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Three clients: one done, one refused, one with a name that is hostile and long."""
    place = tmp_path_factory.mktemp("clients") / "index.html"
    measures = {
        "01.data/revenue": Measure(title="Revenue", value=1234567.0, unit="money"),
        "02.answer/active": Measure(title="Active customers", value=1824, unit="count"),
        "05.answer/share": Measure(title="Customer share", value=0.34, low=0.32, high=0.36, unit="share"),
    }
    report = str(place.with_name("acme") / "report" / "working" / "index.html")
    done = {"state": "done", "currency": "EUR", "as_of": "2026-10-01", "measures": measures, "report": report}
    runs = [
        ClientRun(folder="clients/acme", client="Acme Coffee", provisional=["05.all.scope"], **done),
        ClientRun(folder="clients/bad", client="Bad", state="refused", kind="a delivered table cannot be read"),
        ClientRun(folder="clients/" + "x" * 250, client="<img src=x onerror=alert(1)>" + "y" * 250, state="died"),
    ]
    place.write_text(overview_html(runs, place), encoding="utf-8")
    return place


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_all_clients_are_readable_at_every_width(browser, page, width):
    tab = watched(browser, width)
    tab.goto(page.as_uri())
    assert tab.complaints == []
    assert [url for url in tab.asked if not url.startswith("data:")] == [tab.url]
    wide, room = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room
    table = tab.locator("table.clients")
    assert table.get_by_role("rowheader", name="Acme Coffee").is_visible()
    assert table.get_by_text("1,824").is_visible() and table.get_by_text("32 to 36").is_visible()
    found = axe.Axe().run(tab).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    tab.close()


def test_on_paper_no_column_is_cut(browser, page):
    tab = watched(browser, 700)  # about what A4 holds between its margins
    tab.emulate_media(media="print")
    tab.goto(page.as_uri())
    right, room = tab.evaluate(
        "[document.querySelector('table.clients').getBoundingClientRect().right, document.documentElement.clientWidth]"
    )
    assert right <= room
    tab.close()
