import pytest

from enrollment.services import enrollments
from enrollment.services.imports import IMPORTERS, bring
from tests.factories import (
    OfferingFactory,
    SchoolFactory,
    SchoolYearFactory,
    StudentFactory,
    UserFactory,
)
from tests.factories.days import OCTOBER


@pytest.fixture
def office():
    return UserFactory()


@pytest.fixture
def cora():
    return UserFactory(username="cora")


@pytest.fixture
def ada():
    return StudentFactory()


@pytest.fixture
def club():
    """Two seats, open to any grade, for the whole school year."""
    return OfferingFactory(capacity=2)


@pytest.fixture
def enrolled(ada, club, cora):
    return enrollments.enroll(
        student=ada, offering=club, first_day=OCTOBER, by=cora, reason="grade team"
    )


@pytest.fixture
def file(office):
    """Bring a file in: its kind, its header, its lines."""

    def bring_in(kind, header, *lines, **options):
        data = "\n".join([header, *lines, ""]).encode()
        return bring(IMPORTERS[kind], data, by=office, **options)

    return bring_in


@pytest.fixture
def district():
    SchoolFactory(code="00350001")
    SchoolYearFactory()
    StudentFactory(lasid="0007")
