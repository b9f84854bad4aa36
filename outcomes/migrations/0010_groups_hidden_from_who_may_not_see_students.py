"""Which groups a report hides is worked out once, by the worker that found it: whoever
reads it then sees the same, and the web process needs no solver."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0009_one_index_by_run_of_matched_students")]
    operations = [
        migrations.AddField("findings", "hidden", models.JSONField(null=True))
    ]
