"""What each proposition still lacks, or claims and cannot show: one sentence for each gap, that says what to do.

A gap is no fault of who wrote the proposition; it is what a customer, a rival or a board would ask next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from helpers.errors import listed, nearest, quoted
from helpers.method.finding_values import inside_sentence
from helpers.method.intent_words import INTENTS, RETIRE
from helpers.method.proposition_evidence import Evidence
from helpers.method.proposition_words import (
    ABOVE,
    AHEAD,
    BEHIND,
    BELOW,
    KINDS,
    LEAST_KINDS,
    LEVEL,
    MESSAGES,
    NOT_COMPARED,
    PRICE,
    is_called_for,
    listed_in,
    said,
)
from helpers.method.top_needs import speaks_of
from helpers.method.value_propositions import (
    LOCK_IN,
    SECRET,
    UNKNOWN,
    Proposition,
    find_driver,
    proof_kind,
    secret_row,
)

# gap: the field of the sheet where it is mended
GAPS = {
    "no_proposition": "proposition",
    "retired_with_one": "proposition",
    "same_as_other": "promise",
    "no_values_line": "values_line",
    "no_promise": "promise",
    "no_drivers": "drivers",
    "unknown_driver": "drivers",
    "competitor_wins": "drivers",
    "promised_and_behind": "promise",
    "lead_not_shown": "drivers",
    "no_proof": "proof",
    "proof_unknown": "proof",
    "proof_of_other": "proof",
    "stale_secret": "proof",
    "no_alternative": "alternative",
    "no_price_position": "price_position",
    "price_without_driver": "price_driver",
    "price_not_earned": "price_driver",
    "dear_and_it_matters": "price_reason",
    "cheaper_without_reason": "price_reason",
    "few_kinds": "kinds",
    "no_headline": "headline",
    "few_messages": "messages",
    "no_channel": "channel",
    "no_barrier": "barriers",
    "barrier_not_earned": "barriers",
}
COLUMNS = ["group_id", "group_name", "customers", "gap", "part", "part_name", "sentence"]
PART_NAMES = {
    "proposition": "Proposition",
    "values_line": "Values",
    "promise": "Promise",
    "drivers": "Drivers served",
    "proof": "Proof",
    "alternative": "Alternative beaten",
    "price_position": "Price",
    "price_driver": "Price",
    "price_reason": "Price",
    "kinds": "Kinds of offer",
    "headline": "Headline",
    "messages": "Messages",
    "channel": "Channel",
    "barriers": "Barriers to exit",
}
NUMBERS = ("none", "one", "two", "three")
STANDS = {LEVEL: "level with", ABOVE: "above"}
PROPOSE = "a survey in which they compare us with their best alternative would make a draft"


def proposition_gaps(
    intents: pd.DataFrame,
    propositions: Sequence[Proposition],
    standing: pd.DataFrame,
    evidence: Mapping[str, Evidence],
    *,
    sentences: Mapping[str, str],
    secrets: pd.DataFrame | None,
    barriers: pd.DataFrame,
) -> pd.DataFrame:
    """The gaps of all propositions, and of the groups that have none.

    Parameters
    ----------
    intents : DataFrame, one row per group: group_id, group_name, customers, primary
    propositions : from `value_propositions.propositions_in_force`
    standing : DataFrame of `proposition_evidence.driver_standing`
    evidence : mapping of group_id to Evidence
        For what a sentence may point at: who is named most, where most of the business comes.
    sentences : mapping of finding id to its sentence, of this run
    secrets : DataFrame, customer_secrets of step 06, or None
    barriers : DataFrame of `value_propositions.exit_barriers`

    Returns
    -------
    DataFrame, one row per gap, in the order of the groups and of `GAPS`: columns of the published proposition_gaps

    Notes
    -----
    Two groups have one proposition if their promises or their headlines are equal but for capitals, spaces and points.

    Examples
    --------
    >>> intents = pd.DataFrame({"group_id": ["g1"], "group_name": "Yards", "customers": 40, "primary": "grow"})
    >>> nothing = pd.DataFrame(columns=["group_id", "driver", "label", "standing"], dtype="str")
    >>> more = {"sentences": {}, "secrets": None, "barriers": pd.DataFrame(columns=["group_id", "accepted", "kind"])}
    >>> proposition_gaps(intents, [], nothing, {}, **more)[["gap", "part"]].values.tolist()
    [['no_proposition', 'proposition']]
    """
    by_group = {one.group_id: one for one in propositions}
    called, rows = is_called_for(intents), []
    order = {gap: place for place, gap in enumerate(GAPS)}
    for group, wanted in zip(intents.to_dict("records"), called, strict=True):
        one = by_group.get(group["group_id"])
        found: list[tuple[str, str]] = []
        if one is None:
            found = [_missing(group["primary"])] if wanted else []
        elif not wanted:
            found = [("retired_with_one", "Take it back, or choose another intent: we mean to retire this group.")]
        else:
            known = evidence.get(one.group_id, Evidence())
            own = barriers[barriers["group_id"] == one.group_id]
            found += _alike(one, propositions)
            found += [*_promise(one, standing), *_proof(one, sentences, secrets), *_price(one, standing, known)]
            found += [*_offer(one, known), *_barriers(one, own, standing)]
        for gap, sentence in sorted(found, key=lambda each: order[each[0]]):
            part = GAPS[gap]
            rows.append({**group, "gap": gap, "part": part, "part_name": PART_NAMES[part], "sentence": sentence})
    texts = [name for name in COLUMNS if name != "customers"]
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(texts, "str") | {"customers": "int64"})


def _missing(primary: str) -> tuple[str, str]:
    intent = inside_sentence(INTENTS.get(primary, primary))
    return "no_proposition", f"Write what we promise this group, which we mean to {intent}; {PROPOSE}."


def _alike(one: Proposition, propositions: Sequence[Proposition]) -> Iterator[tuple[str, str]]:
    """Other groups that are told the same, though they are other people with other intents."""
    for part, words in (("promise", "The promise"), ("headline", "The headline")):
        mine = _bare(said(one.sheet, part))
        others = [other for other in propositions if other is not one and other.primary != RETIRE]
        same = [other.group_name for other in others if mine and _bare(said(other.sheet, part)) == mine]
        if same:
            advice = "say what is different for these, or ask whether they are one group"
            yield "same_as_other", f"{words} is the same as for {listed(same)}: {advice}."
            return


def _promise(one: Proposition, standing: pd.DataFrame) -> Iterator[tuple[str, str]]:
    own = standing[standing["group_id"] == one.group_id]
    if not said(one.sheet, "values_line"):
        yield "no_values_line", "Say in one sentence why what we stand for matters to this group."
    if not said(one.sheet, "promise"):
        yield "no_promise", "Say what they get from us that makes their own work better."
    claimed = listed_in(one.sheet, "drivers")
    if not claimed:
        best = own.loc[own["standing"] == AHEAD, "label"].tolist() if len(own) else []
        hint = f"they rate us higher on {_lower(best)}" if best else "nobody has compared us on any so that it shows"
        yield "no_drivers", f"Name what of all that they rate the promise serves; {hint}."
    other = said(one.sheet, "alternative") or "the alternative"
    for written in claimed:
        known = find_driver(standing, one.group_id, written)
        label = inside_sentence(str((known or {}).get("label", written)))
        stands = (known or {}).get("standing", NOT_COMPARED)
        if known is None and len(standing):
            drivers = standing["driver"].drop_duplicates().tolist()
            yield "unknown_driver", f"{quoted(written)} is nothing that the survey asks. {nearest(written, drivers)}"
        elif stands == BEHIND:
            by = f"{abs(known['advantage']):.1f} points"
            yield "competitor_wins", f"Take {label} out, or mend it first: they rate {other} higher by {by}."
        elif stands == NOT_COMPARED:
            yield "lead_not_shown", f"Ask ten of them to compare us on {label}, or leave it out: nobody did so far."
        elif stands != AHEAD:
            yield "lead_not_shown", f"Leave {label} out, or win it first: they see no difference to {other}."

    promised = pd.Series([f"{said(one.sheet, 'promise')} {said(one.sheet, 'headline')}"])
    for row in own[own["standing"] == BEHIND].to_dict("records"):
        unclaimed = row["driver"] not in claimed and row["label"] not in claimed
        # what the price is worth is asked by itself
        if unclaimed and PRICE not in row["driver"].casefold() and speaks_of(promised, row["label"])[0]:
            higher = f"they rate {other} higher by {abs(row['advantage']):.1f} points"
            advice = "mend it first, or promise something else"
            label = inside_sentence(row["label"])
            yield "promised_and_behind", f"The promise speaks of {label}, where {higher}: {advice}."


def _proof(one: Proposition, sentences: Mapping[str, str], secrets: pd.DataFrame | None) -> Iterator[tuple[str, str]]:
    proof = said(one.sheet, "proof")
    kind = proof_kind(proof, sentences, secrets)
    lead = f"10.lead.{one.group_id}"
    such = f"a finding such as {lead}" if lead in sentences else "a finding of this run"
    if not proof:
        yield "no_proof", f"Name what proves it: {such}, or a customer secret of step 06."
    elif kind == UNKNOWN:
        known = [*sentences, *([] if secrets is None else secrets["secret"])]
        advice = nearest(proof, known, f"Name {such}, or a customer secret.")
        yield "proof_unknown", f"{quoted(proof)} is no finding of this run and no customer secret. {advice}"
    elif kind == SECRET:
        secret = secret_row(proof, secrets)
        if not secret["alive"]:
            stands = inside_sentence(str(secret["standing_name"]))
            yield "stale_secret", f"Confirm the secret {quoted(proof)}, or name another proof; it is {stands}."
        if pd.notna(secret["group_id"]) and secret["group_id"] not in (one.group_id, "all"):
            yield "proof_of_other", f"Name a proof of this group: the secret is of {secret['group_name']}."
    elif (
        proof.count(".") > 1
        and re.fullmatch(r"g[0-9]+", proof.rsplit(".", 1)[1])
        and not proof.endswith(f".{one.group_id}")
    ):
        yield "proof_of_other", f"Name a proof of this group: {proof} speaks of another one."


def _price(one: Proposition, standing: pd.DataFrame, known: Evidence) -> Iterator[tuple[str, str]]:
    if not said(one.sheet, "alternative"):
        hint = f"; they name {known.alternative} most often" if known.alternative else ""
        yield "no_alternative", f"Name whom they would go to without us{hint}."
    position, driver = said(one.sheet, "price_position"), said(one.sheet, "price_driver")
    if not position:
        yield "no_price_position", "Say whether our price stands below, level with or above the alternative's."
    if position == BELOW and not said(one.sheet, "price_reason"):
        yield "cheaper_without_reason", "Say why we ask less than the alternative, or ask as much as it does."
    if position in (LEVEL, ABOVE) and not driver:
        yield "price_without_driver", f"Say what earns a price {STANDS[position]} the alternative's."
    elif position in (LEVEL, ABOVE):
        found = find_driver(standing, one.group_id, driver) or {}
        label = inside_sentence(str(found.get("label", driver)))
        if PRICE in driver.casefold() or found.get("standing", NOT_COMPARED) != AHEAD:
            shown = f"that they rate us higher on {label} is not shown"
            yield "price_not_earned", f"Name something else that earns the price, or change the price: {shown}."
    if position == ABOVE and not said(one.sheet, "price_reason") and _price_hurts(one, standing):
        what = "they rate us worse on price, which matters to them, and the card asks more"
        yield "dear_and_it_matters", f"Ask less, or say what they get for the difference: {what}."


def _price_hurts(one: Proposition, standing: pd.DataFrame) -> bool:
    """Whether the group rates our price worse than the alternative's, and price matters to it."""
    priced = standing["driver"].str.casefold().str.contains(PRICE, regex=False).astype(bool)
    rows = standing[priced & (standing["group_id"] == one.group_id) & (standing["standing"] == BEHIND)]
    return bool(rows["matters"].astype(bool).any())


def _offer(one: Proposition, known: Evidence) -> Iterator[tuple[str, str]]:
    there = [name for kind, name in KINDS.items() if said(one.sheet, kind)]
    if len(there) < LEAST_KINDS:
        rest = [inside_sentence(name) for name in KINDS.values() if name not in there]
        lacking = LEAST_KINDS - len(there)
        start = f"Beside {_lower(there)} offer" if there else "Offer"
        more = f"{NUMBERS[lacking]} more of" if there else f"{NUMBERS[lacking]} of"
        yield "few_kinds", f"{start} {more} {listed(rest, 6)}: what is of one kind is copied at once."
    if not said(one.sheet, "headline"):
        yield "no_headline", "Write the line that this group reads first."
    messages = len(listed_in(one.sheet, "messages"))
    if messages < MESSAGES:
        stand = f"{NUMBERS[messages]} {'stands' if messages < 2 else 'stand'}"
        yield "few_messages", f"Write three messages in words that customers use; {stand} so far."
    if not said(one.sheet, "channel"):
        hint = f"; most of their business comes by {known.channel}" if known.channel else ""
        yield "no_channel", f"Say through which channel they hear of it and buy it{hint}."


def _barriers(one: Proposition, own: pd.DataFrame, standing: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for row in own[(own["kind"] != LOCK_IN) & ~own["accepted"].astype(bool)].to_dict("records"):
        why = f"it rests on {inside_sentence(row['label'])}, where they do not surely rate us higher"
        yield "barrier_not_earned", f"Do not count on {quoted(row['barrier'])}: {why}."
    if one.defended and not own["accepted"].astype(bool).any():
        rows = standing[(standing["group_id"] == one.group_id) & (standing["standing"] == AHEAD)]
        on = f" on {_lower(rows['label'].tolist())}" if len(rows) else " on something that they rate us higher on"
        lock = " A lock-in keeps them only as long as it binds." if (own["kind"] == LOCK_IN).any() else ""
        yield "no_barrier", f"Build a barrier to exit{on}: this group is to be kept.{lock}"


def _lower(labels: Sequence[str]) -> str:
    return listed([inside_sentence(label) for label in labels], 8)


def _bare(text: str) -> str:
    """A text without what does not count in a comparison."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def add_gaps(table: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """The propositions with how many gaps each has, and the line that a card carries; in their own columns.

    >>> table = pd.DataFrame({"group_id": ["g1", "g2"]})
    >>> gaps = pd.DataFrame({"group_id": ["g1", "g1"], "part_name": ["Price", "Price"]})
    >>> add_gaps(table, gaps)[["gaps", "gap_line"]].values.tolist()
    [[2, 'Open before it goes out: price.'], [0, '']]
    """
    counts = gaps.groupby("group_id").size()
    number = table["group_id"].map(counts).fillna(0).astype("int64")
    open_ = gaps.groupby("group_id")["part_name"].agg(lambda names: _lower(list(dict.fromkeys(names))))
    lines = [f"Open before it goes out: {open_[group]}." if group in open_ else "" for group in table["group_id"]]
    return table.assign(gaps=number, gap_line=pd.Series(lines, index=table.index, dtype="str"))
