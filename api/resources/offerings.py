from django.db.models import Count, F, Q
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from api.fields import Choice, Several
from api.filters import AskedDay, AskedSwitch, Filter
from api.permissions import may
from api.references import Reference
from api.resources.programs import ProgramOut
from api.resources.school_years import SchoolYearOut
from api.resources.schools import SchoolOut
from api.scope import reaches
from api.shapes import DaysInOrder, In, Out
from api.viewsets import KeptViewSet
from enrollment.access import Permission as P
from enrollment.models import Grade, Offering, Program, School, SchoolYear
from enrollment.models.participation import SEATED

KEYS = [
    "program",
    "school",
    "school_year",
    "label",
    "grades",
    "first_day",
    "last_day",
    "capacity",
]


class OfferingIn(DaysInOrder, In):
    program = Reference(Program)
    school = Reference(School)
    school_year = Reference(SchoolYear)
    grades = Several(
        child=Choice(Grade.choices), required=False, help_text="Empty: the program's."
    )

    class Meta:
        model = Offering
        fields = KEYS
        extra_kwargs = {
            "capacity": {
                "min_value": 1,
                "max_value": 100_000,
                "help_text": "null: any.",
            }
        }


class OfferingOut(Out):
    expandable = {
        "program": ProgramOut,
        "school": SchoolOut,
        "school_year": SchoolYearOut,
    }
    seats_taken = serializers.SerializerMethodField()

    class Meta:
        model = Offering
        fields = ["id", *KEYS, "seats_taken", "version"]

    @classmethod
    def rows(cls):
        held = Count("enrollments", filter=Q(enrollments__status__in=SEATED))
        return super().rows().annotate(seats_taken=held)

    def get_seats_taken(self, offering) -> int:
        """Counted with the rows; one that was just written is asked for its own."""
        if hasattr(offering, "seats_taken"):
            return offering.seats_taken
        return offering.enrollments.seated().count()


class OfferingFilter(Filter):
    as_of = AskedDay(help_text="Runs on this day.")
    has_seats = AskedSwitch(help_text="true: a seat is free.")

    class Meta:
        model = Offering
        fields = {
            "program": ["exact", "in"],
            "program__code": ["exact", "in"],
            "school": ["exact", "in"],
            "school__code": ["exact", "in"],
            "school_year": ["exact", "in"],
            "label": ["exact"],
            "first_day": ["gte", "lte"],
            "last_day": ["gte", "lte"],
        }

    def filter_queryset(self, queryset):
        asked = self.form.cleaned_data
        if day := asked["as_of"]:
            queryset = queryset.filter(first_day__lte=day, last_day__gte=day)
        if asked["has_seats"] is not None:
            free = Q(capacity__isnull=True) | Q(seats_taken__lt=F("capacity"))
            queryset = queryset.filter(free if asked["has_seats"] else ~free)
        return super().filter_queryset(queryset)


class OfferingViewSet(KeptViewSet):
    """A program at one school in one year, with its seats."""

    permission_classes = [may(read=P.SEE_REFERENCE, write=P.KEEP_OFFERINGS)]
    queryset = OfferingOut.rows()
    serializer_class = OfferingOut
    has_live_numbers = True
    body = OfferingIn
    amendable = frozenset({"label", "grades", "first_day", "last_day", "capacity"})
    filterset_class = OfferingFilter
    ordering_fields = ["school_year", "first_day", "last_day", "capacity"]
    csv_columns = {
        **{name: name for name in KEYS},
        "program": "program__code",
        "school": "school__code",
    }

    def check_object_permissions(self, request, offering):
        super().check_object_permissions(request, offering)
        if request.method == "PATCH":
            refuse_beyond_reach(request.user, offering.school, offering.program)

    def values_to_make(self, request) -> dict:
        values = super().values_to_make(request)
        refuse_beyond_reach(request.user, values["school"], values["program"])
        return values


def refuse_beyond_reach(user, school: School, program: Program) -> None:
    if not reaches(user, P.KEEP_OFFERINGS, school=school, program=program):
        raise PermissionDenied("Your role keeps no offering of this program there.")
