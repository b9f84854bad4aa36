from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from api.health import healthz, readyz
from api.log_in import LogInPage, LogOut
from api.unknown import UnknownAddress

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", include("api.urls")),
    re_path("^api/", UnknownAddress.as_view()),
    path("", RedirectView.as_view(pattern_name="docs")),
    path("log-in/", LogInPage.as_view(), name="log-in"),
    path("log-out/", LogOut.as_view(), name="log-out"),
    path("admin/", admin.site.urls),
]
