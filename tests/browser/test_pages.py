"""Rendered pages in a real browser: nothing blocked, nothing too wide, every picture there, readable by everybody."""

import re

import pytest

from tests.report.fake_report import make_fake_report

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

WIDTHS = {"wide": 1280, "narrow": 390}
PAGES = ["index.html", "01_frame_engagement.html", "05_customer_share.html"]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The fake client's report for both audiences."""
    folder = tmp_path_factory.mktemp("client")
    return {audience: make_fake_report(folder, audience) for audience in ("working", "client")}


def watched(browser, width):
    """A tab of this width that collects what the browser complains of and asks for."""
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.complaints, tab.asked = [], []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.on("dialog", lambda dialog: (tab.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    tab.on("request", lambda request: tab.asked.append(request.url))
    return tab


SHOWN = [(audience, file, name) for audience in ("working", "client") for file in PAGES for name in WIDTHS]


@pytest.fixture(scope="module", params=SHOWN, ids=" ".join)
def page(request, browser, reports):
    """One page of one audience at one width, every folded part unfolded, so that nothing hides from the checks."""
    audience, file, width = request.param
    tab = watched(browser, WIDTHS[width])
    tab.goto((reports[audience] / file).as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    yield tab
    tab.close()


def test_nothing_is_blocked_run_or_fetched(page):
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith("data:")] == [page.url]


def test_the_page_never_scrolls_sideways(page):
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= room


def test_every_picture_is_drawn(page):
    broken = page.evaluate("[...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.alt)")
    assert broken == []
    if page.url.endswith("05_customer_share.html"):
        assert page.locator("figure.exhibit img").count() >= 1


def test_axe_finds_no_serious_fault(page):
    found = axe.Axe().run(page).response["violations"]
    serious = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in serious] == []


def test_a_keyboard_reaches_the_content_first(browser, reports):
    tab = watched(browser, WIDTHS["wide"])
    tab.goto((reports["client"] / "index.html").as_uri())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#content"
    tab.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_links_lead_from_page_to_page(browser, reports, width):
    tab = watched(browser, WIDTHS[width])
    tab.goto((reports["client"] / "index.html").as_uri())
    tab.get_by_role("link", name="how we know").click()
    tab.wait_for_url("**/05_customer_share.html")
    tab.get_by_role("link", name="Previous: 01 Frame the engagement").click()
    tab.wait_for_url("**/01_frame_engagement.html")
    tab.get_by_role("navigation", name="Pages", exact=True).get_by_role("link", name="Overview").click()
    tab.wait_for_url("**/index.html")
    tab.close()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("file", PAGES)
def test_pages_print_without_the_ways_around_them(browser, reports, file, paper):
    tab = watched(browser, WIDTHS["wide"])
    tab.goto((reports["working"] / file).as_uri())
    printed = tab.pdf(format=paper)
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 1
    tab.emulate_media(media="print")
    hidden = "[...document.querySelectorAll('nav, details, .skip')].every(part => part.getClientRects().length === 0)"
    assert tab.evaluate(hidden)
    tab.close()
