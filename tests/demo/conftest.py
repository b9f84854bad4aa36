import pytest

from programs_tracker.demo.district import make_district


@pytest.fixture(scope="session")
def district():
    return make_district(students=6_000, seed=1)
