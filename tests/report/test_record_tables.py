"""Judgements with their unit, numbers as people write them, and the words of the document."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.report.record_tables import assumptions, with_unit
from helpers.report.strategy_words import WORDS, words_used
from helpers.show.numbers import NBSP


@pytest.mark.parametrize(
    ("decision", "answer", "said"),
    [
        ("01.all.hurdle", "350", "EUR 350 per customer over the horizon"),
        ("11.all.budget", "110,000", "EUR 110,000"),
        ("11.all.people_days", "420", "420 working days"),
        ("11.all.people_days", "None yet; step 11 used 7", "None yet; step 11 used 7"),
        ("02.all.cuts", "A: 65; B: 50", "A: 65; B: 50"),  # no amount
        ("09.g1.intent", "Grow", "Grow"),
        ("99.all.other", "5", "5"),  # a step that is no more
        ("11.all.budget", "", ""),
    ],
)
def test_a_number_that_people_decided_has_the_unit_in_which_it_was_asked(decision, answer, said):
    assert with_unit(decision, answer, "EUR").replace(NBSP, " ") == said


def test_an_assumption_below_zero_has_a_minus_and_text_keeps_its_hyphens():
    rows = pd.DataFrame(
        {"text": ["Stay.", "Way."], "value": ["-0.15", "half-and-half"], "low": [-0.3, None], "high": [0.0, None],
         "evidence": ["judged"] * 2, "step": ["09"] * 2}
    )  # fmt: skip
    html = assumptions(rows)
    assert "−0.15 (−0.3 to 0); judged; step 09" in html
    assert "half-and-half; judged" in html[html.index("<details><summary>1 more assumption without") :]


def test_only_words_that_stand_in_the_document_are_explained_each_once():
    html = words_used("<p>Below the hurdle, our rules say: retire. The Hurdle again; re-drivers none.</p>")
    assert html.count("<strong>hurdle</strong>") == 1 and html.count("<strong>our rules</strong>") == 1
    assert "<strong>panel</strong>" not in html and "<strong>evolve</strong>" not in html
    assert words_used('<p title="hurdle">Nothing to explain.</p>') == ""
    every = words_used(" ".join(f"{name.split(',')[0]}" for name in WORDS) + " clear answer, best set")
    assert every.count("<li>") == len(WORDS)
