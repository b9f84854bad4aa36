"""Quality in few districts: the optimum is one, and the effect is found."""

from benchmarks.quality import HEADINGS, WAYS, cells, study


def test_nobody_who_matches_as_many_is_nearer_than_the_optimum():
    in_turn, closest, optimal = study(2)
    for one, other, least in zip(in_turn, closest, optimal, strict=True):
        assert least.lost <= min(one.lost, other.lost)
        assert one.lost > least.lost or one.apart >= least.apart
        assert other.lost > least.lost or other.apart >= least.apart
        assert max(one.largest, other.largest, least.largest) < 0.25
        assert abs(least.draw.error) < 0.15
    row = cells("optimal", optimal, optimal)
    assert len(row) == len(HEADINGS)
    assert row[2] == "1.000 (1.000)"
    assert len(WAYS) == 3
