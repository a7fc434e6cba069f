"""How steps 08 and 09 speak of the same money: paths that release cost, projects and fees that profits leave out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.client.result_model import Finding
from helpers.method.commitment_groups import PROJECT
from helpers.method.finding_values import count_value, group_value, money_value, share_value
from helpers.method.intent_words import GROW
from helpers.method.money import HALF_A_CENT
from helpers.method.pass_chance import PASS
from helpers.method.value_at_stake import RELEASE


def bridge_findings(
    value_at_stake: pd.DataFrame,
    customer_value: pd.DataFrame,
    transition_paths: pd.DataFrame | None,
    commitment_npv: pd.DataFrame | None,
    intents: Mapping[str, Sequence[str]],
    *,
    years: float,
    profit_chance: pd.DataFrame | None = None,
) -> list[Finding]:
    """The sentences that a reader of both pages needs so that their sums do not seem to contradict each other.

    Parameters
    ----------
    value_at_stake : DataFrame, from `value_at_stake`
    customer_value : DataFrame, one row per customer, of step 04: group_id, status, cost_to_serve, all of the window
    transition_paths, commitment_npv : DataFrame or None, of step 08
    intents : mapping of group_id to its intents, primary first
    years : float, of the window
    profit_chance : DataFrame or None, of step 08

    Returns
    -------
    list of Finding
        09.fees, the contract fees that step 08 counts and the profits of step 09 leave out, with the groups that earn
        money only by them; 09.path.<group_id>, that a path releases more cost than there is profit at stake, for the
        margin of who leaves goes as well; 09.outlays.<group_id>, the projects that should pay and that the profit of a
        group to grow leaves out.

    Examples
    --------
    >>> stake = pd.DataFrame({"group_id": ["g1"], "lever": ["release"], "pulled": [True], "counted": [20.0]})
    >>> stake = stake.assign(counted_low=10.0, counted_high=30.0)
    >>> value = pd.DataFrame({"group_id": ["g1"], "status": ["active"], "cost_to_serve": [100.0]})
    >>> paths = pd.DataFrame({"group_id": ["g1"], "cost_released": [40.0], "customers": [7]})
    >>> found = bridge_findings(stake, value, paths, None, {"g1": ["retire"]}, years=2)
    >>> {name: one.value for name, one in found[0].values.items()}
    {'group': 'g1', 'released': 40.0, 'stake': 20.0, 'part': 0.8}
    """
    found = _fees(profit_chance, years)
    if transition_paths is not None:
        for group, path in transition_paths.groupby("group_id", sort=False):
            found.append(_path(str(group), path, value_at_stake, customer_value, years))
    if commitment_npv is not None:
        for group, both in intents.items():
            found += [_outlays(group, commitment_npv)] if list(both)[:1] == [GROW] else []
    return [one for one in found if one is not None]


def _fees(profit_chance: pd.DataFrame | None, years: float) -> list[Finding]:
    """What contract fees bring, where a group pays some; nothing without the profit of any such group."""
    if profit_chance is None:
        return []
    rows = profit_chance[(profit_chance["contract_fees"] > HALF_A_CENT) & profit_chance["customer_profit"].notna()]
    if rows.empty:
        return []
    rows = rows.sort_values(["contract_fees", "group_id"], ascending=[False, True])
    values = {"fees": money_value(rows["contract_fees"].sum() / years)}
    values |= {"payer": group_value(rows["group_id"].iloc[0])}
    text = "Contract fees of {fees:money} a year, "
    if len(rows) > 1:
        values["most"] = money_value(rows["contract_fees"].iloc[0] / years)
        text += "{most:money} of them from {payer:group}"
    else:
        text += "all of them from {payer:group}"
    text += ", come on top of the profits here: no intent moves them. The test Profitable of our future counts them"
    turned = rows[(rows["customer_profit"] < -HALF_A_CENT) & (rows["profit"] > HALF_A_CENT)]
    for place, row in enumerate(turned.to_dict("records"), 1):
        values |= {f"group_{place}": group_value(row["group_id"]), f"with_{place}": money_value(row["profit"] / years)}
        values[f"loss_{place}"] = money_value(-row["customer_profit"] / years)
        text += "; " if place > 1 else ": "
        text += f"with them {{with_{place}:money}} a year is left of {{group_{place}:group}}, without them "
        text += f"{{loss_{place}:money}} is lost"
    text += "."
    said = {"n": int(rows["customers"].sum()), "evidence": "measured", "table": "expected_results"}
    return [Finding(id="09.fees", text=text, values=values, smallest=int(rows["customers"].min()), **said)]


def _path(
    group: str, path: pd.DataFrame, stake: pd.DataFrame, customer_value: pd.DataFrame, years: float
) -> Finding | None:
    """What a path releases, and why less is at stake; nothing where nobody is led away or no more is released."""
    own = stake[(stake["group_id"] == group) & stake["pulled"].astype(bool)]
    released, counted = path["cost_released"].sum(), own["counted"].sum()
    if RELEASE not in set(own["lever"]) or not released > counted + HALF_A_CENT:
        return None
    inside = (customer_value["group_id"] == group) & (customer_value["status"] == "active")
    cost = customer_value.loc[inside, "cost_to_serve"].sum() / years
    values = {"group": group_value(group), "released": money_value(released)}
    values["stake"] = money_value(counted, own["counted_low"].sum(), own["counted_high"].sum())
    text = "The path of {group:group} releases {released:money} of cost to serve a year"
    if cost > 0:
        values["part"] = share_value(released / cost)
        text += ", {part:pct} of all that it causes"
    text += "; the margin of those who leave goes with it, so what is at stake is {stake:money} of profit a year "
    text += "({stake:money_range})."
    people = int(path["customers"].iloc[0])
    said = {"n": people, "evidence": "judged", "table": "value_at_stake"}
    return Finding(id=f"09.path.{group}", text=text, values=values, **said)


def _outlays(group: str, commitment_npv: pd.DataFrame) -> Finding | None:
    """What the projects cost that should pay for a group, and what they do to the first year."""
    own = commitment_npv[(commitment_npv["group_id"] == group) & (commitment_npv["level"] == PROJECT)]
    own = own[(own["status"] == PASS) & (own["invested"] > 0)]
    if own.empty:
        return None
    first = own["first_year_result"].sum()
    values = {"group": group_value(group), "projects": count_value(len(own)), "all": money_value(own["invested"].sum())}
    text = (
        "The profit that we expect of {group:group} leaves out the {projects:count} projects that should pay for it: "
    )
    if len(own) == 1:
        text = "The profit that we expect of {group:group} leaves out the one project that should pay for it: "
        values.pop("projects")
    text += "{all:money} of outlays over their years"
    if first < 0:
        values["loss"] = money_value(-first)
        text += ", and in the first of them {loss:money} more spent than earned"
    said = {"n": len(own), "n_of": "project", "evidence": "judged", "table": "value_at_stake"}
    return Finding(id=f"09.outlays.{group}", text=text + ".", values=values, **said)
