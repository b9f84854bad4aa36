"""How a body names another record: by its id, or by the key people know it by.

A reference finds only what its user may see, so a record of another school and one
that never was are the same answer, and a foreign key cannot be used to probe.
"""

from collections import defaultdict

from django.db.models import Model, QuerySet
from rest_framework import serializers

from api.fields import type_name
from api.scope import visible
from api.wording import did_you_mean
from enrollment.access import Permission
from enrollment.models import Offering, Program, School, SchoolYear, Student
from outcomes.models import Evaluation, Measure

# The keys of each kind of record, with the column where each is kept.
KEYS: dict[type[Model], dict[str, str]] = {
    Student: {"lasid": "lasid", "sasid": "sasid"},
    School: {"code": "code"},
    Program: {"code": "code"},
    Measure: {"code": "code"},
    SchoolYear: {"year": "year"},
    Evaluation: {},
    Offering: {
        "program": "program__code",
        "school": "school__code",
        "school_year": "school_year",
        "label": "label",
    },
}
Lookup = dict[str, int | str]


class Reference(serializers.Field):
    """Another record. `reach` asks for those a permission reaches, not all in sight."""

    default_error_messages = {"not_found": "There is no such {noun}."}

    def __init__(
        self, model: type[Model], *, reach: Permission | None = None, **kwargs
    ):
        super().__init__(**kwargs)
        self.model, self.reach = model, reach

    def to_internal_value(self, data):
        found = self.rows().filter(**lookup_of(self.model, data)).first()
        if found is None:
            self.fail("not_found", noun=self.model._meta.verbose_name)
        return found

    def rows(self) -> QuerySet:
        request = self.context["request"]
        return rows_named(self.model, request, self.reach)


def rows_named(model, request, reach: Permission | None = None) -> QuerySet:
    """Those of the model that a body of this request may name."""
    if reach:
        return model.objects.in_reach_of(request.user, reach)
    return visible(model._default_manager.all(), request.user, on=request.today)


def lookup_of(model: type[Model], sent) -> Lookup:
    """The query that a reference stands for, or a ValidationError that shows how."""
    keys = KEYS[model]
    if type(sent) is int:
        return {"pk": sent}
    if isinstance(sent, str) and "code" in keys:
        return {"code": sent}
    if isinstance(sent, dict) and sent:
        return lookup_of_keys(keys, sent)
    raise serializers.ValidationError(
        f"Expected {how_to_write(model)}, found {type_name(sent) or 'null'}.",
        "incorrect_type",
    )


def lookup_of_keys(keys: dict[str, str], sent: dict) -> Lookup:
    for key, value in sent.items():
        if key not in keys:
            raise serializers.ValidationError(
                {key: [f"No such key. {did_you_mean(key, keys)}"]}, "unknown_key"
            )
        if type(value) not in (int, str):
            raise serializers.ValidationError(
                {key: [f"Expected text, found {type_name(value) or 'null'}."]},
                "incorrect_type",
            )
        if (key in {"year", "school_year"}) != (type(value) is int):
            raise serializers.ValidationError(
                {key: ["A year is a number, every other key is text."]},
                "incorrect_type",
            )
    whole = {"label": "", **sent} if "label" in keys else sent
    if "label" in keys and len(whole) < len(keys):
        raise serializers.ValidationError(
            f"Name it by all of {', '.join(keys)}.", "required"
        )
    return {keys[key]: value for key, value in whole.items()}


def how_to_write(model: type[Model]) -> str:
    """`an id or {"lasid": …}`, in the words of the model."""
    keys = KEYS[model]
    if "label" in keys:
        return "an id or {" + ", ".join(f'"{key}": …' for key in keys) + "}"
    named = " or ".join(f'{{"{key}": …}}' for key in keys)
    ways = ["an id", "a code" if "code" in keys else "", named]
    return ", ".join(way for way in ways if way)


def find_all(lookups: list[Lookup], rows: QuerySet) -> list[Model | None]:
    """What many references name, in their order, with one query for each way of naming.

    Absent and out of sight are None alike.
    """
    alike = defaultdict(list)
    for lookup in lookups:
        alike[tuple(lookup)].append(tuple(lookup.values()))
    found = {}
    for names, values in alike.items():
        wanted = {f"{names[0]}__in": {first for first, *_ in values}}
        kept = rows.filter(**wanted).values_list(*names, "pk")
        found.update({(names, tuple(key)): pk for *key, pk in kept})
    pks = [found.get((tuple(each), tuple(each.values()))) for each in lookups]
    by_pk = rows.in_bulk(set(pks) - {None})
    return [by_pk.get(pk) for pk in pks]
