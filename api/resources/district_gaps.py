"""Gaps of a whole district in a report, with their causes and other rules."""

from rest_framework import serializers

from api.resources.estimable import Number, Reason, Suppressed


class RuleOut(serializers.Serializer):
    rule = serializers.CharField(help_text="Who takes part: as_is, none, all, ...")
    estimator = serializers.CharField()
    gap = Number()
    gap_std_error = Number()
    closed = Number(help_text="The gap as it is, minus that under the rule.")
    std_error = Number(help_text="Of `closed`.")
    ci_low = Number()
    ci_high = Number()
    p = Number()
    not_estimable = Reason()


class CoverageOut(serializers.Serializer):
    share_focal = serializers.FloatField(help_text="Of the group, who takes part.")
    share_reference = serializers.FloatField()
    att_focal = serializers.FloatField(help_text="Effect on those who do, in SDs.")
    att_reference = serializers.FloatField()
    as_delivered = serializers.FloatField()
    closed = serializers.FloatField(help_text="In the district: reach times effect.")
    without_program = serializers.FloatField()
    if_all_focal_served = serializers.FloatField()
    std_error = Number(help_text="Of `closed`.")
    share_closed = Number()
    closed_among_participants = serializers.FloatField(help_text="Whom it helps more.")
    std_error_among_participants = Number()
    not_estimable = Reason()


class FourPartsOut(serializers.Serializer):
    gap = serializers.FloatField()
    baseline = serializers.FloatField(help_text="The gap without the program.")
    baseline_std_error = Number()
    prevalence = serializers.FloatField(help_text="Unequal shares taking part.")
    prevalence_std_error = Number()
    effect = serializers.FloatField(help_text="Unequal effects.")
    effect_std_error = Number()
    selection = serializers.FloatField(help_text="Enrolling who gains most.")
    selection_std_error = Number()
    not_estimable = Reason()


class AccountingOut(serializers.Serializer):
    gap = serializers.FloatField()
    explained = serializers.DictField(child=serializers.FloatField())
    unexplained = serializers.FloatField()


class DistrictGapOut(serializers.Serializer):
    dimension = serializers.CharField()
    focal = serializers.CharField()
    reference = serializers.CharField()
    outcome = serializers.CharField()
    rules = RuleOut(many=True, allow_null=True)
    coverage = CoverageOut(allow_null=True)
    four_parts = FourPartsOut(allow_null=True)
    accounting = AccountingOut(allow_null=True, help_text="Not causes.")
    not_estimable = Reason()
    suppressed = Suppressed()
