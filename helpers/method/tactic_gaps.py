"""What is wrong with the register: orphans, needs and days that do not hold, and what chosen groups lack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from helpers.errors import listed
from helpers.method.channel_choice import CLOSE, LEAD, SUPPORT
from helpers.method.finding_values import capital, inside_sentence
from helpers.method.group_named import NO_GROUP
from helpers.method.intent_words import GROW, MAINTAIN, RE_ENGINEER, RETIRE
from helpers.method.share import ALL
from helpers.method.tactics import chosen_tactics, needs_of

# which stages of a relation an intent calls for: who is retired is still served until the end, and no more
CALLS_FOR = MappingProxyType(
    {
        GROW: ("attract", "win", "serve", "keep", "evolve"),
        MAINTAIN: ("serve", "keep", "evolve"),
        RE_ENGINEER: ("serve", "keep", "evolve"),
        RETIRE: ("serve",),
    }
)
# the same in words: what a tactic of a stage does, and what an intent means for the group
DOES = MappingProxyType(
    {
        "attract": "is to attract more customers like {group}",
        "win": "is to win more business from {group}",
        "serve": "is to serve {group}",
        "keep": "is to keep {group}",
        "evolve": "is to change our offer to {group}",
    }
)
MEANS = MappingProxyType(
    {
        GROW: "grow with them",
        MAINTAIN: "keep them as they are",
        RE_ENGINEER: "change how we serve them",
        RETIRE: "part with them",
    }
)
ROLE_MEANS = MappingProxyType({LEAD: "lead", SUPPORT: "support", CLOSE: "be closed"})
CHOSEN = (GROW, MAINTAIN)  # groups whose business we want tomorrow
GAPS = MappingProxyType(
    {
        "no_group": "No group of ours",
        "retired_group": "The group is to be retired",
        "not_called_for": "No intent calls for it",
        "no_driver": "It serves no driver",
        "unknown_driver": "Customers were not asked about its driver",
        "no_owner": "Nobody answers for it",
        "no_effect": "Its effect is not said as low, likely and high",
        "dates_upside_down": "It ends before it starts",
        "trial_before_start": "It is looked at before it starts",
        "unknown_need": "It needs a tactic that is not there",
        "need_not_chosen": "It is chosen, and what it needs is not",
        "need_ends_later": "It starts before what it needs has ended",
        "cycle": "They wait for each other",
        "ends_after_result": "It ends after its result is due",
        "control_after_result": "Its control group waits until its result is due",
        "no_evolve": "No tactic lets the group evolve",
        "no_loop": "Nothing is learned about the group",
        "role": "Something speaks against a channel's role",
    }
)
ORPHANS = ("no_group", "retired_group", "not_called_for", "no_driver", "unknown_driver")
COLUMNS = ("gap", "gap_name", "tactic", "title", "group_id", "group_name", "sentence", "due", "result")


def tactic_gaps(
    tactics: pd.DataFrame,
    group_intents: pd.DataFrame | None,
    drivers: pd.DataFrame | None,
    loops: pd.DataFrame | None = None,
    results: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Everything in the register that does not hold, one row each.

    Parameters
    ----------
    tactics : DataFrame, from `tactics.tactics`
    group_intents : DataFrame or None
        Of step 09: group_id, group_name, primary, secondary. Without it no intent can call for anything.
    drivers : DataFrame or None
        Of step 06: driver. Without it, or a row of it, a driver that was named counts as one.
    loops : DataFrame or None
        group_id of each learning loop.
    results : DataFrame or None
        Of step 09, expected_results: group_id, group_name, measure, measure_name, by_date.

    Returns
    -------
    DataFrame, gaps of tactics in the order of the register, then of groups: the columns of the published tactic_gaps
        due     datetime  of a tactic that ends after its result is due, that day; else missing
        result  str       the result that is due then; else empty

    Notes
    -----
    An empty register has no gap: that nothing is planned is said elsewhere. Chosen groups, to grow or to maintain, need
    an evolve tactic among those that the team chose (among all while none is chosen) and a learning loop. Of tactics
    that wait for each other in a circle each circle is told once, at its first tactic. A tactic feeds the result of its
    own group whose measure it names, one for all customers that of each group; of several the first due counts. One
    that ends on the day itself is in time, and one that the team left out feeds nothing. A control group waits until
    the day on which the trial is looked at: where that comes after the result is due, the register counts an effect on
    all customers while a part of them goes without. A tactic whose measure is no result is held against the first one
    of its group that is due.

    Examples
    --------
    >>> from helpers.method.tactics import tactics
    >>> intents = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"], "primary": ["retire"], "secondary": [""]})
    >>> rows = {"a": {"title": "A", "group": "g1", "stage": "win", "driver": "price", "owner": "Sales",
    ...     "effect_low": 1, "effect_likely": 2, "effect_high": 3}}
    >>> tactic_gaps(tactics(rows, intents, None), intents, None)["gap"].tolist()
    ['retired_group']
    """
    carried = set(chosen_tactics(tactics)["tactic"])
    rows = [row | {"carried": row["tactic"] in carried} for row in tactics.to_dict("records")]
    by_key = {row["tactic"]: row for row in rows}
    intents = _intents(group_intents)
    known = None if drivers is None or drivers.empty else set(drivers["driver"].astype("str"))
    circles = {members[0]: members for members in circles_of(tactics)}
    found = []
    for row in rows:
        kinds = [*_orphan(row, intents, known), *_incomplete(row), *_needs(row, by_key)]
        if row["tactic"] in circles:
            names = [by_key[key]["title"] or key for key in circles[row["tactic"]]]
            kinds.append(("cycle", f"{listed(names, 9)} each wait for the other."))
        found += [_gap(kind, sentence, row) for kind, sentence in kinds]
        fed = _fed_by(row, results)
        found += [*_too_late(row, fed), *_waiting(row, fed if len(fed) else _of_its_group(row, results))]
    found += _of_groups(tactics, group_intents, loops)
    table = pd.DataFrame(found, columns=list(COLUMNS))
    return table.astype({name: "str" for name in COLUMNS if name != "due"}).assign(due=pd.to_datetime(table["due"]))


def with_roles(tactic_gaps: pd.DataFrame, channel_choice: pd.DataFrame) -> pd.DataFrame:
    """The gaps of the register, and below them the roles of channels that something speaks against, by group.

    Parameters
    ----------
    tactic_gaps : DataFrame, from `tactic_gaps`
    channel_choice : DataFrame, from `channel_choice.channel_choice`
        group_id, group_name, channel, role (empty where nobody gave one), contradiction (empty where nothing speaks
        against it).

    Returns
    -------
    DataFrame, the columns of `tactic_gaps`; of a group with several such roles one row that holds them all

    Notes
    -----
    What was decided for all customers counts in each group, so it is told of the groups, and of all only where there
    are no groups.

    Examples
    --------
    >>> roles = pd.DataFrame({"group_id": ["g1"], "group_name": ["Yards"], "channel": ["web"], "role": ["lead"],
    ...     "contradiction": ["Its part of the revenue falls."]})
    >>> with_roles(pd.DataFrame(columns=list(COLUMNS)), roles)["sentence"].tolist()
    ['Web is to lead: its part of the revenue falls.']
    """
    rows = channel_choice[(channel_choice["role"] != "") & (channel_choice["contradiction"] != "")]
    rows = rows[rows["group_id"] != ALL] if (rows["group_id"] != ALL).any() else rows
    found = []
    for (group, name), own in rows.groupby(["group_id", "group_name"], sort=False):
        words = [f"{capital(row['channel'])} is to {ROLE_MEANS[row['role']]}: {inside_sentence(row['contradiction'])}"
                 for row in own.to_dict("records")]  # fmt: skip
        of = {"tactic": "", "title": "", "group_id": group, "group_name": name}
        found.append(_gap("role", " ".join(words), of))
    if not found:
        return tactic_gaps
    table = pd.DataFrame([*tactic_gaps.to_dict("records"), *found], columns=list(COLUMNS))
    return table.astype(dict.fromkeys(COLUMNS[:-1], "str")).assign(due=pd.to_datetime(table["due"]))


def orphan_reasons(tactics: pd.DataFrame, tactic_gaps: pd.DataFrame) -> pd.Series:
    """Why each tactic is an orphan, in words; empty where it is none.

    Parameters
    ----------
    tactics, tactic_gaps : DataFrame, of the functions of these names
    """
    orphans = tactic_gaps[tactic_gaps["gap"].isin(ORPHANS)]
    words = orphans.groupby("tactic")["gap_name"].agg("; ".join)
    return tactics["tactic"].map(words.to_dict()).astype("object").fillna("").astype("str")


def circles_of(tactics: pd.DataFrame) -> list[tuple[str, ...]]:
    """Tactics that wait for each other, each circle once, in the order of the register.

    >>> table = pd.DataFrame({"tactic": ["a", "b", "c"], "needs": ["b", "a", "a"]})
    >>> circles_of(table)
    [('a', 'b')]
    """
    needs = {row["tactic"]: needs_of(row["needs"]) for row in tactics.to_dict("records")}
    reach = {key: _reached(key, needs) for key in needs}
    circles = (tuple(other for other in needs if other in reach[key] and key in reach[other]) for key in needs)
    return list(dict.fromkeys(circle for circle in circles if circle))


def _reached(key: str, needs: Mapping[str, Iterable[str]]) -> set[str]:
    """Every tactic that this one waits for, by one step or several."""
    found, waiting = set(), list(needs[key])
    while waiting:
        one = waiting.pop()
        if one not in found and one in needs:
            found.add(one)
            waiting += needs[one]
    return found


def _intents(group_intents: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    """The one or two intents of each group, the primary one first."""
    rows = [] if group_intents is None else group_intents.to_dict("records")
    return {row["group_id"]: tuple(one for one in (row["primary"], row["secondary"]) if _said(one)) for row in rows}


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _orphan(row: Mapping, intents: Mapping[str, tuple[str, ...]], known: set[str] | None) -> Iterable[tuple[str, str]]:
    """Why nothing that we intend or know asks for this tactic."""
    name, group = row["title"] or row["tactic"], row["group_id"]
    if group == NO_GROUP and intents:  # without any group nothing of this is the register's fault
        whom = f"“{row['group_written']}”" if row["group_written"] else "nobody"
        yield "no_group", f"{name} is for {whom}, which is no group of ours."
    elif group != ALL and group in intents:
        own, stage = intents[group], row["stage"]
        if not any(stage in CALLS_FOR[intent] for intent in own):
            gap = "retired_group" if own[0] == RETIRE else "not_called_for"
            does = DOES.get(stage, "says no stage of its work with {group}").format(group=row["group_name"])
            yield gap, f"{name} {does}, while we mean to {MEANS[own[0]]}: leave it out, or say what it is for."
    elif group != ALL and intents:
        yield "not_called_for", f"{name} is for {row['group_name']}, with whom we intend nothing."
    if not row["driver"]:
        yield "no_driver", f"{name} serves nothing that customers were asked about."
    elif known is not None and row["driver"] not in known:
        yield "unknown_driver", f"{name} serves “{row['driver']}”, which customers were not asked about."


def _incomplete(row: Mapping) -> Iterable[tuple[str, str]]:
    """What a tactic lacks to be led and scored, and days in the wrong order."""
    name = row["title"] or row["tactic"]
    if not row["owner"]:
        yield "no_owner", f"Nobody answers for {name}."
    if pd.isna(row["effect_likely"]):
        yield "no_effect", f"{name} says no effect as low, likely and high, in that order; so it counts for nothing."
    if row["ends"] < row["starts"]:  # false where either is not known
        yield "dates_upside_down", f"{name} ends before it starts."
    if row["trial_on"] < row["starts"]:
        yield "trial_before_start", f"What {name} brought is looked at before it starts."


def _needs(row: Mapping, by_key: Mapping[str, Mapping]) -> Iterable[tuple[str, str]]:
    """Prerequisites that are not there, not chosen, or not ready in time."""
    name = row["title"] or row["tactic"]
    for key in needs_of(row["needs"]):
        first = by_key.get(key)
        if first is None:
            yield "unknown_need", f"{name} needs “{key}”, which is not in the register."
            continue
        other = first["title"] or key
        if row["selected"] and not first["selected"]:
            yield "need_not_chosen", f"{name} is chosen and needs {other}, which is not."
        if first["ends"] > row["starts"]:
            yield "need_ends_later", f"{name} starts before {other} has ended, which it needs."


def _fed_by(row: Mapping, results: pd.DataFrame | None) -> pd.DataFrame:
    """The results that this tactic is to bring about, the first due before the others."""
    if results is None or results.empty or not row["measure"] or not row["carried"]:
        return pd.DataFrame()
    named = results[["measure", "measure_name"]].apply(lambda names: names.str.lower() == row["measure"].lower())
    mine = (results["group_id"] == row["group_id"]) | (row["group_id"] == ALL)
    return results[named.any(axis=1) & mine].sort_values(["by_date", "group_id"])


def _of_its_group(row: Mapping, results: pd.DataFrame | None) -> pd.DataFrame:
    """The results of the group, whatever the tactic is measured by; the first due before the others."""
    if results is None or results.empty or not row["carried"]:
        return pd.DataFrame()
    return results[results["group_id"] == row["group_id"]].sort_values(["by_date", "measure"])


def _waiting(row: Mapping, results: pd.DataFrame) -> Iterable[dict]:
    """The gap where a control group still goes without on the day on which the first of these results is due."""
    if results.empty or not row["control"] or not row["trial_on"] > results["by_date"].iloc[0]:
        return
    first = results.iloc[0]
    measure = inside_sentence(first["measure_name"])
    words = f"{row['title'] or row['tactic']} keeps a control group until after the day on which {measure} of "
    words += f"{first['group_name']} is due, and counts its effect as if nobody waited: end the trial earlier, or "
    words += "expect less."
    yield _gap("control_after_result", words, row, first["by_date"], measure)


def _too_late(row: Mapping, fed: pd.DataFrame) -> Iterable[dict]:
    """The gap where the first of these results is due before the tactic has ended."""
    if fed.empty or not row["ends"] > fed["by_date"].iloc[0]:  # false where either is not known
        return
    first = fed.iloc[0]
    measure = inside_sentence(first["measure_name"])
    what = f"{measure} of {first['group_name']}"
    words = f"{row['title'] or row['tactic']} ends after the day on which its result is due: {what}."
    yield _gap("ends_after_result", words, row, first["by_date"], measure)


def _of_groups(tactics: pd.DataFrame, group_intents: pd.DataFrame | None, loops: pd.DataFrame | None) -> Iterable[dict]:
    """What the groups lack whose business we want tomorrow."""
    if group_intents is None or tactics.empty:
        return
    chosen = chosen_tactics(tactics)
    evolve = set(chosen.loc[chosen["stage"] == "evolve", "group_id"])
    learned = set() if loops is None else set(loops["group_id"])
    for group in group_intents[group_intents["primary"].isin(CHOSEN)].to_dict("records"):
        row = {"tactic": "", "title": "", **{key: group[key] for key in ("group_id", "group_name")}}
        if not evolve & {group["group_id"], ALL}:
            words = f"No chosen tactic lets what we do for {group['group_name']} evolve."
            yield _gap("no_evolve", words, row)
        if not learned & {group["group_id"], ALL}:
            yield _gap("no_loop", f"No loop learns about {group['group_name']}.", row)


def _gap(kind: str, sentence: str, row: Mapping, due: object = None, result: str = "") -> dict:
    of = {name: row[name] for name in ("tactic", "title", "group_id", "group_name")}
    return {"gap": kind, "gap_name": GAPS[kind], **of, "sentence": sentence, "due": due, "result": result}
