"""What comes in and what goes out.

To add a resource, write api/resources/<plural>.py and name it in api/urls.py:

    class MeasureIn(In):              # what a POST may say; every other key is refused
        class Meta:
            model = Measure
            fields = ["code", "name"]

    class MeasureOut(Out):            # what an answer shows, and what it can unfold
        expandable = {}               # {"student": StudentOut}: ?expand=student
        class Meta:
            model = Measure
            fields = ["id", "code", "name", "version"]

    class MeasureFilter(Filter):      # ?code=, ?code__in=; ids for foreign keys
        class Meta:
            model = Measure
            fields = {"code": ["exact", "in"]}

    class MeasureViewSet(KeptViewSet):          # or ResourceViewSet: no writing
        permission_classes = [may(read=P.SEE_REFERENCE, write=P.KEEP_REFERENCE)]
        queryset = Measure.objects.all()        # narrowed to what the user may see
        serializer_class = MeasureOut
        body, amendable = MeasureIn, frozenset({"name"})   # what PATCH may change
        filterset_class = MeasureFilter
        ordering_fields = ["code"]
        search_fields = ["name"]
        csv_columns = {"code": "code", "name": "name"}      # as the importer reads them

An action of its own: `values = SomeIn.read(request)`, one service call with
`by=request.user`, `return self.answer(instance)`. Raise `Refused` in the service for a
409. `version_named(request, instance)` of api.conditions asks for If-Match. An action
declares its query parameters with `@action(..., parameters=[…])`; others are 400. For
long streams say `pagination_class = Cursor`. A plain view derives from Door. A route
comes with its rows in tests/api/matrix.py, or tests/api/test_permissions.py fails.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Prefetch
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.validators import UniqueValidator

from api.fields import Choice, Code, Day, Instant, Number, Text, WholeNumber, YesNo
from api.scope import visible
from api.wording import did_you_mean

LARGEST = {
    models.PositiveSmallIntegerField: 2**15 - 1,
    models.PositiveIntegerField: 2**31 - 1,
}
SERVER_OWNED = {"id", "version", "status", "seat", "baseline", "state", "last_day"}


class Reading:
    """A body that refuses every key it does not know."""

    amendable: frozenset[str] | None = None

    @classmethod
    def read(cls, request) -> dict:
        body = cls(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        return body.validated_data

    @classmethod
    def changes(cls, request, instance, amendable: frozenset[str]) -> dict:
        """What a PATCH says: any of the amendable keys, no other."""
        context = {"request": request}
        body = cls(instance, data=request.data, context=context, partial=True)
        body.amendable = amendable
        body.is_valid(raise_exception=True)
        return body.validated_data

    def to_internal_value(self, data):
        wrong = self.unknown(data) if isinstance(data, dict) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as others:
            raise serializers.ValidationError({**others.detail, **wrong}) from others
        if wrong:
            raise serializers.ValidationError(wrong)
        return values

    def unknown(self, data: dict) -> dict:
        """What is wrong with the names of the keys, in the shape of field errors."""
        known = self.fields if self.amendable is None else self.amendable
        return {key: [self.wrong_key(key, known)] for key in data if key not in known}

    def wrong_key(self, key: str, known) -> ErrorDetail:
        if key in SERVER_OWNED:
            return ErrorDetail("The server keeps this key.", "server_owned")
        if key in self.fields:
            return ErrorDetail("Set once, when the record is made.", "not_amendable")
        if not known:
            return ErrorDetail("Nothing is said here: send no key.", "unknown_key")
        return ErrorDetail(f"No such key. {did_you_mean(key, known)}", "unknown_key")


class DaysInOrder:
    """first_day is not after last_day, also when a PATCH names only one of them."""

    def validate(self, values):
        values = super().validate(values)
        first, last = (
            values.get(name, getattr(self.instance, name, None))
            for name in ("first_day", "last_day")
        )
        if first and last and last < first:
            sentence = f"The last day is before the first, {first}."
            raise serializers.ValidationError(
                {"last_day": ErrorDetail(sentence, "days_reversed")}
            )
        return values


class Body(Reading, serializers.Serializer):
    """What a request may say, key by key."""


class In(Reading, serializers.ModelSerializer):
    """What a request may say of a model. What is taken already, the database says."""

    serializer_choice_field = Choice
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: Text,
        models.SlugField: Code,
        models.DateField: Day,
        models.FloatField: Number,
        models.PositiveIntegerField: WholeNumber,
        models.PositiveSmallIntegerField: WholeNumber,
        models.BooleanField: YesNo,
    }

    def build_standard_field(self, field_name, model_field):
        kind, options = super().build_standard_field(field_name, model_field)
        kept = [
            validator
            for validator in options.pop("validators", [])
            if not isinstance(validator, UniqueValidator)
        ]
        if type(model_field) in LARGEST:  # whatever the database of the day can hold
            options["max_value"] = LARGEST[type(model_field)]
        return kind, {**options, "validators": kept} if kept else options

    def get_uniqueness_extra_kwargs(self, field_names, declared_fields, extra_kwargs):
        return extra_kwargs, {}

    def get_validators(self):
        return []


class Out(serializers.ModelSerializer):
    """What an answer shows: `only` these fields, with `expand`ed records inside.

    A record that is named but out of the reader's sight unfolds to null.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: Instant,
    }
    expandable: ClassVar[dict[str, type["Out"]]] = {}

    def __init__(self, *args, expand=(), only=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.expand, self.only = grouped(expand), only

    def build_standard_field(self, field_name, model_field):
        kind, options = super().build_standard_field(field_name, model_field)
        limits = {"min_value", "max_value"}  # databases differ; what is there is there
        return kind, {k: v for k, v in options.items() if k not in limits}

    def get_fields(self):
        fields = super().get_fields()
        for name, deeper in self.expand.items():
            fields[name] = self.expandable[name](expand=deeper, allow_null=True)
        return {name: fields[name] for name in self.only or fields}

    @classmethod
    def rows(cls) -> models.QuerySet:
        """Where these are read from; one that shows a count adds it here."""
        return cls.Meta.model._default_manager.all()

    @classmethod
    def prefetches(cls, expand, user, *, on) -> list[Prefetch]:
        """One query for each expansion, each within the scope of the reader."""
        fetched = []
        for name, deeper in grouped(expand).items():
            inner = cls.expandable[name]
            rows = visible(inner.rows(), user, on=on)
            rows = rows.prefetch_related(*inner.prefetches(deeper, user, on=on))
            fetched.append(Prefetch(name, rows))
        return fetched

    @classmethod
    def expansions(cls) -> list[str]:
        """Every name that ?expand= knows, two deep."""
        return [
            name
            for first, inner in cls.expandable.items()
            for name in (first, *(f"{first}.{second}" for second in inner.expandable))
        ]


def grouped(names) -> dict[str, list[str]]:
    """["offering", "offering.school"] as {"offering": ["school"]}."""
    groups: dict[str, list[str]] = {}
    for name in names:
        first, _, rest = name.partition(".")
        groups.setdefault(first, [])
        if rest:
            groups[first].append(rest)
    return groups
