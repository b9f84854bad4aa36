"""What is wrong with a file: where, what was found, what was expected, what to do."""

from dataclasses import dataclass

SHOWN = 60  # characters of what was found


@dataclass(frozen=True)
class Problem:
    """A wrong cell, row (no column) or file (line 1)."""

    line: int
    column: str
    code: str
    found: str
    expected: str
    advice: str

    def __post_init__(self):
        shown = "".join(map(_visible, self.found[:SHOWN]))
        rest = "…" if len(self.found) > SHOWN else ""
        object.__setattr__(self, "found", f"{shown}{rest}")


def _visible(character: str) -> str:
    """As it is, or its escape: what a file holds must not drive a terminal."""
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode()


class Unreadable(Exception):
    """The file as a whole is refused; it carries the one problem to mend first."""

    def __init__(self, code: str, expected: str, advice: str, *, found="", line=1):
        super().__init__(expected)
        self.problem = Problem(line, "", code, found, expected, advice)


class Wrong(Exception):
    """A cell does not hold what its column holds."""

    def __init__(self, code: str, expected: str, advice: str = "Correct the cell."):
        super().__init__(expected)
        self.code, self.expected, self.advice = code, expected, advice

    def at(self, line: int, column: str, found: str) -> Problem:
        return Problem(line, column, self.code, found, self.expected, self.advice)
