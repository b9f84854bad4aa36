from api.filters import Filter
from api.permissions import may
from api.shapes import In, Out
from api.viewsets import KeptViewSet
from enrollment.access import Permission as P
from enrollment.models import School


class SchoolIn(In):
    class Meta:
        model = School
        fields = ["code", "name", "level"]


class SchoolOut(Out):
    class Meta:
        model = School
        fields = ["id", "code", "name", "level", "version"]


class SchoolFilter(Filter):
    class Meta:
        model = School
        fields = {"code": ["exact", "in"], "level": ["exact", "in"]}


class SchoolViewSet(KeptViewSet):
    """Schools, by the state's eight-digit code."""

    permission_classes = [may(read=P.SEE_REFERENCE, write=P.KEEP_REFERENCE)]
    queryset = School.objects.all()
    serializer_class = SchoolOut
    body, amendable = SchoolIn, frozenset({"name", "level"})
    filterset_class = SchoolFilter
    ordering_fields = ["code", "name"]
    search_fields = ["name"]
    csv_columns = {"code": "code", "name": "name", "level": "level"}
