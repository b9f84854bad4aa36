"""Words for answers: which known word someone meant, and which letters deceive."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import groupby

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format, lone surrogate, separators
PLAIN = {"\n", "\t"}
MARKS_IN_A_ROW = 8  # Vietnamese needs two; a tower of them covers other lines


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence with the nearest known word, or all of them when none is near."""
    known = sorted(known)
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known here: {', '.join(known)}." if known else "None is known here."


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
