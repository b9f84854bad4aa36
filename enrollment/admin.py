"""The admin is for looking, and for switching users on and off. What is decided about a
child goes through a service, which asks the rules and writes down who did it."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from simple_history.admin import SimpleHistoryAdmin

from enrollment import models


class Looking:
    """Nothing is added, changed or deleted here."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class RoleGrants(admin.TabularInline):
    model = models.RoleGrant
    extra = 0


@admin.register(models.User)
class PeopleWhoSignIn(UserAdmin):
    inlines = [RoleGrants]


@admin.register(models.School)
class Schools(Looking, admin.ModelAdmin):
    list_display = ["code", "name", "level"]
    search_fields = ["code", "name"]


@admin.register(models.SchoolYear)
class SchoolYears(Looking, admin.ModelAdmin):
    list_display = ["year", "first_day", "last_day"]


@admin.register(models.Program)
class Programs(Looking, admin.ModelAdmin):
    list_display = ["code", "name", "delivery", "assignment_level"]


@admin.register(models.Offering)
class Offerings(Looking, SimpleHistoryAdmin):
    list_display = ["id", "program", "school", "school_year", "label", "capacity"]
    list_filter = ["program", "school_year"]
    list_select_related = ["program", "school", "school_year"]


class Transitions(Looking, admin.TabularInline):
    model = models.Transition
    extra = 0


@admin.register(models.Enrollment)
class Enrollments(Looking, SimpleHistoryAdmin):
    list_display = ["id", "offering", "status", "seat", "first_day", "last_day"]
    list_filter = ["status", "program"]
    list_select_related = ["offering"]
    inlines = [Transitions]
