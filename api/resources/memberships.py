from api.filters import AskedDay, Filter
from api.permissions import may
from api.references import Reference
from api.resources.schools import SchoolOut
from api.resources.students import StudentOut
from api.shapes import DaysInOrder, In, Out
from api.viewsets import KeptViewSet
from enrollment.access import Permission as P
from enrollment.models import School, SchoolMembership, Student

KEYS = ["student", "school", "grade", "first_day", "last_day"]


class MembershipIn(DaysInOrder, In):
    student = Reference(Student)
    school = Reference(School)

    class Meta:
        model = SchoolMembership
        fields = KEYS


class MembershipOut(Out):
    expandable = {"student": StudentOut, "school": SchoolOut}

    class Meta:
        model = SchoolMembership
        fields = ["id", *KEYS, "version"]


class MembershipFilter(Filter):
    as_of = AskedDay(help_text="On the roll on this day.")

    class Meta:
        model = SchoolMembership
        fields = {
            "student": ["exact", "in"],
            "school": ["exact", "in"],
            "school__code": ["exact", "in"],
            "grade": ["exact", "in"],
            "first_day": ["exact", "gte", "lte"],
            "last_day": ["exact", "gte", "lte", "isnull"],
        }

    def filter_queryset(self, queryset):
        day = self.form.cleaned_data["as_of"]
        return super().filter_queryset(queryset.open_on(day) if day else queryset)


class MembershipViewSet(KeptViewSet):
    """Time on the roll of a school, both days included; open while last_day is null."""

    permission_classes = [may(read=P.SEE_STUDENTS, write=P.KEEP_STUDENTS)]
    queryset = SchoolMembership.objects.all()
    serializer_class = MembershipOut
    body, amendable = MembershipIn, frozenset({"grade", "first_day", "last_day"})
    filterset_class = MembershipFilter
    ordering_fields = ["first_day", "last_day", "grade"]
    csv_columns = {
        "lasid": "student__lasid",
        "school": "school__code",
        "grade": "grade",
        "first_day": "first_day",
        "last_day": "last_day",
    }
