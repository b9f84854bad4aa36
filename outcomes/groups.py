"""By what a plan groups students: every part of a dimension has labels, few of them."""

from collections.abc import Iterator, Mapping

from outcomes.designs import reading
from outcomes.designs.clauses import CROSS, crossed
from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.models import Direction, Measure
from outcomes.models.measures import Kind
from outcomes.school_grades import is_school_grade

NUMBERS = ("age", "attendance_rate")  # facts that nearly everyone has another of
Labels = Mapping[str, tuple[str, ...]]  # by fact; none: any value


def grouping_names(design: Design) -> Iterator[tuple[str, str]]:
    """The columns of each dimension, and where they stand."""
    named = {f"subgroups[{i}]": d for i, d in enumerate(design.subgroups)}
    named |= {f"gaps[{i}].dimension": g.dimension for i, g in enumerate(design.gaps)}
    for path, dimension in named.items():
        yield from ((path, name) for name in crossed(dimension))


def refuse_numbers(design: Design, measures: Mapping[str, Measure]) -> None:
    """measures : of the columns that hold scores."""
    for path, name in grouping_names(design):
        measure = measures.get(name)
        is_scale = measure is not None and measure.kind == Kind.CONTINUOUS
        if name in NUMBERS or is_school_grade(name) or is_scale:
            raise DesignError(
                f'"{name}" is a number, and each value would be a group of its own; '
                "name a fact with labels, or a measure in levels",
                path,
            )


def check_gaps(design: Design, outcomes: Mapping[str, Measure], facts: Labels) -> None:
    for i, gap in enumerate(design.gaps):
        if outcomes[gap.outcome].direction == Direction.LOWER:
            raise DesignError(
                f'on "{gap.outcome}" lower is better, and a gap needs more to be '
                "better; keep its complement as a measure of its own",
                f"gaps[{i}].outcome",
            )
        for key in ("focal", "reference"):
            group = getattr(gap, key)
            _check_group(gap.dimension, group, f"gaps[{i}].{key}", facts)


def _check_group(dimension: str, group: str, path: str, facts: Labels) -> None:
    """A group of a dimension has one label of each of its facts."""
    parts = crossed(dimension)
    labels = group.split(CROSS) if len(parts) > 1 else [group]
    if len(labels) != len(parts):
        expected = f'a label of each, such as "{CROSS.join(f"<{f}>" for f in parts)}"'
        raise reading.refuse(path, group, expected)
    for fact, label in zip(parts, labels, strict=True):
        known = facts.get(fact)
        if known and label not in known:
            expected = f"one of {', '.join(known)}{reading.nearest(label, known)}"
            raise reading.refuse(path, group, expected)
