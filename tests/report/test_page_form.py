"""The check of pages must itself find what it is there to find."""

import pytest

from helpers.report.frame import PageLink, page_html
from tests.report.page_form import check_page

PAGES = [PageLink("index.html", "", "Overview"), PageLink("05_customer_share.html", "05", "Customer share")]


def page(body):
    """A page around this body."""
    return page_html(title="T & T", body=f"<h1>A</h1>{body}", pages=PAGES, here="index.html", made="", kind="step")


def test_a_good_page_has_no_faults():
    assert check_page(page('<h2 id="b">B</h2><a href="#b">b</a>'), {"index.html", "05_customer_share.html"}) == []


@pytest.mark.parametrize(
    "body",
    [
        "<script>1</script>",
        '<p onclick="x">a</p>',
        '<p style="color:red">a</p>',
        '<img src="https://x.org/a.png" alt="a">',
        '<img src="data:image/png;base64,AAAA">',
        '<a href="nowhere.html">a</a>',
        '<a href="#nowhere">a</a>',
        '<a href="javascript:x">a</a>',
        '<p id="a">a</p><p id="a">b</p>',
        "<h1>again</h1>",
        "<h3>too deep</h3>",
        "<p><b>a</p></b>",
        "<style>p {}</style>",
        "<svg></svg>",
        "<table><tr><th>a</th></tr></table>",
        '<section aria-labelledby="nobody"></section>',
    ],
)
def test_every_fault_is_found(body):
    assert check_page(page(body), {"index.html", "05_customer_share.html"})


def test_a_changed_style_sheet_or_policy_is_found():
    html = page("")
    assert check_page(html.replace("<style>", "<style>p { color: red }"))
    assert check_page(html.replace("default-src 'none'", "default-src *"))
    assert check_page(html.replace('lang="en"', ""))
    assert check_page(html.replace("T &amp; T", " "))
