from rest_framework.exceptions import ErrorDetail, ValidationError

from api.filters import Filter
from api.permissions import may
from api.shapes import In, Out
from api.viewsets import KeptViewSet
from enrollment.access import Permission as P
from outcomes.models import Measure

KEYS = [
    "code",
    "name",
    "domain",
    "kind",
    "direction",
    "scale",
    "minimum",
    "maximum",
    "meets",
    "first_year",
    "last_year",
]


class MeasureIn(In):
    class Meta:
        model = Measure
        fields = KEYS

    def validate(self, values):
        def now(key):
            return values.get(key, getattr(self.instance, key, None))

        low, high = now("minimum"), now("maximum")
        if None not in (low, high) and low >= high:
            sentence = f"A scale runs upwards, and the minimum is {low:g}."
            raise ValidationError({"maximum": ErrorDetail(sentence, "no_length")})
        first, last = now("first_year"), now("last_year")
        if None not in (first, last) and last < first:
            sentence = f"The last year is before the first, {first}."
            raise ValidationError(
                {"last_year": ErrorDetail(sentence, "years_reversed")}
            )
        return values


class MeasureOut(Out):
    class Meta:
        model = Measure
        fields = ["id", *KEYS, "version"]


class MeasureFilter(Filter):
    class Meta:
        model = Measure
        fields = {
            "code": ["exact", "in"],
            "domain": ["exact", "in"],
            "kind": ["exact", "in"],
        }


class MeasureViewSet(KeptViewSet):
    """Tests and rates, each with its scale. Another scale is another measure."""

    permission_classes = [may(read=P.SEE_REFERENCE, write=P.KEEP_REFERENCE)]
    queryset = Measure.objects.all()
    serializer_class = MeasureOut
    body = MeasureIn
    # Scores stand on the scale, so what it is stays as it was.
    amendable = frozenset({"name", "domain", "meets", "first_year", "last_year"})
    filterset_class = MeasureFilter
    ordering_fields = ["code", "name", "domain"]
    search_fields = ["name"]
    csv_columns = {name: name for name in KEYS}
