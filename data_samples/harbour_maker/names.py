"""What are companies called, and what numbers do their accounts have? Both tell nothing about them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

# fmt: off
FIRST = (
    "Alder", "Amber", "Ansel", "Barrow", "Beacon", "Birch", "Bracken", "Cairn", "Calder", "Corrin", "Dunlin", "Eider",
    "Elver", "Fenwick", "Fulmar", "Garnet", "Hazel", "Heron", "Ivory", "Jasper", "Kestrel", "Lapwing", "Larch",
    "Linden", "Marram", "Merle", "Osier", "Otter", "Pebble", "Petrel", "Plover", "Quill", "Rowan", "Sable", "Sandling",
    "Skerry", "Sorrel", "Tarn", "Teal", "Thistle", "Umber", "Vale", "Wader", "Wharram", "Willow", "Wren", "Yarrow",
    "Zephyr",
)
LAST = (
    "Bay", "Boats", "Bros", "Chandlers", "Charter", "Cove", "Craft", "Dock", "Drift", "Ferries", "Harbourage", "Haven",
    "Hulls", "Landing", "Marina", "Marine", "Moorings", "Motors", "Narrows", "Outboards", "Point", "Quay", "Reach",
    "Repairs", "Rigging", "Sailing", "Ship", "Shore", "Slip", "Sound", "Spars", "Strand", "Supply", "Tackle", "Tide",
    "Trading", "Wharf", "Works", "Yachts", "Yard",
)
# fmt: on


def company_names(rng: np.random.Generator, count: int, taken: set[str]) -> list[str]:
    """Invented names, no two alike and none of taken."""
    plain = [f"{first} {last}" for first in FIRST for last in LAST]
    plain += [f"{first} & {other} {last}" for first, other in pairwise(FIRST) for last in LAST]
    every = plain.copy()
    for number in range(2, 2 + (count + len(taken)) // 3000):  # a larger world needs more of them
        every += [f"{name} {number}" for name in plain]
    free = [name for name in every if name not in taken]
    return [free[place] for place in rng.choice(len(free), count, replace=False)]


def account_numbers(rng: np.random.Generator, count: int) -> list[str]:
    """Random account numbers, no two alike."""
    return [f"H{number}" for number in rng.choice(np.arange(10_000, 100_000), count, replace=False)]
