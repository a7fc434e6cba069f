"""Being told to end is an interrupt: one way to stop, whoever asks for it. Light: every command loads it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Being told to end, or a closed terminal, is an interrupt: what was started is ended too.

    A signal that is ignored stays so, as nohup has it.
    """
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    signals = [getattr(signal, name) for name in names if signal.getsignal(getattr(signal, name)) != signal.SIG_IGN]
    before = {number: signal.signal(number, signal.default_int_handler) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
