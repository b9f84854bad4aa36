"""Gaps of a whole district in a report, with their causes and other rules."""

from rest_framework import serializers

from api.resources.estimable import Estimated, Number, Reason, Suppressed, WithErrors


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


class CoverageOut(WithErrors):
    share_focal = serializers.FloatField(help_text="Of the group, who takes part.")
    share_reference = serializers.FloatField()
    att_focal = Estimated(help_text="Effect on those who do, in SDs.")
    att_reference = Estimated()
    as_delivered = Estimated()
    closed = Estimated(help_text="In the district: reach times effect.")
    without_program = Estimated()
    if_all_focal_served = Estimated()
    share_closed = Number()
    closed_among_participants = Estimated(help_text="Whom it helps more.")
    not_estimable = Reason()


class FourPartsOut(WithErrors):
    gap = serializers.FloatField()
    baseline = Estimated(help_text="The gap without the program.")
    prevalence = Estimated(help_text="Unequal shares taking part.")
    effect = Estimated(help_text="Unequal effects.")
    selection = Estimated(help_text="Enrolling who gains most.")
    not_estimable = Reason()


class ExplainedErrorOut(serializers.Serializer):
    covariate = serializers.CharField()
    std_error = Number()
    ci_low = Number()
    ci_high = Number()
    not_estimable = Reason()


class AccountingOut(WithErrors):
    gap = Estimated()
    explained = serializers.DictField(child=serializers.FloatField())
    explained_errors = ExplainedErrorOut(many=True)
    unexplained = Estimated()
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
