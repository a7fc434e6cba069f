"""One look for all charts, and the same bytes for the same chart.

The pictures hold no title and no frame: the page says what they mean, in text. Colours are told apart by readers with
any common colour vision, text stands out at least 4.5 : 1 from white, marks at least 3 : 1. Text is drawn as paths, so
a page needs no font.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

WIDE, NARROW = 6.5, 3.6  # inches
POINT = 1 / 72  # of an inch: charts are laid out in points

FONT = "DejaVu Sans"  # ships with matplotlib, so every machine has the same
TEXT_SIZE, SMALL_SIZE = 9.0, 8.0


# seaborn's style "white", written out: to import seaborn takes longer than to import all else that a step needs
WHITE = {
    "axes.axisbelow": True,
    "axes.edgecolor": ".15",
    "axes.facecolor": "white",
    "axes.grid": False,
    "axes.labelcolor": ".15",
    "figure.facecolor": "white",
    "font.sans-serif": ["Arial", "DejaVu Sans", "Liberation Sans", "Bitstream Vera Sans", "sans-serif"],
    "grid.color": ".8",
    "grid.linestyle": "-",
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "text.color": ".15",
    "xtick.bottom": False,
    "xtick.color": ".15",
    "xtick.direction": "out",
    "ytick.color": ".15",
    "ytick.direction": "out",
    "ytick.left": False,
    **{f"axes.spines.{side}": True for side in ("bottom", "left", "right", "top")},
    "xtick.top": False,
    "ytick.right": False,
}


@dataclass(frozen=True)
class Brand:
    """The colours of a page. `series` are for lines side by side, the first being the accent.

    `muted` is for marks that are not the message, `quiet` for text that is not.
    """

    accent: str = "#0072b2"
    accent_text: str = "#005f96"
    muted: str = "#8a94a0"
    ink: str = "#16202b"
    quiet: str = "#566270"
    grid: str = "#e2e6ea"
    paper: str = "#ffffff"
    series: tuple[str, ...] = ("#0072b2", "#b84a00", "#4b5563", "#00795c")


BRAND = Brand()


def blended(colour: str, ground: str, part: float) -> str:
    """A colour laid over another, `part` from 0 (the ground) to 1 (the colour).

    >>> blended("#0072b2", "#ffffff", 0.5)
    '#80b8d8'
    """
    mixed = (part * over + (1 - part) * under for over, under in zip(to_rgb(colour), to_rgb(ground), strict=True))
    return to_hex(tuple(mixed))


def contrast(one: str, other: str) -> float:
    """How much two colours stand out from each other, from 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    low, high = sorted(_luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def text_on(ground: str, brand: Brand) -> str:
    """The colour for text on a coloured ground: the brand's ink where it can be read, else white or black.

    One of the three always stands out by 4.5 : 1, since black and white together make 21 : 1.

    >>> text_on("#ffffff", BRAND) == BRAND.ink, text_on("#0072b2", BRAND)
    (True, '#ffffff')
    """
    return next(text for text in (brand.ink, "#ffffff", "#000000") if contrast(text, ground) >= 4.5)


@contextmanager
def chart_style(brand: Brand = BRAND) -> Iterator[None]:
    """Draw in the kit's style, whatever style the notebook has set, and leave that style as it was."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(WHITE)
        matplotlib.rcParams.update(
            {
                "font.family": [FONT],
                "font.size": TEXT_SIZE,
                "text.color": brand.ink,
                "text.parse_math": False,  # a client's "$5 & $6" is not a formula
                "text.usetex": False,
                "axes.unicode_minus": True,
                "xtick.labelsize": SMALL_SIZE,
                "ytick.labelsize": SMALL_SIZE,
                "xtick.color": brand.quiet,
                "ytick.color": brand.quiet,
                "figure.facecolor": brand.paper,
                "axes.facecolor": "none",
                "grid.color": brand.grid,
                "grid.linewidth": 0.8,
                "lines.solid_capstyle": "butt",
                "patch.force_edgecolor": False,
                "svg.fonttype": "path",
                "svg.hashsalt": "customer-strategy-workbook",
                "savefig.bbox": "standard",
                "savefig.facecolor": "auto",
            }
        )
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, sizes in points; made without pyplot, so a notebook does not show it a second time."""
    figure = Figure(figsize=(width * POINT, height * POINT), dpi=72)
    FigureCanvasSVG(figure)
    return figure


def svg_bytes(figure: Figure) -> bytes:
    """The figure as SVG: no date, no program name, ids that depend on the content alone."""
    buffer = BytesIO()
    # within the style again, because the salt of the ids is read when the file is written
    with chart_style():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return buffer.getvalue()
