import pytest

from enrollment.models import Offering, School, Student
from enrollment.services import records
from enrollment.services.constraints import Duplicate, FalseRecord
from enrollment.services.refusal import StaleVersion
from tests.factories import (
    EnrollmentFactory,
    MeasureFactory,
    OfferingFactory,
    ProgramFactory,
    SchoolFactory,
    SchoolYearFactory,
    StudentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return UserFactory()


def test_a_record_is_made(office):
    school = records.create(School, by=office, code="00350001", name="Adams")
    assert School.objects.get() == school
    assert school.version == 1


def test_a_record_changes_from_the_version_that_was_read(office):
    student = StudentFactory()
    changed = records.amend(student, version=1, by=office, first_name="Ada")
    assert (changed.version, changed.first_name) == (2, "Ada")
    assert Student.objects.get().first_name == "Ada"
    with pytest.raises(StaleVersion) as refusal:
        records.amend(student, version=1, by=office, first_name="Bo")
    assert refusal.value.facts == {"version": 2}
    assert Student.objects.get().first_name == "Ada"


def test_only_what_is_named_changes(office):
    student = StudentFactory(last_name="Wren")
    Student.objects.update(last_name="Lark")  # since it was read
    records.amend(student, version=1, by=office, first_name="Ada")
    assert Student.objects.get().last_name == "Lark"


def test_a_school_year_is_changed_by_its_own_number(office):
    year = SchoolYearFactory()
    records.amend(year, version=1, by=office, last_day=year.last_day.replace(day=24))
    year.refresh_from_db()
    assert (year.pk, year.last_day.day, year.version) == (2026, 24, 2)


def test_json_and_references_are_written(office):
    offering, other = OfferingFactory(), SchoolFactory()
    records.amend(offering, version=1, by=office, grades=["04", "05"], school=other)
    offering.refresh_from_db()
    assert (offering.grades, offering.school) == (["04", "05"], other)


def test_a_measure_is_a_record_too(office):
    measure = MeasureFactory()
    records.amend(measure, version=1, by=office, minimum=0.5, meets=None)
    measure.refresh_from_db()
    assert (measure.minimum, measure.meets, measure.version) == (0.5, None, 2)


def test_an_offering_keeps_its_history(office):
    made = records.create(
        Offering,
        by=office,
        program=ProgramFactory(),
        school=SchoolFactory(),
        school_year=(year := SchoolYearFactory()),
        first_day=year.first_day,
        last_day=year.last_day,
        capacity=10,
    )
    records.amend(made, version=1, by=office, capacity=12)
    past = made.history.order_by("history_id")
    assert [
        (it.history_type, it.capacity, it.version, it.history_user) for it in past
    ] == [("+", 10, 1, office), ("~", 12, 2, office)]


def test_a_capacity_below_a_held_seat_is_refused(office):
    offering = EnrollmentFactory(seat=7).offering
    with pytest.raises(records.CapacityBelowEnrolled, match="Seat 7") as refusal:
        records.amend(offering, version=1, by=office, capacity=6)
    assert refusal.value.code == "capacity_below_enrolled"
    assert records.amend(offering, version=1, by=office, capacity=7).capacity == 7
    assert records.amend(offering, version=2, by=office, capacity=None).version == 3


def test_a_second_record_of_the_same_key_is_refused(office):
    SchoolFactory(code="00350001")
    with pytest.raises(Duplicate, match="one code"):
        records.create(School, by=office, code="00350001")
    other = SchoolFactory()
    with pytest.raises(Duplicate):
        records.amend(other, version=1, by=office, code="00350001")


def test_a_false_record_is_refused_by_the_name_of_the_fact(office):
    with pytest.raises(FalseRecord, match="a student has a lasid") as refusal:
        records.create(Student, by=office, lasid="")
    assert refusal.value.facts == {"constraint": "a_student_has_a_lasid"}
