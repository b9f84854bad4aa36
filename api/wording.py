"""Words for answers: which known word someone meant, and which letters deceive."""

import unicodedata
from collections.abc import Iterable
from itertools import groupby

from enrollment.exchange.nearest import among

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format, lone surrogate, separators
PLAIN = {"\n", "\t"}
MARKS_IN_A_ROW = 8  # Vietnamese needs two; a tower of them covers other lines


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence with the nearest known words, or with all when none is near."""
    said = among(word, known)
    return f"{said[0].upper()}{said[1:]}."


def deceiving_character(text: str) -> str | None:
    """The first character that hides, reorders or buries text, by its code point."""
    if text.isascii() and text.isprintable():
        return None
    for letter in text:
        if unicodedata.category(letter) in HIDDEN and letter not in PLAIN:
            return f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".rstrip()
    for is_mark, run in groupby(text, key=lambda c: bool(unicodedata.combining(c))):
        letters = list(run)
        if is_mark and len(letters) > MARKS_IN_A_ROW:
            return f"U+{ord(letters[0]):04X} {len(letters)} times in a row"
    return None
