"""Words of notebooks as HTML: what a reader can use stays, what could harm is shown as text."""

import pytest

from helpers.report.markdown import PageRenderer, markdown_of, split_title


@pytest.fixture
def convert():
    """The converter of a page that keeps pictures; one step has a page."""
    return markdown_of(PageRenderer(["05_customer_share"], pictures=True))


def test_only_a_leading_first_level_heading_is_the_title():
    assert split_title("Words first.\n# Not a title") == (None, "Words first.\n# Not a title")
    assert split_title("## Terms") == (None, "## Terms")
    assert split_title("\n# Title #") == ("Title", "")


def test_headings_never_skip_a_level_or_reach_the_first(convert):
    html = convert("# One\n\n##### Five\n\n###### Six\n\n## Two")
    assert [part[0] for part in html.split("<h")[1:]] == ["2", "3", "4", "2"]


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[a](05_customer_share.ipynb)", '<a href="05_customer_share.html">a</a>'),
        ("[a](../notebooks/05_customer_share.ipynb)", '<a href="05_customer_share.html">a</a>'),
        ("[a](07_value_exchange.ipynb)", "a"),
        ("[a](../helpers/steps.py)", "a"),
        ("[a](#anchor)", "a"),
        ("[a](javascript:alert)", "a"),
        ("[a](JAVA&#115;CRIPT:alert)", "a"),
        ("[a](data:text/html,x)", "a"),
        ("[a](//evil.example)", "a"),
        ("[a](https://x.org/?a=1&b=2)", '<a href="https://x.org/?a=1&amp;b=2" rel="noreferrer noopener">a</a>'),
        ("<https://x.org>", '<a href="https://x.org" rel="noreferrer noopener">https://x.org</a>'),
        ("![a](https://x.org/a.png)", "a"),
        ("![a](data:image/svg+xml;base64,AAAA)", "a"),
        ('![a"b](data:image/png;base64,AAAA)', '<img src="data:image/png;base64,AAAA" alt="a&quot;b">'),
        ("a <b onclick=x>c</b>", "a &lt;b onclick=x&gt;c&lt;/b&gt;"),
        ("a <!-- b --> c", "a  c"),
        ("$5 to **$9**", "$5 to <strong>$9</strong>"),
    ],
)
def test_inline_words(convert, source, html):
    assert convert(source).strip() == f"<p>{html}</p>"


def test_code_is_text_whatever_language_it_claims(convert):
    for language in ("", "python", "mermaid", '"><script>'):
        html = convert(f"```{language}\n<script>x</script>\n```")
        assert html.strip() == '<pre tabindex="0"><code>&lt;script&gt;x&lt;/script&gt;</code></pre>'


def test_tables_scroll_in_a_box_and_align_by_class(convert):
    html = convert("| a | b |\n|:--|--:|\n| <i> | 2 |")
    assert html.startswith(
        '<div class="table-scroll" tabindex="0" role="region" aria-label="Table 1 in the text"><table>'
    )
    assert '<th scope="col" class="right">b</th>' in html
    assert '<td class="left">&lt;i&gt;</td>' in html
    assert "style" not in html


def test_pasted_pictures_are_for_the_team_only():
    for pictures, expected in ((True, '<img src="data:image/png;base64,AAAA" alt="a">'), (False, "a")):
        renderer = PageRenderer([], pictures=pictures)
        renderer.attachments = {"x.png": {"image/png": "AA\nAA", "image/svg+xml": "<svg/>"}}
        assert markdown_of(renderer)("![a](attachment:x.png)").strip() == f"<p>{expected}</p>"
        assert markdown_of(renderer)("![](attachment:gone.png)").strip() == "<p>Picture without a description</p>"
