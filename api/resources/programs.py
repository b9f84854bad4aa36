from api.fields import Choice, Several
from api.filters import Filter
from api.permissions import may
from api.shapes import In, Out
from api.viewsets import KeptViewSet
from enrollment.access import Permission as P
from enrollment.models import Grade, Program

KEYS = ["code", "name", "delivery", "assignment_level", "grades"]


class ProgramIn(In):
    grades = Several(
        child=Choice(Grade.choices), required=False, help_text="Empty: any grade."
    )

    class Meta:
        model = Program
        fields = KEYS


class ProgramOut(Out):
    class Meta:
        model = Program
        fields = ["id", *KEYS, "version"]


class ProgramFilter(Filter):
    class Meta:
        model = Program
        fields = {
            "code": ["exact", "in"],
            "delivery": ["exact", "in"],
            "assignment_level": ["exact", "in"],
        }


class ProgramViewSet(KeptViewSet):
    """The programs of the office: what they are, wherever they are offered."""

    permission_classes = [may(read=P.SEE_REFERENCE, write=P.KEEP_REFERENCE)]
    queryset = Program.objects.all()
    serializer_class = ProgramOut
    body = ProgramIn
    amendable = frozenset(KEYS) - {"code"}
    filterset_class = ProgramFilter
    ordering_fields = ["code", "name"]
    search_fields = ["name"]
    csv_columns = {name: name for name in KEYS}
