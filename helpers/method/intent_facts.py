"""What is known of each group, in the words that the intent rules compare: from the tables of steps 04 to 08."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.client.result_model import Assumption
from helpers.errors import StepInputError, listed, quoted
from helpers.method.group_named import formed_groups, names_of_groups
from helpers.method.intent_space import settled
from helpers.method.intent_words import FACTS, TESTS, UNKNOWN
from helpers.method.pass_chance import NOT_TESTED
from helpers.method.share import ALL

LARGE = 0.10  # of a year's revenue of the group
LARGE_HEADROOM = Assumption(
    id="09.large_headroom",
    text="There is much to win from a group where what can be won in a year is this part or more of a year's revenue.",
    value=LARGE,
    low=0.05,
    high=0.20,
)
NAMES = ["group_id", "group_name"]


def intent_facts(
    groups: pd.DataFrame | None,
    *,
    value_exchange: pd.DataFrame | None = None,
    clv_by_group: pd.DataFrame | None = None,
    margin_slopes: pd.DataFrame | None = None,
    failing_groups: pd.DataFrame | None = None,
    group_share: pd.DataFrame | None = None,
    winnable_headroom: pd.DataFrame | None = None,
    future_fit: pd.DataFrame | None = None,
    years: float = 1.0,
    large: float = LARGE,
) -> pd.DataFrame:
    """What is known of each group that was formed, one word a fact.

    Parameters
    ----------
    groups : DataFrame, any number of rows a group, or None; then there is no group
        group_id and group_name. All customers together, and those that stand beside, such as lapsing, get no intent.
    value_exchange : DataFrame, one row per group, optional (step 07): group_id, position
    clv_by_group : DataFrame, one row per group, optional (step 04): group_id, clv_low, clv_high
    margin_slopes : DataFrame, one row per group and measure, optional (step 04): group_id, decides, downturn
    failing_groups : DataFrame, one row per group, optional (step 06): group_id, fails, diagnosis
    group_share : DataFrame, one row per group, optional (step 05)
        group_id, revenue of the window, band and modelled_band.
    winnable_headroom : DataFrame, one row per group, optional (step 05): group_id, winnable_low, winnable_high
    future_fit : DataFrame, one row per group and test, optional (step 08)
        group_id, test (profitable, direction, commitment, market, right_to_win) and status.
    years : float, how long the window of the revenue is
    large : float, the part of a year's revenue from which what can be won counts as large

    Returns
    -------
    DataFrame, one row per group in their order
        group_id, group_name  str
        one column per fact of `FACTS`, each one of its words; what no table says is "unknown" or "not_tested"

    Raises
    ------
    StepInputError
        If years is not above zero, large is below it, or a table has a word that no fact knows or a group twice.

    Notes
    -----
    Lifetime value and headroom are on a side only where their whole 90 % interval is. The measured band of the share
    goes before the modelled one. A downturn fails the test of profit, and the tests make `future` (see `settled`).

    Examples
    --------
    >>> groups = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"]})
    >>> clv = pd.DataFrame({"group_id": ["g1"], "clv_low": [10.0], "clv_high": [30.0]})
    >>> facts = intent_facts(groups, clv_by_group=clv)
    >>> facts[["lifetime", "position", "future"]].values.tolist()
    [['above', 'unknown', 'not_tested']]
    """
    if not years > 0 or not large >= 0:
        raise StepInputError(f"years is {years:g} and large {large:g}. Expected years above zero, large zero or more.")
    names = names_of_groups(groups)
    ids = [group for group in formed_groups(names) if group != ALL]
    facts = pd.DataFrame({"group_id": ids, "group_name": [names[group] for group in ids]}, dtype="object")

    def of(table: pd.DataFrame | None, column: str, name: str) -> pd.Series:
        return _of_groups(table, column, ids, name)

    facts["position"] = _known(of(value_exchange, "position", "value_exchange"))
    ends = [of(clv_by_group, end, "clv_by_group") for end in ("clv_low", "clv_high")]
    facts["lifetime"] = side_of(*ends, 0.0, ("above", "below"))
    if margin_slopes is not None:
        margin_slopes = margin_slopes[margin_slopes["decides"].fillna(False).astype(bool)]
    facts["downturn"] = _yes_no(of(margin_slopes, "downturn", "margin_slopes"))
    facts["diagnosis"] = _diagnosis(
        *(of(failing_groups, column, "failing_groups") for column in ("fails", "diagnosis"))
    )
    measured, modelled = (_known(of(group_share, column, "group_share")) for column in ("band", "modelled_band"))
    facts["share"] = measured.where(measured != UNKNOWN, modelled)
    revenue = of(group_share, "revenue", "group_share").astype(float) / years
    parts = [
        of(winnable_headroom, end, "winnable_headroom").astype(float) / revenue.where(revenue > 0)
        for end in ("winnable_low", "winnable_high")
    ]
    facts["headroom"] = side_of(*parts, large, ("large", "small"))
    for test in TESTS:
        rows = None if future_fit is None else future_fit[future_fit["test"] == test]
        facts[test] = of(rows, "status", "future_fit").fillna(NOT_TESTED)
    checked_words(facts.assign(future=NOT_TESTED))  # before the tests make it
    return settled(facts)[[*NAMES, *FACTS]]


def side_of(low: pd.Series, high: pd.Series, cut: float, words: tuple[str, str]) -> pd.Series:
    """On which side of a cut an interval lies.

    Parameters
    ----------
    low, high : Series of float, the ends; both the same for a draw, missing where nothing is known
    cut : float; an interval that begins right at it lies above
    words : what to call above and below

    Returns
    -------
    Series of str: one of the words, "unclear" where the cut lies within, "unknown" where an end is missing

    Examples
    --------
    >>> low, high = pd.Series([1.0, -2.0, -1.0, None]), pd.Series([2.0, -1.0, 1.0, 3.0])
    >>> side_of(low, high, 0.0, ("above", "below")).tolist()
    ['above', 'below', 'unclear', 'unknown']
    """
    # rounded, so that a part of exactly the cut reaches it
    low, high = (pd.Series(end).astype(float).round(9) for end in (low, high))
    above, below = words
    choices = [low.isna() | high.isna(), low >= cut, high < cut]
    # an interval of nothing but zero is not more than zero
    if cut == 0:
        choices[1] = low > cut
    return pd.Series(np.select(choices, [UNKNOWN, above, below], "unclear"), index=low.index, dtype="object")


def checked_words(facts: pd.DataFrame) -> None:
    """Refuses facts that hold a word which no rule can name: it would fit no rule, or the last one, in silence.

    Raises
    ------
    StepInputError
        With each such word, its fact and the words that it can have.
    """
    lacking = [name for name in FACTS if name not in facts]
    if lacking:
        raise StepInputError(f"The facts of the groups lack {listed(lacking, 12)}. Expected a column for each fact.")
    for name, fact in FACTS.items():
        strange = sorted({str(word) for word in facts[name] if word not in fact.words})
        if strange:
            words = ", ".join(fact.words)
            raise StepInputError(
                f"The fact {name} holds {listed([quoted(word) for word in strange])}. Expected {words}."
            )


def _of_groups(table: pd.DataFrame | None, column: str, ids: list[str], name: str) -> pd.Series:
    """A column of a published table in the order of the groups; missing where it has no row of one."""
    if table is None:
        return pd.Series([None] * len(ids), dtype="object")
    lacking = [part for part in ("group_id", column) if part not in table]
    if lacking:
        raise StepInputError(f"{name} lacks the column {lacking[0]}, which the facts of the groups need.")
    ours = table[table["group_id"].isin(ids)]
    twice = sorted(set(ours.loc[ours["group_id"].duplicated(), "group_id"]))
    if twice:
        raise StepInputError(
            f"{name} has {listed([quoted(group) for group in twice])} twice. Expected one row a group."
        )
    values = ours.set_index("group_id")[column].astype("object").reindex(ids)
    return values.where(values.notna(), None).reset_index(drop=True)


def _known(words: pd.Series) -> pd.Series:
    return words.where(words.notna() & (words != "cannot_say"), UNKNOWN)


def _yes_no(values: pd.Series) -> pd.Series:
    return values.map(lambda value: UNKNOWN if value is None or pd.isna(value) else "yes" if value else "no")


def _diagnosis(fails: pd.Series, diagnosis: pd.Series) -> pd.Series:
    return _known(diagnosis.mask(_yes_no(fails) == "no", "none").mask(_yes_no(fails) == UNKNOWN, UNKNOWN))
