"""What is said beside a result: thin groups, and who is left."""

import pytest

from tests.engine import lalonde


def thin_groups(**design):
    found = lalonde.report(subgroups=["race"], **design)["warnings"]
    return [w["text"] for w in found if w["code"] == "thin_groups"]


def test_a_group_with_few_students_a_coefficient_is_named():
    (text,) = thin_groups(estimator="g_computation")
    assert "race=hispan" in text
    assert "race=black" not in text


def test_a_difference_of_means_needs_no_model():
    assert thin_groups(estimator="difference") == []


@pytest.mark.parametrize(
    ("estimand", "words"),
    [
        ("ATT", "Less than 70% of participants are left; they may not be those the"),
        ("ATC", "Less than 70% of comparison students are left; they may not be like"),
        ("ATE", "Less than 70% of students are left; they may not be like all"),
    ],
)
def test_who_is_left_is_told_of_whom_the_effect_is_on(estimand, words):
    found = lalonde.report(method="exact", estimand=estimand)["warnings"]
    (text,) = [w["text"] for w in found if w["code"] == "few_kept"]
    assert text.startswith(words)
