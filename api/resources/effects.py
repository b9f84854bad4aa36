"""How large an effect is, how sure, and what became of a gap."""

from rest_framework import serializers

from api.resources.estimable import Count, Number, Reason, Suppressed


class SpreadOut(serializers.Serializer):
    se_kind = serializers.CharField()
    std_error = Number()
    df = Number()
    not_estimable = Reason()


class MattersOut(serializers.Serializer):
    cutoff = serializers.FloatField(help_text="The least effect worth having.")
    chance = Number(help_text="That the effect is beyond it, 0 to 1.")
    not_estimable = Reason()


class PercentilesOut(serializers.Serializer):
    as_delivered = Number(help_text="0 to 100.")
    without_program = Number()
    not_estimable = Reason()


class GainOut(serializers.Serializer):
    pretest = serializers.CharField(help_text="The same measure as the outcome.")
    g = Number(help_text="Effect size after, minus before.")
    correlation = Number(help_text="Of before and after, within the groups.")
    std_error = Number()
    se_kind = serializers.CharField(allow_null=True)
    df = Number()
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
    e_value = Number(help_text="How strong a hidden factor would have to be.")
    e_value_ci = Number(help_text="The same for the near end of the interval.")
    estimate_sd = Number(help_text="In SDs of all comparison students.")
    n_treated = Count()
    n_comparison = Count()
    ess_comparison = Number(help_text="Their effective number, once weighted.")
    ess_treated = Number(
        required=False, help_text="That of participants, where they are weighted."
    )
    matters = MattersOut(allow_null=True, help_text="null: the plan does not say.")
    alternatives = SpreadOut(many=True, help_text="Other standard errors.")
    few_clusters = serializers.BooleanField(
        allow_null=True, help_text="The widest interval is shown."
    )
    p_adjusted = Number(
        required=False, help_text="For all planned outcomes of the domain together."
    )
    significant = serializers.BooleanField(
        required=False, help_text="Planned, alike at the start, and beyond chance."
    )
    exact_interval = serializers.ListField(
        child=serializers.FloatField(),
        required=False,
        help_text="By counting, where nobody or all of a group have it.",
    )
    difference_in_differences = GainOut(required=False)
    held_back = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Codes of what forbids calling a planned effect significant.",
    )
    not_estimable = Reason()
    suppressed = Suppressed()


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
    std_error = Number(help_text="Of `closed`.")
    se_kind = serializers.CharField(allow_null=True)
    df = Number()
    ci_low = Number()
    ci_high = Number()
    p = Number()
    alternatives = SpreadOut(many=True, help_text="Other standard errors.")
    agree = serializers.BooleanField(
        allow_null=True, help_text="Whether the metrics tell one story."
    )
    n_focal_treated = Count()
    n_focal_comparison = Count()
    n_reference_treated = Count()
    n_reference_comparison = Count()
    focal_percentile = PercentilesOut(
        required=False, help_text="Where the focal mean stands in the reference group."
    )
    not_estimable = Reason()
    suppressed = Suppressed()


class ClusteringOut(serializers.Serializer):
    outcome = serializers.CharField()
    clustered = serializers.CharField(help_text="both arms, or treated only.")
    icc = Number(help_text="Share of variance between clusters.")
    icc_from = serializers.CharField(allow_null=True, help_text="data or assumed.")
    clusters = Number()
    size = Number(help_text="Mean number of students per cluster.")
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
    df = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    p = Number()
    se_kind = serializers.CharField(
        allow_null=True, help_text="The error in it, such as CR2 by school."
    )
    text = serializers.CharField(allow_null=True)
    not_estimable = Reason()
    suppressed = Suppressed()
