from api.filters import Filter
from api.permissions import may
from api.references import Reference
from api.resources.school_years import SchoolYearOut
from api.resources.schools import SchoolOut
from api.resources.students import StudentOut
from api.shapes import In, Out
from api.viewsets import KeptViewSet
from enrollment.access import Permission as P
from enrollment.models import School, SchoolYear, Student, StudentYear

KNOWN_ON_THE_DAY = [
    "grade",
    "race_ethnicity",
    "gender",
    "el_status",
    "swd",
    "low_income",
    "days_member",
    "days_attended",
]
KEYS = ["student", "school_year", "collection", "as_of", "school", *KNOWN_ON_THE_DAY]


class StudentYearIn(In):
    student = Reference(Student)
    school_year = Reference(SchoolYear)
    school = Reference(School)

    class Meta:
        model = StudentYear
        fields = KEYS
        extra_kwargs = {
            name: {"max_value": 366} for name in ("days_member", "days_attended")
        }


class StudentYearOut(Out):
    expandable = {
        "student": StudentOut,
        "school_year": SchoolYearOut,
        "school": SchoolOut,
    }

    class Meta:
        model = StudentYear
        fields = ["id", *KEYS, "version"]


class StudentYearFilter(Filter):
    class Meta:
        model = StudentYear
        fields = {
            "student": ["exact", "in"],
            "school_year": ["exact", "in"],
            "collection": ["exact", "in"],
            "as_of": ["exact", "gte", "lte"],
            "school": ["exact", "in"],
            "school__code": ["exact", "in"],
            "grade": ["exact", "in"],
            "race_ethnicity": ["exact", "in", "isnull"],
            "gender": ["exact", "in", "isnull"],
            "el_status": ["exact", "in", "isnull"],
            "swd": ["exact", "isnull"],
            "low_income": ["exact", "isnull"],
        }


class StudentYearViewSet(KeptViewSet):
    """What was known of a student on a day. An unknown flag is null, never false."""

    permission_classes = [may(read=P.SEE_STUDENTS, write=P.KEEP_STUDENTS)]
    queryset = StudentYear.objects.all()
    serializer_class = StudentYearOut
    body = StudentYearIn
    amendable = frozenset({"as_of", "school", *KNOWN_ON_THE_DAY})
    filterset_class = StudentYearFilter
    ordering_fields = ["as_of", "school_year", "grade"]
    csv_columns = {
        **{name: name for name in ["lasid", *KEYS[1:]]},
        "lasid": "student__lasid",
        "school": "school__code",
    }
