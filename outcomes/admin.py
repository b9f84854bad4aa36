"""The admin shows what is measured, planned and run. What a run found is not here: it
leaves through the services, and a child's score through the API."""

from django.contrib import admin

from enrollment.admin import Looking
from outcomes import models


@admin.register(models.Measure)
class Measures(Looking, admin.ModelAdmin):
    list_display = ["code", "name", "domain", "kind", "scale"]
    search_fields = ["code", "name"]


@admin.register(models.Evaluation)
class Evaluations(Looking, admin.ModelAdmin):
    list_display = ["id", "name", "program", "state", "first_day", "last_day"]
    list_filter = ["state", "program"]
    list_select_related = ["program"]


@admin.register(models.Run)
class Runs(Looking, admin.ModelAdmin):
    list_display = ["id", "evaluation", "purpose", "state", "queued_at", "error_code"]
    list_filter = ["state", "purpose"]
    list_select_related = ["evaluation"]
