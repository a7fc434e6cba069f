"""How does a Harbour become a client folder? Files as a client would export them, and the truth beside them."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pandas as pd

from harbour_maker.build import Harbour
from harbour_maker.decisions import decisions
from harbour_maker.truth import Truth
from harbour_maker.yaml_form import DIGITS, yaml_text

TEXTS = Path(__file__).parent / "texts"
# our name: heading in the file; the tables that are not named here carry the kit's own names
HEADINGS = {
    "transactions": {
        "customer_id": "Account",
        "date": "Date",
        "order_id": "Order",
        "product": "Item",
        "category": "Category",
        "quantity": "Qty",
        "revenue": "Net EUR",
        "list_revenue": "List EUR",
        "cost_of_goods": "Cost EUR",
        "channel": "Channel",
        "sales_rep": "Rep",
    },
    "customers": {
        "customer_id": "Account",
        "name": "Name",
        "start_date": "Opened",
        "industry": "Industry",
        "region": "Region",
        "customer_size": "Staff",
        "channel": "Won through",
        "relationship_type": "Relationship",
        "acquisition_cost": "Cost to win",
    },
    "service_events": {
        "customer_id": "Account",
        "date": "Date",
        "activity": "Activity",
        "quantity": "Times",
        "minutes": "Minutes",
        "is_reactive": "Something went wrong",
    },
}
CENTS = {"revenue", "list_revenue", "cost_of_goods", "amount", "spend", "unit_cost", "monthly_fee"}


def write(harbour: Harbour, known: Truth, folder: Path) -> dict[str, int]:
    """Write the client folder and its truth; files of these names are replaced, others stay. Returns rows by table."""
    folder = Path(folder)
    files = {f"data/{name}.csv": csv_text(name, table) for name, table in harbour.tables.items()}
    files["truth_customers.csv"] = csv_text("truth_customers", rounded(known.customers.drop(columns="name")))
    files["truth.yaml"] = truth_text(harbour, known)
    files |= {
        f"decisions/{name}": text
        for name, text in decisions(known.beliefs, known.facts["groups"]["anchors"]["value"]).items()
    }
    facts = numbers(harbour)
    for name in ("client.yaml", "README.md", "LICENSE-DATA"):
        marks = facts if name == "client.yaml" else {key: readable(value) for key, value in facts.items()}
        files[name] = Template((TEXTS / name).read_text(encoding="utf-8")).substitute(marks)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return {name: text.count("\n") - 1 for name, text in files.items() if name.endswith(".csv")}


def numbers(harbour: Harbour) -> dict[str, Any]:
    """What client.yaml and the README say of the tables: rows by table, totals, counts."""
    tables = harbour.tables
    lines = tables["transactions"]
    totals = {
        "revenue": "transactions",
        "cost_of_goods": "transactions",
        "investment": "investments",
        "amount": "spend",
    }
    said = {name: len(table) for name, table in tables.items()}
    said |= {column: f"{tables[name][column].sum():.2f}" for column, name in totals.items()}
    bought = set(lines["customer_id"].dropna())
    return said | {
        "seed": str(harbour.seed),
        "count": str(harbour.customers),
        "buyers": len(bought),
        "orders": lines.loc[lines["customer_id"].notna(), "order_id"].nunique(),
        "counter": int(lines["customer_id"].isna().sum()),
        "never": int((~tables["customers"]["customer_id"].isin(bought)).sum()),
        "projects": tables["investments"]["project"].nunique(),
    }


def readable(value: Any) -> str:
    """A number with commas between thousands; a text as it is, unless it is an amount."""
    if isinstance(value, str):
        return f"{float(value):,.2f}" if re.fullmatch(r"\d+\.\d\d", value) else value
    return f"{value:,}"


# ---- tables ----------------------------------------------------------------------------------------------------------


def csv_text(name: str, table: pd.DataFrame) -> str:
    """A table as comma-separated text, with the client's headings; blank where nothing is known."""
    shown = pd.DataFrame({HEADINGS.get(name, {}).get(one, one): as_text(table[one]) for one in table.columns})
    return shown.to_csv(index=False, lineterminator="\n")


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """The table with as many digits as truth.yaml has: the last bits of a long computation differ between machines."""
    floats = table.select_dtypes("float")
    short = floats.map(lambda value: float(f"{value:.{DIGITS}g}") + 0.0, na_action="ignore")
    return table.assign(**{name: short[name] for name in short})


def as_text(column: pd.Series) -> pd.Series:
    """Dates as 2026-08-31, yes and no, whole numbers without a point, money to the cent where it has cents."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d")
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: "yes", False: "no"})
    if pd.api.types.is_float_dtype(column):
        there = column.dropna().to_numpy()
        if column.name in CENTS:
            return column.map("{:.2f}".format, na_action="ignore")
        if (there == np.floor(there)).all():
            return column.map("{:.0f}".format, na_action="ignore")
        return column.map("{:.10g}".format, na_action="ignore")
    return column


# ---- the truth -------------------------------------------------------------------------------------------------------


def truth_text(harbour: Harbour, known: Truth) -> str:
    """truth.yaml: the facts by subject."""
    head = (
        "# The answers. What is planted in this Harbour, what the best possible analysis of the files could know of\n"
        "# it, and by how much a step of the kit may be off. No step reads this file; trainees open it last.\n"
        "# README.md explains it.\n"
    )
    world = {"seed": harbour.seed, "customers": harbour.customers, "movers": harbour.movers, "groups": harbour.groups}
    return head + yaml_text({"format": 1, "made_with": world} | known.facts)
