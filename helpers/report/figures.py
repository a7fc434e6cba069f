"""Exhibits drawn by a thread of their own, each once: what a finished step shows is ready before a page asks for it.

One thread, because matplotlib's settings are the process's. What nobody will ask for is not drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

from helpers.client.result_model import Exhibit

if TYPE_CHECKING:
    import pandas as pd

    from helpers.show.audience import Audience


class FigureQueue:
    """Figures that were asked for, in the order of asking; for one command."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="figures")
        self._asked: dict[tuple[object, ...], Future[str]] = {}
        self._lock = Lock()

    def ahead(self, ask: Callable[[], object]) -> None:
        """Call `ask` in the thread: it asks for what will be needed. What goes wrong, the page will meet again."""
        self._thread.submit(ask)

    def figure(
        self, exhibit: Exhibit, sha256: str, title: str, audience: Audience, table: Callable[[], pd.DataFrame]
    ) -> Future[str]:
        """The exhibit as HTML, drawn already or as soon as its turn comes.

        Parameters
        ----------
        sha256 : str
            Of the file of the exhibit's table; `table` reads it.
        """
        key = (exhibit.model_dump_json(), sha256, title, repr(audience))
        with self._lock:
            if key not in self._asked:
                self._asked[key] = self._thread.submit(_drawn, exhibit, title, audience, table)
            return self._asked[key]

    def close(self) -> None:
        """Wait for the figure that is being drawn, and leave the others."""
        self._thread.shutdown(cancel_futures=True)


def _drawn(exhibit: Exhibit, title: str, audience: Audience, table: Callable[[], pd.DataFrame]) -> str:
    from helpers.client.schema import schema
    from helpers.show.figure import figure_html  # matplotlib takes a while to load: here nobody waits for it

    return figure_html(exhibit, table(), schema(exhibit.table), title, audience)
