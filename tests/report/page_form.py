"""What every page of every report must be, whatever stands in it: one function, used here and on real reports."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "img", "br", "hr", "source", "wbr", "input", "col"}
BANNED = {"script", "iframe", "object", "embed", "base", "form", "svg", "math", "video", "audio", "template", "button"}
# attributes that make a browser fetch something
FETCHED = {"src", "srcset", "poster", "data", "background", "action", "formaction", "manifest"}
POLICY = "default-src 'none'; img-src data:; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.pointed: list[str] = []
        self.headings: list[int] = []
        self.styles: list[str] = []
        self.titles: list[str] = []
        self.policies: list[str] = []
        self.language = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag in BANNED:
            self.faults.append(f"<{tag}> on the page")
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.faults.append(f"<{tag}> has the attribute {name}")
            if name in FETCHED and not value.startswith("data:image/"):
                self.faults.append(f"<{tag} {name}> fetches {value[:60]}")
        if "id" in given:
            self.ids.append(given["id"])
        self.pointed += given.get("aria-labelledby", "").split() + given.get("aria-describedby", "").split()
        if tag == "link" and not given.get("href", "").startswith("data:"):
            self.faults.append(f"<link> fetches {given.get('href')}")
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "img" and not given.get("alt", "").strip():
            self.faults.append("an <img> without alt")
        if tag == "html":
            self.language = given.get("lang")
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.faults.append("a <meta> that leads elsewhere")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th" and given.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            self.faults.append("a <th> without scope")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.styles.append(data)
        if self.open and self.open[-1] == "title":
            self.titles.append(data)


def check_page(html: str, files: set[str] | None = None) -> list[str]:
    """Everything that is wrong with the form of a page, as sentences; an empty list for a good page.

    Parameters
    ----------
    html : str
        The whole page.
    files : set of str, optional
        The names of all pages in its folder, so that links between them can be followed.
    """
    page = _Page()
    page.feed(html)
    page.close()
    faults = page.faults + [f"<{tag}> is never closed" for tag in page.open]
    if not html.startswith("<!DOCTYPE html>"):
        faults.append("no doctype")
    if page.language != "en":
        faults.append(f"the language is {page.language!r}")
    if len(page.titles) != 1 or not page.titles[0].strip():
        faults.append(f"titles: {page.titles}")
    faults += _heading_faults(page.headings)
    faults += _policy_faults(page, html)
    twice = sorted({name for name in page.ids if page.ids.count(name) > 1})
    faults += [f'the id "{name}" stands {page.ids.count(name)} times' for name in twice]
    faults += [f'nothing has the id "{name}" that is pointed to' for name in page.pointed if name not in page.ids]
    faults += [fault for link in page.links if (fault := _link_fault(link, page.ids, files))]
    return faults


def check_folder(folder: Path) -> dict[str, list[str]]:
    """The faults of every page of a report, by file name; only files with faults, and `.` for the folder's own."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    found = {name: check_page(html, set(pages)) for name, html in pages.items()}
    others = sorted(path.name for path in folder.iterdir() if path.suffix != ".html")
    found["."] = [f"{name} is not a page" for name in others] + ([] if "index.html" in pages else ["no index.html"])
    return {name: faults for name, faults in found.items() if faults}


def _heading_faults(levels: list[int]) -> list[str]:
    good = levels.count(1) == 1 and levels[0] == 1
    faults = [] if good else [f"the headings are {levels}: one h1, first, is wanted"]
    jumps = [(a, b) for a, b in zip(levels, levels[1:], strict=False) if b > a + 1]
    return faults + [f"an h{b} follows an h{a}" for a, b in jumps]


def _policy_faults(page: _Page, html: str) -> list[str]:
    if len(page.styles) != 1 or len(page.policies) != 1:
        return [f"{len(page.styles)} style sheets and {len(page.policies)} policies, one of each is wanted"]
    digest = base64.b64encode(sha256(page.styles[0].encode()).digest()).decode()
    faults = [] if page.policies[0] == POLICY.format(digest) else [f"the policy is {page.policies[0]}"]
    if html.index("Content-Security-Policy") > html.index("<style"):
        faults.append("the policy comes after the style")
    loaded = re.findall(r"@import|@font-face|url\((?!['\"]?data:)", page.styles[0])
    return faults + [f"the style sheet has {word}" for word in loaded]


def _link_fault(link: str, ids: list[str], files: set[str] | None) -> str | None:
    if link.startswith(("http://", "https://", "mailto:")):
        return None
    if link.startswith("#"):
        return None if link[1:] in ids else f"the link {link} leads nowhere"
    if not re.fullmatch(r"[a-z0-9_]+\.html", link):
        return f"the link {link!r} is of no known kind"
    return f"the page {link} does not exist" if files is not None and link not in files else None
