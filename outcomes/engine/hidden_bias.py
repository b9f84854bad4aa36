"""How much hidden bias an effect on matched pairs would survive."""

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats
from outcomes.engine.effect import Effect
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.sample import Sample
from outcomes.engine.sensitivity import e_value, gamma_at, mcnemar_p, signed_rank
from outcomes.terms import ALPHA, Assignment, OutcomeKind


def rosenbaum_gamma(found: Effect, design: Design) -> float:
    """The odds by which two members of a pair may differ in their chance to take part
    before the effect is no longer significant at .05 (one-sided signed rank; for a
    yes/no outcome McNemar's test).

    Raises NotEstimable unless the sample is pairs of students assigned one by one and
    the effect's own p is under .05, and as `gamma_at` does.
    """
    differences = np.sign(known(found.estimate)) * pair_differences(found.sample)
    if design.assignment != Assignment.STUDENT:
        raise NotEstimable(
            "whole schools or grades were assigned, not students of pairs"
        )
    if known(found.inference.p) >= ALPHA:
        raise NotEstimable("not significant even without hidden bias")
    if found.outcome.kind == OutcomeKind.BINARY:
        favourable, discordant = np.sum(differences > 0), np.sum(differences != 0)
        return gamma_at(lambda g: mcnemar_p(int(favourable), int(discordant), g))
    return gamma_at(signed_rank(differences).largest_p)


def pair_differences(sample: Sample) -> Floats:
    """(pairs,) outcome of the participant minus that of the comparison student."""
    if sample.sets is None or (np.bincount(sample.sets)[sample.sets] != 2).any():
        raise NotEstimable("only pairs have a signed rank")
    order = np.lexsort((~sample.treated, sample.sets))
    y = sample.y[order]
    differences: Floats = y[0::2] - y[1::2]
    return differences


def hidden_bias_text(found: Effect, gamma: Number) -> str:
    """What a hidden factor would have to do, for readers who know no statistics."""
    needed = attempt(lambda: e_value(known(found.hedges_g)))
    if isinstance(needed, NotEstimable):
        return f"How strong a hidden factor would have to be is not known: {needed}."
    text = (
        "To explain the effect away, a hidden factor would have to multiply both the "
        f"chance of taking part and the chance of doing well by {needed:.2f}."
    )
    if isinstance(gamma, NotEstimable):
        return text
    return (
        f"{text} A test of the pairs alone (one-sided, {ALPHA:.0%}) finds an effect "
        f"until one of two matched students is {gamma:.2f} times as likely (in odds) "
        "as the other to take part."
    )
