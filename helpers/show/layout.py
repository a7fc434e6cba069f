"""How much room text takes, and how it is broken, shortened and moved apart so that nothing is cut or covered.

Charts are laid out in points before they are drawn: every label's width is known first, and the bars get the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextToPath

from helpers.show.style import FONT, TEXT_SIZE

_SPACES = re.compile(r"[^\S\u00a0]+")  # all but the no-break space
UNKNOWN = "□"  # stands for a character that the font does not have


@cache
def _drawable_characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())


def drawable(text: object) -> str:
    """A client's text as the picture can show it: one line, and □ for what the font has no shape for (emoji, Chinese).

    >>> drawable("Kaffee\\n& Tee \U0001f375")
    'Kaffee & Tee □'
    """
    known, shown = _drawable_characters(), []
    for char in _SPACES.sub(" ", str(text)).strip():
        kind = unicodedata.category(char)
        if kind in ("Cc", "Cf", "Mn", "Cs"):  # controls, joiners, marks and halves of a pair: no shape of their own
            continue
        shown.append(char if ord(char) in known else UNKNOWN)
    return "".join(shown).strip()


@lru_cache(maxsize=8192)
def text_width(text: str, size: float = TEXT_SIZE, weight: str = "normal") -> float:
    """The width of one line in points."""
    if not text:
        return 0.0
    font = FontProperties(family=FONT, size=size, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, False)[0])


def shortened(text: str, width: float, size: float = TEXT_SIZE, weight: str = "normal") -> str:
    """The text, cut with … where it is wider than `width` points."""
    if text_width(text, size, weight) <= width:
        return text
    fits = _fitting(text, width, size, weight)
    kept = text[:fits]
    word = kept.rfind(" ")
    # end on a whole word where that costs little
    kept = kept[:word] if word > fits * 0.7 and text[fits : fits + 1] != " " else kept
    return kept.rstrip(" ,;:-&(") + "…"


def _fitting(text: str, width: float, size: float, weight: str) -> int:
    """How many characters fit with a … after them."""
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if text_width(text[:middle].rstrip() + "…", size, weight) <= width:
            fits = middle
        else:
            too_long = middle
    return fits


def wrapped(text: str, width: float, lines: int, size: float = TEXT_SIZE, weight: str = "normal") -> list[str]:
    """The text on at most so many lines of `width` points, broken between words; the last is cut with … if need be."""
    # a no-break space keeps a number and its unit on one line
    words, done = text.replace(" %", "\u00a0%").split(" "), []
    while words and len(done) < lines - 1:
        count = 1
        while count < len(words) and text_width(" ".join(words[: count + 1]), size, weight) <= width:
            count += 1
        line = " ".join(words[:count])
        if text_width(line, size, weight) > width:  # one word wider than the line: break it where it must be
            cut = max(1, _fitting(line, width, size, weight))
            cut = line.rfind("-", 0, cut) + 1 or cut
            words[:1] = [line[:cut], line[cut:]]
            continue
        done.append(line)
        del words[:count]
    if words:
        done.append(shortened(" ".join(words), width, size, weight))
    return done or [""]


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Middles for labels in one column, as near as can be to where they are wanted, none covering another.

    >>> spread([10, 11, 40], [10, 10, 10], 0, 100)
    [5.5, 15.5, 40.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    blocks: list[list] = []  # [members, height, top]
    for index in order:
        block = [[index], heights[index], wanted[index] - heights[index] / 2]
        while blocks and blocks[-1][2] + blocks[-1][1] > block[2]:
            above = blocks.pop()
            members, height = above[0] + block[0], above[1] + block[1]
            block = [members, height, _best_top(members, wanted, heights)]
            block[2] = max(low, min(block[2], high - height))
        block[2] = max(low, min(block[2], high - block[1]))
        blocks.append(block)
    middles = [0.0] * len(wanted)
    for members, _, top in blocks:
        for index in members:
            middles[index] = float(top + heights[index] / 2)
            top += heights[index]
    return middles


def _best_top(members: list[int], wanted: Sequence[float], heights: Sequence[float]) -> float:
    """Where a pile of labels moves least in the mean."""
    above, total = 0.0, 0.0
    for index in members:
        total += wanted[index] - heights[index] / 2 - above
        above += heights[index]
    return total / len(members)
