"""How is a mapping of ours written as YAML?"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd

DIGITS = 6  # of a number
SHORT = 110  # a mapping of scalars stands on one line up to here


def yaml_text(value: dict, indent: int = 0) -> str:
    """A mapping of mappings, lists and scalars as YAML; a list, or a mapping that is short, stands on one line."""
    lines = []
    for key, part in value.items():
        head = f"{'  ' * indent}{scalar(str(key)) if not re.fullmatch(r'[A-Za-z_][A-Za-z0-9_]*', str(key)) else key}:"
        if not isinstance(part, dict) or not part or len(flow(part)) + len(head) < SHORT and indent:
            lines.append(f"{head} {flow(part)}\n")
        else:
            lines.append(f"{head}\n{yaml_text(part, indent + 1)}")
    return "".join(lines)


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple | np.ndarray | pd.Series | pd.Index):
        return "[" + ", ".join(flow(part) for part in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A number with six digits, true, false, null, or a text; in quotes where YAML could read it as something else."""
    if value is None or value is pd.NaT or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return "null"
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        short = float(f"{float(value):.{DIGITS}g}")
        return str(int(short)) if short == int(short) and abs(short) < 1e15 else repr(short)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    text = str(value)
    tame = re.fullmatch(r"[A-Za-z][A-Za-z0-9_ ()'./%-]*[A-Za-z0-9_).%]|[A-Za-z]", text)
    words = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    return text if tame and text.lower() not in words else json.dumps(text, ensure_ascii=False)
