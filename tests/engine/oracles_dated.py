"""Clusters matched entry after entry as the sentences say it: every way is tried."""

from itertools import combinations
from math import inf

from tests.engine.oracles_clusters import described, distance, sds_of


def place_of(row):
    return row["school"], row["grade"]


def may_stay(frame, *, may_repeat):
    """Rows of who takes part, and of others in places that do not, or do not yet."""
    rows = frame.to_dict("records")
    starts, own = {}, {}
    for row in rows:
        if row["treated"]:
            place, student, day = place_of(row), row["student"], row["entry"]
            starts[place] = min(starts.get(place, day), day)
            own[student] = min(own.get(student, day), day)
    kept = []
    for row in rows:
        begins = [starts.get(place_of(row)), own.get(row["student"])]
        if row["treated"]:
            is_in = row["entry"] == own[row["student"]]
        else:
            is_in = all(b is None or (may_repeat and row["entry"] < b) for b in begins)
        if is_in:
            kept.append(row)
    return kept


def sets_of_clusters(frame, ratio, uses, *, may_repeat):
    """Each participants' cluster (school, grade, entry) with those it was given, and
    the distance in all. uses : how often a place may be given."""
    clusters = {}
    for row in may_stay(frame, may_repeat=may_repeat):
        clusters.setdefault((*place_of(row), row["entry"]), []).append(row)
    groups = grouped(clusters)
    x = {
        label: described(rows, ["late"], [], [("late", "early")], {})
        for label, rows in clusters.items()
    }
    sds = sds_of(x, list(groups.values()))
    sets, total, places, students = {}, 0.0, [], []
    for entry, grade, _ in sorted(key for key in groups if key[2]):
        pool = [
            label
            for label in groups.get((entry, grade, False), [])
            if places.count(label[:2]) < uses
            and not has_served(clusters[label], students, uses)
        ]
        turns = groups[entry, grade, True]
        apart = {(t, c): distance(x[t], x[c], sds) for t in turns for c in pool}
        *_, far, chosen = best(turns, pool, apart, ratio)
        total += far
        sets |= {one: sorted(others) for one, others in chosen if others}
        for label in (label for _, others in chosen for label in others):
            places.append(label[:2])
            students += [row["student"] for row in clusters[label]]
    return sets, total


def grouped(clusters):
    """Labels by entry, grade and arm, without schools that have the program by then."""
    takes_part = {label: bool(rows[0]["treated"]) for label, rows in clusters.items()}
    begun = {(s, day) for (s, _, day) in clusters if takes_part[s, _, day]}
    groups = {}
    for label, is_program in takes_part.items():
        has_begun = any(s == label[0] and day <= label[2] for s, day in begun)
        if is_program or not has_begun:
            groups.setdefault((label[2], label[1], is_program), []).append(label)
    return groups


def has_served(rows, students, uses):
    """Whether half of them were given as often as they may."""
    count = sum(students.count(row["student"]) >= uses for row in rows)
    return 2 * count >= len(rows)


def best(turns, pool, apart, ratio):
    """(served, pairs, distance, who with whom): most served, most pairs, nearest."""
    if not turns:
        return 0, 0, 0.0, []
    found = (0, 0, inf, [])
    for size in range(ratio + 1):
        for chosen in combinations(pool, size):
            rest = [k for k in pool if k not in chosen]
            served, pairs, far, others = best(turns[1:], rest, apart, ratio)
            far += sum(apart[turns[0], k] for k in chosen)
            one = (served + (size > 0), pairs + size, far)
            if (-one[0], -one[1], one[2]) < (-found[0], -found[1], found[2]):
                found = (*one, [(turns[0], chosen), *others])
    return found
