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
    att_focal_std_error = Number()
    att_focal_ci_low = Number()
    att_focal_ci_high = Number()
    att_reference = serializers.FloatField()
    att_reference_std_error = Number()
    att_reference_ci_low = Number()
    att_reference_ci_high = Number()
    as_delivered = serializers.FloatField()
    as_delivered_std_error = Number()
    as_delivered_ci_low = Number()
    as_delivered_ci_high = Number()
    closed = serializers.FloatField(help_text="In the district: reach times effect.")
    closed_std_error = Number()
    closed_ci_low = Number()
    closed_ci_high = Number()
    without_program = serializers.FloatField()
    without_program_std_error = Number()
    without_program_ci_low = Number()
    without_program_ci_high = Number()
    if_all_focal_served = serializers.FloatField()
    if_all_focal_served_std_error = Number()
    if_all_focal_served_ci_low = Number()
    if_all_focal_served_ci_high = Number()
    share_closed = Number()
    closed_among_participants = serializers.FloatField(help_text="Whom it helps more.")
    closed_among_participants_std_error = Number()
    closed_among_participants_ci_low = Number()
    closed_among_participants_ci_high = Number()
    not_estimable = Reason()


class FourPartsOut(serializers.Serializer):
    gap = serializers.FloatField()
    baseline = serializers.FloatField(help_text="The gap without the program.")
    baseline_std_error = Number()
    baseline_ci_low = Number()
    baseline_ci_high = Number()
    prevalence = serializers.FloatField(help_text="Unequal shares taking part.")
    prevalence_std_error = Number()
    prevalence_ci_low = Number()
    prevalence_ci_high = Number()
    effect = serializers.FloatField(help_text="Unequal effects.")
    effect_std_error = Number()
    effect_ci_low = Number()
    effect_ci_high = Number()
    selection = serializers.FloatField(help_text="Enrolling who gains most.")
    selection_std_error = Number()
    selection_ci_low = Number()
    selection_ci_high = Number()
    not_estimable = Reason()


class ExplainedErrorOut(serializers.Serializer):
    covariate = serializers.CharField()
    std_error = Number()
    ci_low = Number()
    ci_high = Number()
    not_estimable = Reason()


class AccountingOut(serializers.Serializer):
    gap = serializers.FloatField()
    gap_std_error = Number()
    gap_ci_low = Number()
    gap_ci_high = Number()
    explained = serializers.DictField(child=serializers.FloatField())
    explained_errors = ExplainedErrorOut(many=True)
    unexplained = serializers.FloatField()
    unexplained_std_error = Number()
    unexplained_ci_low = Number()
    unexplained_ci_high = Number()
    not_estimable = Reason()


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
