from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from api.resources.batches import BatchView
from api.resources.enrollments import EnrollmentViewSet
from api.resources.me import MeView
from api.resources.memberships import MembershipViewSet
from api.resources.offerings import OfferingViewSet
from api.resources.programs import ProgramViewSet
from api.resources.rosters import RosterViewSet
from api.resources.school_years import SchoolYearViewSet
from api.resources.schools import SchoolViewSet
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
}.items():
    router.register(name, viewset, basename=name)

STEPS = {"get": "list", "post": "create"}
ROSTER = {"get": "list"}
urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/current/", CurrentTokenView.as_view(), name="tokens-current"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("enrollments/batch/", BatchView.as_view(), name="enrollments-batch"),
    re_path(
        r"^enrollments/(?P<pk>[0-9]{1,18})/transitions/$",
        TransitionViewSet.as_view(STEPS, basename="transitions"),
        name="enrollments-transitions",
    ),
    re_path(
        r"^offerings/(?P<pk>[0-9]{1,18})/roster/$",
        RosterViewSet.as_view(ROSTER, basename="roster"),
        name="offerings-roster",
    ),
    *router.urls,
    re_path("", UnknownAddress.as_view()),
]
