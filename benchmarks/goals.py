"""The goals, as data. Bounds are on ours / other; docs/speed.md gives the reasons."""

from benchmarks import kernels
from benchmarks.contest import Contestant, Goal

ARGSORT = Contestant("argsort", kernels.argsort)

GOALS = (
    Goal(
        "M4-nearest",
        "nearest neighbour on a given score, caliper .2 SD",
        {"quick": 50_000, "full": 1_000_000},
        Contestant("nearest", kernels.nearest),
        (ARGSORT,),
        {"argsort": 6},
    ),
    Goal(
        "M4-cells",
        "the same within school and grade",
        {"quick": 50_000, "full": 1_000_000},
        Contestant("nearest in cells", kernels.nearest_in_cells),
        (ARGSORT,),
        {"argsort": 8},
    ),
)
