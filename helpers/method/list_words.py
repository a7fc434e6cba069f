"""What the list says of us, and how the sentences of step 02 speak of customers: one or many, and what they did.

Peters' remark that one is one's client list, read from the numbers of step 02. The cuts are ours and are said.
"""

from __future__ import annotations

from helpers.client.result_model import Value
from helpers.method.finding_values import is_known
from helpers.method.list_tables import ListTables

FEWEST = 10  # customers behind a rate; fewer are counted, not told in percent
# part of the customers that brings most of the revenue: up to the first a few, above the second a large part
FEW, MANY = 0.10, 0.35
MOST_STAY, MOST_LEAVE = 0.75, 0.50  # part of the prior half's customers who bought again
# what the customers of a part of the bridge did
DID = {
    "new": "are new",
    "reactivated": "came back",
    "expanded": "bought more",
    "contracted": "bought less",
    "lost": "stopped buying",
    "credits_only": "had credits or free items only",
}
NEW_OR_BACK = "are new or came back"


def list_says(tables: ListTables) -> str:
    """The clauses that hold for this client, joined to a sentence; empty where nothing was earned.

    Parameters
    ----------
    tables : ListTables
    """
    if not is_known(tables.spread["part_for_80"]):
        return ""
    clauses = [f"we live from {_whom(tables)}"]
    facts = tables.bridge
    if facts.bought_prior >= FEWEST:
        many = "many" if MOST_LEAVE <= facts.kept < MOST_STAY else "most"
        did = "bought again" if facts.kept >= MOST_STAY else "did not buy again"
        clauses.append(f"{many} of those who bought in the prior half {did} in the current one")
    if tables.closed:
        clauses.append("everybody on it came in the first quarter of the data")
        return "; ".join(clauses)
    moves = {"largest gain": top_gain(tables), "largest loss": top_loss(tables)}
    said = [f"our {name} comes from {who_did(tables, part, 'customers')}" for name, part in moves.items() if part]
    return "; ".join([*clauses, *said])


def _whom(tables: ListTables) -> str:
    part = tables.spread["part_for_80"]
    if tables.spread["customers_for_80"] == 1:
        return "one customer"
    if part <= FEW:
        return "a few of our customers"
    return "a large part of our customers" if part > MANY else "a minority of our customers"


def top_gain(tables: ListTables) -> str | None:
    """The part of the bridge that added most; None where none did."""
    changes = tables.changes
    return changes["amount"].idxmax() if (changes["amount"] > 0).any() else None


def top_loss(tables: ListTables) -> str | None:
    """The part of the bridge that took most away; None where none did."""
    changes = tables.changes
    return changes["amount"].idxmin() if (changes["amount"] < 0).any() else None


def who_did(tables: ListTables, part: str, many: str) -> str:
    """Who stands in a part of the bridge: "customers who bought more", "one customer who bought more".

    Parameters
    ----------
    tables : ListTables
    part : str
    many : str
        The word for more than one, such as "those".
    """
    if part == "no_customer":
        return "lines without a customer"
    did = NEW_OR_BACK if part == "new" and not tables.bridge.earlier_months else DID[part]
    one = tables.changes.loc[part, "customers"] == 1
    return f"one customer who {did.replace('are ', 'is ')}" if one else f"{many} who {did}"


def customers(name: str, count: int, kind: str = "") -> str:
    """A number of customers as a placeholder, in words where it is one.

    >>> customers("rated", 1), customers("rated", 7, "active ")
    ('one customer', '{rated:count} active customers')
    """
    return f"one {kind}customer" if count == 1 else f"{{{name}:count}} {kind}customers"


def opened(words: str) -> str:
    """The words as the beginning of a sentence; a placeholder speaks for itself."""
    return words[0].upper() + words[1:]


def used_values(text: str, values: dict[str, Value]) -> dict[str, Value]:
    """Only the values that the sentence names: a value left over would be one that nobody can read."""
    return {name: value for name, value in values.items() if f"{{{name}:" in text}
