"""Slow, literal versions of what the engine does fast: loops and n by n matrices."""

import numpy as np


def nearest_pairs(score, treated, cell, *, ratio, order, width):
    """Greedy pairs of rows, looking at everyone each time.

    Of equal scores below a participant the last is taken, otherwise the first; of one
    above and one below equally near, the lower row.
    """
    turns = [i for i in range(len(score)) if treated[i]]
    sign = {"largest": -1, "smallest": 1}[order]
    turns.sort(key=lambda i: (sign * score[i], i))
    free = [i for i in range(len(score)) if not treated[i]]
    pairs = []
    for _ in range(ratio):
        for row in turns:
            other = nearest_free(row, free, score, cell, width)
            if other is not None:
                free.remove(other)
                pairs.append((row, other))
    return pairs


def nearest_free(row, free, score, cell, width):
    near = [o for o in free if cell[o] == cell[row]]
    near = [o for o in near if abs(score[o] - score[row]) <= width]
    if not near:
        return None
    least = min(abs(score[o] - score[row]) for o in near)
    tied = [o for o in near if abs(score[o] - score[row]) == least]
    tied.sort(key=lambda o: (score[o], o))
    below = [o for o in tied if score[o] < score[row]]
    above = [o for o in tied if score[o] >= score[row]]
    return min(below[-1:] + above[:1])


def projection(x, weights):
    """(k, k) bread and (n, n) hat matrix of a weighted regression."""
    bread = np.linalg.inv(x.T @ np.diag(weights) @ x)
    return bread, x @ bread @ x.T @ np.diag(weights)


def cr1_variance(y, x, weights, clusters):
    """(k, k) sandwich with G/(G-1) (n-1)/(n-k)."""
    bread, hat = projection(x, weights)
    residual = y - hat @ y
    meat = np.zeros_like(bread)
    names = np.unique(clusters)
    for name in names:
        rows = clusters == name
        score = x[rows].T @ (weights[rows] * residual[rows])
        meat += np.outer(score, score)
    n, k = x.shape
    factor = len(names) / (len(names) - 1) * (n - 1) / (n - k)
    return factor * bread @ meat @ bread


def hc3_variance(y, x, weights):
    bread, hat = projection(x, weights)
    residual = (y - hat @ y) / (1 - np.diag(hat))
    scores = x * (weights * residual)[:, None]
    return bread @ scores.T @ scores @ bread


def cr2_variance_and_df(y, x, weights, clusters, contrast):
    """Variance of one contrast and its Satterthwaite df, by the full matrices."""
    n = len(y)
    bread, hat = projection(x, weights)
    apart = np.eye(n) - hat
    adjusted = []
    for name in np.unique(clusters):
        rows = clusters == name
        block = apart[rows] @ apart[rows].T
        half = inverse_root(block)
        adjusted.append(
            contrast @ bread @ x[rows].T @ np.diag(weights[rows]) @ half @ apart[rows]
        )
    adjusted = np.array(adjusted)
    cross = adjusted @ adjusted.T
    variance = np.sum((adjusted @ y) ** 2)
    return variance, np.trace(cross) ** 2 / np.sum(cross**2)


def inverse_root(matrix):
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    root = np.array([1 / np.sqrt(v) if v > 1e-10 else 0.0 for v in values])
    return vectors @ np.diag(root) @ vectors.T


def weighted_variance(x, weights):
    share = weights / weights.sum()
    mean = sum(share * x)
    return sum(share * (x - mean) ** 2) / (1 - sum(share**2))


def steps(x, weights, treated):
    """How far apart both distribution functions are, at each value that anyone has."""
    gaps = []
    for value in sorted(set(x)):
        below = x <= value
        shares = [
            weights[below & arm].sum() / weights[arm].sum()
            for arm in (treated, ~treated)
        ]
        gaps.append(abs(shares[0] - shares[1]))
    return gaps


def weights_from_sets(sets, treated, n):
    """ATT weights by the sentence of the definition, set by set."""
    weights = np.zeros(n)
    for members in sets:
        inside = [m for m in members if treated[m]]
        others = [m for m in members if not treated[m]]
        for m in inside:
            weights[m] = 1.0
        for m in others:
            weights[m] += len(inside) / len(others)
    used = (weights > 0) & ~treated
    if used.any():
        weights[used] *= used.sum() / weights[used].sum()
    return weights


def weights_of(estimand, cell, treated, whole):
    """Weights of cells with both arms, student by student, by the sentence."""
    weights = np.zeros(len(cell))
    for i, own in enumerate(treated):
        if cell[i] in whole:
            here = treated[cell == cell[i]]
            alike = sum(arm == own for arm in here)
            size = {"ATT": sum(here), "ATC": sum(~here), "ATE": len(here)}[estimand]
            weights[i] = size / alike
    for arm in (treated, ~treated):
        weights[arm] *= (weights[arm] > 0).sum() / weights[arm].sum()
    return weights
