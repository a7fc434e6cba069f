"""The whole document: two pages for the board, the chapters behind them, and the tables that they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.client.result_model import CannotSay, Check, Finding
from helpers.method.strategy_asked import asked_parts, reasons_told
from helpers.method.strategy_beliefs import belief_sentences, beliefs_and_facts
from helpers.method.strategy_board import board_sentences
from helpers.method.strategy_changes import Before, change_sentences
from helpers.method.strategy_chapters import chapter_gaps, chapter_sentences
from helpers.method.strategy_closing import asked_sentences, in_order, strategy_checks, strategy_table
from helpers.method.strategy_groups import GroupPlan, board_groups, group_plans
from helpers.method.strategy_material import Material, Sentence
from helpers.method.strategy_record import decisions_made, open_questions, record_sentences, strategy_assumptions
from helpers.method.strategy_risks import Risk, doubt_sentences, flips, risk_table, risks


@dataclass(frozen=True)
class Strategy:
    """The document: its sentences in order, and the tables that it shows, by name."""

    sentences: list[Sentence]
    tables: dict[str, pd.DataFrame]
    checks: list[Check]
    gaps: list[CannotSay]

    @property
    def board(self) -> list[Finding]:
        """The sentences of the two pages."""
        return [one.finding for one in self.sentences if one.place == "board"]

    @property
    def chapters(self) -> list[Finding]:
        """The sentences of the chapters."""
        return [one.finding for one in self.sentences if one.place != "board"]


def customer_strategy(
    material: Material,
    *,
    names: Mapping[str, str] | None = None,
    asked: str | None = None,
    signed: Mapping[str, Mapping] | None = None,
    before: Before | None = None,
) -> Strategy:
    """The customer strategy of a client, from what earlier steps found and people decided.

    Parameters
    ----------
    material : Material
        What is there; a chapter whose step has no result says so.
    names : mapping of customer_id to name, optional
        To find the customers whom leaders named before any result.
    asked : str, optional
        The decision that the board is asked for.
    signed : mapping of who to {on, reservation}, optional
    before : Before, optional
        What the version before said; what changed since is a chapter.

    Returns
    -------
    Strategy
        tables: strategy, board_groups, strategy_risks, beliefs_and_facts, strategy_assumptions, decisions_made,
        open_questions

    Examples
    --------
    >>> nothing = customer_strategy(Material({}, {}))
    >>> [one.finding.id for one in nothing.sentences][:2], len(nothing.tables["board_groups"])
    (['12.no_cost', '12.in_who_waits_03'], 0)
    """
    plans, facts = group_plans(material), beliefs_and_facts(material, names)
    found = risks(material, plans)
    sentences = strategy_sentences(material, plans, found, facts, asked=asked, signed=signed, before=before)
    board = board_groups(plans)
    tables = {
        "strategy": strategy_table(sentences, material),
        "board_groups": board,
        "strategy_risks": risk_table(found),
        "beliefs_and_facts": facts,
        "strategy_assumptions": strategy_assumptions(material),
        "decisions_made": decisions_made(material),
        "open_questions": open_questions(material),
    }
    return Strategy(sentences, tables, strategy_checks(sentences, board, material), chapter_gaps(material))


def strategy_sentences(
    material: Material,
    plans: list[GroupPlan],
    found: list[Risk],
    facts: pd.DataFrame,
    *,
    asked: str | None = None,
    signed: Mapping[str, Mapping] | None = None,
    before: Before | None = None,
) -> list[Sentence]:
    """All sentences of the document in order, from the plans of the groups, the risks, the beliefs and the facts."""
    spoken = [line for one in found for line in (one.sentence, one.answer)]
    parts = [
        board_sentences(material, plans),
        spoken,
        flips(material, plans),
        asked_sentences(asked, signed, material.said),
        asked_parts(material) if asked else [],
    ]
    chapters = chapter_sentences(material, plans) + belief_sentences(material, facts)
    chapters += reasons_told(material, asked=bool(asked))
    since = change_sentences(material, plans, before)
    rest = [*doubt_sentences(material, plans), *material.quotes("change", ("11.learning",))]
    return in_order([*parts, record_sentences(material), chapters, since, rest])


def names_of_customers(customers: pd.DataFrame | None) -> dict[str, str]:
    """Customer ids and names, where the client has delivered any.

    >>> names_of_customers(pd.DataFrame({"customer_id": ["c1", "c2"], "name": ["Acme", None]}))
    {'c1': 'Acme'}
    """
    if customers is None or "name" not in customers:
        return {}
    known = customers.dropna(subset=["name"])
    return dict(zip(known["customer_id"].astype(str), known["name"].astype(str), strict=True))
