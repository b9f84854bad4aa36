"""Rows of a query as narrow columns: never model instances."""

import numpy as np
import pandas as pd
from django.db.models import QuerySet

from outcomes.designs.errors import InputError
from outcomes.models import Measure, Score

CHUNK = 50_000


def fetch(rows: QuerySet, **columns: str) -> pd.DataFrame:
    """Some columns of a query, each under its own name."""
    values = rows.values_list(*columns.values()).iterator(CHUNK)
    return pd.DataFrame.from_records(values, columns=list(columns))


def last_by_student(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop_duplicates("student", keep="last").set_index("student")


def latest_scores(scores: QuerySet[Score], measure: Measure) -> pd.Series:
    """The latest of these scores of each student, by student."""
    rows = scores.order_by("observed_on", "school_year", "period")
    found = last_by_student(fetch(rows, student="student", value="value"))["value"]
    require_on_the_scale(found.to_numpy(dtype=float), measure)
    return found


def require_on_the_scale(values: np.ndarray, measure: Measure) -> None:
    """Import refuses such scores; one that came another way must not be averaged in."""
    low = -np.inf if measure.minimum is None else measure.minimum
    high = np.inf if measure.maximum is None else measure.maximum
    off = (values < low) | (values > high)
    if off.any():
        raise InputError(
            f'{int(off.sum())} scores of "{measure.code}" are not on its scale '
            f"({measure.minimum} to {measure.maximum}); correct them, another scale is "
            "another measure",
            "off_the_scale",
        )
