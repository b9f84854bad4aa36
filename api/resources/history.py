from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from api.fields import Instant
from api.permissions import may
from api.shown_whole import ShownWhole
from api.viewsets import ResourceViewSet
from enrollment.access import Permission as P
from outcomes.models import Evaluation
from outcomes.services import history


class VersionOut(serializers.Serializer):
    number = serializers.IntegerField(help_text="Equal designs have equal numbers.")
    evaluation = serializers.IntegerField()
    version = serializers.IntegerField()
    step = serializers.CharField(help_text="drafted, amended or locked.")
    design_hash = serializers.CharField()
    design = serializers.DictField()
    by = serializers.CharField(source="by__username")
    at = Instant()


class PastRunOut(serializers.Serializer):
    number = serializers.IntegerField(help_text="Of its design.")
    id = serializers.IntegerField()
    evaluation = serializers.IntegerField()
    evaluation_version = serializers.IntegerField()
    purpose = serializers.CharField()
    state = serializers.CharField()
    design_hash = serializers.CharField()
    requested_by = serializers.CharField(source="requested_by__username")
    queued_at = Instant()
    finished_at = Instant(allow_null=True)


class LookOut(serializers.Serializer):
    evaluation = serializers.IntegerField(source="run__evaluation")
    run = serializers.IntegerField()
    purpose = serializers.CharField(source="run__purpose")
    part = serializers.CharField(help_text="report, effects, page, bundle ...")
    viewer = serializers.CharField(source="viewer__username")
    at_terminal = serializers.CharField(
        help_text="Who typed the command, by the operating system; empty over HTTP."
    )
    times = serializers.IntegerField()
    first_at = Instant()
    last_at = Instant()


class HistoryOut(serializers.Serializer):
    designs = VersionOut(many=True)
    runs = PastRunOut(many=True)
    looks = LookOut(many=True)


class HistoryView(ShownWhole, ResourceViewSet):
    """How a number came to be: nothing of it can be changed or taken back."""

    permission_classes = [may(read=P.SEE_EVALUATIONS)]
    queryset = Evaluation.objects.all()
    serializer_class = HistoryOut
    pagination_class = None  # one answer
    also_answers = frozenset()

    @extend_schema(responses=HistoryOut)
    def history(self, request, pk):
        """Every design written, every run and every look, over all plans of the line:
        those that name each other as parent, the earliest first."""
        return self.shown(HistoryOut(history.told(self.get_object())).data)
