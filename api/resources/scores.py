from rest_framework.exceptions import ErrorDetail, ValidationError

from api.filters import Filter
from api.paging import Cursor
from api.permissions import may
from api.references import Reference
from api.resources.measures import MeasureOut
from api.resources.school_years import SchoolYearOut
from api.resources.students import StudentOut
from api.shapes import In, Out
from api.viewsets import ResourceViewSet
from enrollment.access import Permission as P
from enrollment.models import SchoolYear, Student
from enrollment.services import records
from outcomes.models import Measure, Score, ScoreStatus

KEYS = [
    "student",
    "measure",
    "school_year",
    "period",
    "observed_on",
    "value",
    "status",
]


class ScoreIn(In):
    student = Reference(Student)
    measure = Reference(Measure)
    school_year = Reference(SchoolYear)

    class Meta:
        model = Score
        fields = KEYS

    def validate(self, values):
        value, measure = values.get("value"), values["measure"]
        is_valid = values.get("status", ScoreStatus.VALID) == ScoreStatus.VALID
        if is_valid != (value is not None):
            sentence = "A valid score has a value, and only a valid one."
            raise wrong("value", "value_and_status", sentence)
        if value is not None and not measure.spans(value):
            sentence = f"{measure} runs from {measure.minimum} to {measure.maximum}."
            raise wrong("value", "off_the_scale", sentence)
        if not measure.was_given_in(values["school_year"].year):
            sentence = f"{measure} was not given in {values['school_year']}."
            raise wrong("school_year", "not_given_then", sentence)
        return values


def wrong(key: str, code: str, sentence: str) -> ValidationError:
    return ValidationError({key: ErrorDetail(sentence, code)})


class ScoreOut(Out):
    expandable = {
        "student": StudentOut,
        "measure": MeasureOut,
        "school_year": SchoolYearOut,
    }

    class Meta:
        model = Score
        fields = ["id", *KEYS]


class ScoreFilter(Filter):
    class Meta:
        model = Score
        fields = {
            "student": ["exact", "in"],
            "measure": ["exact", "in"],
            "measure__code": ["exact", "in"],
            "school_year": ["exact", "in"],
            "period": ["exact", "in"],
            "observed_on": ["exact", "gte", "lte"],
            "status": ["exact", "in"],
            "value": ["gte", "lte", "isnull"],
        }


class ScoreViewSet(ResourceViewSet):
    """One value of one measure for one student, with the day it was observed."""

    permission_classes = [may(read=P.SEE_SCORES, write=P.KEEP_SCORES)]
    queryset = Score.objects.all()
    serializer_class = ScoreOut
    pagination_class = Cursor
    body = ScoreIn
    filterset_class = ScoreFilter
    csv_columns = {
        **{name: name for name in ["lasid", *KEYS[1:]]},
        "lasid": "student__lasid",
        "measure": "measure__code",
    }

    def create(self, request):
        values = ScoreIn.read(request)
        return self.answer(records.create(Score, by=request.user, **values), 201)
