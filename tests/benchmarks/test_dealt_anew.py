"""A lot decides who takes part in nothing: few draws, wide limits."""

from benchmarks.dealt_anew import NAMES, rejections

DRAWS = 40


def test_a_lot_is_found_by_chance_only():
    found = rejections(DRAWS)
    assert len(found) == len(NAMES) * 3
    # 7 of 40 come about in 1 of 300 runs where 5% is true
    assert max(found.values()) <= 0.175
