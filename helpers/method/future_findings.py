"""What step 08 says of the five tests together: who leads, who is out of step, where people see it otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.errors import listed
from helpers.method.commitment_findings import commitment_findings
from helpers.method.finding_values import (
    count_value,
    date_value,
    group_value,
    money_value,
    number_value,
    text_value,
)
from helpers.method.future_fit import HELD_BACK, LEADS, OPEN, OUT, future_groups
from helpers.method.group_test_findings import direction_findings, profitable_findings, right_to_win_findings
from helpers.method.lookalikes import NextGeneration
from helpers.method.next_generation_findings import next_generation_findings
from helpers.method.pass_chance import FAIL, NOT_TESTED, UNDECIDED
from helpers.method.readiness_findings import readiness_findings

# the answer where there is one group only
ONLY = {
    LEADS: "{group:group}, our only group, leads us into the future",
    OUT: "{group:group}, our only group, is out of step with our future",
    HELD_BACK: "{group:group}, our only group, fails one test of the future",
    OPEN: "Whether {group:group}, our only group, leads us into the future is not decided yet",
}


@dataclass(frozen=True)
class FutureTables:
    """The tables of step 08, from which its sentences and checks are made.

    future_fit, future_groups, profit_chance, group_direction, commitment_npv, market_readiness, right_to_win
        DataFrame, as published.
    next_generation : NextGeneration
    """

    future_fit: pd.DataFrame
    future_groups: pd.DataFrame
    profit_chance: pd.DataFrame
    group_direction: pd.DataFrame
    commitment_npv: pd.DataFrame
    market_readiness: pd.DataFrame
    right_to_win: pd.DataFrame
    next_generation: NextGeneration


def future_findings(tables: FutureTables, of_paths: Sequence[Finding] = ()) -> list[Finding]:
    """The findings of step 08, the answer first, each only where there is something to say.

    Parameters
    ----------
    tables : FutureTables
    of_paths : findings, from `path_findings`

    Returns
    -------
    list of Finding
        08.answer, or 08.no_test where none could be made; 08.why, which tests keep groups back; those of the paths;
        what of the tests is more than the grid shows; the next generation; 08.workshop, where people and data differ
        most.
    """
    found = profitable_findings(tables.profit_chance) + direction_findings(tables.group_direction)
    found += right_to_win_findings(tables.right_to_win)
    found += commitment_findings(tables.commitment_npv) + readiness_findings(tables.market_readiness)
    found += next_generation_findings(tables.next_generation)
    return [one for one in (_answer(tables), _why(tables), *of_paths, *found, _workshop(tables)) if one is not None]


def path_findings(transition_paths: pd.DataFrame, not_needed: Sequence[str] = ()) -> list[Finding]:
    """By which path groups that are out of step come along or leave, and which path nobody walks any more.

    Parameters
    ----------
    transition_paths : DataFrame, from `future_paths.transition_paths`
    not_needed : group ids, from `future_paths.paths_not_needed`

    Returns
    -------
    list of Finding
        08.transition, where a group has a path; 08.path_not_needed, where people decided one for a group that is not
        out of step today.

    Examples
    --------
    >>> rows = pd.DataFrame({"group_id": ["g4", "g4"], "customers": 40, "way_name": ["Raise prices", "Hand over"],
    ...     "by": pd.to_datetime(["2027-03-01", "2027-09-01"]), "cost_released": [None, 900.0]})
    >>> path_findings(rows)[0].values["released"].value
    900.0
    """
    if not_needed:
        values, names = _named(list(not_needed), "group")
        is_, its = ("is", "the path") if len(not_needed) == 1 else ("are", "the paths")
        text = (
            f"{names} {is_} not out of step today: {its} that people decided on will not be walked. Take the decision "
            "back, or ask what has changed."
        )
        idle = [Finding(id="08.path_not_needed", text=text, values=values, evidence="measured", table="future_groups")]
    else:
        idle = []
    if transition_paths.empty:
        return idle
    rows = transition_paths
    groups = rows["group_id"].drop_duplicates().tolist()
    values, names = _named(groups, "group")
    values["first"] = text_value(rows["way_name"].iloc[0].lower())
    text = f"The path of {names} begins" if len(groups) == 1 else f"The paths of {names} begin"
    text += " gently: first {first:text}"
    if rows["by"].notna().any():
        values["last"] = date_value(rows["by"].max())
        text += ", and the last way by {last:date}"
    released = rows["cost_released"].sum(min_count=1)
    if released > 0:
        values["released"] = money_value(released)
        text += "; walked to the end it releases {released:money} of cost to serve a year, if that cost really ends"
    customers = int(rows.drop_duplicates("group_id")["customers"].sum())
    said = {"n": customers, "evidence": "judged", "table": "transition_paths"}
    return [Finding(id="08.transition", text=text + ".", values=values, **said), *idle]


def _answer(tables: FutureTables) -> Finding | None:
    """Which groups lead, and which are out of step."""
    rows = tables.future_groups
    if rows.empty:
        return None
    if (rows["stand"] == NOT_TESTED).all():
        values = {"groups": count_value(len(rows))}
        text = (
            "Who leads us into the future nobody can say yet: for none of {groups:count} groups could a test be made."
        )
        said = {"n": int(rows["customers"].sum()), "evidence": "measured", "table": "future_groups"}
        return Finding(id="08.no_test", text=text, values=values, **said)
    leads, out = (rows.loc[rows["stand"] == stand, "group_id"].tolist() for stand in (LEADS, OUT))
    values: dict[str, Value] = {"groups": count_value(len(rows)), "leads": count_value(len(leads))}
    values["out"] = count_value(len(out))
    if leads:
        named, names = _named(leads, "lead")
        values |= named
        verb = "leads" if len(leads) == 1 else "lead"
        text = f"{{leads:count}} of {{groups:count}} groups {verb} us into the future: {names}"
    else:
        text = "None of {groups:count} groups surely leads us into the future"
    others = []
    for stand, stem, one, several in (
        (OUT, "out", "is out of step with it", "are out of step with it"),
        (HELD_BACK, HELD_BACK, "fails one test", "fail one test"),
        (OPEN, OPEN, "is not decided yet", "are not decided yet"),
    ):
        groups = rows.loc[rows["stand"] == stand, "group_id"].tolist()
        if groups:
            named, names = _named(groups, stem)
            values |= named
            others.append(f"{names} {one if len(groups) == 1 else several}")
    text += f". {'; '.join(others)}" if others else ""
    evidence, words = _rests_on(tables)
    if len(rows) == 1:
        values, text = {"group": group_value(rows["group_id"].iloc[0])} | values, ONLY[rows["stand"].iloc[0]]
    said = {"n": int(rows["customers"].sum()), "evidence": evidence, "table": "future_fit"}
    text = f"{text}.{words}"
    return Finding(id="08.answer", text=text, values=values, smallest=int(rows["customers"].min()), **said)


def _why(tables: FutureTables) -> Finding | None:
    """Which tests keep groups back, and how many verdicts are open."""
    fit, stands = tables.future_fit, tables.future_groups
    rows = fit[fit["status"] != NOT_TESTED]
    if rows.empty:
        return None
    failing = stands[stands["failed"] > 0].sort_values("failed", ascending=False, kind="stable")
    values: dict[str, Value] = {}
    parts = []
    for place, row in enumerate(failing.to_dict("records"), 1):
        values |= {
            f"group_{place}": group_value(row["group_id"]),
            f"fails_{place}": text_value(listed(row["fails"].split(", "))),
        }
        alone = " alone" if row["failed"] == 1 else ""
        parts.append(f"{{group_{place}:group}} fails {{fails_{place}:text}}{alone}")
    text = "; ".join(parts) or "No group fails a test"
    for name, word in ((UNDECIDED, "open"), (NOT_TESTED, "not tested for want of data")):
        if count := int((fit["status"] == name).sum()):
            values |= {name: count_value(count), "tests": count_value(len(fit))}
            text += f"; {{{name}:count}} of {{tests:count}} verdicts {'is' if count == 1 else 'are'} {word}"
    failed = fit[fit["status"] == FAIL]
    people = failing if len(failing) else stands
    said = {"n": int(people["customers"].sum()), "evidence": _evidence(failed if len(failed) else rows)}
    said |= {"smallest": int(people["customers"].min()), "table": "future_fit"}
    return Finding(id="08.why", text=text + ".", values=values, **said)


def _workshop(tables: FutureTables) -> Finding | None:
    """Where a workshop and the data differ most, or that they agree."""
    rows = tables.future_fit[tables.future_fit["difference"].notna()]
    if rows.empty:
        return None
    apart = rows[rows["disagrees"].fillna(False).astype(bool)]
    values: dict[str, Value] = {"scores": count_value(len(rows)), "apart": count_value(len(apart))}
    said = {"n": len(rows), "n_of": "score", "evidence": "judged", "table": "future_fit"}
    if apart.empty:
        text = (
            "What our own people scored and the data agree: of {scores:count} scores none lies far from what was "
            "measured."
        )
        return Finding(id="08.workshop", text=text, values=values, **said)
    worst = apart.loc[apart["difference"].abs().sort_values(ascending=False, kind="stable").index[0]]
    values |= {"group": group_value(worst["group_id"]), "test": text_value(worst["test_name"])}
    values |= {"people": number_value(worst["workshop"]), "score": number_value(worst["score"])}
    most = apart["group_id"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    verb, where = ("differ" if len(apart) > 1 else "differs"), ""
    if len(most) > 1 and most.iloc[0] > 1:
        values |= {"most": group_value(most.index[0]), "many": count_value(most.iloc[0])}
        where = ", {many:count} of them for {most:group}"
    text = (
        f"Of {{scores:count}} scores that our own people gave, {{apart:count}} {verb} widely from the data{where}; "
        "furthest apart on {test:text} for {group:group}: people gave {people:number} of a hundred, the data "
        "{score:number}. One of the two has something to learn."
    )
    return Finding(id="08.workshop", text=text, values=values, **said)


def _named(groups: list[str], stem: str) -> tuple[dict[str, Value], str]:
    """Groups as values with their placeholders in a row."""
    values = {f"{stem}_{place}": group_value(group) for place, group in enumerate(groups, 1)}
    names = [f"{{{name}:group}}" for name in values]
    return values, names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _rests_on(tables: FutureTables) -> tuple[str, str]:
    """The weakest evidence that the answer needs, and why: would the same lead, and the same be out, without it?"""
    fit, stands = tables.future_fit, tables.future_groups
    judged = fit["basis"] == "judged"
    if not judged.any():
        return "measured", ""
    measured = fit.assign(status=fit["status"].mask(judged, NOT_TESTED))
    without = future_groups(measured, fit[["group_id", "group_name"]].drop_duplicates())
    ends = [table["stand"].where(table["stand"].isin([LEADS, OUT])).fillna("").tolist() for table in (stands, without)]
    if len(stands) == 1:
        same = ends[0] == ends[1]
        words = " It would be the same" if same else " It would not hold"
        return "measured" if same else "judged", f"{words} without what people only expect."
    if ends[0] == ends[1]:
        return "measured", " Leaving out what people only expect, the same groups lead and the same are out of step."
    return "judged", " Leaving out what people only expect, others would lead or be out of step."


def _evidence(fit: pd.DataFrame) -> str:
    return "judged" if (fit["basis"] == "judged").any() else "measured"
