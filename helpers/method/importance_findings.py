"""What step 06 says of importance and of who answered: a sentence for each table, chosen by what the data allow."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Finding
from helpers.errors import listed
from helpers.method.driver_importance import NO, YES, Importance
from helpers.method.driver_outcomes import CONSTANT, ONE_DRIVER, RECOMMEND, SHARE, TOO_FEW, UNRELATED, WEAK, WEAK_LINK
from helpers.method.finding_values import (
    count_value,
    group_value,
    inside_sentence,
    number_value,
    share_value,
    text_value,
)
from helpers.method.group_parts import ALL
from helpers.method.response_bias import GROUP
from helpers.method.survey_answers import Answers

CONCLUDES = {RECOMMEND: "whether customers would recommend us", "satisfaction": "how satisfied customers are"}
SILENT = {
    TOO_FEW: "too few answers count ({responses:count})",
    CONSTANT: "the answers are all alike, so nothing can be said to move them",
    ONE_DRIVER: "only one thing was rated often enough, so it cannot be compared with another",
    UNRELATED: "what customers rate explains no more of what they conclude than chance would",
}


def importance_findings(importance: Importance, answers: Answers, bias: pd.DataFrame) -> list[Finding]:
    """The findings on importance, in the order in which a page tells them.

    Parameters
    ----------
    importance : Importance
    answers : Answers
    bias : DataFrame, from `response_bias`

    Returns
    -------
    list of Finding
        06.importance wherever somebody was asked, 06.no_importance where nothing can be shared out. Where there is
        something to tell: 06.importance_by_group, 06.stated, 06.flat, 06.suppressor, 06.share_link and
        06.response_bias.
    """
    found = [
        *_importance(importance, answers),
        _by_group(importance),
        _stated(importance),
        _flat(importance),
        _suppressor(importance),
        _share_link(importance),
        _bias(bias),
    ]
    return [finding for finding in found if finding is not None]


def _importance(importance: Importance, answers: Answers) -> list[Finding]:
    """What moves customers, over all of them."""
    rows = _rows(importance, ALL)
    if rows.empty:
        if importance.reason not in SILENT:
            return []
        asked = len(answers.sincere)
        values = {"responses": count_value(asked)} if importance.reason == TOO_FEW else {}
        text = f"What matters most to customers we cannot say: {SILENT[importance.reason]}."
        said = {"n": asked, "n_of": "response", "evidence": "measured"}
        return [Finding(id="06.no_importance", text=text, values=values, **said)]
    sure, first = rows[rows["important"] == YES], rows.iloc[0]
    values = {"r2": share_value(first["r2"]), "equal": share_value(1 / len(rows))}
    base = f"The ratings explain {{r2:pct}} of {CONCLUDES[importance.outcome]}"
    if sure.empty:
        values |= {"first": text_value(inside_sentence(first["label"])), "part": _part(first)}
        text = f"{base}; no driver stands out as having more than an equal part of it ({{equal:pct}}). "
        text += "First comes {first:text} with {part:pct_range}."
    else:
        values |= {"drivers": text_value(_named(sure)), "part": share_value(sure["importance"].sum())}
        has, each = ("has", "") if len(sure) == 1 else ("have", "each ")
        text = f"{base}; of that {{drivers:text}} {has} {{part:pct}}, {each}{_word(sure)} more than an equal part."
    return [Finding(id="06.importance", text=text, values=values, **_said(first))]


def _by_group(importance: Importance) -> Finding | None:
    """What stands out in each group that has enough answers of its own, in one sentence."""
    table = importance.table
    own = table[(table["group_id"] != ALL) & (table["borrowed_part"] < 1)]
    values, told, silent = {}, [], []
    for place, group in enumerate(own["group_id"].drop_duplicates()):
        rows = _rows(importance, group)
        sure = rows[rows["important"] == YES]
        values[f"group_{place}"] = group_value(group)
        if sure.empty:
            silent.append(f"{{group_{place}:group}}")
            continue
        values[f"drivers_{place}"] = text_value(_named(sure))
        told.append(f"{{drivers_{place}:text}} {_word(sure)} for {{group_{place}:group}}")
    if not told and not silent:
        return None
    text = f"Group by group, what has more than an equal part: {'; '.join(told)}" if told else "Group by group"
    if silent:
        text += f"{'; ' if told else ' '}no driver stands out for {listed(silent)}"
    one_each = own.drop_duplicates("group_id")
    said = {"n": int(one_each["responses"].sum()), "smallest": int(one_each["customers"].min()), "n_of": "response"}
    said |= {"evidence": "modelled", "table": "driver_importance"}
    return Finding(id="06.importance_by_group", text=text + ".", values=values, **said)


def _stated(importance: Importance) -> Finding | None:
    """What people say matters, against what moves them."""
    rows = _rows(importance, ALL)
    if rows.empty or rows["stated_rank"].isna().all():
        return None
    named = rows[rows["stated_rank"] == rows["stated_rank"].min()]
    values = {"said": text_value(_named(named)), "moves": text_value(inside_sentence(rows.iloc[0]["label"]))}
    place = named.iloc[0]["derived_rank"]
    text = "Asked directly, customers put {said:text} first"
    if len(named) > 1:
        text += "; among what moves them {moves:text} comes first."
    elif place == 1:
        text += ", and it comes first in what moves them too."
    elif named.iloc[0]["important"] == YES:
        text += ", and it is among what moves them most; {moves:text} comes first there."
    else:
        values |= {"place": number_value(place), "of": count_value(len(rows))}
        text += "; in what moves them it is number {place:number} of {of:count}, and {moves:text} comes first."
        if named.iloc[0]["important"] != NO and rows.iloc[0]["important"] != YES:
            text = text.removesuffix(".") + ", which the answers do not prove."
    return Finding(id="06.stated", text=text, values=values, **_said(rows.iloc[0]))


def _flat(importance: Importance) -> Finding | None:
    """That ratings go together so much that importance is drawn towards equal parts."""
    if not importance.flat:
        return None
    rows = _rows(importance, ALL)
    values = {"correlation": number_value(round(importance.mean_correlation, 2))}
    text = "Who likes us rates all of it high (two ratings of one person correlate by {correlation:number}), so "
    text += "importance is drawn towards equal parts"
    lead = rows.dropna(subset="importance_of_advantage").sort_values(
        ["importance_of_advantage", "driver"], ascending=[False, True]
    )
    if len(lead):
        values["first"] = text_value(inside_sentence(lead.iloc[0]["label"]))
        text += "; held against the competitor's ratings {first:text} comes first"
    return Finding(id="06.flat", text=text + ".", values=values, **_said(rows.iloc[0]))


def _suppressor(importance: Importance) -> Finding | None:
    """Drivers that matter with the wrong sign."""
    rows = _rows(importance, ALL)
    rows = rows[rows["suppressor"] & (rows["important"] != NO)] if len(rows) else rows
    if rows.empty:
        return None
    values = {"drivers": text_value(_named(rows))}
    text = (
        "With all other ratings alike, a better one for {drivers:text} goes with a worse opinion of us: look at what "
    )
    text += "customers mean by it before anything is done about it."
    return Finding(id="06.suppressor", text=text, values=values, **_said(rows.iloc[0]))


def _share_link(importance: Importance) -> Finding | None:
    """Whether what moves opinion also moves our share."""
    rows = importance.outcomes[importance.outcomes["outcome"] == SHARE]
    if rows.empty or not importance.outcome:
        return None
    row = rows.iloc[0]
    values, said = {"customers": count_value(row["customers"])}, {"n": int(row["customers"]), "evidence": "modelled"}
    if row["verdict"] in (TOO_FEW, CONSTANT, ONE_DRIVER):
        text = "Whether these drivers move our share cannot be said: of {customers:count} customers both are known."
    elif row["verdict"] in (UNRELATED, WEAK_LINK):
        values |= {"r2": share_value(row["r2_adjusted"], row["r2_low"], row["r2_high"]), "weak": share_value(WEAK)}
        text = "These are drivers of opinion, not shown to be drivers of our share: the ratings of "
        text += "{customers:count} customers explain {r2:pct} of that"
        text += ", no more than chance would." if row["verdict"] == UNRELATED else ", less than {weak:pct}."
    else:
        values |= {"r2": share_value(row["r2_adjusted"], row["r2_low"], row["r2_high"])}
        values |= {"first": text_value(inside_sentence(row["first_driver"]))}
        text = (
            "The ratings also explain {r2:pct} of our share of {customers:count} customers; there {first:text} comes "
        )
        text += "first."
    return Finding(id="06.share_link", text=text, values=values, table="driver_outcomes", **said)


def _bias(bias: pd.DataFrame) -> Finding | None:
    """Who answered, and whether respondents are like the rest."""
    if bias.empty:
        return None
    whole = bias.iloc[0]
    values = {"respondents": count_value(whole["respondents"]), "customers": count_value(whole["customers"])}
    text = "Of {customers:count} active customers who could be asked {respondents:count} answered"
    if pd.notna(whole["part_of_revenue"]):
        values["revenue"] = share_value(whole["part_of_revenue"])
        text += ", with {revenue:pct} of the revenue"
    apart = bias[bias["differs"]]
    above = apart["response_rate"] > whole["response_rate"]
    words = []
    for name, rows in (("more", apart[above]), ("less", apart[~above])):
        kinds = []
        for place, row in enumerate(rows.to_dict("records")):
            kinds.append(_kind(row))
            if row["characteristic"] == GROUP:
                values[f"{name}_{place}"] = group_value(row["part"])
                kinds[-1] = f"{{{name}_{place}:group}}"
        if kinds:
            words.append(f"{listed(kinds, most=len(kinds))} answer {name} often")
    if words:
        text += f": {'; '.join(words)}. The weights mend that for group and size"
    else:
        text += "; no kind of customer stands out among them"
    smallest = int(bias["respondents"][bias["respondents"] > 0].min())
    said = {"n": int(whole["respondents"]), "smallest": smallest, "evidence": "measured", "table": "response_bias"}
    return Finding(id="06.response_bias", text=text + ".", values=values, **said)


def _kind(row: dict) -> str:
    """A kind of customer, other than a group, in the middle of a sentence."""
    return row["label"].lower().replace("who order", "those who order")


def _rows(importance: Importance, group: str) -> pd.DataFrame:
    """The drivers of a group, the most important first; equal ones by name."""
    rows = importance.table[importance.table["group_id"] == group]
    rows = rows.assign(drivers=len(rows))
    return rows.sort_values(["importance", "driver"], ascending=[False, True], kind="stable", ignore_index=True)


def _part(row: pd.Series):
    return share_value(row["importance"], row["importance_low"], row["importance_high"])


def _word(sure: pd.DataFrame) -> str:
    """How sure it is of drivers that matter, each alone: their intervals may still reach below an equal part."""
    equal = 1 / sure["drivers"]
    return "surely" if (sure["importance_low"] >= equal).all() else "likely"


def _named(rows: pd.DataFrame) -> str:
    return listed([inside_sentence(label) for label in rows["label"]])


def _said(row: pd.Series) -> dict:
    return {"n": int(row["responses"]), "n_of": "response", "evidence": "modelled", "table": "driver_importance"}
