"""Few whole schools: degrees of freedom that count schools flatter, ours do not."""

from benchmarks.few_schools import rejections

DRAWS = 300


def test_three_of_many_schools_are_not_thirty():
    found = rejections(3, 30, seed=1, steps=range(DRAWS))
    assert found["CR1, G - 1"] > 0.10
    assert found["CR3, Satterthwaite"] <= found["CR3, G - 1"]
    assert found["widest"] <= 0.09  # 27 of 300: beyond the 99.9th percentile at 5%


def test_with_as_many_on_either_side_all_agree():
    found = rejections(20, 20, seed=1, steps=range(DRAWS))
    assert max(found.values()) <= 0.10
    assert abs(found["CR3, Satterthwaite"] - found["CR3, G - 1"]) < 0.02
