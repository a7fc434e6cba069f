"""The clock of the benchmarks that tell what each part of a step costs."""

import time


class Clock:
    """CPU seconds of each part, in the order in which they were taken."""

    def __init__(self) -> None:
        self.said, self.started = [], time.process_time()

    def took(self, what: str) -> None:
        """Say what the time since the last part went to."""
        now = time.process_time()
        self.said.append(f"{what} {now - self.started:.1f} s")
        self.started = now
