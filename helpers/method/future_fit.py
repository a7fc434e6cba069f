"""Five tests of a group's future, side by side: which groups lead, which are out of step, and what is still open?

Each test says how likely it is that a group passes. What people scored in a workshop stands beside the measured scores
and changes none of them; where the two differ widely, one of them has something to learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.errors import StepInputError, listed, quoted
from helpers.method.commitment_groups import GROUP
from helpers.method.delivered import columns_of
from helpers.method.finding_values import is_known, is_number
from helpers.method.future_evidence import MONEY, PARTS, row_of_test
from helpers.method.group_named import NO_GROUP, Named, formed_groups, group_named, names_of_groups
from helpers.method.intent_words import TESTS
from helpers.method.money import whole_money
from helpers.method.pass_chance import FAIL, FAIL_TO, NOT_TESTED, PASS, PASS_FROM, STATUS_NAMES, UNDECIDED

TEST_NAMES = {
    "profitable": "Profitable",
    "direction": "Same direction",
    "commitment": "Worth committing to",
    "market": "Adoption-ready growth",
    "right_to_win": "Right to win",
}
# where there is room for a word or two only
SHORT_NAMES = dict(zip(TEST_NAMES, ("Profit", "Same way", "Commit", "Market", "Right to win"), strict=True))
MUST_PASS = ("profitable", "right_to_win")  # a passing group passes these, and fails none
LEADS, HELD_BACK, OPEN, OUT = "leads", "held_back", "open", "out_of_step"
STANDS = {
    LEADS: "Leads",
    OPEN: "Open",
    HELD_BACK: "Held back",
    OUT: "Out of step",
    NOT_TESTED: "Not tested",
}
OUT_FROM = 2  # failed tests
DIFFER = 40.0  # points between a workshop's score and a measured one
MOST = 100
COLUMNS = [
    *("group_id", "group_name", "test", "test_name", "test_short", "chance", "score", "status", "status_name", "basis"),
    *("evidence", "evidence_words", *MONEY, *PARTS, "trend", "why_not"),
    *("workshop", "difference", "disagrees", "workshop_why"),
]
OF_GROUPS = [
    *("group_id", "group_name", "customers", "passed", "failed", "undecided", "not_tested", "fails", "stays_open"),
    *("stand", "stand_name", "passing", "position_name", "revenue", "cost_to_serve", "disagreements"),
]


def members_of(groups: pd.DataFrame | None) -> pd.DataFrame:
    """Customers with their group, in three columns; no row where no group was formed.

    >>> members_of(None).columns.tolist()
    ['customer_id', 'group_id', 'group_name']
    """
    return columns_of(groups, dict.fromkeys(("customer_id", "group_id", "group_name"), "str"))


def workshop_scores(
    said: Mapping[str, Mapping[str, Any]] | None, groups: pd.DataFrame | None
) -> tuple[pd.DataFrame, Named]:
    """What a workshop scored, by group and test, and the groups that it means.

    Parameters
    ----------
    said : mapping of group (an id or a name) to its answers, or None
        The decision `workshop`: for each test a number from 0 to 100, or nothing, and why.
    groups : DataFrame, one row per customer in a group, or None

    Returns
    -------
    (DataFrame, Named)
        group_id, test, workshop (0 to 100), workshop_why; one row per score. And what was matched: a name that no group
        has is in `unmatched` and scores nobody.

    Raises
    ------
    StepInputError
        If a score is no number from 0 to 100, or a group stands there twice, by its id and by its name.

    Examples
    --------
    >>> groups = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"]})
    >>> scores, named = workshop_scores({"yards": {"market": 70, "why": "full books"}}, groups)
    >>> scores.values.tolist(), named.unmatched
    ([['g1', 'market', 70.0, 'full books']], ())
    """
    rows, said = [], said or {}
    named = group_named(pd.Series(list(said), dtype="object"), groups)
    twice = named.group_id[named.group_id.duplicated() & (named.group_id != NO_GROUP)]
    if len(twice):
        raise StepInputError(
            f"The decision workshop scores {quoted(twice.iloc[0])} twice, perhaps by its id and by its name. Expected "
            "one row a group: take one out."
        )
    for group_id, (group, row) in zip(named.group_id, said.items(), strict=True):
        for test in TESTS:
            score = row.get(test)
            if not is_known(score) or (isinstance(score, str) and not score.strip()):
                continue
            if not is_number(score) or not 0 <= score <= MOST:
                raise StepInputError(
                    f"The decision workshop gives {group} {quoted(score)} for {TEST_NAMES[test]}. Expected a number "
                    "from 0 to 100, or nothing."
                )
            if group_id != NO_GROUP:
                rows.append((group_id, test, float(score), str(row.get("why") or "").strip()))
    kinds = {"group_id": "str", "test": "str", "workshop": float, "workshop_why": "str"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds), named


def future_fit(
    tests: Mapping[str, pd.DataFrame],
    groups: pd.DataFrame | None,
    workshop: pd.DataFrame | None = None,
    *,
    window_months: int | None = None,
    currency: str = "",
) -> pd.DataFrame:
    """How each group does in each of the five tests, with the evidence and what a workshop thought.

    Answers "which groups lead us into the future, and which are out of step with it?".

    Parameters
    ----------
    tests : mapping of test to DataFrame
        profitable, direction, commitment, market, right_to_win: from `profit_chance`, `group_direction`,
        `commitment_npv`, `market_readiness` and `right_to_win`.
    groups : DataFrame, one row per customer in a group, or None; then there is no row
    workshop : DataFrame, from `workshop_scores`, optional
    window_months, currency : int and str, optional; for the words of the evidence

    Returns
    -------
    DataFrame, one row per group that was formed and test: the columns of the published future_fit
        chance     float  that the group passes the test; missing where there are no data
        score      float  100 x chance, to one decimal
        status     str    pass (80 or more), fail (20 or less), undecided or not_tested
        basis      str    measured, judged or not_tested
        evidence   str    what stands in money (currency), or in part (slopes and growth a year), with its range
        evidence_words  str  the same with its number, for reading
        trend      str    better, worse or level; empty where the test knows none: a value ahead and a survey have none
        workshop   float  0 to 100; missing where nobody scored
        difference float  workshop - score, in points
        disagrees  bool   whether the two lie 40 points or more apart; missing where one is not known

    Raises
    ------
    StepInputError
        If one of the five tests is missing, or has a group twice.

    Notes
    -----
    A market's growth is itself the trend of the group's demand. The workshop decides nothing.

    Examples
    --------
    >>> groups = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"]})
    >>> one = pd.DataFrame({"group_id": ["g1"], "chance": [0.9], "why_not": [""]})
    >>> tests = {test: one for test in TESTS} | {"market": one.assign(chance=float("nan"))}
    >>> scores = workshop_scores({"g1": {"direction": 40}}, groups)[0]
    >>> found = future_fit(tests, groups, scores)
    >>> found[["test", "score", "status"]].fillna(-1).values.tolist()[1:4]
    [['direction', 90.0, 'pass'], ['commitment', 90.0, 'pass'], ['market', -1.0, 'not_tested']]
    >>> float(found.loc[1, "difference"]), bool(found.loc[1, "disagrees"])
    (-50.0, True)
    """
    lacking = [test for test in TESTS if test not in tests]
    if lacking:
        raise StepInputError(
            f"The tests lack {listed(lacking)}. Expected a table for each of {listed(list(TESTS), 5)}."
        )
    names = names_of_groups(groups)
    rows = [
        {"group_id": group_id, "group_name": names[group_id], "test": test, "test_name": TEST_NAMES[test]}
        | {"test_short": SHORT_NAMES[test]}
        | row_of_test(test, _of_group(tests[test], group_id, test), window_months, currency)
        for group_id in formed_groups(names)
        for test in TESTS
    ]
    said = [name for name in COLUMNS if name not in ("score", "workshop", "difference", "disagrees", "workshop_why")]
    table = pd.DataFrame(rows, columns=said)
    table["chance"] = table["chance"].astype(float)
    score = (MOST * table["chance"]).round(1)
    # what is open reads as open, also within a twentieth of a point of a border
    table["score"] = score.mask(table["status"] == UNDECIDED, score.clip(MOST * FAIL_TO + 0.1, MOST * PASS_FROM - 0.1))
    keys = ["group_id", "test"]
    scores = workshop_scores(None, groups)[0] if workshop is None else workshop
    table = table.astype({"group_id": "str", "test": "str"}).merge(scores, on=keys, how="left", validate="one_to_one")
    table["difference"] = table["workshop"] - table["score"]
    known = table["difference"].notna()
    table["disagrees"] = (table["difference"].abs().round(6) >= DIFFER).astype("boolean").where(known)
    texts = ("group_id", "group_name", "test", "test_name", "test_short", "status", "status_name", "basis")
    texts += ("evidence", "evidence_words", "trend")
    kinds = dict.fromkeys((*texts, "why_not", "workshop_why"), "str") | dict.fromkeys((*MONEY, *PARTS), float)
    table = table.astype(kinds)
    for name in MONEY:
        table[name] = whole_money(table[name])
    return table[COLUMNS]


def future_groups(
    future_fit: pd.DataFrame, groups: pd.DataFrame | None, value_exchange: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Where each group stands by its five tests.

    Parameters
    ----------
    future_fit : DataFrame, from `future_fit`
    groups : DataFrame, one row per customer in a group, or None
    value_exchange : DataFrame, of step 07, optional
        For the position, revenue and cost to serve beside.

    Returns
    -------
    DataFrame, one row per group that was formed: the columns of the published future_groups
        passed, failed, undecided, not_tested  int  tests, five in all
        fails, stays_open  str   the names of those that it fails, and of those that are undecided or not tested
        stand     str   leads: fails none and passes Profitable and Right to win; out_of_step: fails two or more;
                        held_back: fails one; open: fails none and does not lead; not_tested: nothing was tested
        passing   bool  whether it leads
        revenue, cost_to_serve  float  of the window, currency; missing where step 07 does not know them
        disagreements  int  tests on which the workshop and the data lie 40 points or more apart

    Examples
    --------
    >>> fit = pd.DataFrame({"group_id": "g1", "group_name": "Yards", "test": TESTS, "disagrees": pd.NA,
    ...     "test_name": list(TEST_NAMES.values()), "status": ["pass", "fail", "undecided", "fail", "pass"]})
    >>> members = pd.DataFrame({"customer_id": ["c1"], "group_id": "g1", "group_name": "Yards"})
    >>> future_groups(fit, members)[["failed", "fails", "stand", "passing"]].values.tolist()
    [[2, 'Same direction, Adoption-ready growth', 'out_of_step', False]]
    """
    names, rows = names_of_groups(groups), []
    for group_id in formed_groups(names):
        mine = future_fit[future_fit["group_id"] == group_id]
        by = {status: mine.loc[mine["status"] == status, "test_name"].tolist() for status in STATUS_NAMES}
        passed = set(mine.loc[mine["status"] == PASS, "test"])
        stand = _stand(passed, len(by[FAIL]), len(by[NOT_TESTED]) == len(mine))
        rows.append(
            {
                "group_id": group_id,
                "group_name": names[group_id],
                "customers": int((groups["group_id"] == group_id).sum()),
                "passed": len(by[PASS]),
                "failed": len(by[FAIL]),
                "undecided": len(by[UNDECIDED]),
                "not_tested": len(by[NOT_TESTED]),
                "fails": ", ".join(by[FAIL]),
                "stays_open": ", ".join(by[UNDECIDED] + by[NOT_TESTED]),
                "stand": stand,
                "stand_name": STANDS[stand],
                "passing": stand == LEADS,
                "disagreements": int(mine["disagrees"].fillna(False).astype(bool).sum()),
            }
        )
    table = pd.DataFrame(rows, columns=[name for name in OF_GROUPS if name not in _BESIDE])
    known = pd.DataFrame(columns=["group_id", *_BESIDE]) if value_exchange is None else value_exchange
    known = known.drop_duplicates("group_id").set_index("group_id")
    for name, kind in _BESIDE.items():
        column = known[name] if name in known else pd.Series(dtype="object")
        table[name] = table["group_id"].map(column.astype(object)).astype(kind)
    counts = ("customers", "passed", "failed", "undecided", "not_tested", "disagreements")
    texts = ("group_id", "group_name", "fails", "stays_open", "stand", "stand_name")
    kinds = dict.fromkeys(counts, "int64") | dict.fromkeys(texts, "str") | {"passing": bool}
    return table.astype(kinds)[OF_GROUPS]


_BESIDE = {"position_name": "str", "revenue": float, "cost_to_serve": float}


def with_stands(future_fit: pd.DataFrame, future_groups: pd.DataFrame) -> pd.DataFrame:
    """The five tests of each group, with the stand that follows from them: the published future_fit.

    >>> fit = pd.DataFrame({"group_id": ["g1", "g1"], "test": ["market", "direction"]})
    >>> with_stands(fit, pd.DataFrame({"group_id": ["g1"], "stand_name": ["Leads"]}))["stand_name"].tolist()
    ['Leads', 'Leads']
    """
    stands = future_groups.set_index("group_id")["stand_name"]
    return future_fit.assign(stand_name=future_fit["group_id"].map(stands).astype("str"))


def passing_groups(future_groups: pd.DataFrame) -> list[str]:
    """The ids of the groups that lead, in their order.

    >>> passing_groups(pd.DataFrame({"group_id": ["g1", "g2"], "passing": [False, True]}))
    ['g2']
    """
    return future_groups.loc[future_groups["passing"], "group_id"].tolist()


def by_behaviour(group_centres: pd.DataFrame | None) -> bool:
    """Whether what customers did decided who is in a group: step 03 publishes centres then, and only then.

    >>> by_behaviour(pd.DataFrame()), by_behaviour(pd.DataFrame({"group_id": ["g1"]}))
    (False, True)
    """
    return group_centres is not None and len(group_centres) > 0


def asked_of_people(
    future_fit: pd.DataFrame, right_to_win: pd.DataFrame, *, judged: object, scored: object
) -> dict[str, list[str]]:
    """For whom the judgements `right_to_win` and `workshop` are asked: "all", or nobody where the data say it all.

    Advantages are asked for where a group's customers did not compare us, the workshop where a test is open or could
    not be made; and both where people have said something (`judged`, `scored`), so that it can be seen and renewed.

    >>> fit = pd.DataFrame({"status": ["pass", "undecided"]})
    >>> asked_of_people(fit, pd.DataFrame({"measured_chance": [0.9]}), judged=None, scored=None)
    {'right_to_win': [], 'workshop': ['all']}
    """
    unknown = bool(right_to_win["measured_chance"].isna().any())
    open_ = bool((~future_fit["status"].isin([PASS, FAIL])).any())
    asked = {"right_to_win": unknown or judged is not None, "workshop": open_ or scored is not None}
    return {name: ["all"] if is_so else [] for name, is_so in asked.items()}


def untraced_of(profit_ladder: pd.DataFrame | None) -> float | None:
    """The cost of the window that no event records, as step 04 has it; None where it is not known.

    >>> untraced_of(pd.DataFrame({"group_id": ["all"], "rung": ["untraced_cost"], "amount": [-7.0]}))
    7.0
    """
    if profit_ladder is None:
        return None
    found = profit_ladder.loc[profit_ladder["rung"] == "untraced_cost", "amount"].dropna()
    return float(abs(found.iloc[0])) if len(found) else None


def _of_group(table: pd.DataFrame, group_id: str, test: str) -> pd.Series | None:
    """The row of a group in the table of a test."""
    rows = table[table["group_id"] == group_id]
    if "level" in table:
        rows = rows[rows["level"] == GROUP]
    if len(rows) > 1:
        raise StepInputError(f"The test {test} has the group {quoted(group_id)} twice. Expected one row a group.")
    return rows.iloc[0] if len(rows) else None


def _stand(passed: set[str], failed: int, nothing: bool) -> str:
    if nothing:
        return NOT_TESTED
    if failed:
        return OUT if failed >= OUT_FROM else HELD_BACK
    return LEADS if passed.issuperset(MUST_PASS) else OPEN
