"""The goals, as data. Bounds are on ours / other; docs/speed.md gives the reasons."""

from benchmarks import kernels, matchit, scores, whole
from benchmarks.contest import Contestant, Goal, no_peaks
from benchmarks.growth import Growth

ARGSORT = Contestant("argsort", kernels.argsort)
MILLION = {"quick": 50_000, "full": 1_000_000}

GOALS = (
    Goal(
        "M1",
        "the whole analysis on a score, MatchIt's match and balance table alone",
        {"quick": 50_000, "full": 100_000},
        Contestant("analysis", whole.on_score),
        (matchit.contestant("score"),),
        {"MatchIt": 1.0},
    ),
    Goal(
        "M2",
        "the same within school and grade",
        {"quick": 50_000, "full": 500_000},
        Contestant("analysis in cells", whole.in_cells),
        (matchit.contestant("cells", since=matchit.MENDED),),
        {"MatchIt": 1 / 12},
    ),
    Goal(
        "M3",
        "the whole analysis on a Mahalanobis distance",
        {"quick": 10_000, "full": 50_000},
        Contestant("analysis by Mahalanobis", whole.mahalanobis),
        (matchit.contestant("mahalanobis"),),
        {"MatchIt": 1.0},
    ),
    Goal(
        "M4-nearest",
        "nearest neighbour on a given score, caliper .2 SD",
        MILLION,
        Contestant("nearest", kernels.nearest),
        (ARGSORT,),
        {"argsort": 6},
    ),
    Goal(
        "M4-cells",
        "the same within school and grade",
        MILLION,
        Contestant("nearest in cells", kernels.nearest_in_cells),
        (ARGSORT,),
        {"argsort": 8},
    ),
    Goal(
        "M4-reuse",
        "nearest neighbour with replacement on a given score",
        MILLION,
        Contestant("nearest of all", kernels.reused),
        (ARGSORT,),
        {"argsort": 6},
    ),
    Goal(
        "M4-optimal",
        "pairs at the least total distance on a given score",
        MILLION,
        Contestant("optimal", kernels.optimal),
        (ARGSORT,),
        {"argsort": 18},
    ),
    Goal(
        "M5",
        "the propensity fit on 15 columns, in products of X'X",
        MILLION,
        Contestant("fit", scores.fit),
        (Contestant("X'X", scores.product),),
        {"X'X": 10},
    ),
    Goal(
        "M7",
        "peak memory of the whole analysis above its table",
        MILLION,
        Contestant("analysis", whole.memory, no_peaks),
        (Contestant("table", whole.table),),
        {"table": 2},
        measure="peak_mb",
    ),
)

GROWTHS = (
    Growth(
        "M8-whole",
        "growth of the whole analysis on a score",
        Contestant("analysis", whole.on_score),
        1.1,
    ),
    Growth(
        "M8-cells",
        "growth of the whole analysis within school and grade",
        Contestant("analysis in cells", whole.in_cells),
        1.1,
    ),
)
