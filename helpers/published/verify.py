"""`workbook verify`: numbers that others have published, computed again by the kit's own methods.

`numbers.yaml` holds what was published, with its source; `recipes.py` computes the same from data that ships here or is
small enough to be typed there. A number agrees when it rounds to the digits that were published.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from helpers.client.yaml_files import plain, read_yaml
from helpers.errors import StepInputError, counted
from helpers.published.recipes import RECIPES

NUMBERS = Path(__file__).parent / "numbers.yaml"
Recipe = Callable[[], Mapping[str, float]]


@dataclass(frozen=True)
class Published:
    """One published number: `text` as it was printed, `within` how far a computed one may lie from it."""

    what: str
    quantity: str
    step: str
    recipe: str
    text: str
    within: float
    source: str


@dataclass(frozen=True)
class Compared:
    """A published number and the computed one."""

    number: Published
    computed: float

    @property
    def difference(self) -> float:
        """Computed less published."""
        return self.computed - float(self.number.text)

    @property
    def agrees(self) -> bool:
        """Whether the two lie as near together as they should."""
        # the border belongs to both roundings, and is not always a number that a float can hold
        return abs(self.difference) <= self.number.within * (1 + 1e-9)


def published_numbers(path: Path = NUMBERS) -> list[Published]:
    """What numbers.yaml holds, one entry a number, in its order.

    Notes
    -----
    Where an entry does not say `within`, that is half of the last digit: 4.414 stands for anything that rounds to it.
    """
    numbers = []
    for row in read_yaml(path)["rows"]:
        for quantity, value in row["published"].items():
            text = str(getattr(value, "text", value))
            half = float(Decimal(1).scaleb(Decimal(text).as_tuple().exponent) / 2)
            within = row.get("within", {}).get(quantity, half)
            numbers.append(
                Published(
                    *(str(row["what"]), str(quantity), str(row["step"]), str(row["recipe"])),
                    *(text, float(plain(within)), str(row["source"])),
                )
            )
    return numbers


def verify(numbers: list[Published] | None = None, recipes: Mapping[str, Recipe] | None = None) -> list[Compared]:
    """Compute every published number again and set the two side by side.

    Parameters
    ----------
    numbers : list of Published, optional
        Those of numbers.yaml where not given.
    recipes : mapping of names to functions without arguments that give quantities by name, optional

    Raises
    ------
    StepInputError
        If a number names a recipe that is not there, or a recipe does not give the quantity asked for.
    """
    numbers = published_numbers() if numbers is None else numbers
    recipes = RECIPES if recipes is None else recipes
    made: dict[str, Mapping[str, float]] = {}
    compared = []
    for number in numbers:
        if number.recipe not in recipes:
            raise StepInputError(f'numbers.yaml names the recipe "{number.recipe}", and recipes.py has none such.')
        if number.recipe not in made:
            made[number.recipe] = recipes[number.recipe]()
        if number.quantity not in made[number.recipe]:
            known = ", ".join(made[number.recipe])
            raise StepInputError(f'"{number.recipe}" does not compute "{number.quantity}", but: {known}.')
        compared.append(Compared(number, float(made[number.recipe][number.quantity])))
    return compared


def verify_lines(compared: list[Compared]) -> list[str]:
    """The comparison as a reader of a terminal wants it: a block for each subject, and the sum at the end."""
    width = max(len(one.number.quantity) for one in compared)
    lines, subject = [], None
    for one in compared:
        number = one.number
        if number.what != subject:
            subject = number.what
            lines += [*([""] if lines else []), f"{number.step[:2]}  {number.what}", f"    {number.source}"]
            lines.append(f"      {'':<{width}}  {'computed':>14}  {'published':>14}  {'difference':>12}")
        # one digit more than was published, so that a reader sees how it rounds
        digits = -int(Decimal(number.text).as_tuple().exponent) + 1
        computed, difference = (f"{round(value, digits) + 0.0:,.{digits}f}" for value in (one.computed, one.difference))
        published = f"{Decimal(number.text):,}"
        mark = "" if one.agrees else f"  MISSED: at most {number.within:g} apart"
        lines.append(f"      {number.quantity:<{width}}  {computed:>14}  {published:>14}  {difference:>12}{mark}")
    missed = sum(not one.agrees for one in compared)
    lines += ["", f"{counted(len(compared), 'number')}, {len(compared) - missed} agree, {missed} missed."]
    return lines


def verify_json(compared: list[Compared]) -> str:
    """The comparison as JSON: `ok`, and under `numbers` an object each with what was published and what was found."""
    numbers = [
        asdict(one.number)
        | {"published": float(one.number.text), "computed": one.computed}
        | {"difference": one.difference, "agrees": one.agrees}
        for one in compared
    ]
    return json.dumps({"ok": all(one.agrees for one in compared), "numbers": numbers}, indent=1)
