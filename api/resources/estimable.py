"""A number of a report that may not exist, and why it does not."""

from rest_framework import serializers


class Number(serializers.FloatField):
    """A number that may have no value: null then, and `not_estimable` says why."""

    def __init__(self, **kwargs):
        super().__init__(allow_null=True, **kwargs)


class Count(serializers.IntegerField):
    """A number of students, null where the row is `suppressed`."""

    def __init__(self, **kwargs):
        super().__init__(allow_null=True, **kwargs)


class Reason(serializers.CharField):
    """Why a number of this entry is null; absent when none is."""

    def __init__(self):
        super().__init__(required=False)


class Suppressed(serializers.BooleanField):
    """That a row is hidden from who may not see students; absent from other rows."""

    def __init__(self):
        super().__init__(
            required=False,
            help_text="true: hidden, for somebody could tell of fewer than ten "
            "students. The row has its names and no number.",
        )
