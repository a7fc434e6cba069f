"""The propositions in force as tables: one row a group, its parts, the drivers that it claims, its barriers to exit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from helpers.method.customer_secrets import ALIVE
from helpers.method.delivered import columns_of
from helpers.method.finding_values import inside_sentence
from helpers.method.intent_words import INTENTS
from helpers.method.proposition_words import (
    AHEAD,
    DECIDED,
    DRAFT,
    KINDS,
    MESSAGES,
    NOT_COMPARED,
    POSITIONS,
    STANDINGS,
    STATES,
    is_called_for,
    listed_in,
    pairs_in,
    said,
)

FINDING, SECRET, UNKNOWN = "finding", "secret", "unknown"
BARRIER, LOCK_IN = "barrier", "lock_in"
BARRIERS = {BARRIER: "Barrier", LOCK_IN: "Lock-in"}
# what binds and does not please: it holds customers only as long as it lasts
BINDING = re.compile(
    r"\b(contract|notice\b|switch|cancel|penalt|deposit|exit fee|lock.?in|minimum term)",
    re.IGNORECASE,
)
TEXTS = ("values_line", "promise", "alternative", "price_position", "price_reason", "headline", "channel")
DRIVER_COLUMNS = [
    *("group_id", "group_name", "driver", "label", "importance", "matters", "compared"),
    *("advantage", "advantage_low", "advantage_high", "standing", "standing_name"),
]
COLUMNS = [
    *("group_id", "group_name", "customers", "primary", "primary_name", "state", "state_name", "mark", "defended"),
    *("values_line", "promise", "drivers", "drivers_named", "proof", "proof_kind", "proof_said", "alternative"),
    *("price_position", "price_driver", "price_reason", "price_line", *KINDS, "kinds", "headline"),
    *("message_1", "message_2", "message_3", "remark_1", "remark_2", "remark_3", "channel"),
]
PART_COLUMNS = ["group_id", "group_name", "kind", "kind_name", "offer"]
BARRIER_COLUMNS = [
    *("group_id", "group_name", "barrier", "driver", "label", "advantage", "advantage_low"),
    *("kind", "kind_name", "accepted"),
]


@dataclass(frozen=True)
class Proposition:
    """What is promised one group: the sheet as people wrote it, or a draft, with the facts of the group."""

    group_id: str
    group_name: str
    customers: int
    primary: str
    state: str
    defended: bool
    sheet: Mapping[str, Any]


def intents_of(group_intents: pd.DataFrame | None) -> pd.DataFrame:
    """The groups with their first intents, no row where step 09 was not run.

    >>> intents_of(None).empty
    True
    """
    texts = dict.fromkeys(("group_id", "group_name", "primary"), "str")
    table = columns_of(group_intents, texts | {"customers": float})
    return table.astype({"customers": "int64"})


def asked_for(intents: pd.DataFrame, chosen: Mapping[str, Mapping[str, Any] | None]) -> list[str]:
    """The groups of which people are asked: those to be served, and any other that has a proposition all the same.

    >>> intents = pd.DataFrame({"group_id": ["g1", "g2", "g3"], "primary": ["grow", "retire", "retire"]})
    >>> asked_for(intents, {"g2": None, "g3": {"promise": "Still here."}})
    ['g1', 'g3']
    """
    wanted = zip(intents["group_id"], is_called_for(intents), strict=True)
    return [group for group, called in wanted if called or chosen.get(group)]


def propositions_in_force(
    intents: pd.DataFrame,
    chosen: Mapping[str, Mapping[str, Any] | None],
    decided: Collection[str],
    defended: Sequence[bool],
) -> list[Proposition]:
    """The propositions that stand, decided or drafted, in the order of the groups.

    Parameters
    ----------
    intents : DataFrame, one row per group: group_id, group_name, customers, primary
    chosen : mapping of group_id to the sheet in force, None where there is none
    decided : group ids whose sheet people decided
    defended : for each row of `intents` whether the group is to be defended
    """
    found = []
    for row, kept in zip(intents.to_dict("records"), defended, strict=True):
        sheet = chosen.get(row["group_id"])
        if sheet:
            facts = {name: row[name] for name in ("group_id", "group_name", "customers", "primary")}
            state = DECIDED if row["group_id"] in decided else DRAFT
            found.append(Proposition(**facts, state=state, defended=bool(kept), sheet=sheet))
    return found


def claimed_drivers(propositions: Sequence[Proposition], standing: pd.DataFrame) -> pd.DataFrame:
    """The drivers that each proposition says it serves, with what customers answered of them.

    Parameters
    ----------
    propositions : from `propositions_in_force`
    standing : DataFrame of `proposition_evidence.driver_standing`

    Returns
    -------
    DataFrame, one row per group and driver claimed, in the order of the sheet: columns of proposition_drivers
        A driver that the survey does not know has its own text as driver and label, and was not compared.

    Examples
    --------
    >>> yards = Proposition("g1", "Yards", 40, "grow", "decided", False, {"drivers": ["Advice", "speed"]})
    >>> known = pd.DataFrame({"group_id": ["g1"], "driver": ["advice"], "label": ["Advice"], "compared": 30,
    ...     "importance": 0.7, "matters": True, "advantage": 2.0, "advantage_low": 1.5, "advantage_high": 2.5,
    ...     "standing": "ahead"})
    >>> claimed_drivers([yards], known)[["driver", "standing"]].values.tolist()
    [['advice', 'ahead'], ['speed', 'not_compared']]
    """
    rows = []
    for one in propositions:
        for written in listed_in(one.sheet, "drivers"):
            known = find_driver(standing, one.group_id, written)
            row = {"driver": written, "label": written, "matters": False, "compared": 0, "standing": NOT_COMPARED}
            row |= known or {}
            rows.append(row | {"group_id": one.group_id, "group_name": one.group_name})
    table = pd.DataFrame(rows, columns=DRIVER_COLUMNS).drop_duplicates(["group_id", "driver"], ignore_index=True)
    table["standing_name"] = table["standing"].map(STANDINGS)
    texts = ("group_id", "group_name", "driver", "label", "standing", "standing_name")
    numbers = ("importance", "advantage", "advantage_low", "advantage_high")
    kinds = dict.fromkeys(texts, "str") | dict.fromkeys(numbers, float) | {"matters": bool, "compared": "int64"}
    return table.astype(kinds)


def find_driver(standing: pd.DataFrame, group_id: str, written: str) -> dict[str, Any] | None:
    """What is known of a driver that is named by its id or its name; None where the survey has no such driver.

    Of a driver that the survey has and the group did not rate, its id and label are known.
    """
    word = written.casefold()
    rows = standing[(standing["driver"].str.casefold() == word) | (standing["label"].str.casefold() == word)]
    if rows.empty:
        return None
    own = rows[rows["group_id"] == group_id]
    return own.iloc[0].to_dict() if len(own) else rows.iloc[0][["driver", "label"]].to_dict()


def proposition_parts(propositions: Sequence[Proposition]) -> pd.DataFrame:
    """What is offered, kind by kind.

    >>> yards = Proposition("g1", "Yards", 40, "grow", "draft", False, {"service": "A crate for each hull."})
    >>> proposition_parts([yards])[["kind_name", "offer"]].values.tolist()
    [['Service', 'A crate for each hull.']]
    """
    rows = [
        (one.group_id, one.group_name, kind, name, said(one.sheet, kind))
        for one in propositions
        for kind, name in KINDS.items()
        if said(one.sheet, kind)
    ]
    return pd.DataFrame(rows, columns=PART_COLUMNS).astype("str")


def exit_barriers(propositions: Sequence[Proposition], standing: pd.DataFrame) -> pd.DataFrame:
    """What keeps a group with us: earned by something that we do better, or only binding.

    Returns
    -------
    DataFrame, one row per group and barrier: columns of the published exit_barriers
        kind      str   lock_in where its words or its driver speak of a contract, of notice or of switching; else
                        barrier
        accepted  bool  whether it is no lock-in and rests on a driver on which the group rates us higher, the whole
                        interval above zero

    Examples
    --------
    >>> said = {"barriers": {"their spares in our store": "availability", "two years' contract": "availability"}}
    >>> fleets = Proposition("g3", "Fleets", 40, "maintain", "decided", True, said)
    >>> known = pd.DataFrame({"group_id": ["g3"], "driver": ["availability"], "label": ["Availability"],
    ...     "advantage": 0.7, "advantage_low": 0.1, "standing": "ahead"})
    >>> exit_barriers([fleets], known)[["kind", "accepted"]].values.tolist()
    [['barrier', True], ['lock_in', False]]
    """
    rows = []
    for one in propositions:
        for barrier, driver in pairs_in(one.sheet, "barriers").items():
            row = {"driver": driver, "label": driver} | (find_driver(standing, one.group_id, driver) or {})
            binds = bool(BINDING.search(barrier) or BINDING.search(driver.replace("_", " ")))
            row |= {"group_id": one.group_id, "group_name": one.group_name, "barrier": barrier}
            row |= {"kind": LOCK_IN if binds else BARRIER, "accepted": not binds and row.get("standing") == AHEAD}
            rows.append(row)
    table = pd.DataFrame(rows, columns=BARRIER_COLUMNS)
    table["kind_name"] = table["kind"].map(BARRIERS)
    texts = ("group_id", "group_name", "barrier", "driver", "label", "kind", "kind_name")
    return table.astype(dict.fromkeys(texts, "str") | {"accepted": bool, "advantage": float, "advantage_low": float})


def value_propositions(
    propositions: Sequence[Proposition],
    standing: pd.DataFrame,
    sentences: Mapping[str, str],
    secrets: pd.DataFrame | None,
) -> pd.DataFrame:
    """One row a group with a proposition: the columns of the published value_propositions but those of its gaps.

    Parameters
    ----------
    propositions : from `propositions_in_force`
    standing : DataFrame of `proposition_evidence.driver_standing`
    sentences : mapping of finding id to its sentence
        Every finding that was said so far.
    secrets : DataFrame, customer_secrets of step 06, or None

    Notes
    -----
    The messages of a draft are customers' remarks, which are personal: they stand under remark_1 to remark_3, and
    become messages when people decide.
    """
    rows = [_row(one, standing, sentences, secrets) for one in propositions]
    numbers = {"customers": "int64", "kinds": "int64", "defended": bool}
    texts = dict.fromkeys([name for name in COLUMNS if name not in numbers], "str")
    return pd.DataFrame(rows, columns=COLUMNS).astype(texts | numbers)


def proof_kind(proof: str, sentences: Mapping[str, str], secrets: pd.DataFrame | None) -> str:
    """Whether a proof is a finding of this run, a customer secret of the register, or neither; "" without one."""
    if not proof:
        return ""
    if proof in sentences:
        return FINDING
    return SECRET if secrets is not None and (secrets["secret"] == proof).any() else UNKNOWN


def secret_row(proof: str, secrets: pd.DataFrame | None) -> dict[str, Any]:
    """The row of a secret in the register, and whether an offer may be built on it (`alive`)."""
    rows = None if secrets is None else secrets[secrets["secret"] == proof]
    if rows is None or rows.empty:
        return {}
    row = rows.iloc[0].to_dict()
    return row | {"alive": row["standing"] in ALIVE}


def _row(
    one: Proposition, standing: pd.DataFrame, sentences: Mapping[str, str], secrets: pd.DataFrame | None
) -> dict[str, Any]:
    sheet = one.sheet
    row: dict[str, Any] = {name: said(sheet, name) for name in TEXTS}
    row |= {name: getattr(one, name) for name in ("group_id", "group_name", "customers", "primary", "state")}
    row |= {"primary_name": INTENTS.get(one.primary, one.primary), "defended": one.defended}
    row["state_name"] = STATES[one.state]
    row["mark"] = STATES[DRAFT] if one.state == DRAFT else ""
    drivers = [_named(standing, one.group_id, written) for written in listed_in(sheet, "drivers")]
    row["drivers"] = "; ".join(dict.fromkeys(driver for driver, _ in drivers))
    row["drivers_named"] = ", ".join(dict.fromkeys(label for _, label in drivers))
    row["proof"] = said(sheet, "proof")
    row["proof_kind"] = proof_kind(row["proof"], sentences, secrets)
    known = secret_row(row["proof"], secrets).get("what")
    row["proof_said"] = sentences.get(row["proof"], "")
    if row["proof_kind"] == SECRET:
        row["proof_said"] = f"What we know of their work: {known}"
    earner = said(sheet, "price_driver")
    row["price_driver"], earner_label = _named(standing, one.group_id, earner) if earner else ("", "")
    row["price_line"] = _price_line(row, earner_label)
    messages = [*listed_in(sheet, "messages")[:MESSAGES], *[""] * MESSAGES][:MESSAGES]
    for place, text in enumerate(messages, 1):
        row[f"message_{place}"] = text if one.state == DECIDED else ""
        row[f"remark_{place}"] = text if one.state == DRAFT else ""
    row |= {kind: said(sheet, kind) for kind in KINDS}
    row["kinds"] = sum(bool(row[kind]) for kind in KINDS)
    return row


def _named(standing: pd.DataFrame, group_id: str, written: str) -> tuple[str, str]:
    """Id and label of a driver; what the survey does not know stays as it was written."""
    known = find_driver(standing, group_id, written) or {"driver": written, "label": written}
    return known["driver"], known["label"]


def _price_line(row: Mapping[str, Any], earner: str) -> str:
    """The price in one line: "Above Northgate, earned by availability"."""
    if not row["price_position"]:
        return ""
    line = f"{POSITIONS[row['price_position']]} {row['alternative'] or 'the alternative'}"
    line += f", earned by {inside_sentence(earner)}" if earner else ""
    return f"{line}: {row['price_reason']}" if row["price_reason"] else line
