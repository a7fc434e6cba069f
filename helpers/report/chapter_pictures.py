"""The pictures of the document's chapters: exhibits of earlier steps, drawn as on their own pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from helpers.client.result_model import Result
from helpers.client.schema import schema
from helpers.report.source import ReportSource
from helpers.show.audience import Audience
from helpers.show.encodings import is_held_back
from helpers.show.figure import figure_html
from helpers.steps import STEPS

# chapter: the exhibit that shows it at a glance
PICTURES = MappingProxyType({"future": "08.grid", "portion": "09.years", "tactics": "11.plan"})


def chapter_picture(chapter: str, source: ReportSource, results: Mapping[str, Result], audience: Audience) -> str:
    """The picture of a chapter as HTML; empty where it has none, its step has none, or this audience may not see it.

    Notes
    -----
    Its heading is its subject: what is found stands in the chapter, beside it.
    """
    wanted = PICTURES.get(chapter, "")
    step = next((results[one.id] for one in STEPS if one.number == wanted[:2] and one.id in results), None)
    exhibit = next((one for one in step.exhibits if one.id == wanted), None) if step else None
    if step is None or exhibit is None or exhibit.table not in step.tables:
        return ""
    if is_held_back(schema(exhibit.table), audience):
        return ""
    read = partial(source.table, step.step, exhibit.table)
    if source.figures:
        sha256 = step.tables[exhibit.table].sha256
        return source.figures.figure(exhibit, sha256, exhibit.subtitle, audience, read).result()
    return figure_html(exhibit, read(), schema(exhibit.table), exhibit.subtitle, audience)
