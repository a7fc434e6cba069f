"""Tables, audiences and the layout check that the tests of pictures share."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from helpers.client.result_model import Exhibit
from helpers.client.schema import Column, TableSchema
from helpers.show.audience import Audience, audience_for
from helpers.show.figure import figure_html


def check_layout(figure: Figure) -> list[str]:
    """Every text lies inside the figure and none covers another; gives the texts back."""
    # four times as large, so that fitting letters to pixels moves nothing that the SVG would not move
    figure.set_dpi(288)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    width, height = figure.get_size_inches() * 72
    boxes = []
    for text in figure.findobj(Text):
        if not text.get_visible() or not text.get_text().strip():
            continue
        # the glyphs alone: a white patch behind a value may touch its neighbours
        box = Text.get_window_extent(text, renderer).transformed(Affine2D().scale(72 / figure.dpi))
        assert box.x0 >= -0.8, f"cut on the left: {text.get_text()!r} {box}"
        assert box.x1 <= width + 0.8, f"cut on the right: {text.get_text()!r} {box} of {width}"
        assert box.y0 >= -0.8, f"cut below: {text.get_text()!r} {box}"
        assert box.y1 <= height + 0.8, f"cut above: {text.get_text()!r} {box} of {height}"
        boxes.append((text.get_text(), box))
    for number, (text, box) in enumerate(boxes):
        for other, second in boxes[number + 1 :]:
            across = min(box.x1, second.x1) - max(box.x0, second.x0)
            down = min(box.y1, second.y1) - max(box.y0, second.y0)
            # a line box is a little higher than its letters
            assert across <= 0.5 or down <= 2.5, f"{text!r} covers {other!r}: {across:.1f} x {down:.1f} points"
    return [text for text, _ in boxes]


def alternative_text(exhibit: Exhibit, table: pd.DataFrame, schema: TableSchema, audience: Audience) -> str:
    """What a reader who cannot see the picture is told, as it stands on the page."""
    html = figure_html(exhibit, table, schema, "x", audience, phone=False)
    return unescape(re.search(r'<img [^>]*alt="([^"]*)"', html)[1]).replace("\u00a0", " ")


@pytest.fixture
def alt_text() -> Callable[[Exhibit, pd.DataFrame, TableSchema, Audience], str]:
    return alternative_text


@pytest.fixture
def layout() -> Callable[[Figure], list[str]]:
    return check_layout


@pytest.fixture
def working() -> Audience:
    return audience_for("working", "USD", {"g2": "Refit regulars", "all": "All customers"})


@pytest.fixture
def client() -> Audience:
    return audience_for("client", "USD", {"g2": "Refit regulars", "all": "All customers"})


@pytest.fixture
def table_schema() -> TableSchema:
    """A table with a column of every type."""
    columns = (
        Column("category", "text", "The client's category."),
        Column("customer_id", "id", "The client's own id.", personal=True),
        Column("group_id", "text", "Its group."),
        Column("group_name", "text", "Its name.", title="Group"),
        Column("quarter_start", "date", "First day.", title="Quarter from"),
        Column("customers", "integer", "Buyers.", unit="customers", title="Buyers"),
        Column("revenue", "money", "Our revenue.", unit="currency", title="Our revenue"),
        Column("customer_share", "share", "Our part.", title="Customer share"),
        Column("share_low", "share", "Lower end of the 90 % interval.", title="Low"),
        Column("share_high", "share", "Upper end of the 90 % interval.", title="High"),
        Column("set_size", "number", "Suppliers.", unit="suppliers per customer", title="Suppliers that count"),
        Column("in_scope", "boolean", "In scope.", title="In scope"),
        Column("band", "text", "Band.", title="Band", allowed=("win_more", "build")),
    )
    return TableSchema("shares", "published", "one row per category", "For tests.", columns)


@pytest.fixture
def categories() -> pd.DataFrame:
    """Seventeen grocery categories with shares and intervals, two of them on few customers."""
    names = [
        "Laundry detergents",
        "Household cleaning supplies",
        "Paper housewares",
        "Bath tissues",
        "Disposable foilware",
    ]
    names += ["Facial tissue and diapers", "Soft drinks", "Fluid milk products", "Frozen pizza and prepared meals"]
    names += [
        "Bag snacks",
        "Candy, packaged",
        "Beef",
        "Cheese",
        "Bread, buns and rolls",
        "Soup",
        "Cold cereal",
        "Cat food",
    ]
    count = len(names)
    share = np.linspace(0.83, 0.05, count)
    return pd.DataFrame(
        {
            "category": names,
            "customers": pd.array([1824 - 100 * i for i in range(count - 2)] + [9, 0], dtype="Int64"),
            "revenue": np.linspace(93963.5, 812.25, count),
            "customer_share": share,
            "share_low": share - 0.03,
            "share_high": share + 0.04,
            "in_scope": pd.array([i < 3 for i in range(count)], dtype="boolean"),
        }
    )


@pytest.fixture
def quarters() -> pd.DataFrame:
    """Eight quarters of one group."""
    share = np.array([0.31, 0.325, 0.318, 0.33, 0.342, 0.351, 0.348, 0.36])
    return pd.DataFrame(
        {
            "group_id": "all",
            "group_name": "All customers",
            "quarter_start": pd.date_range("2016-01-01", periods=8, freq="QS").astype("datetime64[us]"),
            "customers": pd.array(range(1700, 1708), dtype="Int64"),
            "customer_share": share,
            "share_low": share - 0.02,
            "share_high": share + 0.02,
            "revenue": np.linspace(31000, 390000, 8),
        }
    )


@pytest.fixture
def exhibit() -> Callable[..., Exhibit]:
    def make(kind: str, **encoding: object) -> Exhibit:
        return Exhibit(
            id="05.shares",
            kind=kind,
            table="shares",
            finding="05.share",
            encoding=encoding,
            subtitle="Customer share by category, % of buyers' spend",
            source="Household panel",
            alt="Customer share by category",
        )

    return make
