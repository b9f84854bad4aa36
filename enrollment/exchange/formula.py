"""Text a spreadsheet would run is marked on the way out and unmarked on the way in."""

import re

# What a spreadsheet may take for a formula, also behind blanks or an apostrophe.
FORMULA = re.compile(r"'*\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20\t\r\n]")
MARK = "'"


def marked(text: str) -> str:
    return MARK + text if FORMULA.match(text) else text


def unmarked(text: str) -> str:
    """Takes away exactly our mark: an apostrophe of the text itself stays."""
    if text.startswith(MARK) and FORMULA.match(text[1:]):
        return text[1:]
    return text
