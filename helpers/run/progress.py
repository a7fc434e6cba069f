"""What a run says while it goes on: plain lines, one for each thing that was done or left as it is.

On a terminal the thing that is on is shown besides, with its seconds, until its own line takes that place.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.live import Live

Say = Callable[[str], None]
WIDTH = 26  # of the first column: the longest title of a step with its number


class Progress(Protocol):
    """What the runner tells, in this order: `begin` and `end` of a thing that takes time, `left` of one that stands."""

    def begin(self, title: str) -> None: ...

    def end(self, title: str, seconds: float, words: str = "") -> None: ...

    def left(self, title: str, words: str) -> None: ...

    def note(self, words: str) -> None: ...


class Lines:
    """Progress as lines of text."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def begin(self, title: str) -> None:
        """Nothing: a line is said when there is something to say."""

    def end(self, title: str, seconds: float, words: str = "") -> None:
        """One line with the time it took."""
        self._say(f"  {title:<{WIDTH}} {seconds:5.1f} s{f'  {words}' if words else ''}")

    def left(self, title: str, words: str) -> None:
        """One line without a time."""
        self._say(f"  {title:<{WIDTH}}       -  {words}")

    def note(self, words: str) -> None:
        """One line of its own."""
        self._say(f"  {words}")

    def close(self) -> None:
        """Nothing is left to tidy away."""


class Terminal(Lines):
    """The same lines on a terminal; under them what is on at this moment, and since when, until it has its own line."""

    def __init__(self, say: Say) -> None:
        super().__init__(say)
        self._shown: Live | None = None

    def begin(self, title: str) -> None:
        """Show what is on, with the seconds that it has taken so far."""
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        self._clear()
        started = time.monotonic()

        def now() -> Text:
            return Text(f"  {title:<{WIDTH}} {time.monotonic() - started:5.0f} s  ...", no_wrap=True, overflow="crop")

        # what is said in between is printed above it, by rich itself
        self._shown = Live(console=Console(), get_renderable=now, refresh_per_second=2, transient=True)
        self._shown.start()

    def end(self, title: str, seconds: float, words: str = "") -> None:
        """Its own line takes the place of what was shown."""
        self._clear()
        super().end(title, seconds, words)

    def left(self, title: str, words: str) -> None:
        """One line; whatever was on before has ended."""
        self._clear()
        super().left(title, words)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._clear()

    def _clear(self) -> None:
        if self._shown is not None:
            self._shown.stop()
            self._shown = None


@contextmanager
def progress_on(stream: TextIO, say: Say) -> Iterator[Lines]:
    """Progress for whoever reads the stream: a person at a terminal sees what is on, a log gets lines."""
    able = stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
    progress = Terminal(say) if able else Lines(say)
    try:
        yield progress
    finally:
        progress.close()
