"""What a saved notebook may bring onto a page, decided cell by cell and output by output.

Outputs of the kit carry a private MIME type: their HTML is dropped and the thing is drawn again from the step's result,
for the audience at hand. Of everything else the working pages keep pictures and plain text, the client's pages nothing.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from nbconvert.filters import strip_ansi
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.report.markdown import split_found, split_title
from helpers.show.output import MIME

if TYPE_CHECKING:
    from helpers.report.step_page import StepPage

# cells that carry the machinery or the team's own remarks, by their tags
NOT_FOR_CLIENT = {"parameters", "injected-parameters", "setup", "publish", "working"}
_OF_PERSONS = "The list names persons, so it stands in the working papers and not here."
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class Redraw(Preprocessor):
    """Replaces what the cells of a notebook show by what this page may show. Set `page` before each notebook."""

    page: StepPage = None

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Keep the cells that the audience may see; after the first text, say what was found."""
        page, kept = self.page, []
        cells = [cell for cell in _told(nb.cells, page) if self._may_show(cell)]
        page.expect(note["kind"] for cell in cells for note in _notes(cell))
        first = next((cell for cell in cells if cell.cell_type == "markdown"), None)
        lifted = [cell for cell in cells if _found(cell) is not None and cell is not first]
        if first is None:
            kept.append(_drawn([page.answer()]))
        for cell in cells:
            if cell is first:
                title, rest = split_title(cell.source)
                page.title = title or page.title
                kept.append(_drawn([page.words(rest, cell)]))
                kept.append(_drawn([page.answer([page.words(_found(other), other) for other in lifted])]))
            elif cell.cell_type == "code":
                kept.append(self._code_cell(cell))
            elif not any(cell is other for other in lifted):
                kept.append(_drawn([page.words(cell.source, cell)]))
        for number, cell in enumerate(kept):
            cell["id"] = f"cell-{number}"  # the ids that nbformat gives are random
        # notebooks of older formats may not have the ids that nbconvert wants
        nb.cells, nb.nbformat, nb.nbformat_minor = kept, 4, 5
        return nb, resources

    def _may_show(self, cell: NotebookNode) -> bool:
        tags = set(cell.get("metadata", {}).get("tags", []))
        return cell.cell_type in ("markdown", "code") and (self.page.working or not tags & NOT_FOR_CLIENT)

    def _code_cell(self, cell: NotebookNode) -> NotebookNode:
        parts = [self._output(output) for output in cell.get("outputs", [])]
        return _drawn([part for part in parts if part], code=cell.source if self.page.working else "")

    def _output(self, output: NotebookNode) -> str:
        note = _note(output)
        if note is not None:
            return self.page.draw(note, _text(output.data.get("text/plain", "")))
        return _foreign(output) if self.page.working else ""


def _told(cells: list[NotebookNode], page: StepPage) -> list[NotebookNode]:
    """The cells without the sections whose exhibit had nothing to prove: a text on how to read it would point nowhere.

    A section goes from one "## " to the next. Only one that was to hold exhibits (cells tagged so) can be left out. Of
    one whose exhibits this audience may not see, a line says so.
    """
    sections: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            sections.append([])
        sections[-1].append(cell)
    return [cell for section in sections for cell in _section(section, page)]


def _section(section: list[NotebookNode], page: StepPage) -> list[NotebookNode]:
    meant = any("exhibit" in cell.get("metadata", {}).get("tags", []) for cell in section)
    notes = [note for cell in section for note in _notes(cell)]
    exhibits = [str(note.get("id")) for note in notes if note["kind"] == "exhibit"]
    if not meant or any(page.shows(exhibit) for exhibit in exhibits):
        return section
    if not exhibits or any(note["kind"] == "decision" for note in notes):
        return section if exhibits else []
    head, _, _ = section[0].source.removeprefix("## ").partition("\n")
    return [new_markdown_cell(f"*{head.strip()}* {_OF_PERSONS}")]


def _drawn(parts: list[str], code: str = "") -> NotebookNode:
    """A cell made here: its metadata hold what the template prints, and nothing of the cell it stands for is left."""
    return new_code_cell(metadata={"drawn": parts, "shown_code": code.strip()})


def _found(cell: NotebookNode) -> str | None:
    return split_found(cell.source) if cell.cell_type == "markdown" else None


def _note(output: NotebookNode) -> dict[str, Any] | None:
    """The kit's note on an output, or None when it is not the kit's."""
    note = output.get("data", {}).get(MIME) if output.get("output_type") in ("display_data", "execute_result") else None
    return dict(note) if isinstance(note, dict) and isinstance(note.get("kind"), str) else None


def _notes(cell: NotebookNode) -> list[dict[str, Any]]:
    return [note for note in map(_note, cell.get("outputs", [])) if note is not None]


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _foreign(output: NotebookNode) -> str:
    """An output that is not the kit's: a picture or plain text. HTML, scripts and widgets have no way in."""
    kind = output.get("output_type")
    if kind == "stream":
        text = _text(output.get("text", ""))
    elif kind == "error":
        text = f"{output.get('ename', 'Error')}: {_text(output.get('evalue', ''))}"
    else:
        data = output.get("data", {})
        picture = "".join(_text(data.get("image/png", "")).split())
        if _BASE64.fullmatch(picture):
            return f'<p class="picture"><img src="data:image/png;base64,{picture}" alt="{escape(_alt(output))}"></p>'
        text = _text(data.get("text/plain", ""))
    text = strip_ansi(text).strip("\n")
    return f'<pre class="output" tabindex="0">{escape(text)}</pre>' if text else ""


def _alt(output: NotebookNode) -> str:
    said = output.get("metadata", {}).get("image/png", {})
    return str(said.get("alt") or "Picture made by a code cell; its author gave no description.")
