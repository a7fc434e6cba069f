"""A small client that never was: two finished steps, one that failed, hostile names, and outputs no page may carry."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.client.result_model import (
    Assumption,
    CannotSay,
    Check,
    DecisionUsed,
    Exhibit,
    Finding,
    NotebookUsed,
    Result,
    TableFile,
    Value,
)
from helpers.report.pages import make_report
from helpers.show.output import MIME

HOSTILE = "<img src=x onerror=alert(1)>"
PERSONAL = ["C0041", "C0042", "Ada Lovelace"]  # ids and names that only the team may see
SECRET = "seen by the team only"
PNG = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
).decode()


@dataclass
class FakeClient:
    """As much of a client as a report asks for."""

    results_folder: Path
    name: str = f"Harbour & Sons {HOSTILE}"
    currency: str = "EUR"
    config: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(
            about="A maker of <b>household</b> goods, seen through the tills of one grocery chain, for one year."
        )
    )


def tables() -> dict[str, pd.DataFrame]:
    """The published tables of step 05 that its exhibits show."""
    scopes = pd.DataFrame(
        {
            "category": ["Laundry detergents", f"Tissues {HOSTILE}", "Toothpaste", "All categories we sell in"],
            "in_scope": [True, True, False, True],
            "customers": [640, 512, 48, 1815],
            "revenue": [41250.5, 20110.0, 812.4, 93963.1],
            "part_of_revenue": [0.44, 0.21, 0.01, 1.0],
            "wallet": [49500.0, 61200.0, 9000.0, 278800.0],
            "customer_share": [0.833, 0.329, 0.09, 0.337],
            "share_low": [0.81, 0.30, 0.06, 0.32],
            "share_high": [0.85, 0.36, 0.13, 0.36],
            "headroom": [8249.5, 41090.0, 8187.6, 184836.9],
            "market_size": [None, None, None, None],
            "market_share": [None, None, None, None],
        }
    )
    headroom = pd.DataFrame(
        {
            "customer_id": ["C0041", "C0042"],
            "group_id": ["all", "all"],
            "wallet": [920.0, 640.0],
            "wallet_revenue": [120.0, 40.0],
            "headroom": [800.0, 600.0],
            "rank": [1, 2],
            "running_part": [0.57, 1.0],
        }
    )
    return {"share_by_category": scopes, "headroom": headroom}


def result_01() -> Result:
    """Step 01: done, nothing provisional."""
    return Result(
        step="01_frame_engagement",
        kit="0.1.0",
        mode="draft",
        as_of="2018-01-01",
        notebook=NotebookUsed(origin="own", sha256="0" * 64),
        findings=[
            Finding(
                id="01.data_health",
                text="The data carry the questions of this engagement: {kept:pct1} of the money received is kept.",
                values={"kept": Value(value=0.9999, unit="share")},
                n=1824,
                evidence="measured",
            )
        ],
        decisions=[
            DecisionUsed(
                id="01.all.beliefs",
                state="decided",
                question="Before any result: our favourite and difficult customers, our share, our loss-makers?",
                value={"Ada Lovelace": {"favourite_customers": ["C0041"], "customer_share": 0.6}},
                reason=f"Sealed in the first meeting. {HOSTILE}",
                by="managing director",
                decided_on="2018-01-15",
            )
        ],
    )


def result_05() -> Result:
    """Step 05: rests on a proposal; names a customer; holds hostile texts."""
    said = {"evidence": "measured", "table": "share_by_category"}
    return Result(
        step="05_customer_share",
        kit="0.1.0",
        mode="draft",
        as_of="2018-01-01",
        parameters={"min_part": 0.01},
        notebook=NotebookUsed(origin="kit", sha256="a" * 64),
        tables={name: TableFile(file=f"{name}.parquet", rows=4, sha256="b" * 64) for name in tables()},
        findings=[
            Finding(
                id="05.answer",
                text="We hold {share:pct} of what our buyers spend on household care, and {laundry:pct} in laundry: "
                "we own the laundry shelf and little else.",
                values={"share": Value(value=0.337, unit="share"), "laundry": Value(value=0.833, unit="share")},
                n=1815,
                **said,
            ),
            Finding(
                id="05.headroom",
                text="The most to win is with {who:customer}, who buys {room:money} elsewhere.",
                values={"who": Value(value="C0041", unit="customer"), "room": Value(value=800.0, unit="money")},
                n=1815,
                **said,
            ),
            Finding(
                id="05.group_share.g2",
                text="In {name:text} we hold {share:pct}.",
                values={"name": Value(value="the tiny group", unit="text"), "share": Value(value=0.5, unit="share")},
                n=4,
                **said,
            ),
        ],
        exhibits=[
            Exhibit(
                id="05.share_by_category",
                kind="bar",
                table="share_by_category",
                finding="05.answer",
                encoding={"label": "category", "value": "customer_share", "low": "share_low", "high": "share_high"},
                subtitle="Customer share by category, % of buyers' spend, 1,815 households, 2017",
                caption="Only categories with at least 1 % of our revenue are in scope.",
                source=f"Household panel; spend at other chains is not in it. {HOSTILE}",
                alt="Bar chart of customer share by category: laundry detergents 83 %, all categories together 34 %.",
            ),
            Exhibit(
                id="05.headroom",
                kind="table",
                table="headroom",
                finding="05.headroom",
                subtitle="What each customer buys elsewhere, EUR, 2017",
                source="Household panel.",
                alt="Table of customers by headroom.",
            ),
        ],
        checks=[
            Check(
                id="05.c1",
                sentence="Revenue by category adds up to all revenue.",
                found=95018.62,
                expected=95018.62,
                tolerance=0.005,
                verdict="pass",
            ),
            Check(id="05.c2", sentence=f"No wallet is below revenue {HOSTILE}.", found=3, expected=0, verdict="flag"),
        ],
        cannot_say=[
            CannotSay(
                question="What is our share where customers buy at other chains?",
                because="The panel sees one chain only.",
                unlocked_by="A survey of 200 customers that asks what they spend elsewhere.",
            )
        ],
        assumptions=[
            Assumption(id="05.a1", text="The panel sees every purchase at the chain.", value=1.0, low=0.95, high=1.0)
        ],
        decisions=[
            DecisionUsed(
                id="05.all.scope",
                state="proposed",
                question="Which categories do we mean when we say our share of a customer?",
                value="main_categories",
                proposed="main_categories",
                because=f"Ten of the 27 categories bring less than 1 % of revenue each. {HOSTILE}",
            ),
        ],
        provisional=["05.all.scope"],
    )


def kit(kind: str, **note: object) -> nbformat.NotebookNode:
    """An output as the kit writes it; its HTML is what the pages must not use."""
    data = {MIME: {"kind": kind, **note}, "text/plain": "C0041  920"}
    return new_output("display_data", data=data | {"text/html": f"<script>alert('kit html')</script><p>{SECRET}</p>"})


def code(source: str, *outputs: nbformat.NotebookNode, tags: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    """A code cell with outputs and tags."""
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def text(source: str, *tags: str) -> nbformat.NotebookNode:
    """A markdown cell with tags."""
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def foreign_outputs() -> list[nbformat.NotebookNode]:
    """Outputs that did not come from the kit, most of them hostile."""
    shown = [
        {"text/html": f"<b onclick=alert(2)>foreign html</b>{HOSTILE}", "text/plain": "C0042 as text"},
        {"application/javascript": "alert('foreign js')"},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "abc"}, "text/plain": "Widget <i>x</i>"},
        {"image/svg+xml": "<svg onload=alert(3)></svg>", "text/latex": "$foreign latex$"},
        {"image/png": PNG, "text/plain": "<Figure>"},
        {"image/png": f'{PNG}" onerror="alert(4)', "text/plain": "broken picture"},
        {MIME: "not a note", "text/html": "<u>forged</u>", "text/plain": "forged note"},
        {MIME: {"kind": "exhibit", "id": "05.unknown"}, "text/html": "<u>forged</u>"},
    ]
    return [
        *(new_output("display_data", data=data) for data in shown),
        new_output("stream", name="stdout", text="\x1b[31mprinted\x1b[0m <b>C0041</b>\n"),
        new_output("stream", name="stderr", text="warned & <i>listened</i>\n"),
        new_output("error", ename="ValueError", evalue=f"bad {HOSTILE}", traceback=["/home/someone/secret.py"]),
    ]


INTRODUCTION = """# 05 Customer share
**How much of what our customers spend on this category do they spend with us, and how much more could they?** The
account team and the board act on the answer."""
TERMS = """## Terms

**customer_share**: our revenue from a customer / that customer's wallet (0-1).

| column | unit |
|:---|---:|
| wallet | EUR |
| customer_share | 0-1 |"""
METHOD = """### Method
`customer_share = revenue / wallet`. It misleads when the wallet is guessed. See [step 01](01_frame_engagement.ipynb),
[step 07](07_value_exchange.ipynb), [Osing](https://example.org/?a=1&b=2) and [this](javascript:alert(5)). Prices are
from $5 to $9.

```python
share = revenue / wallet
```

```mermaid
<script>alert('mermaid')</script>
```"""
HOW_TO_READ = """**How to read it.** Each bar is a group's share of its customers' wallets; the line through it is the
range that the unknown wallets allow. It would surprise us if the biggest category also had the highest share."""
DECIDE = f"""## Decide
Raw HTML {HOSTILE} in a sentence.

<script>alert('md')</script>

<!-- a comment -->

<div onclick=alert(6) style='color:red'>block</div>

![{HOSTILE} chart](data:image/png;base64,{PNG})

![a" onerror="alert(7)](https://example.org/x.png)"""


def notebook_05() -> nbformat.NotebookNode:
    """Step 05 as it looks after a run: the usual cells, then everything that could go wrong."""
    shown = code('step.show("share_by_category")', kit("exhibit", id="05.share_by_category"), tags=("exhibit",))
    cells = [
        text(INTRODUCTION),
        text("Reads `customer_summary`, `wallets`. Decides the scope. Publishes `customer_share`.", "working"),
        code('CLIENT: str = "secret/folder"  # client folder', tags=("parameters",)),
        code("step = open_step(...)", tags=("setup",)),
        text(TERMS),
        code('step.look("customer_summary")', kit("preview", table="customer_summary")),
        text(METHOD),
        code("share = customer_share(...)", kit("findings", ids=["05.answer", "05.headroom"])),
        text(HOW_TO_READ),
        shown,
        nbformat.NotebookNode(shown),  # shown twice: the page must not have its id twice
        code('step.show("headroom")', kit("exhibit", id="05.headroom"), tags=("exhibit",)),
        text(DECIDE),
        code('step.decide("all.scope")', kit("decision", id="05.all.scope"), tags=("decide",)),
        code("step.check(...)", kit("checks"), tags=("checks",)),
        code("own code", *foreign_outputs()),
        text(f"A remark {SECRET}, about Ada Lovelace.", "working"),
        code("step.publish()", kit("published", sha256="c" * 64), tags=("publish",)),
        text("##### Limits\nThe wallet is the wallet at this chain."),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # nbformat draws random ones
    notebook = new_notebook(cells=cells)
    widget = {"model_name": "HTMLModel", "state": {"value": "<script>alert('widget')</script> Ada Lovelace"}}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"abc": widget}}}
    return notebook


def make_fake_report(folder: Path, audience: str = "working", **parts: object) -> Path:
    """Write the fake client's results below `folder` and its report for the audience; the report's folder.

    `parts` are handed on to make_report.
    """
    client = FakeClient(folder / "results")
    target = client.results_folder / "05_customer_share"
    target.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook_05(), target / "notebook.ipynb")
    results = {result.step: result for result in (result_05(), result_01())}
    failed = {"02_rate_customers": f'data/orders.csv: 3 rows are not dates (first: "{PERSONAL[2]}"). {HOSTILE}'}
    published = tables()
    parts = {"table": lambda step_id, name: published[name], **parts}
    return make_report(client, results, failed, audience, folder / "report" / audience, **parts).parent
