from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from api.resources.batches import BatchView
from api.resources.enrollments import EnrollmentViewSet
from api.resources.evaluations import EvaluationViewSet
from api.resources.history import HistoryView
from api.resources.me import MeView
from api.resources.measures import MeasureViewSet
from api.resources.memberships import MembershipViewSet
from api.resources.offerings import OfferingViewSet
from api.resources.programs import ProgramViewSet
from api.resources.rosters import RosterViewSet
from api.resources.runs import (
    DiagnosticsView,
    EvaluationRunViewSet,
    MethodsView,
    PlotView,
    ReportView,
    RunViewSet,
    SectionView,
)
from api.resources.school_years import SchoolYearViewSet
from api.resources.schools import SchoolViewSet
from api.resources.scores import ScoreViewSet
from api.resources.student_years import StudentYearViewSet
from api.resources.students import StudentViewSet
from api.resources.tokens import CurrentTokenView, TokensView
from api.resources.transitions import TransitionViewSet
from api.unknown import UnknownAddress

router = SimpleRouter()
for name, viewset in {
    "schools": SchoolViewSet,
    "school-years": SchoolYearViewSet,
    "students": StudentViewSet,
    "student-years": StudentYearViewSet,
    "memberships": MembershipViewSet,
    "programs": ProgramViewSet,
    "offerings": OfferingViewSet,
    "enrollments": EnrollmentViewSet,
    "measures": MeasureViewSet,
    "scores": ScoreViewSet,
    "evaluations": EvaluationViewSet,
    "runs": RunViewSet,
}.items():
    router.register(name, viewset, basename=name)

# What belongs to one record: its address, and what each verb does there.
PARTS = {
    "enrollments/transitions": (TransitionViewSet, {"get": "list", "post": "create"}),
    "offerings/roster": (RosterViewSet, {"get": "list"}),
    "evaluations/runs": (EvaluationRunViewSet, {"get": "list", "post": "create"}),
    "evaluations/diagnostics": (
        DiagnosticsView,
        {"get": "diagnostics", "post": "diagnose"},
    ),
    "evaluations/history": (HistoryView, {"get": "history"}),
    "runs/report": (ReportView, {"get": "report"}),
    "runs/methods": (MethodsView, {"get": "methods"}),
    "runs/balance": (SectionView, {"get": "balance"}),
    "runs/effects": (SectionView, {"get": "effects"}),
    "runs/gaps": (SectionView, {"get": "gaps"}),
    "runs/love-plot": (PlotView, {"get": "love_plot"}),
    "runs/effect-plot": (PlotView, {"get": "effect_plot"}),
    "runs/gap-plot": (PlotView, {"get": "gap_plot"}),
}


def part(address: str, viewset, verbs: dict[str, str]):
    whole, name = address.split("/")
    return re_path(
        rf"^{whole}/(?P<pk>[0-9]{{1,18}})/{name}/$",
        viewset.as_view(verbs, basename=name),
        name=f"{whole}-{name}",
    )


urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/current/", CurrentTokenView.as_view(), name="tokens-current"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("enrollments/batch/", BatchView.as_view(), name="enrollments-batch"),
    *(part(address, *answer) for address, answer in PARTS.items()),
    *router.urls,
    re_path("", UnknownAddress.as_view()),
]
