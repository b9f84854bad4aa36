"""How far apart two students are, as points in a space that the design chose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from outcomes.designs.design import Design
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.metrics import Alike, ranked, scaled, whitened
from outcomes.engine.notices import Notices, Warn
from outcomes.engine.propensity import Propensity, propensity
from outcomes.engine.study import Study
from outcomes.terms import Distance, Ties

_TIES = {Ties.AVERAGE: "the order of their keys", Ties.SEEDED: "the seed"}
IN_CACHE = 16_384  # distances that stay there while dimension after dimension is added


@dataclass(frozen=True, slots=True)
class Space:
    """points : (n, d), so that the distance of two students is Euclidean.

    score : (n,) the score that ranks students, None for a metric.
    propensity : the fitted score, None where no covariate is there to fit it on.
    alike : who shares the flags of which the first coordinates are, where some are.
    """

    points: Floats
    score: Floats | None
    propensity: Propensity | None
    alike: Alike | None = None

    @property
    def is_separated(self) -> bool:
        """Whether the score tells the arms apart without error, so that no two students
        of different arms are alike on it."""
        return (
            self.score is not None
            and self.propensity is not None
            and not self.propensity.has_overlap
        )

    def where(self, rows: Ints | Flags) -> "Space":
        """Those rows only, as far apart as they were."""
        fitted = self.propensity
        return Space(
            self.points[rows],
            None if self.score is None else self.score[rows],
            fitted and replace(fitted, logit=fitted.logit[rows], model=None),
            self.alike and self.alike.where(rows),
        )

    def between(self, one: Ints, other: Ints) -> Floats:
        """(m,) distances of m pairs of students."""
        return length(self.points.take(one, axis=0) - self.points.take(other, axis=0))


def each_to_each(one: Floats, other: Floats) -> Floats:
    """(t, c) distances of (t, d) and (c, d) points, to the bit as `length` has them."""
    if one.shape[1] == 1:
        return np.abs(other[:, 0] - one)
    total = np.zeros((len(one), len(other)))
    columns = np.ascontiguousarray(other.T)
    step = max(1, IN_CACHE // max(1, len(other)))
    for first in range(0, len(one), step):
        part = total[first : first + step]
        gap = np.empty_like(part)
        for x, y in zip(one[first : first + step].T, columns, strict=True):
            np.subtract(y, x[:, None], out=gap)
            gap *= gap
            part += gap
        np.sqrt(part, out=part)
    return total


def length(differences: Floats) -> Floats:
    """(m,) Euclidean length of (m, d) differences, summed in one fixed order."""
    if differences.shape[1] == 1:
        return np.abs(differences[:, 0])
    total = np.zeros(len(differences))
    for j in range(differences.shape[1]):
        total += differences[:, j] ** 2
    return np.sqrt(total)


def space(study: Study, design: Design, warn: Notices) -> Space:
    """The space of the design's distance. Raises DesignError without a covariate; where
    those that it names are the same for everyone, all students are equally near."""
    if design.matched_on and not study.covariates.model.columns:
        return _of_nothing(study, design, warn)
    found = Notices()
    fitted = propensity(study.covariates, study.treated, found)
    for notice in found.found:
        # A metric does not need the score, so it does not suffer from its separation.
        if design.has_score or notice.code == "collinear":
            warn(notice.code, notice.text)
    return SPACES[design.distance](study, fitted, warn)


def _of_nothing(study: Study, design: Design, warn: Warn) -> Space:
    """Everyone in one place, at the chance to take part that all have."""
    warn(
        "all_alike",
        "No covariate tells students apart: all are equally near, and who is compared "
        f"with whom depends on {_TIES[design.ties]} alone. Name covariates that vary.",
    )
    share = study.treated.mean()
    logit = np.full(study.n, np.log(share / (1 - share)))
    fitted = Propensity(logit, np.empty(0), has_overlap=True)
    score = {Distance.PROPENSITY: fitted.score, Distance.LOGIT: logit}
    return Space(np.zeros((study.n, 1)), score.get(design.distance), fitted)


def _propensity_space(study: Study, fitted: Propensity, warn: Warn) -> Space:
    score = fitted.score
    return Space(score[:, None], score, fitted)


def _logit_space(study: Study, fitted: Propensity, warn: Warn) -> Space:
    return Space(fitted.logit[:, None], fitted.logit, fitted)


def _mahalanobis_space(study: Study, fitted: Propensity, warn: Warn) -> Space:
    points, alike = whitened(study.covariates, study.treated, warn)
    return Space(points, None, fitted, alike)


def _robust_space(study: Study, fitted: Propensity, warn: Warn) -> Space:
    return Space(ranked(study.covariates), None, fitted)


def _euclidean_space(study: Study, fitted: Propensity, warn: Warn) -> Space:
    return Space(scaled(study.covariates, study.treated), None, fitted)


SPACES: Mapping[Distance, Callable[[Study, Propensity, Warn], Space]] = {
    Distance.PROPENSITY: _propensity_space,
    Distance.LOGIT: _logit_space,
    Distance.MAHALANOBIS: _mahalanobis_space,
    Distance.ROBUST_MAHALANOBIS: _robust_space,
    Distance.EUCLIDEAN: _euclidean_space,
}
