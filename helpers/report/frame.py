"""The frame around every page: head, content policy, navigation, footer. No script, nothing from a network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from string import Template

from helpers.steps import KIT

TEMPLATE_FOLDER = KIT / "templates" / "report"


@dataclass(frozen=True)
class PageLink:
    """A page of the report: its file, a short label for narrow screens ("05") and its title ("Customer share")."""

    file: str
    label: str
    title: str

    @property
    def full(self) -> str:
        """Label and title as one text: "05 Customer share"."""
        return f"{self.label} {self.title}".strip()


@cache
def _style(more: str = "") -> str:
    sheets = [(TEMPLATE_FOLDER / name).read_text(encoding="utf-8").strip() for name in ("style.css", more) if name]
    return "\n" + "\n".join(sheets) + "\n"


@cache
def _frame() -> Template:
    return Template((TEMPLATE_FOLDER / "frame.html").read_text(encoding="utf-8"))


def content_policy(style: str) -> str:
    """The policy of a page: nothing may load or run but this one style sheet and pictures inside the file."""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def page_html(
    *, title: str, body: str, pages: Sequence[PageLink], here: str, made: str, kind: str, style: str = ""
) -> str:
    """A whole page.

    Parameters
    ----------
    title : str
        Plain text for the window's title; it is escaped here, as are the links' titles and `made`.
    body : str
        HTML made by the kit's own helpers.
    pages : sequence of PageLink
        Every page of the report, in order of reading; the first is the overview.
    here : str
        The file of this page.
    made : str
        One plain sentence for the foot of the page.
    kind : str
        Class of the body: "overview", "step" or "document".
    style : str
        The file of a style sheet that this page has besides that of all.
    """
    return _frame().substitute(
        policy=content_policy(_style(style)),
        title=escape(title),
        style=_style(style),
        kind=kind,
        links="".join(_nav_item(page, here) for page in pages),
        body=body,
        turn=_turn(pages, here),
        made=escape(made),
    )


def _nav_item(page: PageLink, here: str) -> str:
    label = f'<span class="number">{escape(page.label)}</span> ' if page.label else ""
    name = f'<span class="name">{escape(page.title)}</span>' if page.label else escape(page.title)
    current = ' aria-current="page"' if page.file == here else ""
    return f'<li><a href="{escape(page.file)}"{current}>{label}{name}</a></li>'


def _turn(pages: Sequence[PageLink], here: str) -> str:
    """Links to the page before and the page after this one."""
    files = [page.file for page in pages]
    at = files.index(here)
    beside = [("prev", "Previous", pages[at - 1 : at]), ("next", "Next", pages[at + 1 : at + 2])]
    links = [
        f'<a rel="{rel}" href="{escape(page.file)}">{word}: {escape(page.full)}</a>'
        for rel, word, found in beside
        for page in found
    ]
    return f'<nav class="turn" aria-label="Previous and next page">{"".join(links)}</nav>' if links else ""
