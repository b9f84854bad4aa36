from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail
from rest_framework.response import Response

from api.fields import Text
from api.filters import AskedChoice, AskedDay, AskedId, AskedWord, Filter
from api.permissions import may
from api.resources.timelines import TimelineOut, timeline_of
from api.shapes import Body, In, Out
from api.viewsets import KeptViewSet
from enrollment.access import Permission as P
from enrollment.models import Enrollment, Grade, SchoolMembership, Student

MOST_NUMBERS = 1000


class StudentIn(In):
    class Meta:
        model = Student
        fields = ["lasid", "sasid", "first_name", "last_name", "birth_date"]

    def validate_birth_date(self, day):
        if day and day > self.context["request"].today:
            raise serializers.ValidationError("This day is still to come.", "in_future")
        return day


class StudentOut(Out):
    class Meta:
        model = Student
        fields = [
            "id",
            "lasid",
            "sasid",
            "first_name",
            "last_name",
            "birth_date",
            "version",
        ]


class StudentFilter(Filter):
    school = AskedId(help_text="On the roll of this school on `as_of`.")
    grade = AskedChoice(choices=Grade.choices, help_text="In this grade on `as_of`.")
    program = AskedWord(help_text="Takes part in the program of this code on `as_of`.")
    as_of = AskedDay(help_text="The day that the others ask about: today.")

    class Meta:
        model = Student
        fields = []

    def filter_queryset(self, queryset):
        asked = {k: v for k, v in self.form.cleaned_data.items() if v}
        day = asked.pop("as_of", None)
        program = asked.pop("program", None)
        on = day or self.request.today
        if asked or (day and not program):
            there = SchoolMembership.objects.open_on(on).filter(**asked)
            queryset = queryset.filter(pk__in=there.values("student"))
        if program:
            seen = Enrollment.objects.visible_to(
                self.request.user, on=self.request.today
            )
            inside = seen.taking_part_on(on).filter(program__code=program)
            queryset = queryset.filter(pk__in=inside.values("student"))
        return queryset


class LookupIn(Body):
    lasids = serializers.ListField(child=Text(), default=list, max_length=MOST_NUMBERS)
    sasids = serializers.ListField(child=Text(), default=list, max_length=MOST_NUMBERS)

    def validate(self, values):
        if not values["lasids"] and not values["sasids"]:
            raise serializers.ValidationError(
                {"lasids": ErrorDetail("Name at least one student.", "required")}
            )
        return values


class NumbersOut(serializers.Serializer):
    lasids = serializers.ListField(child=serializers.CharField())
    sasids = serializers.ListField(child=serializers.CharField())


class LookupOut(serializers.Serializer):
    found = StudentOut(many=True)
    not_found = NumbersOut(help_text="Absent, or outside your scope.")


READING = may(read=P.SEE_STUDENTS, write=P.SEE_STUDENTS)


class StudentViewSet(KeptViewSet):
    """Students: who they are now. What changes with time is in student-years."""

    permission_classes = [may(read=P.SEE_STUDENTS, write=P.KEEP_STUDENTS)]
    queryset = Student.objects.all()
    serializer_class = StudentOut
    body, amendable = StudentIn, frozenset(StudentIn.Meta.fields)
    filterset_class = StudentFilter
    ordering_fields = ["last_name", "first_name", "birth_date"]
    search_fields = ["first_name", "last_name"]
    csv_columns = {name: name for name in StudentIn.Meta.fields}

    @extend_schema(request=LookupIn, responses={200: LookupOut})
    @action(
        detail=False,
        methods=["post"],
        permission_classes=[READING],
        is_reading=True,
        body=LookupIn,
    )
    def lookup(self, request):
        """Find students by number. A number never stands in an address."""
        asked = LookupIn.read(request)
        rows = self.get_queryset()
        by_lasid = {s.lasid: s for s in rows.filter(lasid__in=asked["lasids"])}
        by_sasid = {s.sasid: s for s in rows.filter(sasid__in=asked["sasids"])}
        found = {s.pk: s for s in [*by_lasid.values(), *by_sasid.values()]}
        missing = {
            "lasids": [number for number in asked["lasids"] if number not in by_lasid],
            "sasids": [number for number in asked["sasids"] if number not in by_sasid],
        }
        shown = LookupOut({"found": found.values(), "not_found": missing})
        return Response(shown.data)

    @extend_schema(responses={200: TimelineOut})
    @action(detail=True, permission_classes=[READING])
    def timeline(self, request, pk):
        """What is known of the student, in the order of the days."""
        entries = timeline_of(self.get_object(), request.user, on=request.today)
        return Response(TimelineOut({"entries": entries}).data)
