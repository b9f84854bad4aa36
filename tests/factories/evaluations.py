import factory

from outcomes.models import Evaluation, EvaluationState
from tests.factories.days import FIRST_DAY, LAST_DAY, NOON
from tests.factories.programs import ProgramFactory
from tests.factories.school_years import SchoolYearFactory
from tests.factories.users import UserFactory


class EvaluationFactory(factory.django.DjangoModelFactory):
    """A draft; `EvaluationFactory(locked=True)` is locked, by the one who made it."""

    class Meta:
        model = Evaluation

    class Params:
        locked = factory.Trait(
            state=EvaluationState.LOCKED,
            locked_by=factory.SelfAttribute("created_by"),
            locked_at=NOON,
            design_hash="d" * 64,
        )

    name = "Did it help?"
    program = factory.SubFactory(ProgramFactory)
    first_day = FIRST_DAY
    last_day = LAST_DAY
    outcome_year = factory.SubFactory(SchoolYearFactory)
    design = factory.LazyFunction(
        lambda: {
            "unit": "student",
            "treatment": "participant",
            "outcomes": [{"name": "ela", "kind": "continuous", "domain": "ela"}],
            "covariates": ["grade", "low_income"],
        }
    )
    created_by = factory.SubFactory(UserFactory)
