"""Sets of clusters as their sentences say them: every way to give them out is tried."""

from itertools import combinations
from math import isnan, nan, sqrt
from statistics import mean


def clusters_of(frame, of):
    """Rows by label, without the classmates of participants."""
    found = {}
    for row in frame.to_dict("records"):
        found.setdefault(tuple(row[c] for c in of), []).append(row)
    return {
        label: [r for r in rows if r["treated"]] or rows
        for label, rows in found.items()
    }


def described(rows, numbers, texts, trends, levels):
    """What a cluster is compared on, by source: a list of values, NaN if unknown."""
    out = {name: [known_mean(r[name] for r in rows)] for name in numbers}
    for name in texts:
        there = [r[name] for r in rows if isinstance(r[name], str)]
        shares = [mean(v == x for v in there) if there else nan for x in levels[name]]
        out[name] = shares[1:] if len(shares) == 2 else shares
    for later, earlier in trends:
        rise = known_mean(r[later] for r in rows) - known_mean(r[earlier] for r in rows)
        out[later, earlier] = [rise]
    out["size"] = [float(len(rows))]
    return out


def known_mean(values):
    there = [v for v in values if not isnan(v)]
    return mean(there) if there else nan


def spread(groups):
    """SD of values in groups, each around its own mean."""
    groups = [[v for v in group if not isnan(v)] for group in groups]
    groups = [group for group in groups if group]
    df = sum(len(group) - 1 for group in groups)
    squares = sum((v - mean(group)) ** 2 for group in groups for v in group)
    return sqrt(squares / df) if df and squares > 1e-18 else 0.0


def distance(one, other, sds):
    total = counted = 0.0
    for source, values in one.items():
        used = [i for i, sd in enumerate(sds[source]) if sd]
        for i in used:
            left, right = values[i], other[source][i]
            if isnan(left) != isnan(right):
                return None
            if not isnan(left):
                total += ((left - right) / sds[source][i]) ** 2 / len(used)
                counted += 1 / len(used)
    return sqrt(total / counted) if counted else 0.0


def sds_of(x, groups):
    return {
        source: [
            spread([[x[k][source][i] for k in group] for group in groups])
            for i in range(len(values))
        ]
        for source, values in next(iter(x.values())).items()
    }


def best_of_grades(frame, ratio, numbers, texts, trends):
    """Served, pairs and distance in all, of school-grades within grades 4 and 5."""
    clusters = clusters_of(frame, ["school", "grade"])
    levels = {name: sorted(frame[name].dropna().unique()) for name in texts}
    x = {
        label: described(rows, numbers, texts, trends, levels)
        for label, rows in clusters.items()
    }
    arms = {label: bool(rows[0]["treated"]) for label, rows in clusters.items()}
    groups = {
        (grade, arm): [k for k in x if k[1] == grade and arms[k] == arm]
        for grade in ("4", "5")
        for arm in (True, False)
    }
    sds = sds_of(x, groups.values())
    answers = []
    for grade in ("4", "5"):
        turns, pool = groups[grade, True], groups[grade, False]
        apart = {(t, c): distance(x[t], x[c], sds) for t in turns for c in pool}
        answers.append(best(turns, pool, apart, ratio))
    return [sum(part) for part in zip(*answers, strict=True)]


def best(turns, pool, apart, ratio):
    """Most served, then most pairs, then least distance, over every way there is."""
    if not turns:
        return 0, 0, 0.0
    found = []
    for size in range(ratio + 1):
        for chosen in combinations(pool, size):
            steps = [apart[turns[0], k] for k in chosen]
            if None not in steps:
                rest = [k for k in pool if k not in chosen]
                served, pairs, far = best(turns[1:], rest, apart, ratio)
                found.append((served + (size > 0), pairs + size, far + sum(steps)))
    return min(found, key=lambda f: (-f[0], -f[1], f[2]))
