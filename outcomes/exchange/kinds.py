"""The kinds of file that tell what became of the students."""

from enrollment.exchange.cells import Choice, Code, Slug, Text, day, number
from enrollment.exchange.kinds import YEAR, Column, Kind, lasid, school_year
from outcomes.models import Direction, Period, ScoreStatus
from outcomes.models import Kind as MeasureKind

MEASURES = Kind(
    "measures",
    (
        Column("code", Slug(40), needed=True, also=("measure",)),
        Column("name", Text(120), needed=True),
        Column("domain", Text(40), also=("subject",), blank=""),
        Column("kind", Choice(MeasureKind), blank=MeasureKind.CONTINUOUS),
        Column(
            "direction",
            Choice(
                Direction, {"higher": "higher_is_better", "lower": "lower_is_better"}
            ),
            blank=Direction.HIGHER,
        ),
        Column("scale", Text(60), blank=""),
        Column("minimum", number, also=("min",)),
        Column("maximum", number, also=("max",)),
        Column("meets", number),
        Column("first_year", YEAR),
        Column("last_year", YEAR),
    ),
    key=("code",),
)
SCORES = Kind(
    "scores",
    (
        lasid(),
        Column("measure", Code(40), needed=True, also=("measure_code", "test")),
        school_year(),
        Column("period", Choice(Period), needed=True, also=("season", "term")),
        Column("observed_on", day, needed=True, also=("test_date", "date")),
        Column("value", number, also=("score",)),
        Column("status", Choice(ScoreStatus), blank=ScoreStatus.VALID),
    ),
    key=("lasid", "measure", "school_year", "period"),
)
