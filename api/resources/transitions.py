from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.conditions import version_named
from api.fields import Choice, Day, Text
from api.permissions import may
from api.resources.enrollments import EnrollmentOut
from api.shapes import Body, Out
from api.viewsets import ResourceViewSet
from enrollment.access import Permission as P
from enrollment.models import Enrollment, ExitReason, Transition
from enrollment.services import enrollments


class TransitionIn(Body):
    action = Choice(sorted(enrollments.ACTIONS))
    effective_on = Day(required=False, help_text="The day it takes effect; today.")
    reason = Text(
        max_length=500,
        required=False,
        help_text="Needed to exit; the code of an exit reason counts as that reason.",
    )
    exit_reason = Choice(ExitReason.choices, required=False)

    def validate(self, values):
        is_exit = values["action"] == "exit"
        if is_exit and "reason" not in values:
            sentence = "Say why the spell ends."
            raise ValidationError({"reason": ErrorDetail(sentence, "required")})
        if "exit_reason" in values and not is_exit:
            sentence = "Only an exit has one."
            raise ValidationError({"exit_reason": ErrorDetail(sentence, "not_an_exit")})
        return values


class TransitionOut(Out):
    actor = serializers.CharField(source="actor.username")

    class Meta:
        model = Transition
        fields = [
            "sequence",
            "action",
            "from_status",
            "to_status",
            "effective_on",
            "recorded_at",
            "actor",
            "reason",
        ]


class TransitionViewSet(ResourceViewSet):
    """The steps of one enrollment."""

    permission_classes = [may(read=P.SEE_ENROLLMENTS, write=P.ENROLL)]
    queryset = Enrollment.objects.all()
    serializer_class = TransitionOut
    conditional = frozenset({"POST"})
    csv_columns = {
        **{name: name for name in TransitionOut.Meta.fields},
        "actor": "actor__username",
    }

    @property
    def out(self) -> type[Out]:
        """A step is answered with the enrollment that it changed."""
        return EnrollmentOut if self.action == "create" else TransitionOut

    @extend_schema(responses=TransitionOut(many=True))
    def list(self, request, pk):
        """Every step so far: who, for which day, why."""
        return self.listed(self.get_object().transitions.select_related("actor"))

    @extend_schema(request=TransitionIn, responses={201: EnrollmentOut})
    def create(self, request, pk):
        """Take a step; the answer is the enrollment as it is then."""
        enrollment = self.get_object()
        version = version_named(request, enrollment)
        values = {"effective_on": request.today, **TransitionIn.read(request)}
        enrollment = enrollments.transition(
            enrollment=enrollment, version=version, by=request.user, **values
        )
        return self.answer(enrollment, 201)
