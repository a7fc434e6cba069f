"""A range in a cell: from its low to its high end, on a scale that all rows of a table share."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from helpers.show.style import BRAND, Brand, blended

WIDE, HIGH, EDGE = 168.0, 20.0, 4.0  # points of the picture's own scale


def range_strip(
    low: float, likely: float, high: float, ends: tuple[float, float], words: str, brand: Brand = BRAND
) -> str:
    """The range as an `<img>`: a bar from low to high, a dot where it is most likely, a line at zero.

    Parameters
    ----------
    ends : (float, float)
        Of the scale, the same for all rows; zero is put inside.
    words : str
        What a reader who cannot see it is told, plain text.

    Examples
    --------
    >>> range_strip(1.0, 2.0, 3.0, (0.0, 4.0), "1 to 3")[:40]
    '<img class="strip" src="data:image/svg+x'
    """
    first, last = min(0.0, *ends), max(0.0, *ends)
    span = last - first or 1.0

    def at(value: float) -> str:
        return f"{EDGE + (value - first) / span * (WIDE - 2 * EDGE):.1f}"

    width = max(float(at(high)) - float(at(low)), 2.0)
    middle = HIGH / 2
    parts = [
        f'<line x1="{EDGE}" x2="{WIDE - EDGE}" y1="{middle}" y2="{middle}" stroke="{brand.grid}" stroke-width="1"/>',
        f'<rect x="{at(low)}" y="{middle - 4}" width="{width:.1f}" height="8" rx="4" '
        f'fill="{blended(brand.accent, brand.paper, 0.38)}"/>',
        f'<line x1="{at(0)}" x2="{at(0)}" y1="1" y2="{HIGH - 1}" stroke="{brand.ink}" stroke-width="1"/>',
        f'<circle cx="{at(likely)}" cy="{middle}" r="4" fill="{brand.accent}" stroke="{brand.paper}"/>',
    ]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:g} {HIGH:g}">{"".join(parts)}</svg>'
    coded = b64encode(svg.encode()).decode("ascii")
    return (
        f'<img class="strip" src="data:image/svg+xml;base64,{coded}" alt="{escape(words)}" width="{WIDE:g}" '
        f'height="{HIGH:g}">'
    )
