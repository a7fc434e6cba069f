"""Names and texts as SQL may hold them, whatever characters a client put into them."""

from __future__ import annotations


def identifier(name: str) -> str:
    """A name as SQL may hold it, whatever characters the client put into it.

    >>> identifier('a"; drop table b')
    '"a""; drop table b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL may hold it.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"
