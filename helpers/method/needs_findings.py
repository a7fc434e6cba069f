"""What step 06 says of drivers: the answer, where we are ahead and behind, what it costs, and who needs what.

How importance was found is told by `importance_findings`; whom it keeps by `loyalty_findings`.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from helpers.client.result_model import Finding, Value
from helpers.errors import listed
from helpers.method.driver_importance import Importance
from helpers.method.driver_map import (
    CANNOT_SAY,
    CONTESTED,
    COSTLY,
    FIX_FIRST,
    KEEP,
    OVER_SERVED,
    PROFITABLY,
    SURE,
    UNDECIDED,
    WIN_ON,
)
from helpers.method.finding_values import (
    count_value,
    group_value,
    inside_sentence,
    share_value,
    text_value,
)
from helpers.method.group_parts import BESIDE
from helpers.method.share import ALL
from helpers.method.survey_answers import Answers

FAR = 0.05  # parts of cost and of importance that differ by less are called alike
MOST_GROUPS = 6  # in one sentence
OPINION = {"recommend": "whether customers recommend us", "satisfaction": "how satisfied customers are"}


def needs_findings(
    answers: Answers, importance: Importance, driver_map: pd.DataFrame, top_needs: pd.DataFrame
) -> list[Finding]:
    """The findings on drivers, the answer first.

    Parameters
    ----------
    answers : Answers
    importance : Importance
    driver_map : DataFrame, one row per group and driver, from `driver_map`
    top_needs : DataFrame, from `top_needs`

    Returns
    -------
    list of Finding
        Always 06.answer. Where there is something to tell: 06.driver_map, 06.advantage, 06.attainment,
        06.cost_and_need, 06.win, 06.unique and 06.top_needs.
    """
    found = [_answer(answers, importance, driver_map), _map(importance, driver_map), _advantage(driver_map)]
    found += [_attainment(driver_map), _cost(driver_map), _win(driver_map), _unique(driver_map), _needs(top_needs)]
    return [finding for finding in found if finding is not None]


def _answer(answers: Answers, importance: Importance, table: pd.DataFrame) -> Finding:
    count = len(answers.sincere)
    said = {"id": "06.answer", "n": count or None, "n_of": "response", "evidence": "measured"}
    if not count:
        none = "no answer of theirs to a survey was delivered"
        alike = "whoever answered gave everything the same rating"
        text = f"What customers value cannot be said: {none if answers.table.empty else alike}."
        return Finding(text=text, **said)
    if not answers.names:
        text = "What customers value cannot be said: those who answered rated nothing in particular."
        return Finding(text=text, **said)
    said["table"] = "driver_performance"
    whole = _known(table)
    values = {"drivers": count_value(len(whole))}
    if whole.empty:
        why = "too few customers rated both" if table["compared"].any() else "nobody rated another supplier"
        start = f"How we do against the best alternative cannot be said, since {why}"
    else:
        ahead, behind = whole[whole["advantage_low"] > 0], whole[whole["advantage_high"] < 0]
        values["ahead"] = count_value(len(ahead))
        start = "Next to the best alternative they know, customers rate us higher on {ahead:count} of {drivers:count} "
        start += "drivers"
        if len(behind):
            values["behind"] = _names(behind["label"])
            start += " and lower on {behind:text}"
        else:
            start += " and lower on none for sure"
        if len(whole) == 1:
            how = "higher" if len(ahead) else "lower" if len(behind) else "neither higher nor lower for sure"
            start = "Next to the best alternative they know, customers rate us "
            start += f"{how} on {{only:text}}, all they compared"
            values["only"] = _names(whole["label"])
    end, more = _what_counts(importance, table)
    used = {name: value for name, value in (values | more).items() if f"{{{name}:" in start + end}
    return Finding(text=f"{start}; {end}.", values=used, **said)


def _what_counts(importance: Importance, table: pd.DataFrame) -> tuple[str, dict[str, Value]]:
    """The second half of the answer: what matters, and what to do first."""
    whole = table[table["group_id"] == ALL]
    if not importance.outcome:
        return "which drivers matter cannot be told from the answers", {}
    decides = OPINION[importance.outcome]
    fix, win = (whole.loc[whole["place"] == place, "label"].tolist() for place in (FIX_FIRST, WIN_ON))
    if fix:
        are, matter = ("is", "matters") if len(fix) == 1 else ("are", "matter")
        return f"to be mended first {are} {{fix:text}}, which {matter} for {decides}", {"fix": _names(fix)}
    if win:
        return f"our lead matters most on {{win:text}}, for {decides}", {"win": _names(win)}
    top = whole.sort_values("importance", ascending=False, kind="stable").iloc[0]
    if top["p_important"] >= SURE:
        return f"{{top:text}} matters most for {decides}", {"top": _names([top["label"]])}
    return f"no driver stands out for {decides}", {}


def _map(importance: Importance, table: pd.DataFrame) -> Finding | None:
    """What each driver asks of us, all customers together; the title of the map."""
    whole = table[(table["group_id"] == ALL) & ~table["place"].isin([CANNOT_SAY])]
    if not importance.outcome or whole.empty:
        return None
    values, parts = {"drivers": count_value(len(whole))}, []
    for name, places, one, many in (
        ("fix", [FIX_FIRST], "{fix:text} matters and we are behind", "{fix:text} matter and we are behind"),
        ("win", [WIN_ON], "we win on {win:text}", "we win on {win:text}"),
        ("contested", [CONTESTED], "{contested:text} is contested", "{contested:text} are contested"),
        ("less", [OVER_SERVED, KEEP], "{less:text} matters less", "{less:text} matter less"),
    ):
        labels = whole.loc[whole["place"].isin(places), "label"].tolist()
        if labels:
            values[name] = _names(labels)
            parts.append(one if len(labels) == 1 else many)
    rest = whole["place"] == UNDECIDED
    if rest.any():
        values["rest"] = count_value(rest.sum())
        parts.append("of {rest:count} the answers do not tell")
    text = f"Of {{drivers:count}} drivers, {'; '.join(parts)}."
    if len(whole) == 1:
        values["only"] = _names(whole["label"])
        place = "where it belongs the answers do not tell" if rest.any() else parts[0]
        text = f"Only one driver has both an importance and a comparison, {{only:text}}: {place}."
        values = {name: value for name, value in values.items() if f"{{{name}:" in text}
    n = int(whole["compared"].max())
    said = {"n": n, "evidence": "modelled", "table": "driver_performance"}
    return Finding(id="06.driver_map", text=text, values=values, **said)


def _advantage(table: pd.DataFrame) -> Finding | None:
    """Where the alternative is ahead, for all and by group; the title of the grid."""
    whole = _known(table)
    if whole.empty:
        return None
    said = {"id": "06.advantage", "n": int(whole["compared"].max()), "evidence": "measured"}
    said["table"] = "driver_performance"
    groups = table[(table["group_id"] != ALL) & ~table["group_id"].isin(BESIDE) & table["advantage"].notna()]
    best = whole.sort_values("advantage", ascending=False, kind="stable").iloc[0]
    behind = whole[whole["behind"]]
    values = {"best": _names([best["label"]]), "gain": Value(value=round(float(best["advantage"]), 1), unit="points")}
    if behind.empty:
        text = "On no driver is the alternative ahead of us beyond chance"
        if best["advantage_low"] > 0:
            text += "; we lead most on {best:text}, by {gain:points}"
        used = {name: value for name, value in values.items() if f"{{{name}:" in text}
        return Finding(text=f"{text}.", values=used, **said)
    values["behind"] = _names(behind["label"])
    text = "We trail on {behind:text}"
    cells = groups[groups["driver"].isin(behind["driver"])]
    if len(cells):
        lost = cells[cells["advantage_high"] < 0].groupby("group_id").size()
        values |= {"groups": count_value(cells["group_id"].nunique()), "lost": count_value(len(lost))}
        text += ", in {lost:count} of {groups:count} groups surely" + ("" if len(behind) == 1 else " on one of them")
    if best["advantage_low"] > 0:
        text += "; we lead most on {best:text}, by {gain:points}"
    used = {name: value for name, value in values.items() if f"{{{name}:" in text}
    return Finding(text=f"{text}.", values=used, **said)


def _attainment(table: pd.DataFrame) -> Finding | None:
    """How good we are by ourselves."""
    rows = table[(table["group_id"] == ALL) & table["attainment"].notna()]
    if len(rows) < 2:
        return None
    ordered = rows.sort_values("attainment", ascending=False, kind="stable")
    values = {}
    for name, row in (("best", ordered.iloc[0]), ("worst", ordered.iloc[-1])):
        values[name] = _names([row["label"]])
        values[f"{name}_part"] = share_value(row["attainment"], row["attainment_low"], row["attainment_high"])
    text = (
        "Without comparing, customers rate us from {best_part:pct} of the scale on {best:text} down to "
        "{worst_part:pct} on {worst:text}."
    )
    said = {"n": int(rows["customers"].max()), "evidence": "measured", "table": "driver_performance"}
    return Finding(id="06.attainment", text=text, values=values, **said)


def _cost(table: pd.DataFrame) -> Finding | None:
    """The drivers whose part of the cost to serve is furthest above and below their part of importance.

    A driver that no activity serves, such as price, costs something else, and is not called cheap.
    """
    rows = table[(table["group_id"] == ALL) & (table["cost_to_serve"] > 0) & table["importance"].notna()]
    if len(rows) < 2:
        return None
    beyond = (rows["part_of_cost"] - rows["importance"]).round(9)
    most, least = rows.loc[beyond.idxmax()], rows.loc[beyond.idxmin()]
    said = {"id": "06.cost_and_need", "evidence": "modelled", "table": "driver_performance"}
    said["n"] = int(rows["customers"].max())
    if beyond.max() < FAR:
        text = "What each driver takes of the cost to serve is about what it counts for customers."
        return Finding(text=text, **said)
    values = {}
    for name, row in (("most", most), ("least", least)):
        values |= {name: _names([row["label"]]), f"{name}_cost": share_value(row["part_of_cost"])}
        values[f"{name}_counts"] = share_value(row["importance"], row["importance_low"], row["importance_high"])
    text = (
        "Of the traced cost that serves a driver, {most:text} takes {most_cost:pct} with {most_counts:pct} of the "
        "importance, {least:text} {least_cost:pct} with {least_counts:pct}."
    )
    return Finding(text=text, values=values, **said)


def _win(table: pd.DataFrame) -> Finding | None:
    """Whether it pays to be better: what is won with which groups, by what it takes of their cost."""
    won = table[table["win"].notna() & ~table["group_id"].isin(BESIDE)]
    groups = won["group_id"] != ALL
    won = won[groups] if groups.any() else won
    if won.empty:
        return None
    dear, fair = (won[won["win"] == kind] for kind in (COSTLY, PROFITABLY))
    values = {"won": count_value(len(won)), "fair": count_value(len(fair))}
    if dear.empty:
        names, values = _who(fair)
        text = f"We win on {names}, and it takes no larger part of the cost to serve than it counts"
    else:
        row = dear.loc[(dear["part_of_cost"] - dear["importance"]).idxmax()]
        values |= {"driver": _names([row["label"]]), "group": group_value(row["group_id"])}
        values |= {"cost": share_value(row["part_of_cost"]), "counts": share_value(row["importance"])}
        text = (
            "We win on what matters in {won:count} places, and in {fair:count} it pays; the dearest is {driver:text} "
            "for {group:group}, with {cost:pct} of the cost to serve and {counts:pct} of the importance"
        )
    said = {"n": int(won["customers"].max()), "smallest": int(won["customers"].min())}
    return Finding(id="06.win", text=f"{text}.", values=values, evidence="modelled", table="driver_performance", **said)


def _unique(table: pd.DataFrame) -> Finding | None:
    """On what nobody else comes near us; only where customers named several alternatives."""
    rows = table[(table["group_id"] == ALL) & (table["rivals"] >= 2)]
    if rows.empty:
        return None
    own = rows.loc[rows["unique"].fillna(False).astype(bool), "label"].tolist()
    values = {"rivals": count_value(rows["rivals"].max())}
    if own:
        values["own"] = _names(own)
    text = "On {own:text} we are" if own else "On no driver are we"
    said = {"n": int(rows["compared"].max()), "evidence": "measured", "table": "driver_performance"}
    text += " better than each of the {rivals:count} alternatives that enough customers rated."
    return Finding(id="06.unique", text=text, values=values, **said)


def _needs(top_needs: pd.DataFrame) -> Finding | None:
    """What each group needs first, groups with the same need together."""
    if top_needs.empty:
        return None
    said = {"id": "06.top_needs", "evidence": "modelled", "table": "top_needs"}
    groups = top_needs[~top_needs["group_id"].isin([ALL, *BESIDE])]
    if groups.empty:
        values = {"needs": _names(top_needs["label"])}
        n = int(top_needs["customers"].max())
        text = "What counts most with customers is, in this order, {needs:text}."
        return Finding(text=text, values=values, n=n, **said)
    first = groups[groups["rank"] == 1]
    said |= {"n": int(first["customers"].sum()), "smallest": int(first["customers"].min())}
    names, values = _who(first)
    same = first["label"].nunique() == 1 and len(first) > 1
    text = "In every group that can be told the same counts most: " if same else "What counts most by best estimate: "
    return Finding(text=f"{text}{names}.", values=values, **said)


def _who(rows: pd.DataFrame) -> tuple[str, dict[str, Value]]:
    """Drivers with the groups that they stand for, such as "price for Yards and Clubs; advice for Fleets"."""
    values, parts = {}, []
    for driver, own in rows.groupby("label", sort=False):
        names = []
        for group in own["group_id"].head(MOST_GROUPS):
            names.append(f"{{group{len(values)}:group}}")
            values[f"group{len(values)}"] = group_value(group)
        parts.append(f"{{driver{len(values)}:text}} for {listed(names, most=MOST_GROUPS)}")
        values[f"driver{len(values)}"] = _names([driver])
    return "; ".join(parts), values


def _names(labels: Iterable[str]) -> Value:
    """Drivers as they stand inside a sentence; one written in capitals keeps them."""
    return text_value(listed([inside_sentence(label) for label in labels]))


def _known(table: pd.DataFrame) -> pd.DataFrame:
    """The drivers on which all customers together compare us."""
    return table[(table["group_id"] == ALL) & table["advantage"].notna()]
