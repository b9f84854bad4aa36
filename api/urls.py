from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from api.resources.me import MeView
from api.resources.schools import SchoolViewSet
from api.unknown import UnknownAddress

router = SimpleRouter()
for name, viewset in {
    "schools": SchoolViewSet,
}.items():
    router.register(name, viewset, basename=name)

urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(), name="docs"),
    *router.urls,
    re_path("", UnknownAddress.as_view()),
]
