"""Whom a report compares, and how alike they are."""

from rest_framework import serializers

from api.resources.cohorts import CountOut
from api.resources.estimable import Count, Number, Reason, Suppressed


class ExcludedOut(serializers.Serializer):
    reason = serializers.CharField()
    treated = serializers.IntegerField()
    comparison = serializers.IntegerField()


class CaliperOut(serializers.Serializer):
    on = serializers.CharField()
    width = serializers.FloatField(help_text="In the units of what it is on.")


class TierOut(serializers.Serializer):
    tier = serializers.IntegerField(help_text="The most preferred is 1.")
    alike = serializers.ListField(
        child=serializers.CharField(), help_text="In these columns; none: all others."
    )
    pairs = serializers.IntegerField()


class ReuseOut(serializers.Serializer):
    times = serializers.CharField()
    n = serializers.IntegerField(help_text="Students who serve as often.")


class SampleOut(serializers.Serializer):
    treated = serializers.IntegerField()
    comparison = serializers.IntegerField()
    matched_treated = serializers.IntegerField()
    matched_comparison = serializers.IntegerField()
    ess_comparison = Number(help_text="The effective size after weighting.")
    ess_treated = serializers.FloatField(
        required=False, help_text="That of participants, where they are weighted too."
    )
    sets = serializers.IntegerField(allow_null=True)
    total_distance = Number()
    unmatched = CountOut(many=True)
    excluded = ExcludedOut(many=True, help_text="Before matching.")
    calipers = CaliperOut(many=True)
    tiers = TierOut(many=True, required=False, help_text="Where some are preferred.")
    reuse = ReuseOut(many=True, required=False, help_text="With replacement.")


class LostOut(serializers.Serializer):
    dimension = serializers.CharField()
    group = serializers.CharField(allow_null=True, help_text="null: not known.")
    n_treated = Count(required=False, help_text="Participants of the group.")
    n_comparison = Count(
        required=False,
        help_text="Its comparison students, where the effect is on them.",
    )
    n_matched = Count()
    share_matched = Number()
    suppressed = Suppressed()


class DiscardedOut(serializers.Serializer):
    dimension = serializers.CharField()
    group = serializers.CharField(allow_null=True, help_text="null: not known.")
    n_treated = Count()
    n_comparison = Count()
    discarded_treated = Count(help_text="Beyond common support.")
    discarded_comparison = Count()
    suppressed = Suppressed()


class BalanceOut(serializers.Serializer):
    covariate = serializers.CharField(help_text="A level is `name=level`.")
    smd_before = Number()
    smd_after = Number()
    variance_ratio_before = Number()
    variance_ratio_after = Number()
    ks_before = Number(help_text="The largest gap of the distribution functions.")
    ks_after = Number()
    ecdf_mean_before = Number(help_text="Their mean gap, over all values that occur.")
    ecdf_mean_after = Number()
    wwc_effect_size_before = Number()
    wwc_effect_size = Number()
    judged = Number(help_text="The effect size that the verdict goes by.")
    mean_treated = Number(help_text="After matching.")
    mean_comparison = Number()
    not_estimable = Reason()
    suppressed = Suppressed()


class AnalyticBalanceOut(serializers.Serializer):
    outcome = serializers.CharField()
    balance = BalanceOut(many=True)


class GroupBalanceOut(serializers.Serializer):
    dimension = serializers.CharField()
    group = serializers.CharField()
    n_treated = Count()
    n_comparison = Count()
    covariate = serializers.CharField(
        allow_null=True, help_text="Where they differ most."
    )
    largest = Number(help_text="By how many SDs.")
    beyond = serializers.IntegerField(
        allow_null=True, help_text="Covariates more than 0.10 SD apart."
    )
    not_estimable = Reason()
    suppressed = Suppressed()


class ProductOut(serializers.Serializer):
    product = serializers.CharField(help_text="`age x age` or `age x swd=yes`.")
    smd_after = Number()
    suppressed = Suppressed()


class ProductBalanceOut(serializers.Serializer):
    count = serializers.IntegerField(help_text="Squares and products looked at.")
    beyond = serializers.IntegerField(help_text="More than 0.10 SD apart.")
    worst = ProductOut(many=True)


class ScoresOut(serializers.Serializer):
    quartiles = serializers.ListField(
        child=serializers.FloatField(), help_text="Least, quarters, greatest."
    )
    counts = serializers.ListField(
        child=serializers.IntegerField(), help_text="By twentieth, from 0 to 1."
    )


class OverlapOut(serializers.Serializer):
    score = serializers.CharField()
    treated = ScoresOut()
    comparison = ScoresOut()
    treated_beyond_comparison = serializers.IntegerField(
        help_text="Participants with a score outside the comparison students' range."
    )
