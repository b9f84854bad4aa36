"""Measures and scores from files. A value stands on its measure's scale and in a year
in which the measure was given, or it is refused."""

from enrollment.exchange.problems import Wrong
from enrollment.services.imports import SCHOOL_YEAR, STUDENT, always, order_of
from enrollment.services.sheets import Reference
from enrollment.services.tables import Table
from outcomes.exchange import kinds
from outcomes.models import Measure, Score, ScoreStatus

MEASURE = Reference("measure", Measure, "code", "measure")
SCALE = ("kind", "direction", "scale", "minimum", "maximum")


def faults_of_scores():
    """Makes the judge of scores, who knows every measure."""
    measures = Measure.objects.in_bulk()

    def faults(score: Score):
        measure = measures[score.measure_id]
        if score.value is not None and not measure.spans(score.value):
            yield "value", off_the_scale(measure)
        if not measure.was_given_in(score.school_year_id):
            yield "school_year", not_given(measure)
        if (score.value is not None) != (score.status == ScoreStatus.VALID):
            yield "value", VALUE_AND_STATUS

    return faults


VALUE_AND_STATUS = Wrong(
    "value_and_status",
    "a value, or a status that tells why there is none",
    "Write a value, or as the status absent, alternate or exempt.",
)


def off_the_scale(measure: Measure) -> Wrong:
    low, high = measure.minimum, measure.maximum
    ends = [
        f"{word} {end:g}"
        for word, end in (("from", low), ("to", high))
        if end is not None
    ]
    return Wrong(
        "off_the_scale",
        f"a value {' '.join(ends)}, the scale of {measure.code}",
        "Correct it; another scale is another measure.",
    )


def not_given(measure: Measure) -> Wrong:
    first, last = measure.first_year or "…", measure.last_year or "…"
    return Wrong(
        "not_given_then",
        f"a year in which {measure.code} was given ({first} to {last})",
        "Correct the year, or name the measure that was given then.",
    )


def faults_of_measure(row: Measure):
    yield from order_of("first_year", "last_year")(row)
    low, high = row.minimum, row.maximum
    if low is not None and high is not None and high <= low:
        yield "maximum", Wrong("no_scale", f"more than the minimum, {low:g}")
    stored = Measure.objects.filter(pk=row.pk, scores__isnull=False).first()
    for name in SCALE if stored else ():
        if getattr(stored, name) != getattr(row, name):
            yield (
                name,
                Wrong(
                    "scale_is_fixed",
                    f"{getattr(stored, name)}, on which scores of it stand",
                    "Give the other scale a measure of its own.",
                ),
            )


IMPORTERS = {
    importer.kind.name: importer
    for importer in [
        Table(kinds.MEASURES, Measure, faults=always(faults_of_measure)),
        Table(
            kinds.SCORES,
            Score,
            {"lasid": STUDENT, "measure": MEASURE, "school_year": SCHOOL_YEAR},
            faults=faults_of_scores,
        ),
    ]
}
