"""How much more participants gained, when the pretest is the outcome's own measure.

g = g_after - g_before, each on its own pooled SD, of unadjusted means by the analysis
weights. Source: WWC Procedures 4.1, p. 16. A gain may stand in for adjustment only
where before and after correlate at .6 or more (WWC Standards 4.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats
from outcomes.engine.effect_sizes import pooled_sd, small_sample
from outcomes.engine.estimable import Number, attempt
from outcomes.engine.inference import Inference, infer, nothing
from outcomes.engine.linear import least_squares
from outcomes.engine.outcome_model import EFFECT, contrast, difference
from outcomes.engine.sample import Sample
from outcomes.terms import Estimator

CORRELATED = 0.6


@dataclass(frozen=True, slots=True)
class Differenced:
    """pretest : its column; g : in SDs, with its inference; correlation : of before and
    after within the arms; rests_on : whether the verdict rests on this g, so that it is
    the one to claim."""

    pretest: str
    g: Number
    correlation: Number
    inference: Inference
    rests_on: bool = False

    def may_adjust(self, design: Design) -> bool:
        """Whether a gain may stand in for an outcome model that holds no pretest."""
        r = self.correlation
        is_close = not isinstance(r, NotEstimable) and r >= CORRELATED
        return design.estimator == Estimator.DIFFERENCE and is_close


def difference_in_differences(
    sample: Sample, before: Floats, pretest: str, design: Design
) -> Differenced:
    """before : (m,) the pretest of the sample's students, in any unit."""
    correlation = attempt(_correlation, sample, before)
    try:
        gained = _gains(sample, before)
        fit = least_squares(gained.y, difference(gained), gained.weights)
        g = float(contrast(fit, {EFFECT: 1.0}) @ fit.coefficients)
    except NotEstimable as reason:
        return Differenced(pretest, reason, correlation, nothing(reason))
    by_hand = replace(design, estimator=Estimator.DIFFERENCE)
    inference = infer(g, fit, {EFFECT: 1.0}, gained, by_hand)
    return Differenced(pretest, g, correlation, inference)


def _gains(sample: Sample, before: Floats) -> Sample:
    """Each student's gain, omega (after/S_after - before/S_before): its difference of
    means is g_after - g_before."""
    sample.require_both_arms()
    omega = small_sample(*sample.counts)
    after, earlier = (
        (part.y - part.y.min()) / _spread(part)
        for part in (sample, replace(sample, y=before))
    )
    return replace(sample, y=omega * (after - earlier))


def _spread(sample: Sample) -> float:
    return pooled_sd(*sample.sds, *sample.counts)


def _correlation(sample: Sample, before: Floats) -> float:
    """Of before and after, each arm's own means taken out, so that neither selection
    nor effect counts as likeness; students unweighted, as in the SDs."""
    sample.require_both_arms()
    after, earlier = (sample.within_arms(values) for values in (sample.y, before))
    size = np.sqrt(np.sum(after**2) * np.sum(earlier**2))
    if size <= 0:
        raise NotEstimable("zero variance: nobody differs before, or nobody after")
    return float(np.sum(after * earlier) / size)


def differenced_row(found: Differenced) -> Mapping[str, object]:
    """The numbers as the report prints them, beside an effect."""
    return {
        "pretest": found.pretest,
        "g": found.g,
        "correlation": found.correlation,
        **found.inference.numbers,
        "rests_on": found.rests_on,
        "text": _text(found),
    }


def _text(found: Differenced) -> str:
    if found.rests_on:
        return "The verdict rests on this gain, so this is the number to claim."
    r = found.correlation
    if isinstance(r, NotEstimable):
        return f"For information: nobody knows how before and after correlate ({r})."
    if r < CORRELATED:
        return (
            f"For information: before and after correlate below {CORRELATED:g}, so a "
            "gain may not stand in for adjustment."
        )
    return "For information: the verdict does not rest on this gain."
