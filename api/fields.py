"""Fields that read a value in one way only: no "1_0", no true for 1, no 2010-1-2."""

import re
import unicodedata
from datetime import UTC, date

from rest_framework import serializers

from api.wording import did_you_mean
from enrollment.exchange.cells import YEARS_OF_DAYS

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NO_DAY = (
    "Expected a day of the calendar as YYYY-MM-DD, "
    f"from {min(YEARS_OF_DAYS)} to {max(YEARS_OF_DAYS)}."
)
JSON_WORDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


def day_of(text: str) -> date:
    """A calendar day written YYYY-MM-DD, as the importers read it, or ValueError."""
    if not ISO_DAY.fullmatch(text) or int(text[:4]) not in YEARS_OF_DAYS:
        raise ValueError(text)
    return date.fromisoformat(text)


class Text(serializers.CharField):
    default_error_messages = {"incorrect_type": "Expected text, found {found}."}

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("incorrect_type", found=type_name(data))
        return super().to_internal_value(unicodedata.normalize("NFC", data))


class Code(Text):
    """A name for machines: small letters, digits and hyphens."""

    default_error_messages = {
        "not_a_code": "Use small letters, digits and hyphens, such as ten-boys."
    }

    def __init__(self, *, allow_unicode=False, **kwargs):
        super().__init__(**kwargs)

    def to_internal_value(self, data):
        text = super().to_internal_value(data)
        if not re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", text):
            self.fail("not_a_code")
        return text


class WholeNumber(serializers.IntegerField):
    default_error_messages = {"incorrect_type": "Expected a number, found {found}."}

    def to_internal_value(self, data):
        if type(data) is not int:
            self.fail("incorrect_type", found=type_name(data))
        return data


class Number(serializers.FloatField):
    default_error_messages = {"incorrect_type": "Expected a number, found {found}."}

    def to_internal_value(self, data):
        if type(data) not in (int, float):
            self.fail("incorrect_type", found=type_name(data))
        return float(data)


class Day(serializers.DateField):
    default_error_messages = {"not_a_day": NO_DAY}

    def to_internal_value(self, value):
        try:
            return day_of(value)
        except (ValueError, TypeError):
            self.fail("not_a_day")


class Instant(serializers.DateTimeField):
    """A moment, in UTC whatever zone the district lives in."""

    def __init__(self, **kwargs):
        super().__init__(default_timezone=UTC, **kwargs)


class YesNo(serializers.BooleanField):
    default_error_messages = {"incorrect_type": "Expected true or false."}

    def to_internal_value(self, data):
        if not isinstance(data, bool):
            self.fail("incorrect_type")
        return data


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data):
        if isinstance(data, str) and data in self.choices:
            return data
        known = [str(key) for key in self.choices]
        raise serializers.ValidationError(
            f"{data!r:.60} is not one of the choices. {did_you_mean(str(data), known)}",
            "invalid_choice",
        )


class Several(serializers.ListField):
    """A list in which nothing stands twice."""

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        if len(set(values)) < len(values):
            raise serializers.ValidationError("A value stands twice.", "duplicate")
        return values


def type_name(value) -> str | None:
    """JSON's own words for what was sent; None for what is none of it, as null."""
    return JSON_WORDS.get(type(value))
