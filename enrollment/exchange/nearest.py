"""A wrong word is answered with the right ones."""

from collections.abc import Iterable
from difflib import get_close_matches

FEW = 12


def among(word: str, known: Iterable[str]) -> str:
    """The known words, or of many the nearest, as the end of a sentence."""
    known = sorted(known)
    if not known:
        return "there is none yet"
    near = get_close_matches(word, known, n=3, cutoff=0.6)
    if near:
        return f"the nearest is {' or '.join(near)}"
    if len(known) > FEW:
        return f"known are {', '.join(known[:FEW])} and {len(known) - FEW} more"
    return f"known are {', '.join(known)}"
