"""The report of a run as readers of the API document see it. What is shown comes from
the engine as it is; these shapes only describe it, and a test holds them to it."""

from rest_framework import serializers

from api.resources.clusters import ClustersOut
from api.resources.cohorts import CohortOut
from api.resources.district_gaps import DistrictGapOut
from api.resources.effects import ClusteringOut, EffectOut, GapOut, InteractionOut
from api.resources.estimable import Number, Reason, Suppressed
from api.resources.process import (
    AttritionOut,
    BrokenSetsOut,
    PlaceboOut,
    ProcessOut,
)
from api.resources.samples import (
    AnalyticBalanceOut,
    BalanceOut,
    DiscardedOut,
    GroupBalanceOut,
    LostOut,
    OverlapOut,
    ProductBalanceOut,
    SampleOut,
)


class WarningOut(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()


class VerdictOut(serializers.Serializer):
    code = serializers.CharField(help_text="What a federal reviewer would say.")
    decided_by = serializers.CharField(allow_null=True, help_text="The covariate.")
    value = Number(help_text="Its effect size.")
    text = serializers.CharField()
    suppressed = Suppressed()


class OutcomeVerdictOut(VerdictOut):
    outcome = serializers.CharField()


class PowerOut(serializers.Serializer):
    mdes = Number(help_text="The least effect the comparison can detect, in SDs.")
    icc = Number(help_text="Assumed share of variance between schools; null without.")
    mdes_with_icc = Number(
        help_text="The same if participants of one school are alike."
    )
    text = serializers.CharField()
    not_estimable = Reason()


class OmittedOut(serializers.Serializer):
    pretest = serializers.CharField()
    estimate_without = Number(help_text="Matched and estimated anew without it.")
    moved_by = Number()
    times_needed = Number(
        help_text="How many times as strong a hidden factor must be to leave no effect."
    )
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


class DiagnosticsOut(serializers.Serializer):
    design_hash = serializers.CharField()
    input_hash = serializers.CharField()
    engine = serializers.CharField()
    estimand = serializers.CharField(allow_null=True)
    cohort = CohortOut()
    sample = SampleOut()
    lost = LostOut(many=True, help_text="Who was not matched; empty: all were.")
    discarded = DiscardedOut(
        many=True, required=False, help_text="By group, where the design discards."
    )
    balance = BalanceOut(many=True)
    balance_by_group = GroupBalanceOut(many=True)
    balance_of_products = ProductBalanceOut()
    clusters = ClustersOut(
        required=False, help_text="Where whole clusters were matched first."
    )
    overlap = OverlapOut(
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
    broken_sets = BrokenSetsOut(many=True, help_text="One per outcome.")
    attrition = AttritionOut(many=True, help_text="Who has no outcome, arm by arm.")
    effects = EffectOut(many=True)
    gaps = GapOut(many=True)
    gaps_in_district = DistrictGapOut(many=True, help_text="Of all, not participants.")
    interactions = InteractionOut(many=True, help_text="Do the groups differ?")
    clustering_corrections = ClusteringOut(
        many=True, help_text="One per outcome: the WWC's correction, beside our errors."
    )
    essa = EssaOut(many=True, help_text="One per confirmatory outcome.")
    estimators = EffectOut(many=True, help_text="Everyone's effect by each estimator.")
    naive = EffectOut(many=True, help_text="Without matching: for comparison only.")
    verdicts = OutcomeVerdictOut(many=True)
    sensitivity = serializers.DictField(child=SensitivityOut(), help_text="By outcome.")


class MethodsOut(serializers.Serializer):
    text = serializers.CharField(help_text="One paragraph.")
