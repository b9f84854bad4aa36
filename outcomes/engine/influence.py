"""A number together with what each student adds to its error."""

from dataclasses import dataclass, replace

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.linear import times


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """An estimate and its influence: value - truth is about sum(influence).

    value : one number, in the units of the outcome unless its maker says otherwise.
    influence : (n,) one entry a student of the analysis, 0 for who plays no part, so
    that estimates on the same n students can be added, subtracted and clustered.
    """

    value: float
    influence: Floats

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(self.value + other.value, self.influence + other.influence)

    def __sub__(self, other: "Estimate") -> "Estimate":
        return self + -1.0 * other

    def __rmul__(self, factor: float) -> "Estimate":
        return Estimate(factor * self.value, factor * self.influence)

    def std_error(self, clusters: Ints | None = None) -> float:
        """Root of G/(G-1) sum of squared cluster sums of the influence.

        clusters : (n,) codes >= 0; each student alone without them. Only clusters
        with a part in the estimate count towards G. Raises NotEstimable when G < 2.
        Source: Huber (1967) as in van der Vaart (1998), Asymptotic Statistics, ch. 5.
        """
        part = self.influence != 0
        if clusters is None:
            sums = self.influence[part]
        else:
            found = np.flatnonzero(np.bincount(clusters[part]))
            sums = np.bincount(clusters, self.influence)[found]
        count = len(sums)
        if count < 2:
            raise NotEstimable(
                f"the error of an estimate needs 2 clusters, found {count}"
            )
        return float(np.sqrt(count / (count - 1) * np.sum(sums**2)))


def product(one: Estimate, other: Estimate) -> Estimate:
    """Their product, with the errors of both."""
    influence = one.value * other.influence + other.value * one.influence
    return Estimate(one.value * other.value, influence)


@dataclass(frozen=True, slots=True, eq=False)
class Modelled:
    """What a model says of each of n students: columns (n, k) times slopes (k,).

    slope_influence : (n, k) each student's part in the error of the slopes.
    """

    columns: Floats
    slopes: Floats
    slope_influence: Floats

    def mean(self, group: Flags) -> Estimate:
        """Over a group (n,)."""
        mean = weighted_mean(times(self.columns, self.slopes), group.astype(float))
        drift = self.slope_influence @ self.columns[group].mean(axis=0)
        return Estimate(mean.value, mean.influence + drift)

    def of(self, some: Floats) -> "Modelled":
        """The same for some (n,) of 0 or 1, and 0 for the others."""
        return replace(self, columns=some[:, None] * self.columns)


def weighted_mean(values: Floats, weights: Floats) -> Estimate:
    """Mean of values (n,) by weights (n,) >= 0; its influence is w (y - mean) / sum w.

    Raises NotEstimable when all weights are 0.
    """
    total = float(np.sum(weights))
    if total <= 0:
        raise NotEstimable("a mean needs at least one student")
    value = float(np.sum(weights * values)) / total
    return Estimate(value, weights * (values - value) / total)
