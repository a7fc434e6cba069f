"""What a run says while it goes on: lines in a log, and on a terminal what is on at this moment as well."""

from __future__ import annotations

import io
import sys

import pytest

from helpers.run.progress import Lines, Terminal, progress_on


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(progress):
    progress.begin("Data")
    progress.end("Data", 1.25, "transactions")
    progress.begin("01 Frame the engagement")
    progress.note("A word in between.")
    progress.end("01 Frame the engagement", 61.04)
    progress.left("05 Customer share", "nothing that it rests on has changed")


LINES = [
    "  Data                         1.2 s  transactions",
    "  A word in between.",
    "  01 Frame the engagement     61.0 s",
    "  05 Customer share                -  nothing that it rests on has changed",
]


def test_a_log_gets_lines_and_nothing_else():
    said: list[str] = []
    with progress_on(io.StringIO(), said.append) as progress:
        assert type(progress) is Lines
        told(progress)
    assert said == LINES


@pytest.mark.parametrize("terminal", ["dumb", "unknown"])
def test_a_terminal_that_cannot_go_back_gets_lines_too(terminal, monkeypatch):
    monkeypatch.setenv("TERM", terminal)
    with progress_on(Tty(), print) as progress:
        assert type(progress) is Lines


def test_a_terminal_shows_what_is_on_and_is_left_as_it_was(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = Tty()
    monkeypatch.setattr(sys, "stdout", screen)

    def interrupted():
        with progress_on(sys.stdout, print) as progress:
            assert type(progress) is Terminal
            told(progress)
            progress.begin("Pages [bold] $x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    shown = screen.getvalue()
    assert "05 Customer share" in shown and "Pages [bold] $x" in shown, "a title is text"
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 3, "the cursor is back after each"
    assert shown.index("  Data                           0 s") < shown.index(LINES[0])
    assert sys.stdout is screen
    for line in LINES:
        assert line in shown
