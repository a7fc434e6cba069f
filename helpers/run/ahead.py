"""What a run does while a step runs: the next kernel loads its libraries, and the exhibits of finished steps are drawn.

Neither changes what comes out: a spare kernel computes what any other would, an exhibit is drawn once, now or later.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from helpers.client.folder import Client
from helpers.client.result_model import Result
from helpers.report.figures import FigureQueue
from helpers.run.kernels import SpareKernel, kernel_environment, state_folder


class Ahead:
    """The spare kernel and the figures of one command."""

    def __init__(self, client: Client, audience: str) -> None:
        self._client, self._audience = client, audience
        self.spare = SpareKernel(kernel_environment(state_folder(), {}))
        self.figures = FigureQueue()

    def draw(self, results: Mapping[str, Result]) -> None:
        """Have the exhibits of these steps drawn; those that were asked for before are not drawn again."""
        self.figures.ahead(lambda standing=dict(results): self._ask(standing))

    def _ask(self, results: Mapping[str, Result]) -> None:
        from helpers.client.results import group_names, read_published
        from helpers.report.pages import draw_ahead  # loads nbconvert and matplotlib, in the thread

        folder = self._client.results_folder
        table, groups = partial(read_published, folder), group_names(folder, results)
        draw_ahead(self._client, results, self._audience, self.figures, table=table, groups=groups)

    def close(self) -> None:
        """End what nobody needs any more."""
        self.spare.close()
        self.figures.close()
