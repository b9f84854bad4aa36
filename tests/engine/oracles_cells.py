"""Matching within cells by hand: dictionaries, loops, and shares of a cell."""

from collections import defaultdict
from fractions import Fraction


def att_weights(cell_of, is_treated):
    """Each student's weight: participants 1, the others a share of their cell's
    participants, scaled to sum to how many of them are matched; 0 without both arms."""
    members = defaultdict(list)
    for unit, cell in cell_of.items():
        members[cell].append(unit)
    weights = dict.fromkeys(cell_of, 0.0)
    for units in members.values():
        arms = [[u for u in units if is_treated[u] == arm] for arm in (True, False)]
        if all(arms):
            weights |= dict.fromkeys(arms[0], 1.0)
            weights |= dict.fromkeys(arms[1], len(arms[0]) / len(arms[1]))
    others = [u for u, w in weights.items() if w and not is_treated[u]]
    total = sum(weights[u] for u in others)
    return weights | {u: weights[u] * len(others) / total for u in others}


def bin_of(value, edges):
    """How many cuts a value reaches."""
    return sum(value >= edge for edge in edges)


def equal_widths(values, bins):
    low, high = min(values), max(values)
    return [low + (high - low) / bins * i for i in range(1, bins)]


def quantile(values, part, parts):
    """R's type 7: between the order statistics on either side of a place."""
    ordered, place = sorted(values), Fraction((len(values) - 1) * part, parts)
    low = int(place)
    if low == place:
        return ordered[low]
    return ordered[low] + float(place - low) * (ordered[low + 1] - ordered[low])
