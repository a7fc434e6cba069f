"""The decision asked, as a box to tick and sign: the request, its parts, what is not asked, and who has signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from helpers.client.result_model import Finding

LINES_TO_SIGN = 3
ANSWERS = ("Approved", "Approved with changes", "Declined")  # ticked on paper
NOTES = ("12.signed", "12.signed_open")  # what is said of the signatures, and is none
REQUEST, NOT_ASKED = "12.asked", "Not asked:"


def signatures(said: Sequence[Finding]) -> list[Finding]:
    """Who has signed, one sentence each, of what is said of that."""
    return [one for one in said if one.id.startswith("12.signed_") and one.id not in NOTES]


def decision_box(said: Mapping[str, Sequence[Finding]], words: Callable[[Finding], str]) -> str:
    """The box; empty where nothing is asked.

    Parameters
    ----------
    said : mapping of a part of the board's pages to its sentences
        `ask`, `not_asked` and `sign`; a part may be missing.
    words : callable
        A sentence as HTML.
    """
    asked, signs = said.get("ask", ()), said.get("sign", ())
    if not asked:
        return ""
    request = "".join(f"<p>{words(one)}</p>" for one in asked if one.id == REQUEST)
    parts = "".join(f"<li>{words(one)}</li>" for one in asked if one.id != REQUEST)
    listed = f'<ol class="parts">{parts}</ol>' if parts else ""
    beside = "".join(f'<p class="not-asked">{_opened(words(one))}</p>' for one in said.get("not_asked", ()))
    signed = signatures(signs)
    lines = "".join(f"<li>{words(one)}</li>" for one in signed)
    board = "".join(f"<span>☐ {answer}</span> " for answer in ANSWERS)
    blank = '<li class="blank">Name, day, signature</li>' * LINES_TO_SIGN
    notes = " ".join(words(one) for one in signs if one.id in NOTES[1:])
    lines = f'<ul class="signatures">{lines}</ul>' if lines else ""
    last = f'<p class="basis">{notes}</p>' if notes else ""
    return (
        f'<section class="asked-of-board"><h2>The decision asked</h2>{request}{listed}{beside}'
        f'{lines}<ul class="signatures"><li class="answers">The board: {board}</li>{blank}</ul>{last}</section>'
    )


def _opened(text: str) -> str:
    """The sentence with the words that open it set apart."""
    return text.replace(NOT_ASKED, f"<strong>{NOT_ASKED}</strong>", 1) if text.startswith(NOT_ASKED) else text
