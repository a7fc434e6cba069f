"""A report with a strategy, made from the small client of the method's tests and its hostile names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from helpers.client.result_model import NotebookUsed, Result
from helpers.method.customer_strategy import Strategy, customer_strategy
from helpers.method.strategy_material import Material
from helpers.report.pages import make_report
from tests.method.strategy_builders import GROUPS, material

STRATEGY = "12_customer_strategy"
HOSTILE = "<img src=x onerror=alert(1)>"


def make_strategy_report(
    into: Path, audience: str = "working", start: Material | None = None, groups: Mapping[str, str] = GROUPS, **words
) -> tuple[Path, Strategy]:
    """Make the report; gives its folder and the strategy."""
    start = start or material()
    built = customer_strategy(start, **({"asked": f"Approve it. {HOSTILE}"} | words))
    result = Result(
        step=STRATEGY, kit="1", mode="draft", as_of="2027-01-01", notebook=NotebookUsed(origin="kit", sha256="0"),
        findings=[one.finding for one in built.sentences], provisional=["09.g2.intent"],
    )  # fmt: skip
    about = SimpleNamespace(about="A small client.")
    client = SimpleNamespace(
        name=f"Harbour & Sons {HOSTILE}", currency="EUR", config=about, results_folder=into / "none"
    )
    results = {**start.said, STRATEGY: result}
    index = make_report(
        client, results, {}, audience, into / audience, table=lambda step, name: built.tables[name], groups=groups
    )
    return index.parent, built
