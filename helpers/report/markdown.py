"""The words of a notebook as HTML: raw HTML is shown as text, links lead only where a reader can follow.

nbconvert's own renderer passes raw HTML and mermaid blocks through, aligns cells by style attributes and reads
"$5 to $9" as a formula. A consultant's copy of a notebook may hold anything, so this one lets nothing through that it
does not make.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import escape

import mistune

# `# Title` at the start of a line; the page's h1 is made from the first one
_TITLE = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\n|\Z)")
_FOUND = re.compile(r"\A\s*#{1,6}[ \t]+what we found[ \t:.#]*(?:\n|\Z)", re.IGNORECASE)
_NOTEBOOK = re.compile(r"(?:[^:?#]*/)?(?P<step>\d\d_[a-z_]+)\.ipynb")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")


def split_title(source: str) -> tuple[str | None, str]:
    """The text of a leading `# heading`, as plain words, and what follows it.

    >>> split_title("# 05 Customer *share*\\nHow much?")
    ('05 Customer share', 'How much?')
    """
    match = _TITLE.match(source)
    if match is None:
        return None, source
    return re.sub(r"[*_`]+", "", match["title"]), source[match.end() :]


def split_found(source: str) -> str | None:
    """What follows a heading "What we found" of any level, or None when the cell does not begin with one.

    A notebook says its findings where they were computed; the page says them first, so it takes the heading along.

    >>> split_found("## What we found\\nEach with its number.")
    'Each with its number.'
    """
    match = _FOUND.match(source)
    return None if match is None else source[match.end() :].strip()


class PageRenderer(mistune.HTMLRenderer):
    """Renders the markdown of one page, cell after cell, and keeps its headings in order below the one h1.

    Parameters
    ----------
    steps : collection of str
        Ids of the steps that have a page; a link to the notebook of one of them becomes a link to its page.
    pictures : bool
        Whether pasted pictures are kept. The client's pages leave them out: nobody can tell what a picture shows.
    """

    def __init__(self, steps: Collection[str], *, pictures: bool) -> None:
        super().__init__(escape=True)
        self.steps, self.pictures = steps, pictures
        self.level = 1
        self.tables = 0
        self.attachments: Mapping[str, Mapping[str, str]] = {}

    def heading(self, text: str, level: int, **attrs: object) -> str:
        """A heading, never above h2 and never more than one level below the last."""
        self.level = max(2, min(level, self.level + 1))
        return f"<h{self.level}>{text}</h{self.level}>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link to another page of the report or to the web; of any other link only the words remain."""
        notebook = _NOTEBOOK.fullmatch(url)
        if notebook and notebook["step"] in self.steps:
            return f'<a href="{escape(notebook["step"])}.html">{text}</a>'
        if re.match(r"(?:https?://|mailto:)[^\s\x00-\x1f]+\Z", url, re.IGNORECASE):
            return f'<a href="{escape(url)}" rel="noreferrer noopener">{text}</a>'
        return text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A pasted picture, where pictures are kept; else its description in words."""
        attached = self.attachments.get(url.removeprefix("attachment:"), {}) if url.startswith("attachment:") else {}
        for kind in ("image/png", "image/jpeg"):
            if kind in attached:
                url = f"data:{kind};base64,{''.join(str(attached[kind]).split())}"
                break
        words = re.sub(r"<[^>]*>", "", text) or "Picture without a description"
        if not self.pictures or not _PICTURE.fullmatch(url):
            return words
        # mistune has escaped the description already, but not for an attribute in every version
        return f'<img src="{escape(url)}" alt="{words.replace(chr(34), "&quot;")}">'

    def block_code(self, code: str, info: str | None = None) -> str:
        """Code or a formula; it scrolls inside its own box, so it must take the keyboard's focus."""
        return f'<pre tabindex="0"><code>{escape(code.rstrip())}</code></pre>\n'

    def block_html(self, html: str) -> str:
        """Raw HTML as the text it is; comments are dropped."""
        return "" if _is_comment(html) else super().block_html(html)

    def inline_html(self, html: str) -> str:
        """Raw HTML within a sentence as the text it is; comments are dropped."""
        return "" if _is_comment(html) else super().inline_html(html)

    def table(self, text: str) -> str:
        """A table in a box that scrolls on narrow screens."""
        self.tables += 1
        label = f"Table {self.tables} in the text"
        return (
            f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}"><table>\n{text}</table></div>\n'
        )

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        """A cell; alignment is a class, because the pages allow no style attributes."""
        tag, scope = ("th", ' scope="col"') if head else ("td", "")
        place = f' class="{align}"' if align in ("left", "right", "center") else ""
        return f"<{tag}{scope}{place}>{text}</{tag}>\n"


def markdown_of(renderer: PageRenderer) -> mistune.Markdown:
    """The converter that uses this renderer; call it with the source of one cell."""
    return mistune.create_markdown(renderer=renderer, plugins=["table", "def_list", "strikethrough"])


def _is_comment(html: str) -> bool:
    return html.strip().startswith("<!--") and html.strip().endswith("-->")
