"""A number of a report that may not exist, and why it does not."""

from rest_framework import serializers


class Number(serializers.FloatField):
    """A number that may have no value: null then, and `not_estimable` says why."""

    def __init__(self, **kwargs):
        super().__init__(allow_null=True, **kwargs)


class Estimated(serializers.FloatField):
    """A number with its error beside it, in a row that is `WithErrors`."""


# No docstring: the API document would print it for every row that inherits it.
class WithErrors(serializers.Serializer):
    # x_std_error, x_ci_low and x_ci_high stand behind each x that is Estimated.
    def get_fields(self):
        found = {}
        for name, field in super().get_fields().items():
            found[name] = field
            if isinstance(field, Estimated):
                ends = ("std_error", "ci_low", "ci_high")
                found |= {f"{name}_{end}": Number() for end in ends}
        return found


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
            help_text="true: hidden, because it would tell something of fewer than ten "
            "students. The row keeps its names and has no number.",
        )
