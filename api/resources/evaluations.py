from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.conditions import version_named
from api.filters import Filter
from api.permissions import may
from api.references import Reference
from api.resources.programs import ProgramOut
from api.resources.school_years import SchoolYearOut
from api.shapes import Body, DaysInOrder, In, Out
from api.viewsets import ResourceViewSet
from enrollment.access import Permission as P
from enrollment.models import Program, SchoolYear
from outcomes.designs.design import DEFAULTS
from outcomes.designs.uses import UNUSED, unused_keys
from outcomes.models import Evaluation
from outcomes.services import evaluations

QUESTION = ["name", "program", "rivals", "first_day", "last_day", "outcome_year"]


class DesignField(serializers.JSONField):
    """Any object: what stands in it, the grammar of designs reads."""

    def to_internal_value(self, data):
        if not isinstance(data, dict):
            raise ValidationError("Expected an object.", "incorrect_type")
        return data


class EvaluationIn(DaysInOrder, In):
    program = Reference(Program)
    rivals = serializers.ListField(
        child=Reference(Program),
        required=False,
        help_text="Programs whose participants cannot serve as comparison.",
    )
    outcome_year = Reference(
        SchoolYear,
        required=False,
        help_text="The year of the outcomes; the one the window begins in.",
    )
    parent = Reference(
        Evaluation, required=False, help_text="The locked plan this one changes."
    )
    design = DesignField(help_text="Columns are facts of students and measures.")

    class Meta:
        model = Evaluation
        fields = [*QUESTION, "parent", "design"]

    def validate(self, values):
        values = super().validate(values)
        program = values.get("program", getattr(self.instance, "program", None))
        if program in values.get("rivals", []):
            sentence = "A program is not its own rival."
            raise ValidationError({"rivals": ErrorDetail(sentence, "own_rival")})
        return values


class UnusedKeyOut(serializers.Serializer):
    code = serializers.CharField(help_text="`unused_key`.")
    pointer = serializers.CharField(help_text="Where in the plan it stands.")
    detail = serializers.CharField(help_text="Why it changes nothing.")


class EvaluationOut(Out):
    expandable = {"program": ProgramOut, "outcome_year": SchoolYearOut}
    design = serializers.DictField(help_text="Every key, with the default used.")
    written = serializers.DictField(
        allow_null=True,
        help_text="As its author wrote it: all else in `design` is chosen for him, and "
        "anew with every change of the draft. null: not kept.",
    )
    warnings = serializers.SerializerMethodField(
        help_text="Keys that the design's method has no use for."
    )
    rivals = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    created_by = serializers.CharField(source="created_by.username")
    locked_by = serializers.CharField(
        source="locked_by.username", default=None, allow_null=True
    )

    class Meta:
        model = Evaluation
        fields = [
            "id",
            *QUESTION,
            "parent",
            "design",
            "written",
            "warnings",
            "state",
            "design_hash",
            "baseline_hash",
            "engine",
            "created_by",
            "created_at",
            "locked_by",
            "locked_at",
            "version",
        ]

    @classmethod
    def rows(cls):
        return super().rows().select_related("created_by", "locked_by")

    @extend_schema_field(UnusedKeyOut(many=True))
    def get_warnings(self, evaluation):
        unused = unused_keys(evaluation.design, DEFAULTS)
        return [
            {"code": UNUSED, "pointer": f"/design/{key}", "detail": sentence}
            for key, sentence in unused.items()
        ]


class EvaluationFilter(Filter):
    class Meta:
        model = Evaluation
        fields = {
            "program": ["exact", "in"],
            "program__code": ["exact", "in"],
            "state": ["exact"],
            "outcome_year": ["exact", "in"],
            "parent": ["exact"],
            "first_day": ["gte", "lte"],
        }


class EvaluationViewSet(ResourceViewSet):
    """A question and the plan to answer it. Locked, it never changes."""

    permission_classes = [may(read=P.SEE_EVALUATIONS, write=P.EVALUATE)]
    queryset = EvaluationOut.rows()
    serializer_class = EvaluationOut
    body = EvaluationIn
    filterset_class = EvaluationFilter
    ordering_fields = ["first_day", "created_at", "name"]
    search_fields = ["name"]
    csv_columns = {
        **{name: name for name in ["id", "name"]},
        "program": "program__code",
        **{name: name for name in [*QUESTION[3:], "state", "design_hash"]},
    }

    def create(self, request):
        values = EvaluationIn.read(request)
        return self.answer(evaluations.draft(by=request.user, **values), 201)

    def partial_update(self, request, pk):
        evaluation = self.get_object()
        version = version_named(request, evaluation)
        amendable = frozenset(QUESTION) | {"design"}
        values = EvaluationIn.changes(request, evaluation, amendable)
        if values:
            evaluation = evaluations.amend(
                evaluation, by=request.user, version=version, **values
            )
        return self.answer(evaluation)

    @extend_schema(request=None, responses={200: EvaluationOut})
    @action(detail=True, methods=["post"], body=None, also_answers=frozenset({412}))
    def lock(self, request, pk):
        """Fix the plan for good. With If-Match, only the version that was read."""
        Body.read(request)
        evaluation = self.get_object()
        version = evaluation.version
        if "If-Match" in request.headers:
            version = version_named(request, evaluation)
        locked = evaluations.lock(evaluation, by=request.user, version=version)
        return self.answer(locked)
