"""Who is compared with whom, and when: the rules of docs/decisions/0007.

Every participant has an index date, the first day of the own spell. Others are offered
once for each such day, as they were then.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from enrollment.models import Enrollment
from outcomes.cells import NEVER
from outcomes.cluster_starts import ClusterStarts
from outcomes.dated import DAY_BITS, NOBODY, Dated
from outcomes.designs.errors import InputError
from outcomes.models import Evaluation
from outcomes.rows import fetch

SNAPSHOT_DAYS = 400  # an older snapshot no longer says who a student is


@dataclass(frozen=True)
class Cohort:
    """The rows of an evaluation: participants once, others at each day they could have
    begun.

    days : of the entries, earliest first; student, entry, snapshot : (n,) key, place
    among the days, and place among the snapshots; is_participant : (n,); until : (n,)
    the day on which a comparison student takes part himself, or NEVER; set_aside :
    students by reason; later_participation : spells that follow a first one in the
    window; in_rival : participants who were in a rival program too.
    """

    days: np.ndarray
    student: np.ndarray
    entry: np.ndarray
    snapshot: np.ndarray
    is_participant: np.ndarray
    until: np.ndarray
    set_aside: dict[str, int]
    later_participation: int
    in_rival: int

    @property
    def index_date(self) -> np.ndarray:
        """(n,) the day, as an ordinal, before which what is known of a row must lie."""
        return self.days[self.entry]

    def count(self, rows: np.ndarray) -> int:
        """How many students stand in the rows (n,)."""
        return len(np.unique(self.student[rows]))

    def first_rows(self) -> np.ndarray:
        """The row of each participant, and of every other student the earliest."""
        order = np.lexsort((self.entry, ~self.is_participant, self.student))
        _, first = np.unique(self.student[order], return_index=True)
        return order[first]

    def where(self, rows: np.ndarray) -> "Cohort":
        names = ("student", "entry", "snapshot", "is_participant", "until")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


def cohort_of(
    evaluation: Evaluation,
    snapshots: Dated,
    as_of: np.ndarray,
    *,
    has_entries: bool,
    starts: ClusterStarts | None = None,
) -> Cohort:
    """Everyone who takes part or may be compared; without entries all of them on the
    first day of the window.

    snapshots : those of the years that the window can ask for; as_of : (s,) their days;
    starts : of whole clusters, where participants begin when theirs does.
    """
    spells, rivals = _Spells.of(evaluation), _Rivals.of(evaluation)
    if not has_entries:
        spells = spells.begun(evaluation.first_day.toordinal())
    spells, place, joined = _began(spells, snapshots, as_of, starts)
    usable = place != NOBODY
    began, started = spells.participants[usable], spells.started[usable]
    days = np.unique(started)
    _require_participants(evaluation, days)
    known = np.unique(snapshots.keys >> DAY_BITS)
    grid = _latest(snapshots, as_of, known, days[:, None])
    may = (grid != NOBODY) & (spells.start_of(known) > days[:, None])
    may &= ~np.isin(known, spells.already)
    busy = rivals.hold(known, days if has_entries else None)
    entry, column = np.nonzero(may & ~busy)
    others = known[column]
    only_busy = (may & busy).any(axis=0) & ~np.isin(known, [*others, *began])
    return Cohort(
        days=days,
        student=np.concatenate([began, others]),
        entry=np.concatenate([np.searchsorted(days, started), entry]),
        snapshot=np.concatenate([place[usable], grid[entry, column]]),
        is_participant=np.repeat([True, False], [len(began), len(others)]),
        until=np.concatenate([np.full(len(began), NEVER), spells.start_of(others)]),
        set_aside={
            "no_baseline": int((~usable & ~joined).sum()),
            "joined_after_start": int(joined.sum()),
            "already_in_program": int(np.isin(known, spells.already).sum()),
            "in_rival_program": int(only_busy.sum()),
        },
        later_participation=spells.later,
        in_rival=int(np.isin(began, rivals.student).sum()),
    )


def _began(
    spells: "_Spells", snapshots: Dated, as_of: np.ndarray, starts: ClusterStarts | None
) -> tuple["_Spells", np.ndarray, np.ndarray]:
    """When participants began; (p,) the snapshot of each before that, or NOBODY; (p,)
    who joined a whole cluster that had begun without him."""
    place = _latest(snapshots, as_of, spells.participants, spells.started)
    if starts is None:
        return spells, place, np.zeros(len(place), dtype=bool)
    first = starts.first_days(place, spells.started)
    there = _latest(snapshots, as_of, spells.participants, first)
    joined = (place != NOBODY) & ~starts.are_the_same(place, there)
    begun = spells.begun(np.where(joined, spells.started, first))
    return begun, np.where(joined, NOBODY, there), joined


def _latest(snapshots: Dated, as_of: np.ndarray, students, days) -> np.ndarray:
    """The last snapshot before each day that still says who a student is, or NOBODY."""
    place = snapshots.last_before(*np.broadcast_arrays(students, days))
    if not len(as_of):
        return place
    return np.where(days - as_of[place] <= SNAPSHOT_DAYS, place, NOBODY)


@dataclass(frozen=True)
class _Spells:
    """Of the program, those that reach into the window or begin after it.

    participants, started : (p,) who began in the window, and when for the first time;
    already : who had begun before; students, starts : (s,) ascending, who begins in the
    window or later, and when first; later : spells in the window that follow another.
    """

    participants: np.ndarray
    started: np.ndarray
    already: np.ndarray
    students: np.ndarray
    starts: np.ndarray
    later: int

    @classmethod
    def of(cls, evaluation: Evaluation) -> "_Spells":
        window = evaluation.first_day.toordinal(), evaluation.last_day.toordinal()
        spells = Enrollment.objects.filter(program=evaluation.program)
        spells = spells.touching(evaluation.first_day, date.max)
        rows = fetch(spells, student="student", first_day="first_day")
        student, day = rows["student"].to_numpy(), rows["first_day"].to_numpy()
        already = np.unique(student[day < window[0]])
        begins = (day >= window[0]) & ~np.isin(student, already)
        order = np.lexsort((day[begins], student[begins]))
        student, day = student[begins][order], day[begins][order]
        students, first = np.unique(student, return_index=True)
        in_window = day[first] <= window[1]
        return cls(
            participants=students[in_window],
            started=day[first][in_window],
            already=already,
            students=students,
            starts=day[first],
            later=int((day <= window[1]).sum() - in_window.sum()),
        )

    def begun(self, days: np.ndarray | int) -> "_Spells":
        """As if participants had begun on these days (p,), none later than he did."""
        starts = self.starts.copy()
        starts[np.searchsorted(self.students, self.participants)] = days
        started = np.broadcast_to(days, self.started.shape)
        return replace(self, started=started, starts=starts)

    def start_of(self, students: np.ndarray) -> np.ndarray:
        """(m,) the day on which each begins, NEVER for who does not."""
        if not len(self.students):
            return np.full(len(students), NEVER)
        place = np.searchsorted(self.students, students) % len(self.students)
        return np.where(self.students[place] == students, self.starts[place], NEVER)


@dataclass(frozen=True)
class _Rivals:
    """Spells of rival programs that share a day with the window, both ends included."""

    student: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @classmethod
    def of(cls, evaluation: Evaluation) -> "_Rivals":
        spells = Enrollment.objects.filter(program__code__in=evaluation.rivals)
        spells = spells.touching(evaluation.first_day, evaluation.last_day)
        # An ended spell has a last day; a running one ends as planned.
        days = {"ended": "last_day", "planned": "planned_last_day"}
        rows = fetch(spells, student="student", first="first_day", **days)
        last = rows["ended"].mask(rows["ended"] == NEVER, rows["planned"])
        return cls(
            rows["student"].to_numpy(), rows["first"].to_numpy(), last.to_numpy()
        )

    def hold(self, students: np.ndarray, days: np.ndarray | None) -> np.ndarray:
        """(days, m) whether each takes part in one on that day; without days one row,
        whether he does in the window at all."""
        if days is None:
            return np.isin(students, self.student)[None, :]
        held = (self.student[(self.first <= d) & (d <= self.last)] for d in days)
        return np.array([np.isin(students, who) for who in held])


def _require_participants(evaluation: Evaluation, days: np.ndarray) -> None:
    if not len(days):
        raise InputError(
            f"no student with a snapshot from before the start began "
            f"{evaluation.program.code} between {evaluation.first_day} and "
            f"{evaluation.last_day}; check the window and the rosters",
            "no_treated",
        )
