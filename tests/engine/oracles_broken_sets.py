"""Broken sets as their rule says it: one set, then one student after another."""


def left_of(members, is_treated, is_gone, rule):
    """Weight of each student who is left, before scaling, and how each set fared.

    members : {set: {student: share of the set}}; the others are by student.
    """
    weights, fates = {}, {}
    for number, students in members.items():
        stay = [s for s in students if not is_gone[s]]
        broken = len(stay) < len(students)
        arms = {is_treated[s] for s in stay}
        dropped = len(arms) < 2 or (broken and rule == "drop")
        fates[number] = "dropped" if dropped else "reweighted" if broken else "whole"
        if dropped:
            continue
        participants = [s for s in stay if is_treated[s]]
        others = [s for s in stay if not is_treated[s]]
        for student in participants:
            weights[student] = 1.0
        for student in others:
            part = len(participants) * students[student]
            part /= sum(students[s] for s in others)
            weights[student] = weights.get(student, 0.0) + part
    return weights, fates


def scaled(weights, is_treated):
    """Comparison weights that sum to the number of comparison students."""
    others = [s for s in weights if not is_treated[s]]
    total = sum(weights[s] for s in others)
    factor = len(others) / total if others else 1.0
    return {s: w if is_treated[s] else w * factor for s, w in weights.items()}
