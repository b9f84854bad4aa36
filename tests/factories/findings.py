import factory

from outcomes.models.findings import Findings, MatchedStudent
from tests.factories.runs import RunFactory
from tests.factories.students import StudentFactory

# Both are written while the run is held: a finished run takes nothing more.


class FindingsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Findings

    run = factory.SubFactory(RunFactory, state="running")
    report = "{}"


class MatchedStudentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MatchedStudent

    run = factory.SubFactory(RunFactory, state="running")
    student = factory.SubFactory(StudentFactory)
    set_number = 1
    is_participant = True
    weight = 1.0
