"""Which clusters a report compares, where whole ones were matched before students."""

from rest_framework import serializers

from api.resources.estimable import Count, Number, Reason, Suppressed

LABELS = {
    "child": serializers.CharField(),
    "help_text": "A label for each column under `of`, and the entry.",
}


class ClusterOut(serializers.Serializer):
    cluster = serializers.DictField(**LABELS)
    n = Count(help_text="Its students in the study.")
    suppressed = Suppressed()


class NearClusterOut(ClusterOut):
    distance = serializers.FloatField(help_text="In SDs between clusters.")


class LoneClusterOut(ClusterOut):
    reason = serializers.CharField()


class ClusterSetOut(serializers.Serializer):
    set = serializers.IntegerField()
    treated = ClusterOut()
    comparison = NearClusterOut(many=True, help_text="The nearest first.")


class SetAsideOut(serializers.Serializer):
    reason = serializers.CharField(help_text="apart: by then their school had it.")
    n = serializers.IntegerField()


class ClusterBalanceOut(serializers.Serializer):
    covariate = serializers.CharField(help_text="A mean, a share, a trend, the size.")
    mean_treated = Number(help_text="Of matched clusters, each counted once.")
    mean_comparison = Number()
    smd_before = Number(help_text="In SDs between clusters of one arm.")
    smd_after = Number()
    not_estimable = Reason()
    suppressed = Suppressed()


class ClustersOut(serializers.Serializer):
    treated = serializers.IntegerField(help_text="Clusters with participants.")
    comparison = serializers.IntegerField(
        help_text="Comparison clusters that could be chosen."
    )
    matched_treated = serializers.IntegerField()
    matched_comparison = serializers.IntegerField()
    set_aside = SetAsideOut(many=True)
    total_distance = serializers.FloatField()
    sets = ClusterSetOut(many=True)
    unmatched = LoneClusterOut(many=True)
    balance = ClusterBalanceOut(many=True)
