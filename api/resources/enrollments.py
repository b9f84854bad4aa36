from django.db.models import Case, F, Value, When
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.conditions import version_named
from api.fields import Choice, Day, Text
from api.filters import AskedDay, Filter, IdFilter, WordFilter
from api.permissions import may
from api.references import Reference
from api.resources.offerings import OfferingOut
from api.resources.programs import ProgramOut
from api.resources.student_years import StudentYearOut
from api.resources.students import StudentOut
from api.scope import visible
from api.shapes import Body, Out
from api.viewsets import ResourceViewSet
from enrollment.access import Permission as P
from enrollment.models import (
    Enrollment,
    Offering,
    Source,
    Student,
)
from enrollment.services import enrollments


class EnrollmentIn(Body):
    student = Reference(Student)
    offering = Reference(Offering, reach=P.ENROLL)
    first_day = Day(required=False, help_text="Without one, the student is referred.")
    planned_last_day = Day(required=False, help_text="The offering's last day.")
    reason = Text(max_length=500, required=False)
    source = Choice(Source.choices, required=False)

    def validate(self, values):
        if "planned_last_day" in values and "first_day" not in values:
            sentence = "A planned last day needs a first day."
            raise ValidationError({"first_day": ErrorDetail(sentence, "required")})
        return values


class AmendIn(Body):
    first_day = Day()
    planned_last_day = Day()
    reason = Text(max_length=500)

    def validate(self, values):
        if values and "reason" not in values:
            sentence = "Say why the days change."
            raise ValidationError({"reason": ErrorDetail(sentence, "required")})
        return values


class EnrollmentOut(Out):
    expandable = {
        "student": StudentOut,
        "offering": OfferingOut,
        "program": ProgramOut,
        "baseline": StudentYearOut,
    }

    class Meta:
        model = Enrollment
        fields = [
            "id",
            "student",
            "offering",
            "program",
            "status",
            "seat",
            "first_day",
            "planned_last_day",
            "last_day",
            "exit_reason",
            "source",
            "baseline",
            "version",
        ]


class EnrollmentFilter(Filter):
    as_of = AskedDay(help_text="Takes part on this day.")
    school = IdFilter(field_name="offering__school")
    school__code = WordFilter(field_name="offering__school__code")
    school_year = IdFilter(field_name="offering__school_year")

    class Meta:
        model = Enrollment
        fields = {
            "student": ["exact", "in"],
            "offering": ["exact", "in"],
            "program": ["exact", "in"],
            "program__code": ["exact", "in"],
            "status": ["exact", "in"],
            "exit_reason": ["exact", "in"],
            "source": ["exact", "in"],
            "first_day": ["exact", "gte", "lte", "isnull"],
            "last_day": ["exact", "gte", "lte", "isnull"],
        }

    def filter_queryset(self, queryset):
        day = self.form.cleaned_data["as_of"]
        rows = queryset.taking_part_on(day) if day else queryset
        return super().filter_queryset(rows)


class EnrollmentViewSet(ResourceViewSet):
    """Who takes part in what. Nothing is deleted: a spell ends, and says why."""

    permission_classes = [may(read=P.SEE_ENROLLMENTS, write=P.ENROLL)]
    queryset = Enrollment.objects.all()
    serializer_class = EnrollmentOut
    filterset_class = EnrollmentFilter
    ordering_fields = ["first_day", "last_day", "status"]
    csv_columns = {
        "lasid": "student__lasid",
        "program": "program__code",
        "school": "offering__school__code",
        "school_year": "offering__school_year",
        "label": "offering__label",
        "first_day": "first_day",
        "last_day": "last_day",
        "exit_reason": "exit_reason",
        "source": "source",
    }

    def csv_sources(self) -> dict:
        """A roster outlives its students' time at the school: their numbers do not."""
        in_sight = visible(
            Student.objects.all(), self.request.user, on=self.request.today
        )
        lasid = Case(
            When(student__in=in_sight.values("pk"), then=F("student__lasid")),
            default=Value(""),
        )
        return {**self.csv_columns, "lasid": lasid}

    @extend_schema(request=EnrollmentIn, responses={201: EnrollmentOut})
    def create(self, request):
        """Enroll from a first day on, or refer when there is none."""
        values = EnrollmentIn.read(request)
        if "first_day" in values:
            made = enrollments.enroll(**values, by=request.user)
        else:
            made = enrollments.refer(
                **values, effective_on=request.today, by=request.user
            )
        return self.answer(made, 201)

    @extend_schema(request=AmendIn, responses=EnrollmentOut)
    def partial_update(self, request, pk):
        """Put the days of a spell right; the reason is kept with the change."""
        instance = self.get_object()
        version = version_named(request, instance)
        values = AmendIn.changes(request, instance, frozenset(AmendIn().fields))
        if values.keys() - {"reason"}:
            instance = enrollments.amend(
                enrollment=instance, version=version, by=request.user, **values
            )
        return self.answer(instance)
