"""Text a spreadsheet would run is marked on the way out and unmarked on the way in."""

import re
from typing import Any

# What a spreadsheet may take for a formula, also behind blanks or an apostrophe.
FORMULA = re.compile(r"'*\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20\t\r\n]")
MARK = "'"


def marked(value: Any) -> Any:
    """What is no text stays as it is."""
    return MARK + value if isinstance(value, str) and FORMULA.match(value) else value


def unmarked(text: str) -> str:
    """Takes away exactly our mark: an apostrophe of the text itself stays."""
    if text.startswith(MARK) and FORMULA.match(text[1:]):
        return text[1:]
    return text
