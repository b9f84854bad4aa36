"""Slow, literal versions of the errors asked for on request."""

from itertools import combinations, product

import numpy as np

from tests.engine.oracles import inverse_root, projection


def whitening(x: np.ndarray, *, correlated: bool) -> np.ndarray:
    """Columns whose plain distance is Mahalanobis' over all, or inverse-variance."""
    scaled = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    if not correlated:
        return scaled
    return scaled @ np.linalg.cholesky(np.linalg.inv(np.cov(scaled.T)))


def nearest_with_ties(points, treated, count: int, tie: float):
    """(set, row, share) of each participant and all comparison students as near, in
    squared distance, as the count-th."""
    members = []
    for s, i in enumerate(np.flatnonzero(treated)):
        pool = np.flatnonzero(~treated)
        distance = np.sum((points[pool] - points[i]) ** 2, axis=1)
        near = pool[distance <= np.sort(distance)[count - 1] + tie]
        members.append((s, i, 1.0))
        members += [(s, j, 1 / len(near)) for j in near]
    sets, rows, shares = zip(*members, strict=True)
    return np.array(sets), np.array(rows), np.array(shares)


def abadie_imbens(y, treated, sets, rows, shares, sigma2) -> float:
    """The formula, participant by participant and comparison student by student."""
    taus = []
    for s in np.unique(sets):
        inside = sets == s
        own = rows[inside & treated[rows]][0]
        others = inside & ~treated[rows]
        taus.append(y[own] - np.sum(shares[others] * y[rows[others]]))
    total = np.sum((np.array(taus) - np.mean(taus)) ** 2)
    for j in np.flatnonzero(~treated):
        own = shares[rows == j]
        total += sigma2[j] * (own.sum() ** 2 - np.sum(own**2))
    return float(np.sqrt(total) / len(taus))


def neighbour_variance(y, treated, points, count: int) -> np.ndarray:
    out = np.zeros(len(y))
    for i in range(len(y)):
        same = np.flatnonzero((treated == treated[i]) & (np.arange(len(y)) != i))
        distance = np.sqrt(np.sum((points[same] - points[i]) ** 2, axis=1))
        near = same[distance <= np.sort(distance)[count - 1] * (1 + 1e-9)]
        out[i] = len(near) / (len(near) + 1) * (y[i] - y[near].mean()) ** 2
    return out


def weighted_slopes(y, x, w) -> np.ndarray:
    root = np.sqrt(w)[:, None]
    return np.linalg.lstsq(x * root, y * root[:, 0], rcond=None)[0]


def left_out(y, x, w, contrast, clusters) -> float:
    """Refit without each cluster in turn."""
    whole = contrast @ weighted_slopes(y, x, w)
    moves = []
    for g in np.unique(clusters):
        keep = clusters != g
        moves.append(contrast @ weighted_slopes(y[keep], x[keep], w[keep]) - whole)
    return float(np.sqrt((len(moves) - 1) / len(moves) * np.sum(np.square(moves))))


def degrees_left_out(x, w, contrast, clusters) -> float:
    """Moments of the jackknife's quadratic form, its matrix found by leaving out.

    Column i of `forms` is what an error of 1 in student i moves, cluster by cluster.
    """
    everyone = np.eye(len(x))
    whole = [contrast @ weighted_slopes(y, x, w) for y in everyone]
    forms = []
    for g in np.unique(clusters):
        keep = clusters != g
        without = [
            contrast @ weighted_slopes(y[keep], x[keep], w[keep]) for y in everyone
        ]
        forms.append(np.subtract(whole, without))
    products = np.array(forms) @ np.array(forms).T
    return float(np.trace(products) ** 2 / np.sum(products**2))


def dealt_anew(values, weights, treated, clusters) -> float:
    """Two-sided p over every way to choose as many clusters."""
    found = np.unique(clusters)
    taking = [g for g in found if treated[clusters == g].all()]

    def statistic(chosen):
        t = np.isin(clusters, chosen)
        return abs(
            np.average(values[t], weights=weights[t])
            - np.average(values[~t], weights=weights[~t])
        )

    observed = statistic(taking)
    ways = list(combinations(found, len(taking)))
    return sum(statistic(way) >= observed * (1 - 1e-9) for way in ways) / len(ways)


def htz(y, x, w, contrasts, clusters) -> tuple[float, float]:
    """F and its second degrees of freedom by CR2, by the full matrices."""
    n, q = len(y), len(contrasts)
    bread, hat = projection(x, w)
    apart, forms = np.eye(n) - hat, []
    for g in np.unique(clusters):
        rows = clusters == g
        half = inverse_root(apart[rows] @ apart[rows].T)
        pull = half @ np.diag(w[rows]) @ x[rows] @ bread @ contrasts.T
        forms.append(apart[rows].T @ pull)
    spread = sum(f.T @ np.outer(y, y) @ f for f in forms)
    even = inverse_root(sum(f.T @ f for f in forms))
    forms = [f @ even for f in forms]
    total = 0.0
    for one, other in product(forms, repeat=2):
        p = one.T @ other
        total += np.trace(p) ** 2 + np.trace(p @ p)
    v = q * (q + 1) / total
    apart_by = contrasts @ bread @ x.T @ (w * y)
    statistic = apart_by @ np.linalg.solve(spread, apart_by)
    return float((v - q + 1) / (q * v) * statistic), float(v - q + 1)
