"""The scope: which categories are meant when a company says "our share of the customer".

The choice decides the answer, so the options are laid out side by side and people choose.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.errors import StepInputError, counted, listed, nearest
from helpers.method.money import whole_money
from helpers.method.share_wallets import all_lines, in_scope, named_customers

MIN_PART = 0.01
SCOPES = ("all_categories", "main_categories", "largest_category", "chosen_categories")


def scope_options(
    customer_category: pd.DataFrame, min_part: float = MIN_PART, chosen: Sequence[str] | None = None
) -> pd.DataFrame:
    """The scopes that a team can choose between, widest first, and what each holds of our revenue.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
        Revenue with a blank category is counted in the whole, and lies in no named scope. Revenue without a customer
        counts for the size of a category.
    min_part : float
        A main category brings at least this part of all our revenue.
    chosen : list of str, optional
        A team's own list of categories; adds the option `chosen_categories`.

    Returns
    -------
    DataFrame, one row per option, the first columns of share_by_scope
        scope, scope_label  str    the option's name, and in words
        categories          int    named categories in it
        customers           int    with revenue above zero in it
        revenue             float  of those customers, in it
        part_of_revenue     float  part of all our revenue that lies in it, returns and lines without a customer
                                   included

    Raises
    ------
    StepInputError
        If `chosen` is empty or names a category in which nothing was sold, or `min_part` is not in [0, 1).

    Notes
    -----
    Named options are left out where no category qualifies (no named category, or no revenue above zero). Of equally
    large categories the first by name is the largest.

    Examples
    --------
    >>> sold = pd.DataFrame({"customer_id": ["c1", "c1", "c2"], "category": ["tea", "cups", "tea"],
    ...     "revenue": [90.0, 0.5, 9.5]})
    >>> scope_options(sold)[["scope", "categories", "customers", "revenue"]].values.tolist()
    [['all_categories', 2, 2, 100.0], ['main_categories', 1, 2, 99.5], ['largest_category', 1, 2, 99.5]]
    """
    _refuse_min_part(min_part)
    rows = all_lines(customer_category)
    total = rows["revenue"].sum()
    scopes = [name for name in SCOPES if name != "chosen_categories" or chosen is not None]
    options = []
    for scope in scopes:
        categories = _categories(rows, scope, chosen, min_part)
        if categories == []:
            continue
        inside = rows[in_scope(rows["category"], categories)]
        by_customer = whole_money(named_customers(inside).groupby("customer_id")["revenue"].sum())
        buyers = by_customer[by_customer > 0]
        named = sorted(set(inside["category"]) - {""})
        options.append(
            {
                "scope": scope,
                "scope_label": _label(scope, named, min_part),
                "categories": len(named),
                "customers": len(buyers),
                "revenue": round(float(buyers.sum()), 4),
                "part_of_revenue": float(inside["revenue"].sum() / total) if total > 0 else float("nan"),
            }
        )
    return pd.DataFrame(options)


def categories_in_scope(
    customer_category: pd.DataFrame, scope: str, chosen: Sequence[str] | None = None, min_part: float = MIN_PART
) -> list[str] | None:
    """The categories that a scope holds, sorted by name; None = all, blank included.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
    scope : str
        `all_categories`, `main_categories`, `largest_category` or `chosen_categories`.
    chosen : list of str, optional
        The categories of `chosen_categories`.
    min_part : float
        A main category brings at least this part of all our revenue.

    Raises
    ------
    StepInputError
        If the scope is unknown, no category qualifies, `chosen` is empty or names a category that nobody bought, or
        `min_part` is not in [0, 1).

    Examples
    --------
    >>> sold = pd.DataFrame({"customer_id": ["c1", "c1"], "category": ["tea", "cups"], "revenue": [90.0, 10.0]})
    >>> categories_in_scope(sold, "largest_category"), categories_in_scope(sold, "all_categories")
    (['tea'], None)
    """
    if scope not in SCOPES:
        raise StepInputError(
            f'The decision scope names "{scope}", and there is no such scope. {nearest(scope, SCOPES)}'
        )
    _refuse_min_part(min_part)
    found = _categories(all_lines(customer_category), scope, chosen, min_part)
    if found == []:
        raise StepInputError(
            f'The scope "{scope}" holds nothing: no named category brings enough revenue. Choose all_categories.'
        )
    return found


def scope_in_force(decision: str | Sequence[str]) -> tuple[str, list[str] | None]:
    """The decision read: the name of an option, or a team's own list of categories.

    >>> scope_in_force("main_categories"), scope_in_force(["tea", "cups"])
    (('main_categories', None), ('chosen_categories', ['tea', 'cups']))
    """
    if isinstance(decision, str):
        return decision, None
    if not isinstance(decision, Sequence):
        raise StepInputError(f"The decision scope is {decision!r}; expected a scope or a list of categories.")
    return "chosen_categories", [str(category) for category in decision]


def proposed_scope(
    customer_category: pd.DataFrame, min_part: float = MIN_PART, wallet_revenue: pd.DataFrame | None = None
) -> tuple[str, str]:
    """What is proposed where nobody has chosen, and why: the main categories, where they leave some out.

    Parameters
    ----------
    customer_category : DataFrame, one row per customer and category of the window
    min_part : float
        A main category brings at least this part of all our revenue.
    wallet_revenue : DataFrame, one row per wallet, optional
        Wallets that name no category can only be compared with all that we sell.

    Examples
    --------
    >>> proposed_scope(pd.DataFrame({"customer_id": ["c1"], "category": [None], "revenue": [90.0]}))
    ('all_categories', 'No category stands apart from what we sell as a whole.')
    """
    if wallet_revenue is not None and len(wallet_revenue) and (wallet_revenue["category"].fillna("") == "").all():
        return "all_categories", "The wallets name no category, so they can only be compared with all that we sell."
    options = scope_options(customer_category, min_part)
    size = options.set_index("scope")[["categories", "part_of_revenue"]] if len(options) else pd.DataFrame()
    if "main_categories" in size.index and not size.loc["main_categories"].equals(size.loc["all_categories"]):
        return "main_categories", "A category that brings us next to nothing is not one in which we compete."
    return "all_categories", "No category stands apart from what we sell as a whole."


def _categories(rows: pd.DataFrame, scope: str, chosen: Sequence[str] | None, min_part: float) -> list[str] | None:
    """The categories of a scope; an empty list where none qualifies, None for all."""
    if scope == "all_categories":
        return None
    revenue = whole_money(rows.groupby("category")["revenue"].sum())
    named, total = revenue[revenue.index != ""], float(revenue.sum())
    if scope == "chosen_categories":
        return _checked(chosen, named)
    if scope == "largest_category":
        return named[named > 0].sort_index().sort_values(ascending=False, kind="stable")[:1].index.tolist()
    # The last digits of a division must not decide whether a category of exactly one percent counts.
    return sorted(named[named / total >= min_part - 1e-12].index) if total > 0 else []


def _refuse_min_part(min_part: float) -> None:
    if not 0 <= min_part < 1:
        raise StepInputError(
            f"MIN_PART is {min_part}. Expected the part of our revenue from which on a category is a main one: 0 or "
            "more, and below 1 (0.01 is one percent)."
        )


def _checked(chosen: Sequence[str] | None, named: pd.Series) -> list[str]:
    if not chosen:
        raise StepInputError("The scope chosen_categories needs a list of categories; it is empty.")
    unknown = sorted(set(chosen) - set(named.index))
    if unknown:
        near = nearest(str(unknown[0]), list(named.index)) if len(named) else "No line has a category."
        raise StepInputError(
            f"The scope names {counted(len(unknown), 'category', 'categories')} in which nothing was sold in the "
            f"window: {listed(unknown)}. {near}"
        )
    return sorted(set(chosen))


def _label(scope: str, named: list[str], min_part: float) -> str:
    """The option in words; the count and the cut come from the data, so a changed client changes the words."""
    count = counted(len(named), "category", "categories")
    if scope == "all_categories":
        return f"All that we sell ({count})" if named else "All that we sell"
    if scope == "main_categories":
        return f"The {count} with at least {100 * min_part:.4g}\N{NO-BREAK SPACE}% of our revenue each"
    if scope == "largest_category":
        return f"{named[0]} only"
    return f"{counted(len(named), 'chosen category', 'chosen categories')}"
