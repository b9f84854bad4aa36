"""The report of a run as readers of the API document see it. What is shown comes from
the engine as it is; these shapes only describe it, and a test holds them to it."""

from rest_framework import serializers

from api.resources.clusters import ClustersOut
from api.resources.cohorts import CohortOut, CountOut
from api.resources.district_gaps import DistrictGapOut
from api.resources.estimable import Number, Reason
from api.resources.process import (
    AttritionOut,
    BrokenSetsOut,
    PlaceboOut,
    ProcessOut,
)


class WarningOut(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()


class VerdictOut(serializers.Serializer):
    code = serializers.CharField(help_text="What a federal reviewer would say.")
    decided_by = serializers.CharField(allow_null=True, help_text="The covariate.")
    value = Number(help_text="Its effect size.")
    text = serializers.CharField()


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


class LostOut(serializers.Serializer):
    dimension = serializers.CharField()
    group = serializers.CharField(allow_null=True, help_text="null: not known.")
    n_treated = serializers.IntegerField(
        required=False, help_text="Participants of the group."
    )
    n_comparison = serializers.IntegerField(
        required=False,
        help_text="Its comparison students, where the effect is on them.",
    )
    n_matched = serializers.IntegerField()
    share_matched = serializers.FloatField()


class BalanceOut(serializers.Serializer):
    covariate = serializers.CharField(help_text="A level is `name=level`.")
    smd_before = Number()
    smd_after = Number()
    variance_ratio_after = Number()
    ks_after = Number()
    wwc_effect_size = Number()
    not_estimable = Reason()


class GroupBalanceOut(serializers.Serializer):
    dimension = serializers.CharField()
    group = serializers.CharField()
    n_treated = serializers.IntegerField()
    n_comparison = serializers.IntegerField()
    covariate = serializers.CharField(
        allow_null=True, help_text="Where they differ most."
    )
    largest = Number(help_text="By so many SDs.")
    beyond = serializers.IntegerField(
        allow_null=True, help_text="Covariates more than 0.10 SD apart."
    )
    not_estimable = Reason()


class ProductOut(serializers.Serializer):
    product = serializers.CharField(help_text="`age x age` or `age x swd=yes`.")
    smd_after = Number()


class ProductBalanceOut(serializers.Serializer):
    count = serializers.IntegerField(help_text="Squares and products looked at.")
    beyond = serializers.IntegerField(help_text="More than 0.10 SD apart.")
    worst = ProductOut(many=True)


class GainOut(serializers.Serializer):
    pretest = serializers.CharField(help_text="The same measure as the outcome.")
    g = Number(help_text="Effect size after, minus before.")
    correlation = Number(help_text="Of before and after, within the groups.")
    std_error = Number()
    ci_low = Number()
    ci_high = Number()
    p = Number()
    rests_on = serializers.BooleanField(help_text="Whether the verdict needs it.")
    text = serializers.CharField()
    not_estimable = Reason()


class EffectOut(serializers.Serializer):
    outcome = serializers.CharField()
    group = serializers.CharField(allow_null=True, help_text="null: everyone.")
    estimator = serializers.CharField()
    estimate = Number(help_text="On the scale of the measure.")
    std_error = Number()
    se_kind = serializers.CharField(allow_null=True)
    df = Number()
    ci_low = Number()
    ci_high = Number()
    p = Number()
    hedges_g = Number()
    improvement_index = Number()
    e_value = Number()
    exact_interval = serializers.ListField(
        child=serializers.FloatField(),
        required=False,
        help_text="By counting, where nobody or all of a group have it.",
    )
    difference_in_differences = GainOut(required=False)
    held_back = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Codes of what forbids to call a planned effect significant.",
    )
    not_estimable = Reason()


class GapOut(serializers.Serializer):
    dimension = serializers.CharField()
    focal = serializers.CharField()
    reference = serializers.CharField()
    outcome = serializers.CharField()
    metric = serializers.CharField()
    as_delivered = Number(help_text="Reference minus focal, with the program.")
    without_program = Number(help_text="The same, had there been none.")
    closed = Number(help_text="Positive when the program narrows the gap.")
    share_closed = Number()
    std_error = Number()
    ci_low = Number()
    ci_high = Number()
    agree = serializers.BooleanField(
        allow_null=True, help_text="Whether the metrics tell one story."
    )
    not_estimable = Reason()


class ClusteringOut(serializers.Serializer):
    outcome = serializers.CharField()
    clustered = serializers.CharField(help_text="both arms, or treated only.")
    icc = Number(help_text="Share of variance between clusters.")
    icc_from = serializers.CharField(allow_null=True, help_text="data or assumed.")
    clusters = Number()
    size = Number(help_text="Mean students a cluster.")
    t_ignoring = Number(help_text="By an error that knows no clusters.")
    t = Number()
    df = Number()
    p = Number()
    g_total = Number(help_text="Effect size on the total SD.")
    g_total_std_error = Number()
    not_estimable = Reason()


class InteractionOut(serializers.Serializer):
    outcome = serializers.CharField()
    dimension = serializers.CharField()
    groups = serializers.ListField(
        child=serializers.CharField(), help_text="Those that have an effect."
    )
    statistic = Number(help_text="F of the hypothesis that all effects are equal.")
    df = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    p = Number()
    text = serializers.CharField()
    not_estimable = Reason()


class PowerOut(serializers.Serializer):
    mdes = Number(help_text="The least effect the comparison can see, in SDs.")
    text = serializers.CharField()


class OmittedOut(serializers.Serializer):
    pretest = serializers.CharField()
    estimate_without = Number(help_text="Matched and estimated anew without it.")
    moved_by = Number()
    times_needed = Number(help_text="As strong a hidden factor would leave no effect.")
    text = serializers.CharField(allow_null=True)
    not_estimable = Reason()


class SensitivityOut(serializers.Serializer):
    rosenbaum_gamma = Number(help_text="Odds of hidden bias that pairs survive.")
    omitted_pretests = OmittedOut(many=True)
    text = serializers.CharField()
    not_estimable = Reason()


class CriterionOut(serializers.Serializer):
    name = serializers.CharField()
    found = serializers.CharField()
    needed = serializers.CharField()
    is_met = serializers.BooleanField()


class EssaOut(serializers.Serializer):
    outcome = serializers.CharField()
    tier = serializers.CharField(help_text="A candidate for it: reviewers award.")
    criteria = CriterionOut(many=True)
    text = serializers.CharField()


class AnalyticBalanceOut(serializers.Serializer):
    outcome = serializers.CharField()
    balance = BalanceOut(many=True)


class DiagnosticsOut(serializers.Serializer):
    design_hash = serializers.CharField()
    input_hash = serializers.CharField()
    engine = serializers.CharField()
    estimand = serializers.CharField(allow_null=True)
    cohort = CohortOut()
    sample = SampleOut()
    lost = LostOut(many=True, help_text="Who was not matched; empty: all were.")
    balance = BalanceOut(many=True)
    balance_by_group = GroupBalanceOut(many=True)
    balance_of_products = ProductBalanceOut()
    clusters = ClustersOut(
        required=False, help_text="Where whole clusters were matched first."
    )
    overlap = serializers.DictField(
        allow_null=True, help_text="Of the score; null where the method has none."
    )
    verdict = VerdictOut()
    power = PowerOut()
    placebo = PlaceboOut(many=True, help_text="What it moved before it began.")
    warnings = WarningOut(many=True)
    design = serializers.DictField(help_text="Every key, with the default used.")


class ReportOut(DiagnosticsOut):
    process = ProcessOut()
    balance_analytic = AnalyticBalanceOut(
        many=True, help_text="On those who have the outcome: what the verdict judges."
    )
    broken_sets = BrokenSetsOut(many=True, help_text="One an outcome.")
    attrition = AttritionOut(many=True, help_text="Who has no outcome, arm by arm.")
    effects = EffectOut(many=True)
    gaps = GapOut(many=True)
    gaps_in_district = DistrictGapOut(many=True, help_text="Of all, not participants.")
    interactions = InteractionOut(many=True, help_text="Do the groups differ?")
    clustering_corrections = ClusteringOut(
        many=True, help_text="One an outcome: the WWC's correction, beside our errors."
    )
    essa = EssaOut(many=True, help_text="One a confirmatory outcome.")
    estimators = EffectOut(many=True, help_text="Everyone, by each way to estimate.")
    naive = EffectOut(many=True, help_text="Without matching: for comparison only.")
    verdicts = serializers.ListField(child=serializers.DictField())
    sensitivity = serializers.DictField(child=SensitivityOut(), help_text="By outcome.")


class MethodsOut(serializers.Serializer):
    text = serializers.CharField(help_text="One paragraph.")
