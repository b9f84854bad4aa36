"""Choosing in turn as the sentence says it: the free are counted, all are asked."""

from collections import Counter

import numpy as np
from hypothesis import assume

from outcomes.designs.design import Design
from tests.engine.oracles import nearest_free
from tests.engine.random_studies import match_on
from tests.engine.test_literal import pairs_of


def refuse_other_pairs(frame, keys, width):
    """Fails unless the match is the literal one; width : of a raw caliper, or None."""
    if width:
        keys = keys | {"caliper": {"distance": {"width": width, "unit": "raw"}}}
    design = Design.from_dict(keys)
    study, arranged = match_on(frame, design)
    assume(not arranged.space.is_separated)
    literal = chosen(
        arranged.space.score,
        study.treated,
        arranged.limits.cell,
        ratio=design.ratio,
        order=design.order,
        width=width or np.inf,
        uses=design.reuse or 1,
        alike=[codes(frame, study, [*columns]) for columns in design.prefer],
    )
    assert pairs_of(arranged.matched) == sorted(literal)


def codes(frame, study, columns):
    """One number for each combination, read from the table again."""
    rows = frame.set_index("student").loc[study.units, columns]
    return rows.groupby(columns).ngroup().to_numpy()


def chosen(score, treated, cell, *, ratio, order, width=np.inf, uses=1, alike=()):
    """Pairs of rows in order of choice. alike : codes, the first wish first."""
    sign = {"largest": -1, "smallest": 1}[order]
    turns = [i for i in range(len(score)) if treated[i]]
    turns.sort(key=lambda i: (sign * score[i], i))
    left = {i: uses for i in range(len(score)) if not treated[i]}
    pairs = []
    for _ in range(ratio):
        for row in turns:
            free = [o for o in left if left[o] and (row, o) not in pairs]
            other = first_wish(row, free, alike, score, cell, width)
            if other is not None:
                left[other] -= 1
                pairs.append((row, other))
    return pairs


def first_wish(row, free, alike, score, cell, width):
    for code in alike:
        same = [o for o in free if code[o] == code[row] != -1]
        other = nearest_free(row, same, score, cell, width)
        if other is not None:
            return other
    return nearest_free(row, free, score, cell, width)


def chosen_by_entry(score, treated, persons, entries, *, ratio, order, uses=1):
    """Pairs of rows, one entry after the other; who served `uses` times is gone."""
    sign = {"largest": -1, "smallest": 1}[order]
    n, served, pairs = len(score), Counter(), []
    for entry in sorted(set(entries)):
        here = [i for i in range(n) if entries[i] == entry]
        turns = [i for i in here if treated[i]]
        turns.sort(key=lambda i: (sign * score[i], i))
        others = [i for i in here if not treated[i]]
        for _ in range(ratio):
            for row in turns:
                free = [o for o in others if served[persons[o]] < uses]
                free = [o for o in free if (row, o) not in pairs]
                other = nearest_free(row, free, score, np.zeros(n), np.inf)
                if other is not None:
                    served[persons[other]] += 1
                    pairs.append((row, other))
    return pairs
