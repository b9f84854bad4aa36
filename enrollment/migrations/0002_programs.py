"""The three programs of the district, which exist wherever the software runs."""

from django.db import migrations

PROGRAMS = [
    ("ten-boys", "10 Boys", "cohort", "student", []),
    ("ten-girls", "10 Girls", "cohort", "student", []),
    (
        "excellence-for-all",
        "Excellence for All",
        "whole_grade",
        "school_grade",
        ["04", "05", "06"],
    ),
]


def create_programs(apps, schema_editor=None):
    program = apps.get_model("enrollment", "Program")
    for code, name, delivery, assignment_level, grades in PROGRAMS:
        program.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "delivery": delivery,
                "assignment_level": assignment_level,
                "grades": grades,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0001_initial")]
    # Going back leaves them: enrollments may stand on them.
    operations = [migrations.RunPython(create_programs, migrations.RunPython.noop)]
