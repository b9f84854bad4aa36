"""The admin shows what is measured, planned and run. What a run found is not here: it
leaves through the services, and a child's score through the API."""

from django.contrib import admin

from outcomes import models


class Looking(admin.ModelAdmin):
    """Nothing is added, changed or deleted here."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(models.Measure)
class Measures(Looking):
    list_display = ["code", "name", "domain", "kind", "scale"]
    search_fields = ["code", "name"]


@admin.register(models.Evaluation)
class Evaluations(Looking):
    list_display = ["id", "name", "program", "state", "first_day", "last_day"]
    list_filter = ["state", "program"]
    list_select_related = ["program"]


@admin.register(models.Run)
class Runs(Looking):
    list_display = ["id", "evaluation", "purpose", "state", "queued_at", "error_code"]
    list_filter = ["state", "purpose"]
    list_select_related = ["evaluation"]
