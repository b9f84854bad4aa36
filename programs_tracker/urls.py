from django.contrib import admin
from django.urls import include, path, re_path

from api.health import healthz, readyz
from api.unknown import UnknownAddress

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", include("api.urls")),
    re_path("^api/", UnknownAddress.as_view()),
    path("admin/", admin.site.urls),
]
