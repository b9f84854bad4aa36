from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from api.export import csv_of
from api.filters import Filter
from api.parameters import FORMAT, BadParameter, one_of, parameter
from api.permissions import may
from api.resources.effects import EffectOut, GapOut
from api.resources.evaluations import EvaluationOut
from api.resources.reports import DiagnosticsOut, MethodsOut, ReportOut
from api.resources.samples import BalanceOut
from api.shapes import Body, Out
from api.shown_whole import ShownWhole
from api.viewsets import ResourceViewSet
from enrollment.access import Permission as P
from outcomes import charts
from outcomes.disclosure.masked import SUPPRESSED
from outcomes.models import Evaluation, Purpose, Run, RunState
from outcomes.services import documents, runs
from outcomes.services.process import process_of

SECONDS_TO_WAIT = "1"
SPECIFIED = ("vega-lite", "json")  # the same
FORMS = {"svg": "image/svg+xml", "png": "image/png"}
CHART = {
    (200, "application/json"): OpenApiTypes.OBJECT,
    **{(200, media_type): OpenApiTypes.BINARY for media_type in FORMS.values()},
}
CHART_FORMAT = parameter(
    "format",
    "`vega-lite`, or `json`, is for a browser, Python or R; the others are drawn here.",
    **one_of(*SPECIFIED, *FORMS),
)
REPORT = {
    (200, "application/json"): ReportOut,
    (200, "text/html"): OpenApiTypes.STR,
}
REPORT_FORMAT = parameter(
    "format",
    "`html` is one page to read and print, with its charts in it.",
    **one_of("json", "html"),
)


class RunOut(Out):
    expandable = {"evaluation": EvaluationOut}
    requested_by = serializers.CharField(source="requested_by.username")

    class Meta:
        model = Run
        fields = [
            "id",
            "evaluation",
            "evaluation_version",
            "purpose",
            "state",
            "stage",
            "progress",
            "attempt",
            "requested_by",
            "queued_at",
            "started_at",
            "finished_at",
            "design_hash",
            "input_hash",
            "baseline_hash",
            "engine",
            "error_code",
            "error",
        ]

    @classmethod
    def rows(cls):
        return super().rows().select_related("requested_by")


class RunFilter(Filter):
    class Meta:
        model = Run
        fields = {
            "evaluation": ["exact", "in"],
            "purpose": ["exact"],
            "state": ["exact", "in"],
        }


class RunViewSet(ResourceViewSet):
    """One execution of a plan: anyone who may see evaluations may watch it."""

    permission_classes = [may(read=P.SEE_EVALUATIONS, write=P.EVALUATE)]
    queryset = RunOut.rows()
    serializer_class = RunOut
    has_live_numbers = True
    filterset_class = RunFilter
    ordering_fields = ["queued_at", "finished_at"]
    csv_columns = {
        name: name for name in RunOut.Meta.fields if name not in {"requested_by"}
    }

    @extend_schema(request=None, responses={200: RunOut})
    @action(detail=True, methods=["post"])
    def cancel(self, request, pk):
        """Take it out of the queue, or out of its worker's hands."""
        Body.read(request)
        return self.answer(runs.cancel(self.get_object()))


class RunPartView(ShownWhole, ResourceViewSet):
    """What a run found: whole, by section, or drawn. 409 `not_done` until it is."""

    permission_classes = [may(read=P.SEE_EVALUATIONS)]
    queryset = Run.objects.all()
    pagination_class = None  # a section is one answer


class ReportView(RunPartView):
    parameters = (REPORT_FORMAT,)

    @extend_schema(responses=REPORT)
    def report(self, request, pk):
        """The whole report; never who stands in which matched set.

        `process` stands beside what the run found: how many designs were tried, and
        whether anybody had seen an outcome before the plan was locked.
        """
        run = self.get_object()
        if form_asked(request, "json", "html") == "json":
            report = runs.report_for(run, request.user)
            return self.shown({**report, "process": process_of(run)})
        page = documents.page(run, request.user)
        return HttpResponse(page.html, headers={"Content-Security-Policy": page.policy})


class MethodsView(RunPartView):
    @extend_schema(responses=MethodsOut)
    def methods(self, request, pk):
        """How it was found, and what, in one paragraph for a paper or a board."""
        return self.shown({"text": documents.method(self.get_object(), request.user)})


class SectionView(RunPartView):
    parameters = (FORMAT,)

    @extend_schema(responses=BalanceOut(many=True))
    def balance(self, request, pk):
        """How alike the groups are, covariate by covariate."""
        return self.section("balance", BalanceOut)

    @extend_schema(responses=EffectOut(many=True))
    def effects(self, request, pk):
        """How much, and how sure, for each outcome and group."""
        return self.section("effects", EffectOut)

    @extend_schema(responses=GapOut(many=True))
    def gaps(self, request, pk):
        """Reference minus focal, with the program and without it."""
        return self.section("gaps", GapOut)

    def section(self, name: str, shape) -> Response:
        form = form_asked(self.request, "json", "csv")  # refused before it is a look
        rows = runs.section(self.get_object(), name, self.request.user)
        if form == "json":
            return self.shown(rows)
        paths = [path for path in paths_of(shape()) if is_of(path, rows)]
        found = ([value_at(row, path) for path in paths] for row in rows)
        return csv_of(name, map(".".join, paths), found)


def paths_of(shape: serializers.Serializer) -> list[tuple[str, ...]]:
    """Where each value of a row stands; a record within it has a column a value, and a
    list of records none."""
    return [
        (name, *inner)
        for name, field in shape.fields.items()
        if not isinstance(field, serializers.ListSerializer)
        for inner in [(each,) for each in getattr(field, "fields", ())] or [()]
    ]


def is_of(path: tuple[str, ...], rows: list[dict]) -> bool:
    """That rows are hidden is a column only where some are."""
    return path != (SUPPRESSED,) or any(SUPPRESSED in row for row in rows)


def value_at(row: dict, path: tuple[str, ...]):
    *records, last = path
    for name in records:
        row = row.get(name) or {}
    return row.get(last)


class PlotView(RunPartView):
    parameters = (CHART_FORMAT,)

    @extend_schema(responses=CHART)
    def love_plot(self, request, pk):
        """Balance before and after matching, as a chart."""
        return self.plot("love")

    @extend_schema(responses=CHART)
    def effect_plot(self, request, pk):
        """Each effect with its interval, as a chart."""
        return self.plot("effect")

    @extend_schema(responses=CHART)
    def gap_plot(self, request, pk):
        """Each gap without the program and with it, as a chart."""
        return self.plot("gap")

    def plot(self, name: str) -> Response | HttpResponse:
        form = form_asked(self.request, *SPECIFIED, *FORMS)
        chart = documents.plot(self.get_object(), self.request.user, name)
        if form in SPECIFIED:
            return self.shown(chart)
        return HttpResponse(charts.draw(chart, form), content_type=FORMS[form])


def form_asked(request, *known: str) -> str:
    """The first of the known forms, unless ?format= names another."""
    form = request.query_params.get("format", known[0])
    if form not in known:
        raise BadParameter.of(
            "format", "unknown_format", f"Expected {', '.join(known)}."
        )
    return form


class EvaluationRunViewSet(ResourceViewSet):
    """The runs of one evaluation."""

    permission_classes = [may(read=P.SEE_EVALUATIONS, write=P.EVALUATE)]
    queryset = Evaluation.objects.all()
    serializer_class = RunOut
    csv_columns = RunViewSet.csv_columns

    @extend_schema(responses=RunOut(many=True))
    def list(self, request, pk):
        """Every run of the plan, its diagnostics too."""
        return self.listed(RunOut.rows().filter(evaluation=self.get_object()))

    @extend_schema(request=None, responses={202: RunOut})
    def create(self, request, pk):
        """Queue a run of a locked plan; the one that waits already, if there is one."""
        return self.queued(Purpose.IMPACT)

    def queued(self, purpose: Purpose) -> Response:
        Body.read(self.request)
        asked = {"evaluation": self.get_object(), "by": self.request.user}
        return self.accepted(runs.queue(**asked, purpose=purpose))

    def accepted(self, run: Run) -> Response:
        response = self.answer(run, 202)
        response["Location"] = reverse("runs-detail", args=[run.pk])
        response["Retry-After"] = SECONDS_TO_WAIT
        return response


class DiagnosticsView(ShownWhole, EvaluationRunViewSet):
    """What can be known of a comparison before any outcome is looked at."""

    @extend_schema(responses={200: DiagnosticsOut, 202: RunOut})
    def diagnostics(self, request, pk):
        """Overlap, balance, power and verdict, before any outcome is looked at.

        A worker makes them: 202 with the run to wait for, then 200 with what it found.
        """
        run = runs.diagnostics_of(self.get_object(), by=request.user)
        if run.state in {RunState.QUEUED, RunState.RUNNING}:
            return self.accepted(run)
        return self.shown(runs.report_for(run, request.user))

    @extend_schema(request=None, responses={202: RunOut})
    def diagnose(self, request, pk):
        """Make the diagnostics anew, of the rows as they are now."""
        return self.queued(Purpose.DIAGNOSTICS)
