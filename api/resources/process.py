"""What stands around the numbers of a report: who is missing, what was tried."""

from rest_framework import serializers

from api.fields import Instant
from api.resources.estimable import Count, Number, Reason, Suppressed


class BrokenSetsOut(serializers.Serializer):
    outcome = serializers.CharField()
    rule = serializers.CharField(help_text="reweight or drop, as the plan says.")
    sets = serializers.IntegerField(help_text="As matched.")
    broken = serializers.IntegerField(help_text="Those that lost a member.")
    dropped = serializers.IntegerField()
    reweighted = serializers.IntegerField()
    n_treated_set_aside = serializers.IntegerField(
        help_text="Who have the outcome and leave with their set."
    )
    n_comparison_set_aside = serializers.IntegerField()


class AttritionOut(serializers.Serializer):
    outcome = serializers.CharField()
    of = serializers.CharField(help_text="all who could be matched, or the matched.")
    dimension = serializers.CharField(allow_null=True, help_text="null: everyone.")
    group = serializers.CharField(allow_null=True, help_text="null: not known.")
    n_treated = Count(help_text="At the index date.")
    n_comparison = Count()
    with_treated = Count(help_text="Of them, with the outcome.")
    with_comparison = Count()
    share_missing = Number()
    share_missing_treated = Number()
    share_missing_comparison = Number()
    differential = Number(help_text="Participants' share minus the others'.")
    text = serializers.CharField(allow_null=True)
    not_estimable = Reason()
    suppressed = Suppressed()


class PlaceboOut(serializers.Serializer):
    outcome = serializers.CharField(help_text="A measure of before the program.")
    pretests = serializers.ListField(
        child=serializers.CharField(), help_text="What its match rests on."
    )
    left_out = serializers.ListField(child=serializers.CharField())
    n_treated = serializers.IntegerField(allow_null=True)
    n_comparison = serializers.IntegerField(allow_null=True)
    verdict = serializers.CharField(allow_null=True, help_text="On its own match.")
    moved = serializers.BooleanField(
        allow_null=True, help_text="Whether the 95% interval excludes 0."
    )
    estimate = Number(help_text="What the program cannot have done.")
    std_error = Number()
    se_kind = serializers.CharField(allow_null=True)
    ci_low = Number()
    ci_high = Number()
    p = Number()
    hedges_g = Number()
    text = serializers.CharField()
    not_estimable = Reason()


class TriedOut(serializers.Serializer):
    number = serializers.IntegerField(help_text="In the order they were first run.")
    design_hash = serializers.CharField()
    diagnostics = serializers.IntegerField(help_text="Runs that read no outcome.")
    impact = serializers.IntegerField()


class ProcessOut(serializers.Serializer):
    """Of the plan and all that it descends from or that descend from it, so far."""

    place = serializers.IntegerField(help_text="This design's, among those tried.")
    designs_tried = serializers.IntegerField(help_text="Those with a run that is done.")
    designs_written = serializers.IntegerField()
    designs = TriedOut(many=True)
    kept_from_start = serializers.BooleanField(
        help_text="false: a plan is older than the record of versions and looks."
    )
    locked_at = Instant(allow_null=True)
    baseline_changed = serializers.BooleanField(
        allow_null=True,
        help_text="All but the outcomes, since the lock; null: not diagnosed before.",
    )
    engine_changed = serializers.BooleanField(allow_null=True)
    viewers = serializers.IntegerField(help_text="People who were shown any of it.")
    first_outcome_look_at = Instant(allow_null=True)
    other_plans = serializers.IntegerField(
        help_text="On this program and outcome year, that name none of these as parent."
    )
    text = serializers.CharField()
