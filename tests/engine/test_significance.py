"""What may be called significant: planned, corrected, sound, and not held back."""

from types import SimpleNamespace

import pytest

from outcomes.designs.clauses import Outcome
from outcomes.designs.errors import NotEstimable
from outcomes.engine.significance import Standing, standings
from outcomes.terms import VerdictCode

MEETS = SimpleNamespace(code=VerdictCode.MEETS_WITH_RESERVATIONS)
NOT = SimpleNamespace(code=VerdictCode.NOT_EQUIVALENT)


def effect(p, *, group=None, confirmatory=True, domain="", claimed=None, n=30):
    """claimed : the p of the gain that is claimed in place of the effect's own."""
    sizes = SimpleNamespace(counts=(n, n), ess_comparison=30.0, clusters=None)
    return SimpleNamespace(
        outcome=Outcome(f"{domain} {p}", domain=domain, confirmatory=confirmatory),
        group=group,
        sample=sizes,
        inference=SimpleNamespace(p=p, df=20.0, is_widest=False),
        claimed=(0.3, p if claimed is None else claimed),
    )


@pytest.mark.parametrize(
    ("found", "verdict", "said", "expected"),
    [
        (effect(0.01), MEETS, set(), Standing(0.01, True, ())),
        (effect(0.06), MEETS, set(), Standing(0.06, False, ())),
        (effect(0.01), NOT, set(), Standing(0.01, False, ())),
        (effect(0.01), MEETS, {"few_kept"}, Standing(0.01, False, ("few_kept",))),
        (effect(0.01, n=9), MEETS, set(), Standing(0.01, False, ("below_minimum",))),
        (effect(0.01, group="race=a"), MEETS, set(), Standing(None, False)),
        (effect(0.01, confirmatory=False), MEETS, set(), Standing(None, False)),
        (effect(0.01, claimed=0.3), MEETS, set(), Standing(0.3, False, ())),
        (effect(0.3, claimed=0.01), MEETS, set(), Standing(0.01, True, ())),
        (
            effect(NotEstimable("no spread"), n=9),
            MEETS,
            set(),
            Standing(None, False, ("below_minimum",)),
        ),
    ],
)
def test_only_a_planned_sound_and_free_effect_is_significant(
    found, verdict, said, expected
):
    assert standings([found], [verdict], said) == [expected]


def test_planned_outcomes_of_one_domain_are_corrected_together():
    both = [effect(0.04, domain="math"), effect(0.03, domain="math")]
    alone = effect(0.04, domain="ela")
    unknown = effect(NotEstimable("no spread"), domain="ela")
    rows = [*both, alone, unknown, effect(0.001, domain="ela", group="race=a")]
    found = standings(rows, [MEETS] * 5, set())
    assert [one.p_adjusted for one in found] == [0.04, 0.04, 0.04, None, None]
    weaker = [effect(0.04, domain="math"), effect(0.9, domain="math")]
    assert standings(weaker, [MEETS] * 2, set())[0].p_adjusted == 0.08
