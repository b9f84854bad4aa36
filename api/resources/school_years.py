from api.filters import Filter
from api.permissions import may
from api.shapes import DaysInOrder, In, Out
from api.viewsets import KeptViewSet
from enrollment.access import Permission as P
from enrollment.models import SchoolYear


class SchoolYearIn(DaysInOrder, In):
    class Meta:
        model = SchoolYear
        fields = ["year", "first_day", "last_day"]
        extra_kwargs = {"year": {"min_value": 1990, "max_value": 2100}}


class SchoolYearOut(Out):
    class Meta:
        model = SchoolYear
        fields = ["year", "first_day", "last_day", "version"]


class SchoolYearFilter(Filter):
    class Meta:
        model = SchoolYear
        fields = {"year": ["exact", "in", "gte", "lte"]}


class SchoolYearViewSet(KeptViewSet):
    """School years, named by the year in which they end: 2026 is 2025-26."""

    permission_classes = [may(read=P.SEE_REFERENCE, write=P.KEEP_REFERENCE)]
    queryset = SchoolYear.objects.all()
    serializer_class = SchoolYearOut
    body, amendable = SchoolYearIn, frozenset({"first_day", "last_day"})
    filterset_class = SchoolYearFilter
    ordering_fields = ["year"]
    csv_columns = {"year": "year", "first_day": "first_day", "last_day": "last_day"}
