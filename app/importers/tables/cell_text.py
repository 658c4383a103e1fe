"""Cells as the text that a person would type."""

import re
from datetime import date, datetime, time

_SHIELDED = re.compile(r"'(?=[^\w\s]|[\t\r\n\0])")
"""An apostrophe before a sign keeps spreadsheets from taking the cell for a formula; before a letter it
belongs to the word."""


def unshielded(text: str) -> str:
    """Return a cell without the apostrophe that shields it."""
    return _SHIELDED.sub("", text, count=1) if text.startswith("'") else text


def cell_text(cell: object) -> str:
    """Return a cell as a person would type it: whole numbers without a point, days as 2024-03-17."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return unshielded(str(cell).strip())
