"""Re-check every constraint on the finished sets, from the raw columns.

MatchIt 4.7.2 still pairs people 29 years apart under a 10-year caliper (its issue 236),
and nobody is told. Here a result that breaks its own design is refused.
"""

from collections.abc import Iterator

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import PromiseBroken
from outcomes.engine.arrays import Flags, Ints, by_code, how_many
from outcomes.engine.cluster_sets import most_often
from outcomes.engine.distance import Space
from outcomes.engine.entries import Entries, first_start
from outcomes.engine.estimand import sought_for
from outcomes.engine.limits import Limits
from outcomes.engine.matched import Matched
from outcomes.engine.study import CLUSTER_SET, Study
from outcomes.engine.support import beyond_support
from outcomes.engine.tiers import is_overlooked
from outcomes.terms import Discard


def check_promises(
    study: Study,
    design: Design,
    limits: Limits,
    matched: Matched,
    space: Space | None = None,
) -> None:
    """Raise PromiseBroken unless cells, calipers, arms and reuse are as designed.

    space : what the caliper on the distance is measured in, if there is one.
    """
    broken_ones = [*_broken(study, design, limits, matched)]
    if space is not None and np.isfinite(limits.width):
        far = space.between(*pairs(matched)) > limits.width
        broken_ones.append(("caliper: distance", bool(far.any())))
    is_cut = design.discard != Discard.NONE
    if is_cut and space is not None and space.propensity is not None:
        score = space.propensity.score
        beyond = beyond_support(score, study.treated, design.discard)
        broken_ones.append(("discard", bool(beyond[matched.rows].any())))
    if space is not None and limits.tiers:
        broken_ones.append(("prefer", is_overlooked(limits, matched, space)))
    for name, broken in broken_ones:
        if broken:
            raise PromiseBroken(
                f'the finished match breaks "{name}" of its own design and was not '
                "reported; please send us the design"
            )


def _broken(
    study: Study, design: Design, limits: Limits, matched: Matched
) -> Iterator[tuple[str, bool]]:
    for name, code in study.exact.items():
        yield f"exact: {name}", _varies(code, matched)
    yield "exact", _varies(limits.cell, matched)
    uses = limits.times_served(matched.rows[~matched.is_own]).max(initial=0)
    yield "replacement", matched.is_paired and bool(uses > 1)
    if design.reuse is not None:
        yield "reuse", bool(uses > design.reuse)
        yield "one place in a set", _repeats(matched.sets * study.n + matched.rows)
    yield "one set a participant", _repeats(matched.rows[matched.is_own])
    if matched.is_paired or design.reuse is not None:
        yield "ratio", any(_broken_ratio(study, design, limits, matched))
    if study.repeats is not None:
        yield from _broken_entries(study.repeats, design, matched)
    if design.match_clusters is not None:
        found = _broken_clusters(study, design, matched)
        yield "match_clusters", any(found)
    if study.anti_exact or study.calipers or limits.within:
        yield from _broken_pairs(study, limits, matched)


def _broken_ratio(
    study: Study, design: Design, limits: Limits, matched: Matched
) -> Iterator[bool]:
    """That nobody has too many, all together no more than the mean, and nobody too few
    where only cells forbid and his holds enough for all in it."""
    least, most = design.ratios
    given = np.bincount(matched.sets, ~matched.is_own)
    yield bool((given > most).any())
    if least == most:
        return
    sought, known = sought_for(matched.treated, matched.estimand), limits.known
    seeking = sought & known
    yield bool(given.sum() > design.ratio * seeking.sum())
    if limits.has_caliper or limits.apart or study.repeats is not None:
        return
    has = np.zeros(study.n)
    has[matched.rows[matched.is_own]] = given[matched.sets[matched.is_own]]
    size = int(limits.cell.max(initial=-1)) + 1
    wish = least * np.bincount(limits.cell[seeking], minlength=size)
    is_enough = np.bincount(limits.cell[~sought & known], minlength=size) >= wish
    yield bool((is_enough[limits.cell[seeking]] & (has[seeking] < least)).any())


def _broken_clusters(study: Study, design: Design, matched: Matched) -> Iterator[bool]:
    """That clusters stand once, beside one of the participants' at most, `ratio` to it,
    a place no oftener than it may, and none where a participant's school is by then;
    that sets of students do not cross theirs is told by `exact`."""
    whole, said = study.whole, design.match_clusters
    yield whole is None or CLUSTER_SET not in study.exact
    if whole is None or said is None:
        return
    rows, in_arm = matched.rows, matched.is_treated
    places = np.column_stack([whole.member, study.exact[CLUSTER_SET]])[rows]
    for arm, most in ((in_arm, 1), (~in_arm, said.ratio)):
        clusters, sets = np.unique(places[arm], axis=0).T
        yield _repeats(clusters)
        yield bool((np.unique(sets, return_counts=True)[1] > most).any())
    times = np.bincount(whole.place[np.unique(whole.member[rows[~in_arm]])])
    yield bool(times.max(initial=0) > most_often(design))
    when = whole.entry[whole.member]
    for code in whole.apart.values():
        has_begun = when >= first_start(code, when, study.treated)
        yield bool(has_begun[rows[~in_arm]].any())


def _broken_pairs(
    study: Study, limits: Limits, matched: Matched
) -> Iterator[tuple[str, bool]]:
    one, other = pairs(matched)
    for name, code in study.anti_exact.items():
        yield f"anti_exact: {name}", bool((code[one] == code[other]).any())
    for caliper in limits.within:
        values = study.calipers.get(caliper.on, caliper.values)
        gap = np.abs(values[one] - values[other])
        yield f"caliper: {caliper.on}", not bool((gap <= caliper.width).all())


def _broken_entries(
    entries: Entries, design: Design, matched: Matched
) -> Iterator[tuple[str, bool]]:
    """Whether somebody stands in the sample twice, or is compared as a student who does
    not take part though he did by then."""
    first = first_start(entries.persons, entries.code, matched.treated)
    late = entries.code[matched.rows] >= first[matched.rows]
    yield f"{design.entry}: not yet", bool((late & ~matched.is_treated).any())
    if not design.replacement:
        persons = entries.persons[np.unique(matched.rows)]
        yield f"{design.unit}: once", _repeats(persons)


def _varies(code: Ints, matched: Matched) -> bool:
    """Whether any set mixes codes, or holds an unknown one."""
    found = code[matched.rows]
    first = np.zeros(int(matched.sets.max(initial=-1)) + 1, dtype=np.int64)
    first[matched.sets] = found
    is_mixed: Flags = (found != first[matched.sets]) | (found < 0)
    return bool(is_mixed.any())


def _repeats(rows: Ints) -> bool:
    return how_many(rows) < len(rows)


def pairs(matched: Matched) -> tuple[Ints, Ints]:
    """Every participant with every comparison student of the same set."""
    order = by_code(matched.sets)
    sets, rows = matched.sets[order], matched.rows[order]
    in_arm = matched.treated[rows]
    counts = np.bincount(sets[in_arm], minlength=int(sets.max(initial=-1)) + 1)
    starts = np.cumsum(counts) - counts
    # A comparison student stands in as many pairs as its set has participants.
    many = counts[sets[~in_arm]]
    begins = np.repeat(np.cumsum(many) - many, many)
    place = np.repeat(starts[sets[~in_arm]], many) + np.arange(many.sum()) - begins
    return rows[in_arm][place], np.repeat(rows[~in_arm], many)
