from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint


class IdempotentRequest(models.Model):
    """A POST that named a key, and its answer once there is one; kept for a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # of address and body
    claim = models.CharField(max_length=32)  # whoever runs it; fences off a late one
    claimed_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)  # null while it runs
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["user", "key"], name="one_request_a_key"),
            CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__range=(200, 299)),
                name="only_a_success_is_replayed",
            ),
        ]

    def __str__(self):
        return f"idempotent request {self.pk}"
