from django.db import models


class Versioned(models.Model):
    """A row whose change must name the version it was made from (its ETag)."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
