"""What a notebook cell of the kit puts on the page: a note of what it is, beside the HTML that JupyterLab shows.

The note travels in the saved notebook under a private MIME type. When a page is made for an audience, the report drops
the HTML and draws the thing again from the step's result, so nothing that this audience must not see is carried along.
"""

from __future__ import annotations

from typing import Any

MIME = "application/vnd.customer-workbook+json"

# What each note holds beside its kind. exhibit: id; findings: ids; decision: id; preview: table; published: sha256;
# checks, assumptions, cannot_say: nothing more.
KINDS = ("exhibit", "findings", "decision", "checks", "assumptions", "cannot_say", "preview", "published")


def put(kind: str, html: str, text: str, **note: Any) -> None:
    """Show `html` in a notebook (or `text` where HTML cannot be shown), with its note; without a kernel do nothing."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of output: {kind}")
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:  # the plain-Python run of a step has no need of IPython
        return
    if get_ipython() is None:
        return
    display({MIME: {"kind": kind, **note}, "text/html": html, "text/plain": text}, raw=True)
