"""What step 06 says of items that leak, work without effect, groups that fail to earn, and customer secrets."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.client.result_model import Finding
from helpers.errors import listed
from helpers.method.customer_secrets import ALIVE
from helpers.method.failing_groups import MOST_DISCOUNTED
from helpers.method.finding_values import (
    count_value,
    group_value,
    inside_sentence,
    money_value,
    number_value,
    share_value,
    text_value,
)
from helpers.method.plateau import PLATEAU, UNKNOWN


def diagnosis_findings(
    survey_leaks: pd.DataFrame,
    driver_plateau: pd.DataFrame,
    failing_groups: pd.DataFrame,
    customer_secrets: pd.DataFrame,
    secret_candidates: pd.DataFrame,
) -> list[Finding]:
    """The findings, each only where there is something to say.

    Parameters
    ----------
    survey_leaks, driver_plateau, failing_groups, customer_secrets, secret_candidates : DataFrame
        From the functions of these names.

    Returns
    -------
    list of Finding
        06.survey_leaks, 06.driver_plateau, 06.failing_groups, 06.failing.<group_id>, 06.customer_secrets and
        06.secret_candidates.
    """
    found = [_leaks(survey_leaks), _plateau(driver_plateau), *_failing(failing_groups)]
    found += [_secrets(customer_secrets), _candidates(secret_candidates)]
    return [one for one in found if one is not None]


def _leaks(rows: pd.DataFrame) -> Finding | None:
    refused = rows[rows["refused"]]
    if refused.empty:
        return None
    values = {"items": text_value(" and ".join(dict.fromkeys(refused["label"])))}
    values |= {"auc": share_value(refused["auc"].min()), "left": count_value(refused["left"].min())}
    text = (
        "{items:text}: tells {auc:pct} of the pairs of one who left and one who stayed apart ({left:count} left), so "
        "it only repeats what happened. Such a rating is left out of importance."
    )
    n = int(refused["customers"].max())
    return Finding(id="06.survey_leaks", text=text, values=values, n=n, evidence="measured", table="survey_leaks")


def _plateau(rows: pd.DataFrame) -> Finding | None:
    known = rows[rows["state"] != UNKNOWN]
    if known.empty:
        return None
    flat = known[known["state"] == PLATEAU]
    values = {"waves": count_value(known["waves"].max()), "drivers": count_value(len(known))}
    if len(flat):
        first = flat.sort_values("effort_slope", ascending=False, kind="stable").iloc[0]
        values |= {"flat": text_value(" and ".join(flat["label"])), "effort": share_value(first["effort_slope"])}
        values |= {"low": number_value(first["score_slope_low"]), "high": number_value(first["score_slope_high"])}
        values |= {"first": text_value(first["label"])}
        text = (
            "A plateau: on {flat:text} our work grows and the rating does not. {first:text} takes {effort:pct} more "
            "work a year, and its rating moves by {low:ratio} to {high:ratio} points a year, over {waves:count} waves"
        )
    else:
        text = "On none of {drivers:count} drivers does our work grow while the rating stands, over {waves:count} waves"
    said = {"n": int(known["waves"].max()), "n_of": "row", "evidence": "measured", "table": "driver_plateau"}
    return Finding(id="06.driver_plateau", text=text + ".", values=values, **said)


def _failing(rows: pd.DataFrame) -> list[Finding]:
    """How many groups fail, and of each of them why."""
    asked = rows[rows["fails"].notna()]
    if asked.empty:
        return []
    fails = asked[asked["fails"].astype(bool)]
    values = {"fails": count_value(len(fails)), "groups": count_value(len(asked))}
    said = {"evidence": "measured", "table": "failing_groups"}
    text = "No group fails to earn us something ({groups:count} looked at)."
    if len(fails):
        values["names"] = text_value("; ".join(fails["group_name"] + ": " + fails["diagnosis_name"].str.lower()))
        text = "Groups that earn us too little, or less and less: {fails:count} of {groups:count} ({names:text})."
    n, smallest = int(asked["customers"].sum()), int(fails["customers"].min()) if len(fails) else None
    whole = Finding(id="06.failing_groups", text=text, values=values, n=n, smallest=smallest, **said)
    return [whole, *(_of_group(row, said) for row in fails.to_dict("records"))]


def _of_group(row: Mapping, said: Mapping) -> Finding:
    values = {"group": group_value(row["group_id"]), "by": text_value(row["fails_by"])}
    text = "{group:group} ({by:text}): " + _why(row, values) + "."
    n = int(row["customers"])
    return Finding(id=f"06.failing.{row['group_id']}", text=text, values=values, n=n, smallest=n, **said)


def _why(row: Mapping, values: dict) -> str:
    """The diagnosis in words; adds the values that they need."""
    kind = row["diagnosis"]
    if kind == "cannot_say":
        if pd.isna(row["top_driver"]):
            return "what counts for them is not known, so why cannot be said"
        return "too few of them compared us with a competitor, so why cannot be said"
    if kind == "wrong_customers":
        values |= {
            "ahead": number_value(row["advantage"]),
            "loss": money_value(-row["customer_profit"] - row["contract_fees"]),
        }
        return (
            "they rate us {ahead:ratio} points above the best alternative and cost us {loss:money}; the offer is "
            "not what is wrong, but whom we serve in this way, or at which price"
        )
    if kind == "weak_offer":
        values["lost"] = text_value(listed([inside_sentence(label) for label in row["lost_drivers"].split(", ")]))
        return "on {lost:text}, among what matters most to them, the best alternative is better; the offer is too weak"
    if kind == "none_fits":
        return "we are not behind on what matters most, and they do not buy on price; look at the work they cause"
    if row["discounted_part"] > MOST_DISCOUNTED:
        values["discounted"] = share_value(row["discounted_part"])
        return "they buy on price; {discounted:pct} of the revenue is sold well below the list"
    values["top"] = text_value(inside_sentence(row["top_driver"]))
    return "they buy on price; {top:text} matters most to them"


def _secrets(rows: pd.DataFrame) -> Finding | None:
    if rows.empty:
        return None
    alive, old = rows[rows["standing"].isin(ALIVE)], int(rows["standing"].isin(["stale", "undated"]).sum())
    values = {"alive": count_value(len(alive)), "all": count_value(len(rows))}
    values |= {"sure": count_value((alive["standing"] == "confirmed").sum())}
    values |= {"offers": count_value(alive["offer"].notna().sum())}
    text = (
        "Of {all:count} customer secrets in the register {alive:count} still stand ({sure:count} confirmed, "
        "{offers:count} with an offer)"
    )
    if old:
        values["old"] = count_value(old)
        text += "; {old:count} must be confirmed or dropped"
    said = {"n": len(rows), "n_of": "row", "evidence": "judged", "table": "customer_secrets"}
    return Finding(id="06.customer_secrets", text=text + ".", values=values, **said)


def _candidates(rows: pd.DataFrame) -> Finding | None:
    if rows.empty:
        return None
    text = "{remarks:count} remarks may tell of the customers' own work: people have to read them."
    if len(rows) == 1:
        text = "{remarks:count} remark may tell of a customer's own work: people have to read it."
    said = {"n": len(rows), "n_of": "response", "evidence": "modelled", "table": "secret_candidates"}
    return Finding(id="06.secret_candidates", text=text, values={"remarks": count_value(len(rows))}, **said)
