"""Facts and scores that bear no evaluation, each by its number in METHODS.md."""

from datetime import date

import pytest

from outcomes import plans
from outcomes.designs.errors import InputError
from tests.factories import MeasureFactory
from tests.outcomes.conftest import START


def test_g15_a_covariate_of_the_first_day_or_later_is_refused(district, frame):
    student = district.participant(before=480, after=500)
    fall = {"period": "fall", "observed_on": START}
    district.score(student, district.year, 470, **fall)
    with pytest.raises(plans.CovariateAfterStart) as refusal:
        frame(design={"outcomes": ["ela"], "covariates": ["ela@2026.fall"]})
    assert refusal.value.code == "covariate_after_start"


def test_g17_two_scales_are_two_measures_and_never_one_column(district, frame):
    student = district.participant(before=480, after=500)
    legacy = MeasureFactory(code="ela-legacy", domain="ela", minimum=200, maximum=280)
    earlier = {"measure": legacy, "observed_on": date(2025, 5, 1)}
    district.score(student, district.last_year, 240, **earlier)
    table, _ = frame(design={"outcomes": ["ela"], "covariates": ["ela-legacy", "ela"]})
    row = table.loc[str(student.pk)]
    assert (row["ela-legacy"], row["ela_before"], row["ela"]) == (240, 480, 500)


@pytest.mark.parametrize("value", [439.9, 560.1, -1])
def test_g22_a_score_off_its_scale_stops_the_evaluation(district, frame, value):
    student = district.participant(before=480, after=500)
    district.ela.scores.filter(student=student, value=500).update(value=value)
    with pytest.raises(InputError) as refusal:
        frame()
    assert refusal.value.code == "off_the_scale"
    assert 'scores of "ela"' in str(refusal.value)


@pytest.mark.parametrize("value", [440, 560])
def test_g22_the_ends_of_the_scale_are_on_it(district, frame, value):
    student = district.participant(before=480, after=value)
    assert frame()[0].loc[str(student.pk), "ela"] == value
