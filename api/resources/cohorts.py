"""Who stood in the rows of a run, and who did not: the dated part of a report."""

from rest_framework import serializers

from api.resources.estimable import Count, Suppressed


class CountOut(serializers.Serializer):
    reason = serializers.CharField()
    n = serializers.IntegerField()


class OutcomeCountOut(serializers.Serializer):
    outcome = serializers.CharField()
    n = serializers.IntegerField()


class LeaversOut(serializers.Serializer):
    outcome = serializers.CharField()
    group = serializers.CharField(allow_null=True, help_text="null: everyone.")
    participants = Count(help_text="On a roll on the index date.")
    participants_left = Count()
    comparison = Count(help_text="As of their first entry.")
    comparison_left = Count()
    suppressed = Suppressed()


class CohortOut(serializers.Serializer):
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    participants = serializers.IntegerField()
    entries = serializers.IntegerField(help_text="Days on which participants began.")
    comparison_pool = serializers.IntegerField()
    excluded = CountOut(many=True)
    later_participation = serializers.IntegerField(
        help_text="Spells of participants after their first: not counted again."
    )
    not_yet_treated = serializers.IntegerField(
        help_text="Students who begin later and may be compared until then."
    )
    outcome_after_own_start = OutcomeCountOut(
        many=True, help_text="Of these, whose outcome is not used: it came too late."
    )
    leavers = LeaversOut(many=True, help_text="Who was on no roll by the outcome.")
    joiners = serializers.IntegerField(
        allow_null=True, help_text="Came to a whole school or grade after the start."
    )
