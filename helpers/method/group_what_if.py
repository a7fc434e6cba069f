"""What another way in, another number or other rules would change: the sentence under the forms of step 03."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.client.result_model import Finding
from helpers.errors import StepInputError, listed
from helpers.method.finding_values import count_value, number_value, share_value, text_value
from helpers.method.group_before import GroupsBefore, kept_groups
from helpers.method.group_forming import RULES, Behaviour, Formed


def if_way_in(form: Callable[..., Formed], decided: Mapping | None) -> Callable[[Any], Finding]:
    """Which groups another way in would form.

    Parameters
    ----------
    form : `group_forming.form_groups` with all but way_in, count and decided
    decided : the decision `all.groups` in force

    Returns
    -------
    function from a way in to a Finding
    """

    def preview(way_in: str) -> Finding:
        if way_in == RULES and not any(row.get("rule") for row in (decided or {}).values()):
            return Finding(id="03.preview", text="Then each group below needs a rule.", evidence="judged")
        return _told(form(way_in=way_in, decided=decided))

    return preview


def if_groups(form: Callable[..., Formed], *, way_in: str, count: float | None) -> Callable[[Any], Finding]:
    """Which groups other names, anchors or rules would make; parameters as in `if_way_in`."""

    def preview(decided: Mapping) -> Finding:
        return _told(form(way_in=way_in, count=count, decided=decided))

    return preview


def if_refit(
    form: Callable[..., Formed],
    *,
    way_in: str,
    count: float | None,
    decided: Mapping | None,
    before: GroupsBefore | None,
) -> Callable[[Any], Finding]:
    """Which groups there would be if customers were assigned to those of the version before, or these formed anew.

    Parameters
    ----------
    form : `group_forming.form_groups` with all but way_in, count and decided
    way_in, count, decided
        In force.
    before : the groups of the version before

    Returns
    -------
    function from `assign` or `refit` to a Finding
    """

    def preview(refit: str) -> Finding:
        return _told(form(way_in=way_in, count=count, decided=decided, kept=kept_groups(before, refit)))

    return preview


def if_count(found: Behaviour) -> Callable[[Any], Finding]:
    """How surely another number of groups would come back, and how small the smallest would be.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"k": [3], "agreement": [0.91], "smallest_part": [0.2], "allowed": [True]})
    >>> said = if_count(Behaviour(None, None, None, 3, table, None))(3)
    >>> said.values["agreement"].value, said.values["least"].value
    (0.91, 0.2)
    """

    def preview(count: float) -> Finding:
        rows = found.evidence[found.evidence["k"] == count]
        if rows.empty:
            raise StepInputError(f"These customers do not carry {count:g} groups. Try a smaller number.")
        row = rows.iloc[0]
        values = {"k": count_value(row["k"]), "agreement": number_value(round(float(row["agreement"]), 2))}
        values["least"] = share_value(row["smallest_part"])
        text = "In {k:count} groups two samples agree to {agreement:number}, where one is full agreement; "
        text += "the smallest group would hold {least:pct} of the customers"
        text += "." if row["allowed"] else ", which is too few to be led by itself."
        return Finding(id="03.preview", text=text, values=values, evidence="measured")

    return preview


def _told(formed: Formed) -> Finding:
    """The groups with their numbers."""
    sizes = formed.customer_groups["group_name"].value_counts(sort=False)
    names = dict(formed.customer_groups[["group_id", "group_name"]].drop_duplicates("group_id").to_numpy())
    ids = [group for group in formed.rules["group_id"] if group in names]
    values = {f"n{group}": count_value(int(sizes[names[group]])) for group in ids}
    values |= {f"name{group}": text_value(names[group]) for group in ids}
    values["groups"], values["rest"] = (
        count_value(len(ids)),
        count_value(len(formed.customer_groups) - _in(formed, ids)),
    )
    each = listed([f"{{name{group}:text}} {{n{group}:count}}" for group in ids], most=len(ids))
    text = f"Then there are {{groups:count}} groups: {each}; {{rest:count}} customers stand beside them."
    return Finding(id="03.preview", text=text, values=values, evidence="judged")


def _in(formed: Formed, ids: list[str]) -> int:
    return int(formed.customer_groups["group_id"].isin(ids).sum())
