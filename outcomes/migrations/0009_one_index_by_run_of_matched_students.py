"""The students of a run are found by `once_in_a_matched_set`, which begins with the run:
an index on the run alone was written for each of them too, and never needed.

Dropped by its name: to alter the field would build the table anew on SQLite, without
the triggers that guard it.
"""

import django.db.models.deletion
from django.db import migrations, models


def drop_index(apps, schema_editor):
    there = schema_editor.connection
    table = apps.get_model("outcomes", "MatchedStudent")._meta.db_table
    with there.cursor() as cursor:
        found = there.introspection.get_constraints(cursor, table)
    for name, about in found.items():
        if about["columns"] == ["run_id"] and about["index"]:
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0008_runs_of_matched_students_asked_once")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_index)],
            state_operations=[
                migrations.AlterField(
                    model_name="matchedstudent",
                    name="run",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matched_students",
                        to="outcomes.run",
                    ),
                )
            ],
        )
    ]
