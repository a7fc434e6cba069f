"""What step 11 says of the register: what is chosen, what nothing asks for, what cannot be tried."""

from __future__ import annotations

import pandas as pd

from helpers.client.result_model import Finding
from helpers.errors import listed
from helpers.method.finding_values import count_value, date_value, group_value, inside_sentence, money_value, text_value
from helpers.method.tactic_gaps import ORPHANS

LATE, ROLE = "ends_after_result", "role"
NOTHING_ASKS = "tactics that nothing asks for"
IN_TIME = ("dates_upside_down", "trial_before_start", "unknown_need", "need_not_chosen", "need_ends_later", "cycle")


def with_orphans_and_trials(tactics: pd.DataFrame, orphan: pd.Series, trial_plans: pd.DataFrame) -> pd.DataFrame:
    """The register as it is published: with why a tactic is an orphan, and on how many customers it is to be tried.

    Parameters
    ----------
    tactics : DataFrame, from `tactics.tactics`
    orphan : Series of str, from `tactic_gaps.orphan_reasons`
    trial_plans : DataFrame, from `trial_plans.trial_plans`
    """
    sizes = trial_plans.set_index("tactic")["size"]
    return tactics.assign(orphan=orphan, trial_size=tactics["tactic"].map(sizes).astype("Int64"))


def register_findings(
    tactics: pd.DataFrame,
    tactic_gaps: pd.DataFrame,
    trial_plans: pd.DataFrame,
    group_intents: pd.DataFrame | None,
) -> list[Finding]:
    """The findings on the register, each only where there is something to say.

    Parameters
    ----------
    tactics : DataFrame, from `with_orphans_and_trials`
    tactic_gaps : DataFrame, from `tactic_gaps.with_roles`
    trial_plans : DataFrame, from `trial_plans.trial_plans`
    group_intents : DataFrame or None, of step 09

    Returns
    -------
    list of Finding
        11.answer, what is chosen and what it costs, or that nothing is planned; 11.orphans, what nothing asks for;
        11.gaps, groups that lack an evolve tactic or a loop, or what else does not hold; 11.timeline, from when to
        when, and what starts too early; 11.trials, what can be tried and what not
    """
    if tactics.empty:
        return _nothing(group_intents)
    found = [_answer(tactics), _orphans(tactics, tactic_gaps), _groups(tactic_gaps), _time(tactics, tactic_gaps)]
    found.append(_trials(trial_plans))
    return [one for one in found if one is not None]


def _nothing(group_intents: pd.DataFrame | None) -> list[Finding]:
    """That there are intents and no tactic."""
    if group_intents is None or group_intents.empty:
        return []
    values = {"groups": count_value(len(group_intents))}
    text = "There are intents for {groups:count} groups, and no tactic is registered yet: nothing carries them."
    if len(group_intents) == 1:
        text, values = "There is an intent for one group, and no tactic is registered yet: nothing carries it.", {}
    people = int(group_intents["customers"].sum())
    return [Finding(id="11.answer", text=text, values=values, n=people, evidence="judged", table="tactics")]


def _answer(tactics: pd.DataFrame) -> Finding:
    """What the team chose, and what it takes."""
    chosen = tactics[tactics["selected"]]
    values = {"all": count_value(len(tactics)), "chosen": count_value(len(chosen))}
    if chosen.empty:
        text = "Of {all:count} tactics in the register the team has chosen none yet."
        text = "The register has one tactic, and the team has not chosen it." if len(tactics) == 1 else text
        return _finding("11.answer", text, values, len(tactics), "tactics")
    takes = []
    if chosen["cost"].notna().any():
        values["cost"] = money_value(chosen["cost"].sum())
        takes.append("{cost:money}")
    if chosen["people_days"].notna().any():
        values["days"] = count_value(round(chosen["people_days"].sum()))
        takes.append("{days:count} working days")
    text = "Of {all:count} tactics the team chose {chosen:count}"
    text += f", which take {' and '.join(takes)}." if takes else "."
    return _finding("11.answer", text, values, len(tactics), "tactics")


def _orphans(tactics: pd.DataFrame, tactic_gaps: pd.DataFrame) -> Finding | None:
    """How many tactics nothing asks for, and the dearest of them with its reason."""
    orphans = tactics[tactics["orphan"] != ""].sort_values("tactic")  # of equally dear ones the first by its key
    if orphans.empty:
        return None
    first = orphans.loc[orphans["cost"].fillna(-1).idxmax()]
    why = tactic_gaps[(tactic_gaps["tactic"] == first["tactic"]) & tactic_gaps["gap"].isin(ORPHANS)]
    values = {"orphans": count_value(len(orphans)), "why": text_value(why["sentence"].iloc[0])}
    text = "{orphans:count} tactics have no intent or no driver behind them. The dearest: {why:text}"
    if len(orphans) == 1:
        text = "{why:text}"
        values.pop("orphans")
    return _finding("11.orphans", text, values, len(tactics), "tactic_gaps")


def _groups(tactic_gaps: pd.DataFrame) -> Finding | None:
    """Which groups that we want tomorrow lack a tactic that evolves, or a loop; else what else does not hold."""
    if tactic_gaps.empty:
        return None
    lacking = tactic_gaps[tactic_gaps["gap"].isin(["no_evolve", "no_loop"])]
    others = tactic_gaps[~tactic_gaps["gap"].isin([*ORPHANS, ROLE])].sort_values(["gap", "tactic"])
    if others.empty:
        told = {ROLE: "roles of channels that something speaks against"} | dict.fromkeys(ORPHANS, NOTHING_ASKS)
        besides = sorted({told[gap] for gap in tactic_gaps["gap"]}, reverse=True)
        text = f"Beside {listed(besides)}, all in the register holds."
        return _finding("11.gaps", text, {}, len(tactic_gaps), "tactic_gaps", "gap")
    if lacking.empty:
        values = {"others": count_value(len(others)), "first": text_value(others["sentence"].iloc[0])}
        text = "{others:count} things in the register do not hold. The first: {first:text}"
        text = "One thing in the register does not hold. {first:text}" if len(others) == 1 else text
        return _finding("11.gaps", text, values, len(tactic_gaps), "tactic_gaps", "gap")
    values = {"group": group_value(lacking["group_id"].iloc[0])}
    own = set(lacking.loc[lacking["group_id"] == values["group"].value, "gap"])
    what = {"no_evolve": "no chosen tactic lets our offer to that group evolve", "no_loop": "no loop learns about it"}
    text = "We want {group:group} tomorrow, too, and " + " and ".join(what[gap] for gap in what if gap in own)
    more = lacking["group_id"].nunique() - 1
    if more:
        values["more"] = count_value(more)
        text += ". The same or the like is true of {more:count} more " + ("group" if more == 1 else "groups")
    if len(tactic_gaps) - len(lacking):
        values["things"] = count_value(len(tactic_gaps))
        text = f"{{things:count}} things in the plan do not hold. One of them: {inside_sentence(text)}"
    return _finding("11.gaps", f"{text}.", values, len(tactic_gaps), "tactic_gaps", "gap")


def _time(tactics: pd.DataFrame, tactic_gaps: pd.DataFrame) -> Finding | None:
    """From when to when, and the first thing in time that does not hold."""
    dated = tactics.dropna(subset=["starts", "ends"])
    if dated.empty:
        return None
    values = {"first": date_value(dated["starts"].min()), "last": date_value(dated["ends"].max())}
    values["dated"] = count_value(len(dated))
    text = "The work runs from {first:date} to {last:date}."
    wrong = tactic_gaps[tactic_gaps["gap"].isin(IN_TIME)].sort_values(["tactic", "gap"])
    late = tactic_gaps[tactic_gaps["gap"] == LATE].sort_values(["due", "tactic"])
    if len(wrong):
        values["wrong"] = text_value(wrong["sentence"].iloc[0])
        text += " {wrong:text}"
    elif late.empty:
        text += " Nothing starts before what it needs has ended."
    if len(late):
        values |= {"late": text_value(late["title"].iloc[0]), "due": date_value(late["due"].iloc[0])}
        values["more"] = count_value(len(late) - 1)
        text += " “{late:text}” ends after the result that it is to bring is due, on {due:date}."
        text = text[:-1] + "; so do {more:count} more tactics." if len(late) > 2 else text
        text = text[:-1] + "; so does one more tactic." if len(late) == 2 else text
    return _finding("11.timeline", text, values, len(dated), "tactics")


def _trials(trial_plans: pd.DataFrame) -> Finding | None:
    """How many tactics can be tried on their own group, and the one that lacks least of those that cannot."""
    known = trial_plans[trial_plans["possible"].notna()].sort_values("tactic")
    if known.empty:
        return None
    possible = known["possible"].astype(bool)
    values = {"known": count_value(len(known)), "possible": count_value(int(possible.sum()))}
    text = "{possible:count} of {known:count} tactics can be tried to a clear answer within a year."
    text = text.replace("{possible:count}", "One") if possible.sum() == 1 else text
    text = text if possible.any() else "None of {known:count} tactics can be tried to a clear answer within a year."
    if len(known) == 1:
        text = "The one tactic can be tried to a clear answer within a year."
        text = text if possible.any() else text.replace(" can ", " cannot ")
    if not possible.all():
        lacks = (known["size"] / known["customers"]).astype("float64")
        row = known.loc[lacks[~possible].idxmin()]
        values |= {"what": text_value(row["title"]), "has": count_value(row["customers"])}
        values |= {"needed": count_value(row["size"]), "group": group_value(row["group_id"])}
        nearest = " The nearest to it" if not possible.any() else " The nearest of the others"
        text = f"{text}{nearest} is “{{what:text}}”" if len(known) > 1 else text[:-1]
        text += ": it would take {needed:count} customers in {group:group}, and there are {has:count}."
    return _finding("11.trials", text, values, len(known), "trial_plans")


def _finding(name: str, text: str, values: dict, n: int, table: str, n_of: str = "tactic") -> Finding:
    used = {key: value for key, value in values.items() if f"{{{key}:" in text}
    return Finding(
        id=name, text=text, values=used, n=n, n_of=n_of, evidence="modelled" if name == "11.trials" else "judged",
        table=table,
    )  # fmt: skip
