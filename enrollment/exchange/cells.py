"""From the text of a cell to a value, or Wrong. Nothing is guessed: what could be read
in two ways is refused."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from django.db.models import TextChoices

from enrollment.exchange.nearest import among
from enrollment.exchange.problems import Wrong

YEARS_OF_DAYS = range(1900, 2201)
SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E[+-]?\d+", re.IGNORECASE)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)
NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,12})?", re.ASCII)
SLUG = re.compile(r"[-\w]+", re.ASCII)
HIDDEN = {"Cc", "Cf", "Cs", "Co"}
FLAGS = dict.fromkeys(["yes", "y", "true", "1"], True)
FLAGS |= dict.fromkeys(["no", "n", "false", "0"], False) | {"unknown": None}


@dataclass(frozen=True)
class Text:
    longest: int

    def __call__(self, text: str) -> str:
        if len(text) > self.longest:
            raise Wrong(
                "too_long",
                f"at most {self.longest} characters, not {len(text)}",
                "Shorten it; if it holds several lines, a quote is open above.",
            )
        if not text.isprintable():
            _nothing_hidden(text)
        return text


@dataclass(frozen=True)
class Code(Text):
    """A number that is a name: zeros count, so it stays text."""

    def __call__(self, text: str) -> str:
        if SCIENTIFIC.fullmatch(text):
            raise Wrong(
                "excel_damage",
                "a number in full",
                "Excel shortened it and the digits are lost: format the column as text "
                "and export it again from the source.",
            )
        return super().__call__(text)


@dataclass(frozen=True)
class Slug(Code):
    """A code that also stands in addresses and designs."""

    def __call__(self, text: str) -> str:
        if not SLUG.fullmatch(text):
            raise Wrong("bad_code", "letters, digits, - and _ only, such as mcas-ela")
        return super().__call__(text)


def day(text: str) -> date:
    if ISO_DAY.fullmatch(text):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            raise Wrong("bad_date", "a day of the calendar") from None
        if found.year in YEARS_OF_DAYS:
            return found
    raise Wrong(
        "bad_date",
        "a day as YYYY-MM-DD",
        "Write 2026-01-31: 01/02/2026 is two days, depending on the reader.",
    )


@dataclass(frozen=True)
class Whole:
    least: int
    most: int

    def __call__(self, text: str) -> int:
        if WHOLE.fullmatch(text) and self.least <= int(text) <= self.most:
            return int(text)
        raise Wrong(
            "bad_number", f"a whole number from {self.least} to {self.most}, in digits"
        )


def number(text: str) -> float:
    if NUMBER.fullmatch(text):
        return float(text)
    raise Wrong(
        "bad_number",
        "a number such as 498 or 12.5",
        "Leave out signs such as %, * and <, and separators of thousands; an unknown "
        "value is an empty cell.",
    )


def flag(text: str) -> bool | None:
    if text.lower() in FLAGS:
        return FLAGS[text.lower()]
    raise Wrong(
        "bad_flag", "yes or no", "Write yes or no; unknown, or nothing, where unknown."
    )


@dataclass(frozen=True)
class Choice:
    """A code or its label, in capitals or not."""

    choices: type[TextChoices]
    also: dict[str, str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        known = _words_of(self.choices) | self.also
        if text.lower() in known:
            return known[text.lower()]
        codes = self.choices.values
        raise Wrong("bad_choice", f"one of {', '.join(codes)}", _nearest(text, codes))


@dataclass(frozen=True)
class Choices:
    """Several codes with blanks between."""

    one: Choice

    def __call__(self, text: str) -> list[str]:
        return [self.one(word) for word in text.split()]


def _words_of(choices) -> dict[str, str]:
    labels = {str(label).lower(): value for value, label in choices.choices}
    return labels | {value.lower(): value for value in choices.values}


def _nearest(text: str, codes: list[str]) -> str:
    return f"Write a code: {among(text, codes)}."


def _nothing_hidden(text: str) -> None:
    for place, character in enumerate(text, start=1):
        if character not in "\n\r\t" and unicodedata.category(character) in HIDDEN:
            raise Wrong(
                "hidden_character",
                f"text without the hidden character U+{ord(character):04X}, which is "
                f"its character {place}",
                "Type the text anew: what is copied from a page may carry such.",
            )
