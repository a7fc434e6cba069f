"""The words that the document uses and a board may not: each in a line, and only those that stand in it."""

from __future__ import annotations

import re
from html import escape, unescape
from types import MappingProxyType

# word: the pattern by which it is found in the document, and what it means; as the notebooks' words have it
WORDS = MappingProxyType(
    {
        "grow, maintain, re-engineer, retire": (
            r"\b(grow|maintain|re-engineer|retire)\b",
            "What we mean to do with a group: win more of its business; keep it as it is; change what we offer, what "
            "it costs or how we serve; part gracefully.",
        ),
        "our rules": (
            r"\b(our|the) rules\b",
            "Conditions, the same for all groups, that propose an intent from what is known. People decide, and may "
            "decide otherwise.",
        ),
        "lifetime value, customer equity": (
            r"\b(lifetime value|customer equity)\b",
            "The margin after traced service that we expect from a customer from today on, in today's money; and the "
            "sum of it over all active customers.",
        ),
        "hurdle": (r"\bhurdle\b", "What a customer must be worth to us at least to be worth serving."),
        "traced service": (
            r"\btraced\b",
            "Orders, visits, calls and other service that a record lays at one customer's door. The rest was paid for, "
            "and nobody's record has it.",
        ),
        "window": (r"\bwindow\b", "The months up to the day of the figures that all sums are taken over."),
        "our share, wallet": (
            r"\b(wallets?|our share)\b",
            "A wallet is what a customer spends with everyone on what we sell, us included; our share is our part of "
            "it. It is no market share, which counts strangers, too.",
        ),
        "driver": (r"\bdrivers?\b", "A thing that customers rate a supplier on, such as delivery or price."),
        "best alternative": (r"\bbest alternative\b", "Whom a customer would most likely buy from if not from us."),
        "right to win": (
            r"\bright to win\b",
            "That we are better than the best alternative at something that matters to the group.",
        ),
        "leads, out of step": (
            r"\b(leads us|leads|out of step|held back)\b",
            "Of five tests of the future, a group that leads fails none and passes the decisive two; one that is out "
            "of step fails two or more, and one that is held back fails one.",
        ),
        "adoption-ready": (r"\b(adoption-ready|ready to adopt)\b", "The part of a market that would really buy."),
        "barrier to exit": (r"\bbarriers? to exit\b", "What a customer would give up by leaving us."),
        "set worth most": (
            r"\b(best set|set of tactics worth most|worth most together)\b",
            "The tactics that bring most together after their cost, within the money and the days that there are.",
        ),
        "tried to a clear answer": (
            r"\bclear answer\b",
            "Half of a group gets it, half does not, by lot, and there are customers enough to tell what it brings.",
        ),
        "evolve": (r"\bevolves?\b", "To change what we do for a group before somebody else does."),
        "panel": (r"\bpanels?\b", "Customers of whom somebody records what they spend with everyone."),
    }
)


def words_used(html: str) -> str:
    """A list of the words that a document uses, each with its meaning; empty where it uses none.

    Parameters
    ----------
    html : str
        The document; what stands in its tags is no text.

    Examples
    --------
    >>> words_used("<p>No driver stands out.</p>").count("<li>"), words_used("<p class='driver'>Nothing.</p>")
    (1, '')
    """
    text = unescape(re.sub(r"<[^>]*>", " ", html))
    items = [
        f"<li><strong>{escape(word)}</strong>: {escape(meaning)}</li>"
        for word, (pattern, meaning) in WORDS.items()
        if re.search(pattern, text, flags=re.IGNORECASE)
    ]
    return f'<ul class="small-print">{"".join(items)}</ul>' if items else ""
