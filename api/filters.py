"""Filters on lists: a value that cannot be read is refused, never ignored."""

import re
from math import isfinite
from typing import ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from rest_framework.exceptions import ErrorDetail

from api.fields import NO_DAY, day_of
from api.parameters import BadParameter
from api.wording import did_you_mean

IDS, DAYS, SWITCHES, WORDS, NUMBERS = (
    {"type": "integer"},
    {"type": "string", "format": "date"},
    {"type": "boolean"},
    {"type": "string"},
    {"type": "number"},
)
# An id as we write it: 0042 is the code of a school, and must not find school 42.
ID = re.compile(r"0|[1-9][0-9]{0,17}")


class IdField(forms.Field):
    def clean(self, value):
        if value in self.empty_values:
            return None
        if not ID.fullmatch(value):
            raise ValidationError("Expected an id, a whole number.", "not_an_id")
        return int(value)


class NumberField(forms.Field):
    def clean(self, value):
        if value in self.empty_values:
            return None
        try:
            number = float(value) if value.isascii() and "_" not in value else None
        except ValueError:
            number = None
        if number is None or not isfinite(number):
            raise ValidationError("Expected a number.", "not_a_number")
        return number


class DayField(forms.Field):
    def clean(self, value):
        try:
            return day_of(value) if value else None
        except ValueError:
            raise ValidationError(NO_DAY, "not_a_day") from None


class SwitchField(forms.Field):
    def clean(self, value):
        if value not in {None, "", "true", "false"}:
            raise ValidationError("Expected true or false.", "not_a_switch")
        return {"true": True, "false": False}.get(value)


class ChoiceField(forms.Field):
    def __init__(self, *args, choices=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.codes = [code for code, _ in choices]

    def clean(self, value):
        if value and value not in self.codes:
            raise ValidationError(
                f"{value!r:.60}? {did_you_mean(value, self.codes)}", "unknown_value"
            )
        return value


class IdFilter(django_filters.Filter):
    field_class, schema = IdField, IDS


class NumberFilter(django_filters.Filter):
    field_class, schema = NumberField, NUMBERS


class DayFilter(django_filters.Filter):
    field_class, schema = DayField, DAYS


class SwitchFilter(django_filters.Filter):
    field_class, schema = SwitchField, SWITCHES


class WordFilter(django_filters.Filter):
    field_class, schema = forms.CharField, WORDS


class ChoiceFilter(django_filters.Filter):
    field_class = ChoiceField

    def __init__(self, *args, choices=(), **kwargs):
        super().__init__(*args, choices=choices, **kwargs)
        self.schema = {"type": "string", "enum": [code for code, _ in choices]}


class Asked:
    """Read by the filter set itself, together with others."""

    def filter(self, qs, value):
        return qs


class AskedId(Asked, IdFilter):
    pass


class AskedDay(Asked, DayFilter):
    pass


class AskedChoice(Asked, ChoiceFilter):
    pass


class AskedWord(Asked, WordFilter):
    pass


class AskedSwitch(Asked, SwitchFilter):
    pass


class ListOf(django_filters.BaseInFilter):
    """Several values with commas between them: any of them will do."""


FILTERS = {
    models.ForeignKey: IdFilter,
    models.BigAutoField: IdFilter,
    models.PositiveIntegerField: IdFilter,
    models.PositiveSmallIntegerField: IdFilter,
    models.FloatField: NumberFilter,
    models.DateField: DayFilter,
    models.BooleanField: SwitchFilter,
    models.CharField: WordFilter,
    models.SlugField: WordFilter,
}


class Filter(django_filters.FilterSet):
    """Declare Meta.model and Meta.fields = {column: ["exact", "in", "gte", …]}."""

    FILTER_DEFAULTS: ClassVar[dict] = {
        column: {"filter_class": kind} for column, kind in FILTERS.items()
    }

    @classmethod
    def filter_for_lookup(cls, field, lookup_type):
        kind, options = super().filter_for_lookup(field, lookup_type)
        if field.choices and lookup_type in {"exact", "in"}:
            kind, options = ChoiceFilter, {"choices": field.choices}
        if lookup_type == "in":
            kind = type(f"ListOf{kind.__name__}", (ListOf, kind), {})
        return kind, options

    def narrowed(self) -> models.QuerySet:
        """The rows that fit, or one BadParameter that names every wrong value."""
        if self.is_valid():
            return self.qs
        raise BadParameter(
            {
                name: [ErrorDetail(error.messages[0], error.code or "invalid")]
                for name, found in self.errors.as_data().items()
                for error in found[:1]
            }
        )


def schema_of(name: str, each: django_filters.Filter) -> dict:
    """The JSON schema of a filter's value."""
    single = getattr(each, "schema", WORDS)
    return {"type": "array", "items": single} if name.endswith("__in") else single
