"""An estimate's error as a sum of forms, one a cluster, and how sure that sum is."""

from dataclasses import dataclass

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.linear import gram


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """The variance sum (p_g'e_g)^2 of an estimate, e the residuals of cluster g.

    clusters : (G,) the code of each; sums : (G,) p_g'e_g; own : (G,) p_g'p_g; moved :
    (G, m) F, rows [X, WX]_g'p_g; link : (m, m) K, so that under independent errors of
    variance 1 the forms have the covariance P = diag(own) + F K F'.
    """

    clusters: Ints
    sums: Floats
    own: Floats
    moved: Floats
    link: Floats

    @property
    def df(self) -> float:
        """2 / CV^2 of the variance: (sum P_gg)^2 / sum P_gh^2. Source: Bell and
        McCaffrey (2002). Raises NotEstimable where nothing varies."""
        cross = self._cross
        small = gram(self.moved, self.moved) @ self.link
        squares = np.sum(self.own**2) + 2 * np.sum(self.own * cross)
        squares += np.trace(small @ small)
        return degrees(float(np.sum(self.own + cross)), float(squares))

    @property
    def expected(self) -> float:
        """The variance under independent errors of variance 1, sum P_gg."""
        return float(np.sum(self.own + self._cross))

    @property
    def _cross(self) -> Floats:
        cross: Floats = np.einsum("gi,ij,gj->g", self.moved, self.link, self.moved)
        return cross

    def shared(self, other: "Forms") -> float:
        """sum P_gh Q_gh with the P of these and the Q of others, of the same clusters
        in the same order."""
        alone = self.own * other.own + self.own * other._cross + self._cross * other.own
        turned = gram(self.moved @ self.link, other.moved @ other.link)
        return float(np.sum(alone) + np.sum(turned * gram(self.moved, other.moved)))

    def over(self, count: int) -> "Forms":
        """The same for clusters 0..count-1, those without a part with forms of 0."""
        places = (count, *self.moved.shape[1:])
        sums, own, moved = np.zeros(count), np.zeros(count), np.zeros(places)
        sums[self.clusters], own[self.clusters] = self.sums, self.own
        moved[self.clusters] = self.moved
        return Forms(np.arange(count), sums, own, moved, self.link)


def degrees(total: float, squares: float) -> float:
    """Degrees of freedom of a variance that is expected to be `total`, with half the
    variance `squares` of its own."""
    if squares <= 0:
        raise NotEstimable("the students leave no error to learn from")
    return total**2 / squares
